from __future__ import annotations

import pytest

from cds_service.errors import SettingError
from cds_service.settings import Settings, setting_rows


def test_without_an_environment_every_setting_has_its_default() -> None:
    settings = Settings.read({"PATH": "/bin", "PORT": "1"})
    assert settings == Settings()
    assert settings.known_as == ("http://127.0.0.1:8000", "http://localhost:8000")


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.read(
        {
            "CDS_PORT": " 8123 ",
            "CDS_WORKERS": "",
            "CDS_CORS_ORIGINS": "https://a.example http://localhost:*",
            "CDS_PUBLIC_URL": "https://cds.example.org/",
        }
    )
    assert (settings.port, settings.workers) == (8123, Settings().workers)
    assert settings.cors_origins == ("https://a.example", "http://localhost:*")
    assert settings.known_as == ("https://cds.example.org",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eight"),
        ("PORT", "0"),
        ("WORKERS", "-1"),
        ("CANONICAL", "cordcheck.example.org"),
        ("PUBLIC_URL", "https://ok.example nonsense"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://a.example:*"),
        ("CORS_ORIGINS", "https://a.example/path"),
        ("BODY_LIMIT_BYTES", "1e6"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"CDS_{name}: "):
        Settings.read({f"CDS_{name}": value})


def test_the_store_lies_in_the_folder_of_the_service_unless_it_has_an_address() -> None:
    assert Settings.read({}).store_url == "sqlite:///var/cordcheck.db"
    assert Settings.read({"CDS_VAR": "/data"}).store_url == "sqlite:////data/cordcheck.db"
    named = Settings.read({"CDS_VAR": "/data", "CDS_DATABASE_URL": "postgresql://u@h/d"})
    assert named.store_url == "postgresql://u@h/d"


def test_a_misspelt_setting_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(SettingError, match="did you mean CDS_WORKERS"):
        Settings.read({"CDS_WORKER": "2"})


def test_the_table_tells_every_setting_in_words() -> None:
    rows = setting_rows()
    assert len({name for name, _, _ in rows}) == len(rows) >= 9
    assert all(about and not about.endswith(".") for _, _, about in rows)

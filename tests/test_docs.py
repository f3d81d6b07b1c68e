"""The documents keep up with the service."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from cds_service.__main__ import command_names
from cds_service.commands.serve import curl_line, keep_example
from cds_service.settings import setting_rows
from cds_service.web.wsgi import SERVICES
from tests.web.real import a_real_app

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "fixtures/requests/lumbar-mri-bilateral-hoffmann.json"
README = (ROOT / "README.md").read_text(encoding="utf-8")


@cache
def the_app() -> Flask:
    return a_real_app()


@pytest.mark.parametrize(("name", "default", "about"), setting_rows(), ids=lambda value: value[:40])
def test_every_setting_stands_in_the_readme(name: str, default: str, about: str) -> None:
    shown = default.replace("|", r"\|") or "(empty)"
    assert f"| `{name}` | {shown} | {about} |" in README


def test_every_route_stands_in_the_readme_and_in_the_contract() -> None:
    contract = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    for rule in the_app().url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).replace("{service_id}", "{id}")
        assert f"`{path}`" in README, path
        if path != "/cds-services/{id}":  # the contract names the services one by one
            assert f"\n  {path}:\n" in contract, path


def test_the_contract_names_the_services_that_are_offered() -> None:
    contract = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    services = the_app().test_client().get("/cds-services").get_json()["services"]
    for service in services:
        assert f"\n  /cds-services/{service['id']}:\n" in contract


@pytest.mark.parametrize("command", command_names())
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert f"python -m cds_service {command}" in README


def test_every_verb_of_the_makefile_stands_in_the_readme() -> None:
    verbs = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {"run", "test", "check", "lock"} <= set(verbs)
    for verb in verbs:
        assert f"make {verb}" in README


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)", README))))
def test_links_of_the_readme_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_curl_line_of_the_readme_is_the_one_that_the_service_prints(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    example = keep_example(EXAMPLE, Path("var"), date(2026, 11, 21))
    line = curl_line("http://127.0.0.1:8000", example, the_app().extensions[SERVICES])
    assert f"\n{line}\n" in README


def test_the_example_shows_a_card_whatever_the_day(tmp_path: Path) -> None:
    now = datetime(2031, 3, 1, 23, tzinfo=UTC)
    moved = keep_example(EXAMPLE, tmp_path, now.date())
    body = json.loads(moved.read_text(encoding="utf-8"))
    client = a_real_app(now=now).test_client()
    assert len(client.post("/cds-services/cervical-cord-check", json=body).get_json()["cards"]) >= 1


DEPENDENCY = re.compile(r'^    "([A-Za-z0-9_.-]+)', re.MULTILINE)


def test_every_dependency_has_its_line_in_the_decisions() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = project[project.index("\ndependencies = [") : project.index("[tool.setuptools")]
    decisions = (ROOT / "DECISIONS.md").read_text(encoding="utf-8").lower()
    names = DEPENDENCY.findall(listed)
    assert len(names) > 20
    assert [name for name in names if f"`{name.lower()}`" not in decisions] == []


def test_the_locks_name_no_place_of_their_own() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert not re.search(r"^--|https?://|file://", text, re.MULTILINE)


def test_the_changelog_has_two_headings_for_each_release() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert releases
    for release in releases:
        assert re.findall(r"^### (.+)$", release, re.MULTILINE) == ["Service", "Clinical content"]

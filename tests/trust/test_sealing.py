"""Keys, seals and pseudonyms."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cds_service.adapters.sealing import Sealing
from cds_service.errors import SettingError, StoreUnavailable

KEY = bytes(range(220, 252))


def test_a_key_is_read_in_both_alphabets_of_base64(tmp_path: Path) -> None:
    for text in (b64encode(KEY), urlsafe_b64encode(KEY)):
        sealed = Sealing.read(text.decode(), tmp_path).seal(b"plain", "about")
        assert Sealing([KEY], b"").open(sealed, "about") == b"plain"


@pytest.mark.parametrize("text", ["short", "x" * 44, b64encode(b"k" * 16).decode(), "a b"])
def test_a_key_that_is_none_is_refused_at_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingError, match="CDS_TRACE_KEY"):
        Sealing.read(text, tmp_path)


def test_a_seal_opens_only_beside_what_it_was_made_for() -> None:
    sealing = Sealing([KEY], b"")
    sealed = sealing.seal(b"plain", "one")
    for about, content in [("two", sealed), ("one", sealed[:-1] + bytes([sealed[-1] ^ 1]))]:
        with pytest.raises(StoreUnavailable, match="changed"):
            sealing.open(content, about)


def test_nothing_is_sealed_without_a_key(tmp_path: Path) -> None:
    sealing = Sealing.read("", tmp_path)
    assert not sealing.sealed
    with pytest.raises(StoreUnavailable):
        sealing.seal(b"plain", "about")


def test_pseudonyms_are_the_same_for_all_processes_and_differ_by_client(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: Sealing.read("", tmp_path).pseudonym("patient", "ehr", "1"), range(8)))
    assert len(made) == 1
    assert Sealing.read("", tmp_path).pseudonym("patient", "other", "1") not in made
    assert Sealing.read("", tmp_path / "elsewhere").pseudonym("patient", "ehr", "1") not in made
    assert (tmp_path / "pseudonym.key").stat().st_mode & 0o777 == 0o600


def test_an_empty_id_has_an_empty_pseudonym(tmp_path: Path) -> None:
    assert Sealing.read("", tmp_path).pseudonym("user", "") == ""

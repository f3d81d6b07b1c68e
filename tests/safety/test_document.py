from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.safety.catalogue import DOCUMENT, HAZARDS, ROOT, document, proofs


def test_every_hazard_has_a_test_and_every_marked_test_a_hazard() -> None:
    assert set(proofs()) == set(HAZARDS)


def test_the_page_is_what_the_tests_say() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.safety.catalogue"


@pytest.mark.parametrize("name", ["security.md", "operations.md"])
def test_every_test_that_a_document_names_is_there(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert named
    for path, test in named:
        source = Path(ROOT / path).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in source, f"{path}::{test}"


@pytest.mark.parametrize("name", ["security.md", "operations.md"])
def test_every_setting_that_a_document_names_is_one(name: str) -> None:
    from cds_service.settings import setting_rows  # noqa: PLC0415

    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    known = {setting for setting, _, _ in setting_rows()}
    assert set(re.findall(r"\bCDS_[A-Z_]+\b", text)) <= known

"""The words of YAML 1.2, and nothing that two readers may read differently."""

from __future__ import annotations

from datetime import date

import pytest

from cds_service.strict_yaml import NotYaml, read_strictly

MEANT = {
    "yes": "yes",
    "no": "no",
    "on": "on",
    "true": True,
    "False": False,
    "null": None,
    "~": None,
    "": None,
    "010": 10,
    "0o10": 8,
    "0x1f": 31,
    "-7": -7,
    "1:20": "1:20",
    "1_000": "1_000",
    "1.5": 1.5,
    ".5": 0.5,
    "1e3": 1000.0,
    "2026-11-21": date(2026, 11, 21),
    "72148-A": "72148-A",
    "'010'": "010",
    '"2026-11-21"': "2026-11-21",
    "<<": "<<",
}


@pytest.mark.parametrize(("written", "meant"), MEANT.items())
def test_a_plain_word_means_what_yaml_1_2_says(written: str, meant: object) -> None:
    found = read_strictly(f"a: {written}")["a"]
    assert found == meant
    assert type(found) is type(meant)


REFUSED = {
    "a: 1\nb: 2\na: 3": ("a key stands here twice", 3),
    "a: {x: 1, 'x': 2}": ("a key stands here twice", 1),
    "a: [1,\nb: 2": ("did not find expected", 3),
    "? [1]\n: 2": ("a key has to be a plain value", 1),
    "a: 2026-02-30": ("there is no such day", 1),
    "a: !!python/name:os.system x": ("could not determine a constructor", 1),
    "--- 1\n--- 2": ("another document", 2),
    "a: \x07": ("not valid YAML", None),
}


@pytest.mark.parametrize(("written", "why"), REFUSED.items())
def test_what_cannot_be_relied_on_is_refused_with_its_line(written: str, why: tuple[str, int | None]) -> None:
    with pytest.raises(NotYaml, match=why[0]) as refused:
        read_strictly(written)
    assert refused.value.line == why[1]
    assert refused.value.twice is ("twice" in why[0])


def test_an_alias_is_what_its_anchor_says() -> None:
    assert read_strictly("a: &x {b: [1]}\nc: *x") == {"a": {"b": [1]}, "c": {"b": [1]}}

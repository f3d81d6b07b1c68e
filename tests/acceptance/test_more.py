"""Vignettes and sentences by writers who knew the clinical model alone: what was right once stays right."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from tests.acceptance.vignettes import FIXTURES, Vignette, answer_to, faults, the_vignettes
from tests.content.library import the_library
from tests.unit.evidence.tiny import asserted

OPEN_VIGNETTES = {
    "A023": "signs that nobody had examined before are taken for newer than the scan",
    "AB06": "side effects of a drug that are discussed, in the sentence after the one that says so",
    "AD43": "an examination planned under a label of its own, item by item",
    "AE32": "two things said of one straight leg raise",
    "B026": "an infarct on the right is taken to explain signs of the right, not of the left",
    "D040": "'gets worse every month' in a sentence of its own",
    "H033": "signs that were queried elsewhere, and are normal today",
    "I030": "an inverted supinator jerk told as what the fingers do",
    "I059": "a score in words",
    "K068": "an abstract about other patients, pasted into the note",
    "S056": "'reviewed last month' behind a sign is taken for its onset",
    "W004": "'both legs now tingle', of which 'now' takes the side away",
    "W007": "sides in the heading of a table",
    "W022": "a word that the dictation may have misheard",
    "W059": "a form that says what its words mean",
    "X057": "an evening six weeks ago, told as 'that evening'",
    "T031": "'LUTS new' of the assessment, without the seven weeks of the history",
} | dict.fromkeys(
    (
        "X002",
        "X003",
        "X017",
        "X022",
        "X023",
        "X027",
        "X032",
        "X039",
        "X040",
        "I005",
        "I006",
        "I007",
        "I010",
        "I011",
        "I012",
        "I014",
        "I028",
        "I031",
        "I051",
        "I057",
        "I061",
        "I065",
    ),
    "told in words of its own, chosen so that no list of words has them",
)
OPEN_SENTENCES = frozenset(
    {
        20,
        101,
        108,
        132,
        137,
        138,
        148,
        150,
        168,
        235,
        266,
        347,
        380,
        391,
        396,
        421,
        429,
        439,
        459,
        477,
        478,
        485,
        493,
        494,
        495,
        601,
        678,
        682,
        683,
        688,
        697,
        779,
        813,
        889,
        897,
        1102,
        1130,
        1137,
        1138,
        1210,
    }
)
"""Numbers of sentences of ``fixtures/sentences.json`` that are not read as a clinician reads them."""

ALIKE = {
    "umn.hyperreflexia": {"umn.hyperreflexia", "umn.hyperreflexia-le", "umn.hyperreflexia-ue"},
    "umn.hyperreflexia-le": {"umn.hyperreflexia", "umn.hyperreflexia-le"},
}


@cache
def sentences() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FIXTURES / "sentences.json").read_text(encoding="utf-8"))
    return found


def misread(sentence: dict[str, Any]) -> list[str]:
    found = asserted(sentence["text"], the_library().finder)
    missed = [one for one in sentence["asserts"] if not ALIKE.get(one, {one}) & found]
    return missed + [f"wrongly {one}" for one in sentence["not"] if one in found]


@pytest.mark.parametrize("vignette", the_vignettes("vignettes-more"), ids=lambda vignette: vignette["id"])
def test_a_vignette_gets_the_answer_that_the_model_gives(vignette: Vignette) -> None:
    assert bool(faults(vignette, answer_to(vignette, "order-select"))) is (vignette["id"] in OPEN_VIGNETTES)


def test_a_sentence_says_what_a_clinician_reads() -> None:
    wrong = {number: misread(one) for number, one in enumerate(sentences())}
    unexpected = {number: what for number, what in wrong.items() if what and number not in OPEN_SENTENCES}
    assert unexpected == {}


def test_a_sentence_that_is_listed_as_open_still_is() -> None:
    assert [number for number in OPEN_SENTENCES if not misread(sentences()[number])] == []

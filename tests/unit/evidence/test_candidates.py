"""Which patterns the words of a sentence can make, and what is remembered of the words met."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from cds_service.evidence import candidates
from cds_service.evidence.candidates import PatternIndex
from tests.content.library import the_library

KIND = "DocumentReference"
SAID = (
    "Weak legs for three weeks.",
    "Hoffmann sign positive on both sides.",
    "No clonus, plantars down.",
    "Knee jerks brisk, gait broad based.",
    "Numb saddle, cannot hold urine.",
)


def an_index() -> PatternIndex:
    library = the_library()
    return PatternIndex.of(library.findings.definitions.values(), library.findings.lexicon)


def made_by(index: PatternIndex, sentence: str) -> list[str]:
    words = sentence.lower().replace(",", " ").rstrip(".").split()
    return [candidate.definition.id for candidate in index.among(words, KIND)]


def test_words_that_make_nothing_make_nothing_when_met_again() -> None:
    index = an_index()
    assert made_by(index, "The garden was watered on Monday.") == []
    assert made_by(index, "The garden was watered on Monday.") == []


def test_a_word_met_beside_others_makes_the_same_as_a_word_met_alone() -> None:
    index = an_index()
    for sentence in SAID:
        assert made_by(index, sentence) == made_by(index, sentence) == made_by(an_index(), sentence) != []


def test_a_memory_that_is_full_begins_anew_and_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [made_by(an_index(), sentence) for sentence in SAID]
    monkeypatch.setattr(candidates, "REMEMBERED_WORDS", 3)
    index = an_index()
    assert [made_by(index, sentence) for sentence in SAID * 3] == expected * 3
    assert len(index.memory.met.words) < 3 + max(len(sentence.split()) for sentence in SAID)


def test_threads_that_meet_the_same_words_at_once_miss_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [made_by(an_index(), sentence) for sentence in SAID]
    monkeypatch.setattr(candidates, "REMEMBERED_WORDS", 5)
    index = an_index()

    def read(_: int) -> list[list[str]]:
        return [made_by(index, sentence) for sentence in SAID]

    with ThreadPoolExecutor(4) as threads:
        assert all(found == expected for found in threads.map(read, range(400)))

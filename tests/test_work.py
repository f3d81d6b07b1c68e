"""How much work a request is, counted in calls and not in time: a slow path shows on any machine."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import cds_service
from tests.acceptance.vignettes import ask, with_our_keys
from tests.builders import a_condition, a_note, a_request, an_observation
from tests.content.library import the_library
from tests.unit.evidence.tiny import a_chart, a_passage

OURS = str(Path(cds_service.__file__).parent)
MOST_CALLS_A_RESOURCE = 280
MOST_CALLS_A_REQUEST = 8000  # whatever is on record
MOST_GROWTH = 1.2
MOST_CALLS_A_PLAIN_SENTENCE = 18

PLAIN = (
    "The parking was easy to find this time.",
    "She enjoyed the summer garden and reads novels.",
    "Insurance card was copied at the desk.",
    "The cat is called Oskar and sleeps a lot.",
)
TELLING = (
    "Legs feel heavy on the stairs for 6 months.",
    "Hoffmann positive on the right.",
    "No clonus, plantars flexor, gait normal.",
)


def calls_of(work: Callable[[], object]) -> Counter[str]:
    """Return how often each function of the service is called by *work*; built-in calls apart."""
    counted: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event in ("call", "c_call") and code.co_filename.startswith(OURS):
            counted[
                f"{Path(code.co_filename).stem}.{code.co_name}{'' if event == 'call' else ' > built-in'}"
            ] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


def a_record(size: int) -> dict[str, Any]:
    """Return a request with *size* resources: one note of 200 words in ten, each unlike the others."""
    resources = []
    for number in range(size):
        if number % 10 == 0:
            sentences = [*PLAIN * 5, TELLING[number // 10 % len(TELLING)]]
            text = " ".join(f"{sentence[:-1]} in room {number}." for sentence in sentences)
            resources.append(a_note(text, days=number % 150))
        elif number % 10 < 6:
            resources.append(
                an_observation("Haemoglobin", value=12 + number % 5, days=number % 900, id=f"o{number}")
            )
        else:
            resources.append(a_condition("Hypertension", days=number % 4000, id=f"c{number}"))
    return with_our_keys(a_request(*resources))


@cache
def calls_for(size: int) -> Counter[str]:
    request = a_record(size)
    ask(request)  # what is compiled once is compiled now
    return calls_of(lambda: ask(request))


def test_the_work_for_a_resource_is_bounded() -> None:
    assert calls_for(100).total() < 100 * MOST_CALLS_A_RESOURCE + MOST_CALLS_A_REQUEST
    assert calls_for(1000).total() < 1000 * MOST_CALLS_A_RESOURCE


def test_the_work_grows_no_faster_than_the_record() -> None:
    small, large = calls_for(100).total() / 100, calls_for(1000).total() / 1000
    assert large <= small * MOST_GROWTH


def test_no_single_function_grows_faster_than_the_record() -> None:
    small, large = calls_for(100), calls_for(1000)
    assert [name for name, often in large.items() if often > max(2000, 13 * small[name])] == []


@pytest.mark.parametrize("size", [100, 1000])
def test_each_note_is_scanned_once(size: int) -> None:
    notes = size // 10
    scans = {name: n for name, n in calls_for(size).items() if name == "tokens.words_only"}
    labels = size - notes
    assert list(scans) == ["tokens.words_only"]
    assert notes <= scans["tokens.words_only"] <= notes + labels + 2  # each note, each label, the draft twice


def of_note(*sentences: str) -> int:
    chart = a_chart(a_passage(" ".join(sentences)))
    finder = the_library().finder
    finder.find(chart)
    return calls_of(lambda: finder.find(chart)).total()


def test_a_sentence_that_tells_of_no_finding_costs_almost_nothing() -> None:
    base = of_note(TELLING[1])
    with_many = of_note(*PLAIN * 25, TELLING[1])
    assert (with_many - base) / (len(PLAIN) * 25) < MOST_CALLS_A_PLAIN_SENTENCE
    assert of_note(*TELLING * 10) > with_many


def test_the_work_for_a_text_grows_with_its_length_and_no_faster() -> None:
    text = (*PLAIN, *TELLING)
    assert of_note(*text * 40) <= of_note(*text * 4) * 10 * MOST_GROWTH


@pytest.mark.parametrize("joint", [", ", " and "])
def test_the_work_for_a_sentence_without_end_grows_with_its_words_and_no_faster(joint: str) -> None:
    endless = joint.join(sentence.rstrip(".") for sentence in (*PLAIN, *TELLING))
    short, long = (of_note(joint.join([endless] * times)) for times in (5, 10))
    assert long <= short * 2 * MOST_GROWTH

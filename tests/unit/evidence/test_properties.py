"""What holds for every text: quotes are verbatim, nothing crashes, silence changes nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.evidence.find import find_evidence
from cds_service.evidence.weigh import weigh
from tests.acceptance.vignettes import (
    answer_to,
    ask,
    read_answer,
    record_of,
    request_of,
    the_vignettes,
    with_our_keys,
)
from tests.builders import (
    PATIENT,
    a_condition,
    a_note,
    a_report,
    a_request,
    a_resource,
    an_observation,
    days_ago,
)
from tests.content.library import the_library
from tests.unit.evidence.tiny import FINDER, a_chart, a_passage, finder

LAMP_WORDS = (
    *("lamp", "lamps", "bell", "dim", "rust", "corrosion", "smoke", "spark", "left", "right", "both", "3+"),
    *("no", "not", "without", "denies", "absent", "negative", "present", "yes", "all", "new", "unchanged"),
    *("but", "if", "he", "says", "neighbour", "possible", "suspected", "resolved", "since", "for", "3"),
    *("days", "ago", "2015", "2/52", "4/5", "mr"),
)
JOINTS = (
    " ",
    " ",
    " ",
    ", ",
    ". ",
    "; ",
    ": ",
    "? ",
    "\n",
    "\r\n",
    " - ",
    "/",
    " (",
    ") ",
    "[ ] ",
    "[x] ",
    "->",
    "İ",
)
TINY_TEXT = st.lists(st.sampled_from((*LAMP_WORDS, *JOINTS)), max_size=30).map(" ".join)
SILENT = (
    a_note("Here for a repeat prescription. Enjoys gardening."),
    a_note("Blood pressure 128/76, weight stable at 74 kg.", days=3),
    an_observation("Haemoglobin", value=13.9),
    an_observation("Body height", value=171, days=40),
    a_condition("Seasonal allergic rhinitis"),
    a_report("Chest X-ray", conclusion="Clear lungs.", days=200),
    a_resource(
        "Procedure", status="completed", code={"text": "Cataract surgery"}, performedDateTime=days_ago(900)
    ),
    a_resource(
        "MedicationRequest",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": "Cetirizine 10 mg"},
        authoredOn=days_ago(9),
    ),
    a_note("Saddle numbness, Hoffmann positive.", patient=f"{PATIENT}-2"),
)


@given(TINY_TEXT | st.text(max_size=80))
def test_a_quote_stands_in_the_text_where_it_says(text: str) -> None:
    for item in find_evidence(a_chart(a_passage(text)), FINDER):
        assert item.span is not None
        start, end = item.span
        assert item.quote
        assert text[start:end] == item.quote


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_quote_of_the_real_content_stands_where_it_says(data: st.DataObject) -> None:
    text = data.draw(shuffled_notes())
    finder = the_library().finder
    for item in find_evidence(a_chart(a_passage(text)), finder):
        if item.span is not None:
            assert text[slice(*item.span)] == item.quote


def shuffled_notes() -> st.SearchStrategy[str]:
    """Return texts made of the words of the vignettes, in any order and with anything between."""
    texts = [item["text"] for vignette in the_vignettes() for item in vignette["data"]]
    vocabulary = sorted({word for text in texts for word in text.split()})
    return st.lists(st.sampled_from((*vocabulary, *JOINTS)) | st.text(max_size=3), max_size=60).map(" ".join)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_text_crashes_the_finder_or_is_read_differently_twice(data: st.DataObject) -> None:
    note = a_passage(data.draw(shuffled_notes() | st.text(max_size=200)))
    finder = the_library().finder
    found = find_evidence(a_chart(note), finder)
    assert found == find_evidence(a_chart(note), finder)
    weigh(found, finder.findings.definitions)


@given(TINY_TEXT)
def test_notes_in_another_order_weigh_the_same(text: str) -> None:
    notes = [a_passage(text, reference="a"), a_passage("Rust. Left lamp dim.", days=4, reference="b")]
    one, other = (
        weigh(find_evidence(a_chart(*order), FINDER), FINDER.findings.definitions)
        for order in (notes, notes[::-1])
    )
    assert {name: (w.state, w.sides) for name, w in one.items()} == {
        name: (w.state, w.sides) for name, w in other.items()
    }


@given(TINY_TEXT)
def test_a_copy_of_a_note_adds_no_state(text: str) -> None:
    once = weigh(find_evidence(a_chart(a_passage(text)), FINDER), FINDER.findings.definitions)
    twice = weigh(
        find_evidence(a_chart(a_passage(text), a_passage(text, reference="copy")), FINDER),
        FINDER.findings.definitions,
    )
    assert {name: w.state for name, w in once.items()} == {name: w.state for name, w in twice.items()}


@given(
    st.lists(st.sampled_from(SILENT), min_size=1, max_size=6), st.sampled_from(range(len(the_vignettes())))
)
@settings(deadline=None, max_examples=80)
def test_a_resource_that_says_nothing_changes_no_verdict(extra: list[dict[str, Any]], number: int) -> None:
    vignette = the_vignettes()[number]
    kept, drafts = record_of(vignette)
    added = [resource | {"id": f"extra-{at}"} for at, resource in enumerate(extra)]
    body = with_our_keys(a_request(*kept, *added, drafts=tuple(drafts)))
    assert read_answer(ask(body)) == answer_to(vignette)


def test_what_is_silent_says_nothing_by_itself() -> None:
    assert read_answer(ask(with_our_keys(a_request(*SILENT)))).disposition == "no-concern"


def test_the_same_request_is_answered_the_same() -> None:
    body = request_of(the_vignettes()[0], "order-sign")
    assert ask(body) == ask(body)


def test_a_finder_without_findings_finds_nothing() -> None:
    assert find_evidence(a_chart(a_passage("Nothing here.")), finder()) == ()

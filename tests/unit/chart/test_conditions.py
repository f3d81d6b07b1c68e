"""Conditions: clinical status, verification, onset, in R4 and older words."""

from __future__ import annotations

import pytest

from tests.builders import a_chart, a_concept, a_condition


@pytest.mark.parametrize("verification", ["provisional", "differential", "unconfirmed", "Provisional"])
def test_a_tentative_condition_is_marked(verification: str) -> None:
    assert [entry.uncertain for entry in a_chart(a_condition("Pain", verification=verification)).entries] == [
        True
    ]


def test_a_confirmed_condition_is_not_tentative() -> None:
    assert [entry.uncertain for entry in a_chart(a_condition("Pain")).entries] == [False]


@pytest.mark.parametrize("verification", ["refuted", "entered-in-error"])
def test_a_withdrawn_condition_says_nothing(verification: str) -> None:
    chart = a_chart(a_condition("Pain", verification=verification, note=[{"text": "x"}]))
    assert (chart.entries, chart.passages) == ((), ())


@pytest.mark.parametrize(
    ("elements", "status"),
    [
        ({"clinicalStatus": "active"}, "active"),
        ({"clinicalStatus": {"text": "Active"}}, "active"),
        ({"clinicalStatus": None}, ""),
        ({"clinicalStatus": 3}, ""),
        ({"abatementDateTime": "2020"}, "resolved"),
        ({"abatementString": "last year"}, "resolved"),
        ({"abatementBoolean": True}, "resolved"),
        ({"abatementBoolean": False}, "active"),
        ({"clinicalStatus": "remission", "abatementAge": {"value": 50}}, "remission"),
    ],
    ids=str,
)
def test_a_condition_with_an_end_is_over(elements: dict[str, object], status: str) -> None:
    assert [entry.status for entry in a_chart(a_condition("Pain", **elements)).entries] == [status]


@pytest.mark.parametrize(
    ("elements", "date"),
    [
        ({"onsetDateTime": "2024"}, "2024"),
        ({"onsetPeriod": {"start": "2024-03"}}, "2024-03"),
        ({"onsetAge": {"value": 50}, "recordedDate": "2024-03-02"}, "2024-03-02"),
        ({"onsetString": "years ago", "assertedDate": "2024-03-02"}, "2024-03-02"),
        ({"dateRecorded": "2024-03-02"}, "2024-03-02"),
        ({}, "None"),
    ],
    ids=str,
)
def test_it_began_at_its_onset_or_when_it_was_recorded(elements: dict[str, object], date: str) -> None:
    chart = a_chart(a_condition("Pain", **{"onsetDateTime": None, **elements}))
    assert [str(item.date) for item in (*chart.entries, *chart.passages)] == [date] * 2


@pytest.mark.parametrize(
    "element", [{"note": [{"text": "Worse."}, {}, 3]}, {"note": {"text": "Worse."}}, {"notes": "Worse."}]
)
def test_its_notes_belong_to_it(element: dict[str, object]) -> None:
    chart = a_chart(a_condition("Pain", status="resolved", **element))
    label, note = chart.passages
    assert (label.text, label.element, note.text) == ("Pain", "code", "Worse.")
    assert note.entry == chart.entries[0]


def test_the_body_site_stands_behind_the_label() -> None:
    chart = a_chart(a_condition("Pain", bodySite=[a_concept("left hand"), a_concept("wrist")]))
    assert (chart.entries[0].label, chart.passages[0].text) == ("Pain, left hand, wrist",) * 2
    named = a_chart(a_condition("Pain in the left hand", bodySite=a_concept("Left hand")))
    assert named.entries[0].label == "Pain in the left hand"


def test_a_condition_without_any_words_is_an_entry_without_passage() -> None:
    chart = a_chart(a_condition("", ("http://snomed.info/sct", "161894002")))
    assert ([entry.label for entry in chart.entries], chart.passages) == ([""], ())


def test_a_flag_is_read() -> None:
    assert [p.text for p in a_chart({"resourceType": "Flag", "code": {"text": "Implant"}}).passages] == [
        "Implant"
    ]

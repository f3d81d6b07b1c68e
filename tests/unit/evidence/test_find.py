"""Codes, windows, and findings that depend on others."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.chart.dates import FhirDate
from cds_service.chart.model import Coding, Entry, Quantity
from cds_service.evidence.find import Finder, find_evidence
from cds_service.evidence.model import Evidence, Side, State
from tests.builders import AS_OF
from tests.unit.evidence.tiny import (
    DIM,
    FINDER,
    RUST,
    SMOKE,
    WINDOWS,
    a_chart,
    a_passage,
    finder,
    state_of,
    weighed,
)

WINDOW = WINDOWS["visit"]


def an_entry(code: str = "D1", *, days: int = 0, system: str = "urn:lamps", **more: Any) -> Entry:
    date = FhirDate.on(AS_OF).earlier(days)
    return Entry("Observation", "Observation/1", "A lamp", (Coding(system, code),), date=date)._replace(
        **more
    )


def coded(entry: Entry, using: Finder = FINDER) -> list[Evidence]:
    return list(find_evidence(a_chart(entries=(entry,)), using))


@pytest.mark.parametrize(
    ("system", "code", "side"),
    [
        ("urn:lamps", "D1", None),
        ("urn:lamps", "D1-left", Side.LEFT),
        ("urn:lamps", "X", None),
        ("urn:lamps", "X9.1", None),
    ],
)
def test_a_code_of_the_value_set_asserts_with_the_side_that_it_names(
    system: str, code: str, side: Side | None
) -> None:
    items = coded(an_entry(code, system=system))
    assert [(item.finding, item.state, item.side) for item in items] == [("dim", State.ASSERTED, side)]
    assert (items[0].coding, items[0].quote, items[0].span) == (Coding(system, code), "", None)


@pytest.mark.parametrize(("system", "code"), [("urn:other", "D1"), ("urn:lamps", "D12"), ("urn:lamps", "d1")])
def test_another_system_or_a_longer_code_asserts_nothing(system: str, code: str) -> None:
    assert coded(an_entry(code, system=system)) == []


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("", State.ASSERTED),
        ("Present", State.ASSERTED),
        ("Negative", State.DENIED),
        ("Absent", State.DENIED),
        ("No", State.DENIED),
        ("Possible", State.UNCERTAIN),
        ("Not checked", None),
        ("17", None),
    ],
)
def test_the_value_decides_what_the_code_says(value: str, state: State | None) -> None:
    items = coded(an_entry(value_text=value))
    assert [item.state for item in items] == ([] if state is None else [state])


def test_a_provisional_entry_is_uncertain() -> None:
    assert [item.state for item in coded(an_entry(uncertain=True))] == [State.UNCERTAIN]


def test_a_number_comes_with_its_code() -> None:
    assert [item.number for item in coded(an_entry(value=Quantity(7)))] == [7]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "resolved", "inactive", "not-done"])
def test_an_entry_that_is_over_says_nothing(status: str) -> None:
    assert coded(an_entry(status=status)) == []
    assert coded(an_entry(status="active")) != []


@pytest.mark.parametrize(("status", "counts"), [("resolved", True), ("entered-in-error", False)])
def test_a_lasting_thing_counts_when_resolved_but_never_when_wrong(status: str, *, counts: bool) -> None:
    lasting = finder(DIM | {"past_counts": True})
    assert bool(coded(an_entry(status=status), lasting)) is counts


def test_a_finding_can_name_the_statuses_and_kinds_that_count() -> None:
    drafts = finder(DIM | {"statuses": ["draft"]})
    devices = finder(DIM | {"coded_in": ["Device"]})
    assert coded(an_entry(status="active"), drafts) == []
    assert coded(an_entry(status="draft"), drafts) != []
    assert coded(an_entry(), devices) == []
    assert coded(an_entry(kind="Device"), devices) != []


@pytest.mark.parametrize(("days", "state"), [(WINDOW, State.ASSERTED), (WINDOW + 1, State.SILENT)])
def test_a_note_or_observation_counts_within_its_window(days: int, state: State) -> None:
    assert state_of("rust", a_passage("Rust.", days=days)) is state
    assert weighed(entries=(an_entry(days=days),))["dim"].state is state


def test_what_is_too_old_keeps_its_reason() -> None:
    found = weighed(a_passage("Rust.", days=WINDOW + 1))["rust"]
    assert [item.ignored for item in found.ignored] == ["outside the window"]


def test_an_active_condition_and_what_always_counts_have_no_age() -> None:
    condition = an_entry(days=3000, kind="Condition", status="active")
    assert weighed(entries=(condition,))["dim"].state is State.ASSERTED
    always = finder(RUST | {"window": "always"})
    assert state_of("rust", a_passage("Rust.", days=3000), using=always) is State.ASSERTED


EXPLAINED = finder(DIM | {"explained_by": ["smoke"]}, SMOKE)


@pytest.mark.parametrize(
    ("sign", "state"),
    [
        ("Lamp dim.", State.SILENT),
        ("Lamp dim, unchanged.", State.SILENT),
        ("New dim lamp.", State.ASSERTED),
        ("Worsening dim lamp.", State.ASSERTED),
        ("Lamp not dim.", State.DENIED),
    ],
)
def test_a_known_cause_explains_a_sign_unless_it_is_new_or_progressive(sign: str, state: State) -> None:
    cause = a_passage("Smoke.", reference="a")
    sign_note = a_passage(sign, reference="b")
    assert state_of("dim", cause, sign_note, using=EXPLAINED) is state
    assert state_of("dim", sign_note, using=EXPLAINED) is not State.SILENT


@pytest.mark.parametrize(
    ("cause", "sign", "state"),
    [
        ("Smoke for 40 days.", "Lamp dim for 5 days.", State.ASSERTED),
        ("Smoke for 20 days.", "Lamp dim for 5 days.", State.SILENT),
        ("Smoke for 400 days.", "Lamp dim for 30 days.", State.ASSERTED),
        ("Smoke for 400 days.", "Lamp dim for 31 days.", State.SILENT),
        ("Smoke.", "Lamp dim for 5 days.", State.SILENT),
    ],
)
def test_a_long_known_cause_does_not_explain_what_has_just_begun(cause: str, sign: str, state: State) -> None:
    notes = a_passage(cause, reference="a"), a_passage(sign, reference="b")
    assert state_of("dim", *notes, using=EXPLAINED) is state


@pytest.mark.parametrize(
    "cause", ["No smoke.", "Possible smoke.", "History of smoke.", "Neighbour has smoke."]
)
def test_what_is_not_known_explains_nothing(cause: str) -> None:
    notes = a_passage(cause, reference="a"), a_passage("Lamp dim.", reference="b")
    assert state_of("dim", *notes, using=EXPLAINED) is State.ASSERTED


@pytest.mark.parametrize(("sign", "state"), [
    ("Left lamp dim.", State.SILENT),
    ("Right lamp dim.", State.ASSERTED),
    ("Lamps dim.", State.ASSERTED),
])  # fmt: skip
def test_a_cause_of_one_side_explains_that_side_alone(sign: str, state: State) -> None:
    notes = a_passage("Left smoke.", reference="a"), a_passage(sign, reference="b")
    assert state_of("dim", *notes, using=EXPLAINED) is state


def test_a_finding_of_another_counts_only_on_the_same_resource() -> None:
    dependent = finder(RUST | {"of": "smoke"}, SMOKE)
    together = a_passage("Smoke and rust.")
    apart = a_passage("Smoke.", reference="a"), a_passage("Rust.", reference="b")
    assert state_of("rust", together, using=dependent) is State.ASSERTED
    assert state_of("rust", *apart, using=dependent) is State.SILENT


def test_words_give_way_to_a_finding_that_they_do_not_go_with() -> None:
    shy = finder(RUST | {"not_with": ["smoke"]}, SMOKE)
    assert state_of("rust", a_passage("Smoke and rust."), using=shy) is State.SILENT
    assert state_of("rust", a_passage("Rust, no smoke."), using=shy) is State.ASSERTED


def test_words_count_only_in_the_kinds_of_text_that_a_finding_names() -> None:
    reports = finder(RUST | {"text_in": ["DiagnosticReport"]})
    assert state_of("rust", a_passage("Rust."), using=reports) is State.SILENT
    assert state_of("rust", a_passage("Rust.", kind="DiagnosticReport"), using=reports) is State.ASSERTED

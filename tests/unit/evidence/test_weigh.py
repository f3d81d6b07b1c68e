"""What many statements add up to: the newest wins, sides add up, disagreement is doubt."""

from __future__ import annotations

import pytest

from cds_service.evidence.model import Side, State
from tests.unit.evidence.tiny import DIM, RUST, a_passage, finder, state_of, weighed

OLD, NEW = 20, 10


def test_silence_is_neither_yes_nor_no() -> None:
    assert state_of("rust", a_passage("Lamp dim.")) is State.SILENT
    assert weighed(a_passage(""))["rust"].evidence == ()


@pytest.mark.parametrize(
    ("older", "newer", "expected"),
    [
        ("Rust.", "No rust.", State.DENIED),
        ("No rust.", "Rust.", State.ASSERTED),
        ("Rust.", "Possible rust.", State.UNCERTAIN),
        ("Possible rust.", "No rust.", State.DENIED),
        ("Rust.", "Lamp dim.", State.ASSERTED),
    ],
)
def test_the_newest_statement_wins(older: str, newer: str, expected: State) -> None:
    notes = a_passage(older, days=OLD, reference="a"), a_passage(newer, days=NEW, reference="b")
    assert state_of("rust", *notes) is expected
    assert state_of("rust", *reversed(notes)) is expected


def test_two_resources_of_one_day_that_disagree_are_a_doubt() -> None:
    notes = a_passage("Rust.", reference="a"), a_passage("No rust.", reference="b")
    assert state_of("rust", *notes) is State.UNCERTAIN
    assert [item.reference for item in weighed(*notes)["rust"].evidence] == ["a"]


def test_a_finding_can_take_such_a_disagreement_as_asserted() -> None:
    bold = finder(RUST | {"conflict": "asserted"})
    notes = a_passage("Rust.", reference="a"), a_passage("No rust.", reference="b")
    assert state_of("rust", *notes, using=bold) is State.ASSERTED


def test_within_one_resource_a_described_finding_outweighs_its_general_denial() -> None:
    assert state_of("rust", a_passage("Rust on the frame. No rust.")) is State.ASSERTED


def test_a_finding_carried_forward_gives_way_to_what_was_seen_later() -> None:
    copied = (
        a_passage("Lamps dim.", days=OLD, reference="a"),
        a_passage("Lamps dim.", days=NEW, reference="b"),
    )
    seen = a_passage("Lamps not dim.", days=1, reference="c")
    assert state_of("dim", *copied) is State.ASSERTED
    assert state_of("dim", *copied, seen) is State.DENIED


def test_left_and_right_recorded_apart_add_up() -> None:
    left, right = (
        a_passage("Left lamp dim.", reference="a"),
        a_passage("Right lamp dim.", reference="b", days=5),
    )
    assert weighed(left)["dim"].sides == {Side.LEFT}
    assert weighed(left, right)["dim"].sides == {Side.LEFT, Side.RIGHT}
    assert weighed(a_passage("Lamps dim."))["dim"].sides == {Side.LEFT, Side.RIGHT}
    assert weighed(a_passage("Lamp dim."))["dim"].sides == frozenset()


def test_one_side_denied_later_leaves_the_other() -> None:
    both = a_passage("Lamps dim.", days=OLD, reference="a")
    right_mended = a_passage("Right lamp not dim.", days=NEW, reference="b")
    after = weighed(both, right_mended)["dim"]
    assert (after.state, after.sides) == (State.ASSERTED, {Side.LEFT})
    assert weighed(both, a_passage("No dim lamp.", days=NEW, reference="b"))["dim"].state is State.DENIED


def test_an_older_assertion_stays_evidence_until_it_is_contradicted() -> None:
    notes = a_passage("Rust.", days=OLD, reference="a"), a_passage("Rust.", days=NEW, reference="b")
    assert [item.reference for item in weighed(*notes)["rust"].evidence] == ["b", "a"]
    between = a_passage("No rust.", days=15, reference="c")
    assert [item.reference for item in weighed(*notes, between)["rust"].evidence] == ["b"]


def test_what_does_not_count_is_kept_with_its_reason() -> None:
    found = weighed(a_passage("History of rust."))["rust"]
    assert found.state is State.SILENT
    assert [item.ignored for item in found.ignored] == ["in the past"]


def test_what_documents_absence_is_kept_for_comparison() -> None:
    notes = a_passage("No rust.", days=OLD, reference="a"), a_passage("Rust.", days=NEW, reference="b")
    assert [item.reference for item in weighed(*notes)["rust"].denials] == ["a"]


def test_a_statement_without_a_date_is_the_oldest() -> None:
    notes = a_passage("Rust.", reference="a", date=None), a_passage("No rust.", days=NEW, reference="b")
    assert state_of("rust", *notes) is State.DENIED


def test_a_side_is_not_weighed_where_the_finding_is_not_asserted() -> None:
    assert weighed(a_passage("Possible dim left lamp."), using=finder(DIM))["dim"].sides == frozenset()

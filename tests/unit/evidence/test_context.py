"""ConText: what the words around a finding do to it, one example for and one against each kind of cue."""

from __future__ import annotations

import pytest

from tests.unit.evidence.tiny import DIM, finder, read, said, sided

FAMILY, PAST, ADVICE = "family history", "in the past", "return advice or condition"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # denial before
        ("Rust on the frame", "asserted"),
        ("No rust", "denied"),
        ("Without rust", "denied"),
        ("Denies smoke, rust, sparks", "denied"),
        ("No smoke, corrosion or rust", "denied"),
        ("No smoke. Rust.", "asserted"),
        ("No smoke; rust", "asserted"),
        ("No smoke but rust", "asserted"),
        ("No smoke, however rust", "asserted"),
        ("No smoke\nRust", "asserted"),
        # denial after
        ("Rust absent", "denied"),
        ("Flags (smoke, rust) absent", "denied"),
        ("Rust red, lamp (left) absent", "asserted"),
        ("Rust red, lamp (all) absent", "asserted"),
        ("Blue (old) and new rust, smoke (thin) absent", "asserted"),
        ("Rust: negative", "denied"),
        ("Rust not seen", "denied"),
        ("Smoke, rust and sparks all absent", "denied"),
        ("Smoke absent, rust present", "asserted"),
        ("Rust not present", "denied"),
        # no denial at all
        ("No change in rust", "asserted"),
        ("He does not deny rust", "asserted"),
        ("No new rust", "only its newness is denied"),
        # answers
        ("Rust? No.", "denied"),
        ("Rust? Yes.", "asserted"),
        ("Rust: no", "denied"),
        ("Blue rust / rust: no", "denied"),
        ("| Rust | No | |", "denied"),
        ("| Rust | Yes | |", "asserted"),
        ("Rust\tno\tno", "denied"),
        ("Rust: yes", "asserted"),
        ("Smoke: no, rust: yes", "asserted"),
        # nobody looked
        ("Rust not checked", "not examined"),
        ("Smoke not checked. Rust.", "asserted"),
        # whose
        ("Neighbour has rust", FAMILY),
        ("Rust in neighbour", FAMILY),
        ("Neighbour says he has rust", "asserted"),
        ("Neighbour has smoke. Rust.", "asserted"),
        ("Neighbour has smoke but rust", "asserted"),
        ("Daughter says mum has rust", "asserted"),
        ("Daughter has rust", FAMILY),
        ("Neighbour says mum has rust", FAMILY),
        # hypothetical
        ("Call if rust", ADVICE),
        ("Watch for smoke, rust", ADVICE),
        ("Rust, call if smoke", "asserted"),
        ("Call if he began rust", ADVICE),
        ("Call if smoke comes back, but rust", "asserted"),
        ("Rust would worry me", ADVICE),
        ("Smoke would worry me. Rust.", "asserted"),
        # doubt
        ("Possible rust", "uncertain"),
        ("Rule out rust", "uncertain"),
        ("?rust", "uncertain"),
        ("Rust suspected", "uncertain"),
        ("Possible smoke, rust", "asserted"),
        ("Rust?", "uncertain"),
        ("Is there rust? To be looked at.", "uncertain"),
        # past
        ("History of rust", PAST),
        ("Rust resolved", PAST),
        ("History of smoke, rust", "asserted"),
        ("[Copied from 2019] smoke, rust", PAST),
        ("[Copied from 2019] smoke. Rust.", "asserted"),
        ("Smoke resolved. Rust.", "asserted"),
    ],
)  # fmt: skip
def test_the_words_around_decide_what_is_said(text: str, expected: str) -> None:
    assert said(text)["rust"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Neighbours: rust", FAMILY),
        ("Advice: rust", ADVICE),
        ("Old visits: rust", PAST),
        ("Neighbours: smoke\n\nRust", "asserted"),
        ("Neighbours: smoke.\nReport: rust", "asserted"),
        ("Old visits: smoke, new rust", "asserted"),
        ("Advice:\nsmoke\n- rust", ADVICE),
        ("ADVICE\nSmoke\nRust", ADVICE),
        ("ADVICE (as printed)\nRust", ADVICE),
        ("Advice:\nsmoke\n\nRust", "asserted"),
        ("Advice:\nsmoke\nReport: rust", "asserted"),
        ("ADVICE\nSmoke\nREPORT\nRust", "asserted"),
        ("Old visits:\nsmoke\nToday rust", "asserted"),
        ("Old visits:\nsmoke\nRust since yesterday", "asserted"),
        ("Old visits:\nsmoke\nRust for 3 years", PAST),
        ("Smoke:\nNegative\nRust", "asserted"),
        ("Advice: smoke\nRust", "asserted"),
        ("PRINTED ADVICE\nrust", ADVICE),
        ("Call if:\nsmoke\nrust", ADVICE),
        ("NOT SEEN\nrust, smoke", "denied"),
        ("Not seen: smoke. Rust.", "asserted"),
        ("--- copied from 2019 ---\nRust", PAST),
        ("My husband called. He saw rust.", FAMILY),
        ("My husband called. He saw smoke. He has rust.", FAMILY),
        ("My husband called. She saw rust.", "asserted"),
        ("My husband called. Smoke. He saw rust.", "asserted"),
        ("Report: My husband called. He saw smoke. I saw rust.", "asserted"),
        ("The husband called. He saw rust.", "asserted"),
    ],
)
def test_a_section_speaks_for_its_sentences_and_no_further(text: str, expected: str) -> None:
    assert said(text)["rust"] == expected


@pytest.mark.parametrize("box", ["[ ]", "[]", "☐", "( )"])
def test_a_box_that_nobody_ticked_says_nothing(box: str) -> None:
    assert said(f"{box} rust") == {}


@pytest.mark.parametrize("box", ["[x]", "[X]", "☑", "☒"])
def test_a_ticked_box_does(box: str) -> None:
    assert said(f"{box} rust") == {"rust": "asserted"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Rust: [ ] present [x] absent", "denied"),
        ("Rust: [x] present [ ] absent", "asserted"),
        ("Rust: present [ ] absent [x]", "denied"),
        ("Rust: present [x] absent [ ]", "asserted"),
        ("Rust? [ ] yes [x] no", "denied"),
        ("[x] rust [ ] smoke", "asserted"),
        ("Rust Y/N: yes", "asserted"),
        ("Smoke [ ] rust [x]", "asserted"),
    ],
)
def test_of_a_form_counts_what_is_ticked(line: str, expected: str) -> None:
    assert said(line) == {"rust": expected}


@pytest.mark.parametrize(
    "line",
    ["Rust: {yes/no:12}", "Rust Y / N   Smoke Y / N", "Rust *** smoke ***", "Rust: [ ] present [ ] absent"],
)
def test_a_form_that_nobody_filled_in_says_nothing(line: str) -> None:
    assert said(line) == {}


@pytest.mark.parametrize(
    "text", ["Seen by Mr Spark", "Mr P Spark", "Letter from Mr Peter Spark, lamps", "Mr Peter Spark is sure"]
)
def test_a_name_after_a_title_is_a_person(text: str) -> None:
    assert said(text) == {}


@pytest.mark.parametrize(
    "text", ["Spark seen by Mr Bell", "Seen by Mr Bell, spark", "Mr Bell spark positive"]
)
def test_what_stands_beside_a_name_is_none(text: str) -> None:
    assert said(text) == {"spark": "asserted"}


def test_a_title_without_a_name_takes_no_word() -> None:
    assert said("Tell mr if rust") == {"rust": ADVICE}
    assert said("Told the nurse rust came back") == {"rust": "asserted"}
    assert said("Told nurse Spark") == {}


def test_a_pseudo_entry_takes_its_words_out_of_sight() -> None:
    assert said("Spark plug") == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lamp dim", {("asserted", None)}),
        ("Left lamp dim", {("asserted", "left")}),
        ("Lamp dim on the right", {("asserted", "right")}),
        ("Lamps dim", {("asserted", "both")}),
        ("Both lamps dim, bell on the left", {("asserted", "both")}),
        ("Left lamp dim, right lamp not dim", {("asserted", "left"), ("denied", "right")}),
        ("Lamp dim: present left, absent right", {("asserted", "left"), ("denied", "right")}),
        ("Lamps dim L>R", {("asserted", "both")}),
        ("Lamp dim on the right, none on the left", {("asserted", "right"), ("denied", "left")}),
        ("Lamp dim on the left, absent right", {("asserted", "left"), ("denied", "right")}),
        ("Lamp dim: left present; right absent", {("asserted", "left"), ("denied", "right")}),
    ],
)
def test_each_side_is_read_with_its_own_word(text: str, expected: set[tuple[str, str | None]]) -> None:
    assert sided(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lamp dim", True),
        ("Dim lamp", True),
        ("Lamp in the hall upstairs is dim", True),
        ("Lamp " + "very " * 7 + "dim", False),
        ("Lamp. Dim.", False),
        ("Bell dim", False),
        ("Lamps flickering, bell loud", True),
    ],
)
def test_words_of_a_pattern_stand_together_in_one_sentence(text: str, *, expected: bool) -> None:
    assert ("dim" in said(text)) is expected


def test_a_segment_keeps_its_value_to_itself() -> None:
    assert said("Bell 3+, lamp dim")["rated"] == "asserted"
    assert said("Bell 2+, lamp dim") == {"rated": "denied", "dim": "asserted"}
    assert "rated" not in said("Lamp 3+, bell dim")


def test_a_number_beside_its_subject_decides() -> None:
    assert [(item.state, item.number) for item in read("Bell 4+")] == [("asserted", 4.0)]
    assert [(item.state, item.number) for item in read("Bell 1+")] == [("denied", 1.0)]


def test_an_ordered_pattern_wants_its_order() -> None:
    ordered = finder(DIM | {"says": [{"near": ["lamp", "dim"], "ordered": True}]})
    assert said("Lamp dim", ordered) == {"dim": "asserted"}
    assert said("Dim lamp", ordered) == {}


@pytest.mark.parametrize(("text", "expected"), [
    ("corrosoin", True),
    ("corosion", True),
    ("corrossion", True),
    ("corrosien", True),
    ("corrasion", False),
    ("crust", False),
    ("rusts", True),
])  # fmt: skip
def test_one_slip_in_a_long_word_is_forgiven_and_a_correct_word_left_alone(
    text: str, *, expected: bool
) -> None:
    assert ("rust" in said(text)) is expected


def test_what_is_told_as_history_can_count_for_a_lasting_thing() -> None:
    lasting = finder(DIM | {"past_counts": True})
    assert said("History of dim lamp") == {"dim": PAST}
    assert said("History of dim lamp", lasting) == {"dim": "asserted"}


def test_a_doubt_can_count_where_the_finding_says_so() -> None:
    assert said("Possible dim lamp", finder(DIM | {"doubt_counts": True})) == {"dim": "asserted"}


def test_names_of_things_are_not_denied() -> None:
    assert said("Without dim lamp", finder(DIM | {"plain": True})) == {"dim": "asserted"}

"""A text is cut into sentences and tokens that keep their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.evidence.tokens import Tokens, sentences, tokens, without_apostrophes

PIECES = st.sampled_from(
    [
        "lamp",
        "dim",
        "3+",
        "4/5",
        "Dr.",
        "no",
        "\n",
        "\r\n",
        " ",
        ".",
        "?",
        ";",
        ",",
        ": ",
        "- ",
        "é",
        "İ",
        "①",
        "C5-6",
    ]
)


def cut(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentences(text)]


def tokens_of(text: str) -> Tokens:
    return tokens(text, without_apostrophes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lamp dim. Bell rings.", ["Lamp dim", "Bell rings"]),
        ("Lamp dim; bell rings", ["Lamp dim", "bell rings"]),
        ("Lamp dim\nBell rings", ["Lamp dim", "Bell rings"]),
        ("Lamp dim\r\nBell rings", ["Lamp dim", "Bell rings"]),
        ("Is it dim? It is bright", ["Is it dim?", "It is bright"]),
        ("Dim! Bright", ["Dim", "Bright"]),
    ],
)  # fmt: skip
def test_stops_semicolons_questions_and_lines_end_a_sentence(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The lamp of Dr. Bell is dim",
        "Seen by Mr. Bell today",
        "Bright, e.g. in the hall",
        "A value of 3.5 was read",
        "Approx. two lamps",
        "Letter of E. Bell",
        "Dim? No",
        "Rust? Yes",
    ],
)
def test_abbreviations_decimals_and_answers_do_not_end_a_sentence(text: str) -> None:
    assert cut(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The lamp\nis dim", 1),
        ("Denies\nRust", 1),
        ("Lamp dim,\nBell loud", 1),
        ("Lamp dim\n- bell loud", 2),
        ("Lamp dim\n\nbell loud", 2),
        ("Lamp dim\nBell: loud", 2),
    ],
)
def test_a_wrapped_line_goes_on_and_an_item_of_a_list_does_not(text: str, expected: int) -> None:
    assert len([one for one in cut(text) if one]) == expected


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("3+", "grade", 3),
        ("3+/4", "grade", 3),
        ("2/4", "grade", 2),
        ("+++", "grade", 3),
        ("4/5", "power", 4),
        ("4+/5", "power", 4.5),
        ("4-/5", "power", 3.5),
        ("5 out of 5", "power", 5),
        ("3/7", "fraction", 3),
        ("3/52", "fraction", 21),
        ("3/12", "fraction", 90),
        ("0.62", "number", 0.62),
        ("1,200", "number", 1200),
        ("0,62", "number", 0.62),
    ],
)
def test_a_number_is_read_as_it_is_written(text: str, kind: str, number: float) -> None:
    read = tokens_of(f"value {text} seen")
    assert (read.kinds[1], read.numbers[1]) == (kind, number)


def test_a_level_of_the_spine_is_no_number() -> None:
    read = tokens_of("at C5-6 and L5/S1")
    assert [norm for norm, kind in zip(read.norms, read.kinds, strict=True) if kind == "level"] == [
        "c5-6",
        "l5/s1",
    ]
    assert read.numbers == {}


@pytest.mark.parametrize(
    ("text", "norms"),
    [
        ("Bell's", ["bell"]),
        ("Bell’s", ["bell"]),
        ("can't", ["cant"]),
        ("w/o rust", ["w/o", "rust"]),
        ("(+) rust", ["(+)", "rust"]),
        ("rust ( - )", ["rust", "(-)"]),
        ("?rust", ["query", "rust"]),
        ("rust?", ["rust", "?"]),
        ("rust? no", ["rust", ":", "no"]),
        ("rust -", ["rust", "(-)"]),
        ("rust - blue", ["rust", "-", "blue"]),
    ],
)
def test_words_and_signs_get_their_normal_form(text: str, norms: list[str]) -> None:
    assert tokens_of(text).norms == norms


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_every_sentence_and_token_lies_where_it_says(text: str) -> None:
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        last = end
        read = tokens(text[start:end], without_apostrophes)
        assert len(read.norms) == len(read.places) == len(read.kinds)
        at = 0
        for first, stop in read.places:
            assert at <= first < stop <= end - start
            at = stop


@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_word_is_lost_between_sentences(text: str) -> None:
    inside = "".join(text[start:end] for start, end in sentences(text))
    assert [c for c in inside if c.isalnum()] == [c for c in text if c.isalnum()]

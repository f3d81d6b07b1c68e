"""The same words written otherwise: case, spaces, wrapped lines, slips of the pen, abbreviations, plurals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any
from zlib import crc32

Mutate = Callable[[str], str]

FREE_TEXT = ("note", "reason")
_LONG_WORD = re.compile(r"\b[a-z]{8,}\b", re.IGNORECASE)
_SPACE_INSIDE = re.compile(r"(?<=[a-z,]) (?=[a-z])")
_SHORTER = {
    "bilateral": "b/l",
    "bilaterally": "bilat",
    "left": "L",
    "right": "R",
    "weakness": "wkness",
    "positive": "pos",
    "negative": "neg",
    "without": "w/o",
    "reflexes": "DTRs",
    "history of": "h/o",
    "low back pain": "LBP",
    "patient": "pt",
    "weeks": "wks",
    "months": "mos",
    "years": "yrs",
}
_LONGER = {
    "b/l": "bilateral",
    "bilat": "bilaterally",
    "L": "left",
    "R": "right",
    "KJ": "knee jerks",
    "AJ": "ankle jerks",
    "SLR": "straight leg raise",
    "pos": "positive",
    "neg": "negative",
    "wks": "weeks",
    "LE": "lower extremity",
    "LBP": "low back pain",
    "nl": "normal",
    "DTR": "deep tendon reflexes",
}
_NUMBER = {
    "sign": "signs",
    "signs": "sign",
    "button": "buttons",
    "buttons": "button",
    "Hoffmann": "Hoffmann's",
    "Babinski": "Babinski's",
    "month": "months",
    "years": "year",
    "beats": "beat",
}


def mutated(vignette: Mapping[str, Any], mutate: Mutate) -> dict[str, Any]:
    """Return *vignette* with its notes and reasons written otherwise; labels and codes stay."""
    data = [
        item | {"text": mutate(item["text"])} if item["type"] in FREE_TEXT else item
        for item in vignette["data"]
    ]
    return {**vignette, "data": data}


def upper_case(text: str) -> str:
    return text.upper()


def lower_case(text: str) -> str:
    return text.lower()


def doubled_spaces(text: str) -> str:
    return text.replace(" ", "  ")


def broken_lines(text: str) -> str:
    """Break the line at every third space between two words in lower case."""
    places = [match.start() for match in _SPACE_INSIDE.finditer(text)][::3]
    return "".join("\n" if at in places else char for at, char in enumerate(text))


def windows_lines(text: str) -> str:
    return broken_lines(text).replace("\n", "\r\n")


def no_break_spaces(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def shorter_words(text: str) -> str:
    return _replaced(text, _SHORTER)


def longer_words(text: str) -> str:
    return _replaced(text, _LONGER)


def other_number(text: str) -> str:
    return _replaced(text, _NUMBER)


def typographic_apostrophes(text: str) -> str:
    return text.replace("'", "’")


def a_letter_left_out(text: str) -> str:
    return _slipped(text, lambda word, at: word[:at] + word[at + 1 :])


def a_letter_doubled(text: str) -> str:
    return _slipped(text, lambda word, at: word[:at] + word[at] + word[at:])


def two_letters_swapped(text: str) -> str:
    return _slipped(text, lambda word, at: word[:at] + word[at + 1] + word[at] + word[at + 2 :])


def a_wrong_letter(text: str) -> str:
    return _slipped(text, lambda word, at: word[:at] + ("x" if word[at] != "x" else "z") + word[at + 1 :])


def _slipped(text: str, slip: Callable[[str, int], str]) -> str:
    """Return *text* with one slip in each word of eight letters or more, never in the first two or last."""
    random = Random(crc32(text.encode()))  # noqa: S311 - the same text always slips at the same places
    return _LONG_WORD.sub(lambda found: slip(found[0], random.randrange(2, len(found[0]) - 2)), text)


def _replaced(text: str, by: Mapping[str, str]) -> str:
    pattern = re.compile(rf"(?<![\w/'-])(?:{'|'.join(map(re.escape, by))})(?![\w/'-])")
    return pattern.sub(lambda found: by[found[0]], text)


MUTATIONS: tuple[Mutate, ...] = (
    upper_case,
    lower_case,
    doubled_spaces,
    no_break_spaces,
    broken_lines,
    windows_lines,
    typographic_apostrophes,
    shorter_words,
    longer_words,
    other_number,
    a_letter_left_out,
    a_letter_doubled,
    two_letters_swapped,
    a_wrong_letter,
)

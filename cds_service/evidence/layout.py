"""What the layout of a note says, put into its text: cells of a table, rows of dots, answers of one sign."""

from __future__ import annotations

import re

_CELL = re.compile(r"\||(?<=\S)\t")
_DOTS = re.compile(r"\.{4,}")
_LISTED_PLUS = re.compile(r"[,:]\s\+\s?[a-z]", re.IGNORECASE)
_LISTED_MINUS = re.compile(r"(?<=[,:])\s[-−]\s(?=[a-z])", re.IGNORECASE)
_SIGNED_LIST = re.compile(r"(?<=[:.])\s\([-+]\)\s[a-z][^.\n]*", re.IGNORECASE)  # to the end of its sentence
_LETTER_ANSWER = re.compile(r"(?<=[a-z]) ([YN])\.(?=\s|$)")
_FEWEST_ANSWERS = 3  # of one letter; a single "N." may be an initial


def laid_out(text: str) -> str:
    """Return *text* with the words that its layout stands for; every place stays what it was.

    "| Weakness | No |" and "Weakness ..... no" get a colon, "ROS: + back pain, - numbness" a "no", and
    "Falls N. Leg pain Y." become questions with their answers.
    """
    if "|" in text or "\t" in text:
        text = _CELL.sub(":", text)
    if "...." in text:
        text = _DOTS.sub(lambda dots: ":".ljust(len(dots.group())), text)
    if " +" in text and _LISTED_PLUS.search(text):
        text = _LISTED_MINUS.sub("no ", text)
    if " (-) " in text:
        text = _SIGNED_LIST.sub(_with_words, text)
    if " N." in text and len(_LETTER_ANSWER.findall(text)) >= _FEWEST_ANSWERS:
        text = _LETTER_ANSWER.sub(r":\1\n", text)
    return text


def _with_words(listed: re.Match[str]) -> str:
    """Return "(-) fever (+) pain" as a list with words for its signs; behind a name a sign stays one."""
    return listed.group().replace(" (-) ", ", no ").replace(" (+) ", ",  + ")

"""Sections of a note: what a label, a heading or the sentence before makes of a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from cds_service.evidence.context import DENIED, HE, RELATIVE, SHE
from cds_service.evidence.hits import find_hits
from cds_service.evidence.lexicon import Cue, Lexicon
from cds_service.evidence.statements import Surroundings

_LABEL = re.compile(r"\s*(?:[-*•]\s*)?([A-Za-z][\w /&',()-]{0,90}):", re.ASCII)
# A line that is nothing but a heading: "PATIENT EDUCATION", "Urgent help", "--- copied from 2019 ---".
_HEADING = re.compile(
    r"\s*(?:[-=*#_]{2,}\s*)?([A-Za-z][\w /&',-]{3,60}?)\s*(?:\([^)\n]*\)|[-=*#_]{2,})?[ \t]*$", re.ASCII
)
_NOTHING_BEHIND = re.compile(r"[ \t\r]*(?:\n|\Z)")
_BEGINS_ANEW = re.compile(
    r"\s*(?:patient|pt|he|she|today|now|currently|presents|on exam\w*|o/e|exam\w*|hpi|plan|assessment)\b",
    re.IGNORECASE,
)
_PIECES = re.compile(r"\s*[-–,:;/()]\s*")
_SOMETHING = re.compile(r"\S")
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
_LONGEST_LABEL = 6  # words; what stands before a colon and is longer says something itself
_NEWLINES = ("\n", "\r")
_HEADINGS = (Cue.HEADING, Cue.HYPOTHETICAL)  # "Return if:"
_HER = frozenset({"my", "her"})
_HIS = frozenset({"my", "his"})
_OF_THE_OTHER = {"he": frozenset({"she", "her", "hers"}), "she": frozenset({"he", "him", "his"})}


def section_of_title(title: str, lexicon: Lexicon) -> str:
    """Return what the title of a document makes of all of it: "Patient instructions" are advice."""
    for piece in _PIECES.split(title.lower()):
        section = _section_named(tuple(piece.split()), lexicon)
        if section:
            return section
    return ""


def _section_named(words: tuple[str, ...], lexicon: Lexicon) -> str:
    meanings = lexicon.meanings_of(words)
    return next((one.group for one in meanings if one.cue is Cue.SECTION), "")


@dataclass(slots=True)
class Bookmark:
    """Where in a text the reading has come to; it only moves forward.

    Attributes:
        around: what the section makes of the sentence that is read.
    """

    text: str
    lexicon: Lexicon
    around: Surroundings
    _section_ends: int = -1
    _opened: int = 0
    _line_ends: int = -1
    _paragraph_ends: int = -1
    _pronoun: str = ""
    _is_told: bool = False

    def move(self, start: int, end: int) -> None:
        """Go to the sentence between these places: a label or a heading opens a section.

        The end of its line closes it or, where nothing else stands in the line, a blank line.
        """
        text = self.text
        label = None
        if text.find(":", start, end) > 0:
            label = _LABEL.match(text, start, end)
        elif text[end : end + 1] in _NEWLINES:
            label = _HEADING.match(text, start, end)
        if label and self._opens(label):
            self._section_ends = max(self._section_ends, self._line_end(end))
        elif self.around.section and (
            start > self._section_ends
            or (_BLANK_LINE.search(text, max(0, start - 3), start) and self._has_begun(start))
            or _BEGINS_ANEW.match(text, start, end)
        ):
            self.around = self.around._replace(section="")

    def turn_to(self, words: list[str]) -> Surroundings:
        """Return what is around the sentence of these *words*: "His wife has MS", and then "She ...".

        A sentence that names the patient, too, is not about the relative alone ("She says that he falls");
        a patient who tells ("my wife") would say "I".
        """
        goes_on = self._pronoun and words[:1] == [self._pronoun]
        if goes_on and (self._is_told or _OF_THE_OTHER[self._pronoun].isdisjoint(words)):
            return self.around._replace(section=RELATIVE)
        self._pronoun = ""
        for first, second in pairwise(words):
            whose = first.strip("'")
            spouse = whose == "with" and second in ("wife", "husband")
            if spouse or (second in HE and whose in _HER) or (second in SHE and whose in _HIS):
                self._pronoun = "he" if second in HE else "she"
                self._is_told = whose == "my"
                break
        return self.around

    def _opens(self, label: re.Match[str]) -> bool:
        """Open the section of *label*; False when it is a line of text that only looks like a heading."""
        alone = _NOTHING_BEHIND.match(self.text, label.end()) is not None
        section = self._section(label.group(1), alone=alone)
        if not section and label.re is _HEADING and not label.group(1).isupper():
            return False
        self.around = self.around._replace(section=section)
        self._section_ends = self._paragraph_end(label.end()) if alone else -1
        self._opened = label.end()
        return True

    def _has_begun(self, at: int) -> bool:
        """Tell whether anything stands between the heading and *at*, which a blank line may part."""
        return _SOMETHING.search(self.text, self._opened, at) is not None

    def _section(self, label: str, *, alone: bool) -> str:
        """Return what a label makes of what follows; *alone* in its line, it may say it by one word."""
        words = tuple(label.lower().replace("'", "").replace("/", " ").replace(",", " ").split())
        section = _section_named(words, self.lexicon)
        if not alone and section == DENIED:
            return ""
        is_text = not alone and len(words) > _LONGEST_LABEL
        if section or is_text or self.lexicon.headings.isdisjoint(words):
            return section
        telling = _HEADINGS if alone else (Cue.HEADING,)
        hits = find_hits(list(words), self.lexicon)
        return next((hit.meaning.group for hit in hits if hit.meaning.cue in telling), "")

    def _line_end(self, at: int) -> int:
        """Return where the line that holds *at* ends; each line is searched once."""
        if at > self._line_ends:
            stop = self.text.find("\n", at)
            self._line_ends = len(self.text) if stop < 0 else stop
        return self._line_ends

    def _paragraph_end(self, at: int) -> int:
        """Return where the next blank line behind the line of *at* begins; each is searched once."""
        if at >= self._paragraph_ends:
            something = _SOMETHING.search(self.text, self._line_end(at))
            blank = _BLANK_LINE.search(self.text, something.start()) if something else None
            self._paragraph_ends = blank.start() if blank else len(self.text)
        return self._paragraph_ends

"""Findings in text: sentence by sentence, what each says, quoted verbatim and put where it stands.

Most sentences speak of no finding. They are told apart by their words alone, before anything is read closely.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from cds_service.chart.model import Passage
from cds_service.evidence.candidates import Candidate, PatternIndex
from cds_service.evidence.context import DENIED, RELATIVE
from cds_service.evidence.hits import find_hits
from cds_service.evidence.lexicon import Cue, Lexicon
from cds_service.evidence.model import Evidence
from cds_service.evidence.sentence import read_sentence
from cds_service.evidence.statements import Statement, Surroundings, read_statements
from cds_service.evidence.timing import stated_times
from cds_service.evidence.tokens import sentences, tokens, words_only

_LABEL = re.compile(r"\s*(?:[-*•]\s*)?([A-Za-z][A-Za-z /&'-]{0,40}):")
# A line that is nothing but a heading: "PATIENT EDUCATION", "Urgent help", "--- copied from 2019 ---".
_HEADING = re.compile(
    r"\s*(?:[-=*#_]{2,}\s*)?([A-Za-z][\w /&',-]{3,60}?)\s*(?:\([^)\n]*\)|[-=*#_]{2,})?[ \t]*$", re.ASCII
)
_BEGINS_ANEW = re.compile(
    r"\s*(?:patient|pt|he|she|today|now|currently|presents|on exam\w*|o/e|exam\w*|hpi|plan|assessment)\b",
    re.IGNORECASE,
)
_HEADINGS = (Cue.HEADING, Cue.HYPOTHETICAL)  # "Return if:"
_NEWLINES = ("\n", "\r")
_CELL = re.compile(r"\||(?<=\S)\t")
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
LABELLED_VALUE = "code+value"  # the element of an observation: "label: value"
_MOST_STATEMENTS = 2_000  # in one text; no text that a person writes has more
_HE = frozenset({"husband", "father", "dad", "brother", "son", "grandfather", "uncle", "boyfriend"})
_SHE = frozenset({"wife", "mother", "mum", "mom", "sister", "daughter", "grandmother", "aunt", "girlfriend"})
_LONGEST_AFTERTHOUGHT = 60  # characters of a sentence that only says when the symptoms before it began


@dataclass(frozen=True, slots=True)
class TextReader:
    """Reads the texts of one chart; a sentence that was carried on from note to note is read once."""

    index: PatternIndex
    lexicon: Lexicon
    _known: dict[tuple[str, str, Surroundings], list[Statement]] = field(default_factory=dict)

    def find_in(self, passage: Passage) -> list[Evidence]:
        """Return the evidence in *passage* in the order of the text; spans are those of ``passage.text``."""
        text, kind = _without_cells(passage.text), passage.kind
        words = words_only(text)
        year = passage.date.latest.year if passage.date else None
        bookmark = _Bookmark(text, self.lexicon, Surroundings("", passage.element == LABELLED_VALUE, year))
        mine = " my " in words or "'my " in words or words.startswith("my ")
        found: list[Evidence] = []
        before: list[Statement] = []
        before_at = 0
        for start, end in sentences(text):
            here = words[start:end].split()
            bookmark.move(start, end)
            around = bookmark.turn_to(here[:3]) if mine else bookmark.around
            candidates = self.index.among(here, kind) if len(found) < _MOST_STATEMENTS else []
            if before:
                if not candidates and end - start < _LONGEST_AFTERTHOUGHT:
                    before = _dated(before, text[start:end], here, year, self.lexicon)
                found.extend([_placed(one, passage, before_at) for one in before])
            before = self._read(text[start:end], kind, candidates, around) if candidates else []
            before_at = start
        found.extend([_placed(one, passage, before_at) for one in before])
        return found

    def _read(
        self, sentence: str, kind: str, candidates: list[Candidate], around: Surroundings
    ) -> list[Statement]:
        said = self._known.get((sentence, kind, around))
        if said is None:
            said = read_statements(sentence, candidates, self.lexicon, around)
            self._known[sentence, kind, around] = said
        return said


def _without_cells(text: str) -> str:
    """Return *text* with a colon between the cells of a table: "| Weakness | No |"; places stay."""
    return _CELL.sub(":", text) if "|" in text or "\t" in text else text


@dataclass(slots=True)
class _Bookmark:
    """Where in a text the reading has come to.

    Attributes:
        around: what the section makes of the sentence that is read.
    """

    text: str
    lexicon: Lexicon
    around: Surroundings
    _section_ends: int = -1
    _pronoun: str = ""

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
            self._section_ends = max(self._section_ends, _line_end(text, end))
        elif self.around.section and (
            start > self._section_ends
            or _BLANK_LINE.search(text, max(0, start - 3), start)
            or _BEGINS_ANEW.match(text, start, end)
        ):
            self.around = self.around._replace(section="")

    def _opens(self, label: re.Match[str]) -> bool:
        """Open the section of *label*; False when it is a line of text that only looks like a heading."""
        line_end = _line_end(self.text, label.end())
        alone = not self.text[label.end() : line_end].strip()
        section = _section(label.group(1), self.lexicon, alone=alone)
        if not section and label.re is _HEADING and not label.group(1).isupper():
            return False
        self.around = self.around._replace(section=section)
        self._section_ends = _paragraph_end(self.text, line_end) if alone else -1
        return True

    def turn_to(self, words: list[str]) -> Surroundings:
        """Return what is around a sentence that begins with *words*: "My husband ...", and then "He ..."."""
        if self._pronoun and words[:1] == [self._pronoun]:
            return self.around._replace(section=RELATIVE)
        self._pronoun = next(
            (
                "he" if second in _HE else "she" if second in _SHE else ""
                for first, second in pairwise(words)
                if first.strip("'") == "my"
            ),
            "",
        )
        return self.around


def _line_end(text: str, at: int) -> int:
    """Return where the line that holds *at* ends."""
    stop = text.find("\n", at)
    return len(text) if stop < 0 else stop


def _paragraph_end(text: str, at: int) -> int:
    """Return where the next blank line after *at* begins."""
    blank = _BLANK_LINE.search(text, at + 1)
    return blank.start() if blank else len(text)


def _section(label: str, lexicon: Lexicon, *, alone: bool) -> str:
    """Return what a label or heading makes of what follows; *alone* in its line, one word may say it."""
    words = tuple(label.lower().replace("'", "").replace("/", " ").replace(",", " ").split())
    section = next((one.group for one in lexicon.meanings_of(words) if one.cue is Cue.SECTION), "")
    if section or not alone:
        return "" if section == DENIED and not alone else section
    headings = [hit.meaning.group for hit in find_hits(list(words), lexicon) if hit.meaning.cue in _HEADINGS]
    return headings[0] if headings else ""


def _dated(
    said: list[Statement], following: str, words: list[str], year: int | None, lexicon: Lexicon
) -> list[Statement]:
    """Give what was *said* the onset that the next sentence states, if it begins so ("Began 3 days ago")."""
    if lexicon.onsets.isdisjoint([lexicon.known(word) for word in words[:3]]):
        return said
    sentence = read_sentence(tokens(following, lexicon.normal), lexicon)
    if not any(hit.first <= 2 for hit in sentence.of(Cue.ONSET)):
        return said
    times = stated_times(sentence, year)
    if not times:
        return said
    return [one if one.onset_days is not None else one._replace(onset_days=times[0].days) for one in said]


def _placed(statement: Statement, passage: Passage, at: int) -> Evidence:
    """Return *statement* of the sentence that begins *at* as evidence of *passage*."""
    finding, state, side, onset, course, (first, last), number, ignored = statement
    start, end = at + first, at + last
    return Evidence(
        finding=finding,
        state=state,
        reference=passage.reference,
        kind=passage.kind,
        date=passage.date,
        side=side,
        onset_days=onset,
        course=course,
        quote=passage.text[start:end],
        span=(start, end),
        element=passage.element,
        number=number,
        ignored=ignored,
    )

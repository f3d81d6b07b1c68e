"""Findings in text: sentence by sentence, what each says, quoted verbatim and put where it stands.

Most texts, and most sentences, speak of no finding. They are told apart by their words alone, before anything
is read closely.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cds_service.chart.model import Passage
from cds_service.evidence.candidates import Candidate, PatternIndex
from cds_service.evidence.context import HE, SHE
from cds_service.evidence.layout import laid_out
from cds_service.evidence.lexicon import Cue, Lexicon
from cds_service.evidence.model import Evidence
from cds_service.evidence.sections import Bookmark, section_of_title
from cds_service.evidence.sentence import read_sentence
from cds_service.evidence.statements import Statement, Surroundings, read_statements
from cds_service.evidence.timing import stated_times
from cds_service.evidence.tokens import sentences, tokens, words_only

LABELLED_VALUE = "code+value"  # the element of an observation: "label: value"
_KIN = HE | SHE
_MOST_STATEMENTS = 2_000  # in one text; no text that a person writes has more
_LONGEST_AFTERTHOUGHT = 60  # characters of a sentence that only says when the symptoms before it began


@dataclass(frozen=True, slots=True)
class TextReader:
    """Reads the texts of one chart; a sentence that was carried on from note to note is read once."""

    index: PatternIndex
    lexicon: Lexicon
    _known: dict[tuple[str, str, Surroundings], list[Statement]] = field(default_factory=dict)

    def find_in(self, passage: Passage) -> list[Evidence]:
        """Return the evidence in *passage* in the order of the text; spans are those of ``passage.text``."""
        text, kind = laid_out(passage.text), passage.kind
        if passage.entry is not None and text == passage.entry.label:
            text = text.replace(";", ",")  # a label is one statement: "Fusion C5-6; indication: myelopathy"
        words = words_only(text)
        said = words.split()
        telling = self.index.telling_among(said)
        if not telling:
            return []
        year = passage.date.latest.year if passage.date else None
        bookmark = Bookmark(text, self.lexicon, Surroundings("", passage.element == LABELLED_VALUE, year))
        document = section_of_title(passage.title, self.lexicon) if passage.title else ""
        relatives = not _KIN.isdisjoint(said)
        found: list[Evidence] = []
        before: list[Statement] = []
        before_at = 0
        for start, end in sentences(text):
            here = words[start:end].split()
            bookmark.move(start, end)
            around = bookmark.turn_to(here) if relatives else bookmark.around
            if document and not around.section:
                around = around._replace(section=document)
            candidates = []
            if len(found) < _MOST_STATEMENTS and not telling.isdisjoint(here):
                candidates = self.index.among(here, kind)
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


def _dated(
    said: list[Statement], following: str, words: list[str], year: int | None, lexicon: Lexicon
) -> list[Statement]:
    """Give what was *said* the onset that the next sentence states, if it begins so ("Began 3 days ago")."""
    if lexicon.onsets.isdisjoint([lexicon.normal(word) for word in words[:3]]):
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

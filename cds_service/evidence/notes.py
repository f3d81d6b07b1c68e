"""Findings in text: sentence by sentence, matches with their context, each quoting the passage verbatim.

Most sentences speak of no finding. They are told apart by their words alone, before anything is read closely.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cds_service.chart.model import Passage
from cds_service.evidence.context import AS_WRITTEN, course_of, read_context
from cds_service.evidence.definition import FindingDefinition, Pattern, WordOf
from cds_service.evidence.lexicon import PIECE, Cue, Lexicon
from cds_service.evidence.matching import Match, find_matches
from cds_service.evidence.model import Evidence, State
from cds_service.evidence.sentence import COORDINATORS, Sentence, read_sentence
from cds_service.evidence.timing import StatedTime, is_long_ago, onset_days, stated_times
from cds_service.evidence.tokens import sentences, tokens

_LABEL = re.compile(r"\s*(?:[-*•]\s*)?([A-Za-z][A-Za-z /&'-]{1,40}):")
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
_UNTICKED = re.compile(r"\[\s?\]|☐|□|\(\s\)|__+")
_TICKED = re.compile(r"\[\s?[xX✓]\s?\]|☑|☒|■|\([xX]\)")
LABELLED_VALUE = "code+value"  # the element of an observation: "label: value"
_MOST_STATEMENTS = 2_000  # in one text; no text that a person writes has more
_LONGEST_QUOTE = 80  # characters
_LONGEST_AFTERTHOUGHT = 60  # characters of a sentence that only says when the symptoms before it began


class Candidate(NamedTuple):
    """A pattern, the finding that it belongs to, and the word groups that it needs.

    Attributes:
        all_of: groups that the sentence has to have.
        one_of: sets of groups, of each of which it has to have one.
    """

    definition: FindingDefinition
    pattern: Pattern
    all_of: frozenset[str]
    one_of: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, definition: FindingDefinition, pattern: Pattern) -> Candidate:
        """Read what *pattern* needs from its elements."""
        groups = [frozenset(element.groups) for element in pattern.near if isinstance(element, WordOf)]
        single = frozenset(group for one in groups if len(one) == 1 for group in one)
        return cls(definition, pattern, single, tuple(one for one in groups if len(one) > 1))

    def reads(self, kind: str) -> bool:
        """Tell whether the pattern is meant for texts of this resource type."""
        mine, patterns = self.definition.text_kinds, self.pattern.kinds
        return (not mine or kind in mine) and (not patterns or kind in patterns)


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """Which patterns a sentence can hold.

    Attributes:
        candidates: every pattern.
        by_group: numbers of the patterns that need a word of a group, the last and most telling of theirs.
    """

    candidates: tuple[Candidate, ...]
    by_group: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, definitions: Iterable[FindingDefinition]) -> PatternIndex:
        """Index every pattern of *definitions*."""
        candidates = tuple(
            Candidate.of(definition, pattern) for definition in definitions for pattern in definition.patterns
        )
        index: dict[str, list[int]] = {}
        for number, candidate in enumerate(candidates):
            words = [element for element in candidate.pattern.near if isinstance(element, WordOf)]
            for group in words[-1].groups:
                index.setdefault(group, []).append(number)
        return cls(candidates, {group: tuple(found) for group, found in index.items()})

    def fitting(self, groups: set[str], kind: str) -> list[Candidate]:
        """Return the patterns that a sentence with words of *groups* can hold, in a text of this kind."""
        by_group, candidates = self.by_group, self.candidates
        numbers = {number for group in groups & by_group.keys() for number in by_group[group]}
        return [
            candidate
            for candidate in [candidates[number] for number in sorted(numbers)]
            if candidate.all_of <= groups
            and not any(one.isdisjoint(groups) for one in candidate.one_of)
            and candidate.reads(kind)
        ]


def find_in_passage(passage: Passage, index: PatternIndex, lexicon: Lexicon) -> Iterator[Evidence]:
    """Yield the evidence in *passage*, in the order of the text; offsets are those of ``passage.text``."""
    text = passage.text
    groups_in = _groups_by_word(text, lexicon)
    section, section_ends = "", -1
    previous: list[Evidence] = []
    statements = 0
    for start, end in sentences(text):
        label = _LABEL.match(text, start, end)
        if label:
            section, section_ends = _section(label.group(1), lexicon), _line_end(text, end)
        elif section and (start > section_ends or _BLANK_LINE.search(text, max(0, start - 3), start)):
            section = ""
        candidates = (
            index.fitting(groups_in(start, end), passage.kind) if statements < _MOST_STATEMENTS else []
        )
        if candidates and not _is_unticked(text, start, end):
            yield from previous
            previous = _find_in_sentence(passage, start, end, candidates, lexicon, section)
            statements += len(previous)
        elif previous:
            if end - start < _LONGEST_AFTERTHOUGHT:
                previous = _dated(previous, passage, start, end, lexicon)
            yield from previous
            previous = []
    yield from previous


def _is_unticked(text: str, start: int, end: int) -> bool:
    """Tell whether the sentence is a form's line in which nothing is ticked."""
    return bool(_UNTICKED.search(text, start, end)) and not _TICKED.search(text, start, end)


def _groups_by_word(text: str, lexicon: Lexicon) -> Callable[[int, int], set[str]]:
    """Return a function that tells the word groups of which the words between two places of *text* tell."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters grow in lower case; places must stay those of the text
        lowered = "".join(char.lower()[:1] for char in text)
    telling, normal = lexicon.telling, lexicon.normal
    norms = {word: normal(word) for word in set(PIECE.findall(lowered))}
    norms = {word: word if word in telling else norm for word, norm in norms.items()}
    if telling.keys().isdisjoint(norms.values()):
        return lambda start, end: set()

    def groups_in(start: int, end: int) -> set[str]:
        present = {norms[word] for word in PIECE.findall(lowered, start, end)}
        groups: set[str] = set()
        for word in present & telling.keys():
            for others, told in telling[word]:
                if others <= present:
                    groups |= told
        return groups | lexicon.signs if groups else groups

    return groups_in


def _line_end(text: str, at: int) -> int:
    """Return where the line that holds *at* ends."""
    stop = text.find("\n", at)
    return len(text) if stop < 0 else stop


def _section(label: str, lexicon: Lexicon) -> str:
    words = tuple(label.lower().replace("'", "").split())
    meanings = lexicon.meanings_of(words)
    return next((meaning.group for meaning in meanings if meaning.cue is Cue.SECTION), "")


def _find_in_sentence(
    passage: Passage, start: int, end: int, candidates: list[Candidate], lexicon: Lexicon, section: str
) -> list[Evidence]:
    sentence = read_sentence(tokens(passage.text, start, end, lexicon.normal), lexicon)
    found: dict[str, tuple[FindingDefinition, list[Match]]] = {}
    for definition, pattern, *_ in candidates:
        matches = list(find_matches(sentence, pattern, labelled=passage.element == LABELLED_VALUE))
        if matches:
            found.setdefault(definition.id, (definition, []))[1].extend(matches)
    if not found:
        return []
    times = stated_times(sentence, passage.date)
    evidence = [
        item
        for definition, matches in found.values()
        for match in _most_telling(matches)
        for item in _evidence(passage, sentence, definition, match, times, section)
    ]
    return list({(item.finding, item.span, item.state, item.side): item for item in evidence}.values())


def _most_telling(matches: list[Match]) -> list[Match]:
    """Drop what another match says more exactly, or just as well, of the same subject.

    A bare mention gives way to a longer pattern ("clonus" to "2 beats of clonus"), a word to a number.
    """
    if len(matches) == 1:
        return matches
    telling = [
        match
        for match in matches
        if not any(_exactness(other) > _exactness(match) and _same_subject(match, other) for other in matches)
    ]
    return list(
        {(m.pattern.state, m.parts[0], m.number, m.number and m.parts[-1]): m for m in telling}.values()
    )


def _exactness(match: Match) -> int:
    return 0 if len(match.parts) == 1 else 1 if match.number is None else 2


def _same_subject(one: Match, other: Match) -> bool:
    first, last = one.parts[0]
    theirs = other.parts if len(one.parts) == 1 else other.parts[:1]
    return any(first <= stop and start <= last for start, stop in theirs)


def _evidence(
    passage: Passage,
    sentence: Sentence,
    definition: FindingDefinition,
    match: Match,
    times: list[StatedTime],
    section: str,
) -> Iterator[Evidence]:
    start, end = _quoted(sentence, match)
    course = course_of(sentence, match)
    onset = onset_days(sentence, match, times)
    readings = [AS_WRITTEN] if definition.plain else read_context(sentence, match, section)
    for reading in readings:
        ignored, state = reading.ignored, reading.state
        if not ignored and is_long_ago(sentence, match, times):
            ignored = "in the past"
        if ignored == "in the past" and definition.past_counts:
            ignored = ""
        if state is State.UNCERTAIN and definition.doubt_counts:
            state = State.ASSERTED
        yield Evidence(
            finding=definition.id,
            state=state,
            reference=passage.reference,
            kind=passage.kind,
            date=passage.date,
            side=reading.side,
            onset_days=onset,
            course=course,
            quote=passage.text[start:end],
            span=(start, end),
            element=passage.element,
            number=match.number,
            ignored=ignored,
        )


def _quoted(sentence: Sentence, match: Match) -> tuple[int, int]:
    """Return the place of the words to quote: from comma to comma around *match*, else the match alone."""
    norms, chunk, places = sentence.tokens.norms, sentence.chunk, sentence.tokens.places
    first, last = match.first, match.last
    while first and chunk[first - 1] == chunk[match.first] and norms[first - 1] not in COORDINATORS:
        first -= 1
    while last + 1 < len(norms) and chunk[last + 1] == chunk[match.last]:
        last += 1
    if places[last][1] - places[first][0] > _LONGEST_QUOTE:
        first, last = match.first, match.last
    return places[first][0], places[last][1]


def _dated(
    evidence: list[Evidence], passage: Passage, start: int, end: int, lexicon: Lexicon
) -> list[Evidence]:
    """Give *evidence* the onset that the next sentence states, if it begins so ("Started 3 days ago")."""
    sentence = read_sentence(tokens(passage.text, start, end, lexicon.normal), lexicon)
    if not any(hit.first <= 2 for hit in sentence.of(Cue.ONSET)):
        return evidence
    times = stated_times(sentence, passage.date)
    if not times:
        return evidence
    return [
        item if item.onset_days is not None else item._replace(onset_days=times[0].days) for item in evidence
    ]

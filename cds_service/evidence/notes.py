"""Findings in text: sentence by sentence, matches with their context, each quoting the passage verbatim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from cds_service.chart.model import Passage
from cds_service.evidence.context import course_of, read_context
from cds_service.evidence.definition import FindingDefinition, Pattern, WordOf
from cds_service.evidence.lexicon import Cue, Lexicon
from cds_service.evidence.matching import Match, find_matches
from cds_service.evidence.model import Evidence, State
from cds_service.evidence.sentence import Sentence, read_sentence
from cds_service.evidence.timing import StatedTime, is_long_ago, onset_days, stated_times
from cds_service.evidence.tokens import sentences, tokens

_LABEL = re.compile(r"\s*(?:[-*•]\s*)?([A-Za-z][A-Za-z /&'-]{1,40}):")
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
_UNTICKED = re.compile(r"^\s*(?:[-*•]\s*)?(?:\[\s?\]|☐|□|\(\s\)|__+)")


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """Which findings to look for in a sentence, by a word group that each pattern needs."""

    by_group: Mapping[str, tuple[tuple[FindingDefinition, Pattern], ...]]

    @classmethod
    def of(cls, definitions: Iterable[FindingDefinition]) -> PatternIndex:
        """Index every pattern by the groups of its last word element, the more telling one."""
        index: dict[str, list[tuple[FindingDefinition, Pattern]]] = {}
        for definition in definitions:
            for pattern in definition.patterns:
                words = [element for element in pattern.near if isinstance(element, WordOf)]
                for group in words[-1].groups:
                    index.setdefault(group, []).append((definition, pattern))
        return cls({group: tuple(found) for group, found in index.items()})


def find_in_passage(passage: Passage, index: PatternIndex, lexicon: Lexicon) -> Iterator[Evidence]:
    """Yield the evidence in *passage*, in the order of the text; offsets are those of ``passage.text``."""
    section = ""
    previous: list[Evidence] = []
    section_ends = -1
    for start, end in sentences(passage.text):
        label = _LABEL.match(passage.text, start, end)
        if label:
            section = _section(label.group(1), lexicon)
            section_ends = _line_end(passage.text, end)
        elif section and (start > section_ends or _BLANK_LINE.search(passage.text, max(0, start - 3), start)):
            section = ""
        found, sentence, times = _find_in_sentence(passage, start, end, index, lexicon, section)
        if not found and sentence is not None and previous and _dates_the_previous(sentence, times):
            previous = [_dated(evidence, times) for evidence in previous]
        else:
            yield from previous
            previous = found
    yield from previous


def _line_end(text: str, at: int) -> int:
    """Return where the line that holds *at* ends."""
    stop = text.find("\n", at)
    return len(text) if stop < 0 else stop


def _section(label: str, lexicon: Lexicon) -> str:
    words = tuple(label.lower().replace("'", "").split())
    for rest, meanings in lexicon.entries.get(words[0], ()) if words else ():
        if rest == words[1:]:
            for meaning in meanings:
                if meaning.cue is Cue.SECTION:
                    return meaning.group
    return ""


def _find_in_sentence(
    passage: Passage, start: int, end: int, index: PatternIndex, lexicon: Lexicon, section: str
) -> tuple[list[Evidence], Sentence | None, list[StatedTime]]:
    if _UNTICKED.match(passage.text[start:end]):
        return [], None, []
    found = tokens(passage.text, start, end, lexicon)
    sentence = read_sentence(found, lexicon)
    times = stated_times(sentence, passage.date)
    evidence = [
        item
        for definition, matches in _matches(sentence, index, passage.kind).values()
        for match in _most_telling(matches)
        for item in _evidence(passage, sentence, definition, match, times, section)
    ]
    return list(dict.fromkeys(evidence)), sentence, times


def _matches(
    sentence: Sentence, index: PatternIndex, kind: str
) -> dict[str, tuple[FindingDefinition, list[Match]]]:
    """Return the matches in *sentence* by finding id."""
    found: dict[str, tuple[FindingDefinition, list[Match]]] = {}
    for group in sentence.words:
        for definition, pattern in index.by_group.get(group, ()):
            if _reads(definition.text_kinds, kind) and _reads(pattern.kinds, kind):
                found.setdefault(definition.id, (definition, []))[1].extend(find_matches(sentence, pattern))
    return found


def _reads(kinds: frozenset[str], kind: str) -> bool:
    return not kinds or kind in kinds


def _most_telling(matches: list[Match]) -> list[Match]:
    """Drop what another match says more exactly of the same subject.

    A bare mention gives way to a longer pattern ("clonus" to "2 beats of clonus"), a word to a number.
    """
    return [
        match
        for match in matches
        if not any(_exactness(other) > _exactness(match) and _same_subject(match, other) for other in matches)
    ]


def _exactness(match: Match) -> int:
    return 0 if len(match.parts) == 1 else 1 if match.number is None else 2


def _same_subject(one: Match, other: Match) -> bool:
    spans = (one.parts[:1], other.parts) if len(one.parts) == 1 else (one.parts[:1], other.parts[:1])
    return any(a <= d and c <= b for a, b in spans[0] for c, d in spans[1])


def _evidence(
    passage: Passage,
    sentence: Sentence,
    definition: FindingDefinition,
    match: Match,
    times: list[StatedTime],
    section: str,
) -> Iterator[Evidence]:
    start, end = sentence.tokens[match.first].start, sentence.tokens[match.last].end
    course = course_of(sentence, match)
    for reading in read_context(sentence, match, section):
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
            onset_days=onset_days(sentence, match, times),
            course=course,
            quote=passage.text[start:end],
            span=(start, end),
            element=passage.element,
            number=match.number,
            ignored=ignored,
        )


def _dates_the_previous(sentence: Sentence, times: list[StatedTime]) -> bool:
    """Tell whether the sentence says only when the symptoms before it began ("Started 3 days ago")."""
    return bool(times) and any(hit.meaning.cue is Cue.ONSET and hit.first <= 2 for hit in sentence.cues)


def _dated(evidence: Evidence, times: list[StatedTime]) -> Evidence:
    return evidence if evidence.onset_days is not None else replace(evidence, onset_days=times[0].days)

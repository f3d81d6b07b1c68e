"""What one sentence says of findings: matches with their context, wherever the sentence stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cds_service.evidence.candidates import Candidate
from cds_service.evidence.context import AS_WRITTEN, course_of, read_context
from cds_service.evidence.definition import FindingDefinition
from cds_service.evidence.forms import as_filled_in
from cds_service.evidence.lexicon import Cue, Lexicon
from cds_service.evidence.matching import Match, find_matches
from cds_service.evidence.model import Course, Side, State
from cds_service.evidence.segments import COORDINATORS
from cds_service.evidence.sentence import Sentence, read_sentence
from cds_service.evidence.timing import LONG_AGO_DAYS, StatedTime, is_long_ago, onset_days, stated_times
from cds_service.evidence.tokens import tokens

_LONGEST_QUOTE = 80  # characters


class Surroundings(NamedTuple):
    """What the text around a sentence makes of it.

    Attributes:
        section: "family", "hypothetical" or "past" when the section of the note says so, else "".
        labelled: the sentence is a label and its value, which belong together however far apart.
        year: of writing; None when not recorded.
    """

    section: str
    labelled: bool
    year: int | None


class Statement(NamedTuple):
    """One match as the sentence means it: the attributes of ``Evidence``, the span within the sentence."""

    finding: str
    state: State
    side: Side | None
    onset_days: int | None
    course: Course | None
    span: tuple[int, int]
    number: float | None
    ignored: str


def read_statements(
    text: str, candidates: list[Candidate], lexicon: Lexicon, around: Surroundings
) -> list[Statement]:
    """Return what the sentence *text* says of the findings of *candidates*."""
    sentence = read_sentence(tokens(as_filled_in(text), lexicon.normal), lexicon)
    found: dict[str, tuple[FindingDefinition, list[Match]]] = {}
    for definition, pattern, *_ in candidates:
        matches = find_matches(sentence, pattern, labelled=around.labelled)
        if matches:
            found.setdefault(definition.id, (definition, []))[1].extend(matches)
    if not found:
        return []
    times = stated_times(sentence, around.year)
    statements = [
        statement
        for definition, matches in found.values()
        for match in _most_telling(matches)
        for statement in _statements(sentence, definition, match, times, around)
    ]
    return list({(one.finding, one.span, one.state, one.side): one for one in statements}.values())


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


def _statements(
    sentence: Sentence,
    definition: FindingDefinition,
    match: Match,
    times: list[StatedTime],
    around: Surroundings,
) -> Iterator[Statement]:
    span = _quoted(sentence, match, whole=around.labelled)
    course = course_of(sentence, match)
    onset = onset_days(sentence, match, [time for time in times if time.ago] if definition.event else times)
    readings = [AS_WRITTEN] if definition.plain else read_context(sentence, match, around.section)
    long_ago = is_long_ago(sentence, match, times)
    for reading in readings:
        ignored = reading.ignored or ("in the past" if long_ago else "")
        fresh = around.section == "past" and onset is not None and _is_fresh(sentence, onset)
        if ignored == "in the past" and (definition.past_counts or fresh):
            ignored = ""
        state = _state(reading.state, definition)
        yield Statement(definition.id, state, reading.side, onset, course, span, match.number, ignored)


def _is_fresh(sentence: Sentence, onset: int) -> bool:
    """Tell whether what stands among past illnesses is said to be there since not long ago."""
    return onset <= LONG_AGO_DAYS and "since" in sentence.tokens.norms and Cue.PAST_AFTER not in sentence.cues


def _state(read: State, definition: FindingDefinition) -> State:
    return State.ASSERTED if read is State.UNCERTAIN and definition.doubt_counts else read


def _quoted(sentence: Sentence, match: Match, *, whole: bool) -> tuple[int, int]:
    """Return the place of the words to quote: from comma to comma around *match*, else the match alone.

    Args:
        sentence: the sentence.
        match: a match in it.
        whole: a label and its value are quoted as a whole.
    """
    norms, chunk, places = sentence.tokens.norms, sentence.chunk, sentence.tokens.places
    if whole and places[-1][1] - places[0][0] <= _LONGEST_QUOTE:
        return places[0][0], places[-1][1]
    first, last = match.first, match.last
    while first and chunk[first - 1] == chunk[match.first] and norms[first - 1] not in COORDINATORS:
        first -= 1
    while last + 1 < len(norms) and chunk[last + 1] == chunk[match.last]:
        last += 1
    if places[last][1] - places[first][0] > _LONGEST_QUOTE:
        first, last = match.first, match.last
    return places[first][0], places[last][1]

"""Findings in text: sentence by sentence, matches with their context, each quoting the passage verbatim.

Most sentences speak of no finding. They are told apart by their words alone, before anything is read closely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cds_service.chart.model import Passage
from cds_service.evidence.candidates import Candidate, PatternIndex
from cds_service.evidence.context import AS_WRITTEN, course_of, read_context
from cds_service.evidence.definition import FindingDefinition
from cds_service.evidence.lexicon import Cue, Lexicon
from cds_service.evidence.matching import Match, find_matches
from cds_service.evidence.model import Evidence, State
from cds_service.evidence.segments import COORDINATORS
from cds_service.evidence.sentence import Sentence, read_sentence
from cds_service.evidence.timing import StatedTime, is_long_ago, onset_days, stated_times
from cds_service.evidence.tokens import sentences, tokens

_LABEL = re.compile(r"\s*(?:[-*•]\s*)?([A-Za-z][A-Za-z /&'-]{1,40}):")
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
_UNTICKED = re.compile(r"\[\s*\]|☐|□|\(\s+\)|__+")
_TICKED = re.compile(r"\[\s*[xX✓]\s*\]|☑|☒|■|\([xX]\)")
LABELLED_VALUE = "code+value"  # the element of an observation: "label: value"
_MOST_STATEMENTS = 2_000  # in one text; no text that a person writes has more
_LONGEST_QUOTE = 80  # characters
_LONGEST_AFTERTHOUGHT = 60  # characters of a sentence that only says when the symptoms before it began


def find_in_passage(passage: Passage, index: PatternIndex, lexicon: Lexicon) -> Iterator[Evidence]:
    """Yield the evidence in *passage*, in the order of the text; offsets are those of ``passage.text``."""
    text = passage.text
    candidates_in = index.in_text(text, passage.kind)
    section, section_ends = "", -1
    previous: list[Evidence] = []
    statements = 0
    for start, end in sentences(text):
        label = _LABEL.match(text, start, end) if text.find(":", start, end) > 0 else None
        if label:
            section, section_ends = _section(label.group(1), lexicon), _line_end(text, end)
        elif section and (start > section_ends or _BLANK_LINE.search(text, max(0, start - 3), start)):
            section = ""
        candidates = candidates_in(start, end) if statements < _MOST_STATEMENTS else []
        if candidates and not _is_unticked(text, start, end):
            yield from previous
            found = _find_in_sentence(passage, start, end, candidates, lexicon, section)
            previous = _without_unticked(found, text, start, end)
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


def _without_unticked(found: list[Evidence], text: str, start: int, end: int) -> list[Evidence]:
    """Drop what stands behind an empty box, up to the next box of the same line."""
    if not _UNTICKED.search(text, start, end):
        return found
    boxes = sorted(
        [(box.start(), True) for box in _UNTICKED.finditer(text, start, end)]
        + [(box.start(), False) for box in _TICKED.finditer(text, start, end)]
    )
    return [item for item in found if not _behind_an_empty_box(item, boxes)]


def _behind_an_empty_box(item: Evidence, boxes: list[tuple[int, bool]]) -> bool:
    before = [empty for at, empty in boxes if item.span is not None and at < item.span[1]]
    return bool(before) and before[-1]


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
    start, end = _quoted(sentence, match, whole=passage.element == LABELLED_VALUE)
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

"""Patterns found in a sentence: which words and numbers stand together, and on which side of the body."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from cds_service.evidence.definition import NumberKind, NumberOf, Pattern, WordOf
from cds_service.evidence.hits import Hit
from cds_service.evidence.lexicon import Meaning, Role
from cds_service.evidence.model import Side
from cds_service.evidence.segments import COMMAS
from cds_service.evidence.sentence import Sentence


class Match(NamedTuple):
    """A pattern at a place of a sentence.

    Attributes:
        pattern: what matched.
        parts: (first token, last token) of each element, in the order of the pattern.
        first, last: the outermost tokens of the match.
        subject_side: the side that the subject itself names ("legs" are both).
        number: the number matched, if the pattern asks for one.
        stated: it is stated as a predicate ("legs weak"), which a "no" before a comma does not reach.
        has_subject: the predicate has its subject before it.
        named: what would be a predicate is a noun ("gait trouble"), and may be one of a list.
    """

    pattern: Pattern
    parts: tuple[tuple[int, int], ...]
    first: int
    last: int
    subject_side: Side | None
    number: float | None
    stated: bool
    has_subject: bool
    named: bool = False


_COMPARING = frozenset(
    {"worse", "more", "than", "greater", ">", "especially", "mainly", "mostly", "predominantly"}
)
_YEAR = 4  # digits
_OF_A_YEAR = frozenset({"in", "since", "from", "until", "before", "after", "/"})
_MOST_PLACES = 12  # of one word in one sentence; no sentence that a person writes has more
_FAR_IN_A_LABEL = 12
_TOKEN_KIND = {NumberKind.GRADE: "grade", NumberKind.POWER: "power", NumberKind.PLAIN: "number"}


_SUBJECT, _STATE = Role.SUBJECT, Role.STATE
_NUMBER = Meaning("number", _STATE)
_TROUBLE = "trouble-noun"
_UNIT, _VAGUE = "time-unit", "vague-number"
_FAR = 1_000_000  # tokens: no place is as far away


def find_matches(sentence: Sentence, pattern: Pattern, *, labelled: bool = False) -> list[Match]:
    """Return a match of *pattern* for each place where its number stands, or else its first element.

    Args:
        sentence: the sentence.
        pattern: the pattern.
        labelled: the sentence is a label and its value, which belong together however far apart.
    """
    if len(pattern.near) == 1:
        return [_bare(pattern, hit) for hit in _places(sentence, pattern.near[0])]
    columns = []
    anchor = 0
    for at, element in enumerate(pattern.near):
        column = _places(sentence, element)[:_MOST_PLACES]
        if not column:
            return []
        if not anchor and isinstance(element, NumberOf):
            anchor = at
        columns.append(column)
    within = pattern.within + (_FAR_IN_A_LABEL if labelled else 0)
    found = []
    for place in columns[anchor]:
        parts = _nearest(sentence, place, anchor, columns, pattern)
        if parts is not None and not (anchor and _has_its_own(sentence, parts, place)):
            match = _match(sentence, pattern, parts)
            if _words_between(match) <= within and _numbers_hold(sentence, match):
                found.append(match)
    return found


def _has_its_own(sentence: Sentence, parts: list[Hit], number: Hit) -> bool:
    """Tell whether what *number* stands before has another right behind it: "voided 240, PVR 60"."""
    first = min(parts, key=lambda part: part.first)
    if first is not number:
        return False
    kinds, behind = sentence.tokens.kinds, parts[0].last + 1
    return kinds[number.first] == "number" and kinds[behind : behind + 1] == ["number"]


def _bare(pattern: Pattern, hit: Hit) -> Match:
    """Return the match of a pattern that asks for one word or phrase and nothing else."""
    meaning, first, last, _ = hit
    return Match(
        pattern, ((first, last),), first, last, meaning.side, None, meaning.role is Role.STATE, False
    )


def _places(sentence: Sentence, element: WordOf | NumberOf) -> list[Hit]:
    if isinstance(element, NumberOf):
        kinds, kind = sentence.tokens.kinds, _TOKEN_KIND[element.kind]
        return [
            Hit(_NUMBER, at, at)
            for at in sentence.tokens.numbers
            if kinds[at] == kind and not _is_a_time(sentence, at)
        ]
    words = sentence.words
    if len(element.groups) == 1:
        found = words.get(element.groups[0], [])
    else:
        found = [hit for group in element.groups for hit in words.get(group, ())]
    if found and _UNIT in words and _VAGUE in words:
        counts = _counts_of_time(words)
        return [hit for hit in found if (hit.first, hit.last) not in counts]
    return found


def _counts_of_time(words: Mapping[str, list[Hit]]) -> set[tuple[int, int]]:
    """Return the places of words that count units of time ("fell FOUR weeks ago") and so nothing else."""
    units = {hit.first for hit in words[_UNIT]}
    return {(hit.first, hit.last) for hit in words[_VAGUE] if hit.last + 1 in units}


def _is_a_time(sentence: Sentence, at: int) -> bool:
    """Tell whether the number counts a unit of time ("in 10 s") or is a year, and so measures nothing."""
    norms = sentence.tokens.norms
    if any(hit.first == at + 1 for hit in sentence.words.get(_UNIT, ())):
        return True
    return at > 0 and len(norms[at]) == _YEAR and norms[at - 1] in _OF_A_YEAR


def _nearest(
    sentence: Sentence, anchor: Hit, anchored: int, columns: list[list[Hit]], pattern: Pattern
) -> list[Hit] | None:
    """Return the places nearest to *anchor*, in the order of the pattern, None when one is missing."""
    segments = sentence.segment
    segment = None if pattern.across else segments[anchor.first]
    parts: list[Hit] = []
    for at, column in enumerate(columns):
        nearest: Hit | None = anchor if at == anchored else None
        if nearest is None:
            least = _FAR
            for place in column:
                distance = _distance(anchor, place)
                if (
                    distance < least
                    and (segment is None or segments[place.first] == segment)
                    and not _overlaps(place, parts)
                ):
                    nearest, least = place, distance
        if nearest is None:
            return None
        parts.append(nearest)
    if pattern.ordered and any(a.first > b.first for a, b in pairwise(parts)):
        return None
    return parts


def _distance(one: Hit, other: Hit) -> int:
    """Order places by distance; of two as far the later one is nearer, as a value follows its subject."""
    if other.first > one.last:
        return 2 * (other.first - one.last)
    return 2 * (one.first - other.last) + 1 if other.last < one.first else _FAR


def _overlaps(place: Hit, parts: list[Hit]) -> bool:
    return any(place.first <= part.last and part.first <= place.last for part in parts)


def _words_between(match: Match) -> int:
    """Return how many words of the stretch from the first to the last part belong to no part."""
    return match.last - match.first + 1 - sum([last - first + 1 for first, last in match.parts])


def _numbers_hold(sentence: Sentence, match: Match) -> bool:
    """Tell whether the nearest number of each kind lies within the limits that the pattern asks for."""
    if match.number is None:
        return True
    numbers = sentence.tokens.numbers
    return all(
        element.holds(numbers[at])
        for element, (at, _) in zip(match.pattern.near, match.parts, strict=True)
        if isinstance(element, NumberOf)
    )


def _match(sentence: Sentence, pattern: Pattern, parts: list[Hit]) -> Match:
    subjects, states, places = [], [], []
    number = side = None
    named = False
    troubles = {hit.last for hit in sentence.words.get(_TROUBLE, ())}
    for meaning, first, last, _ in parts:
        places.append((first, last))
        if meaning is _NUMBER and number is None:
            number = sentence.tokens.numbers[first]
        if meaning.role is _STATE and last in troubles:
            named = True
        elif meaning.role is _STATE:
            states.append((first, last))
        elif meaning.role is _SUBJECT:
            subjects.append(first)
        if meaning.side is not None:
            side = meaning.side if side in (None, meaning.side) else Side.BOTH
    both = bool(subjects and states)
    before = both and min(subjects) < max([first for first, _ in states])
    after = both and max(subjects) > min([last for _, last in states])
    stated = bool(states) and (before or not after or number is not None)
    has_subject = before or number is not None
    first, last = min(places)[0], max([last for _, last in places])
    return Match(pattern, tuple(places), first, last, side, number, stated, has_subject, named)


def _joined(sides: set[Side]) -> Side | None:
    if not sides:
        return None
    return next(iter(sides)) if len(sides) == 1 else Side.BOTH


def side_of(sentence: Sentence, match: Match, near: int | None = None) -> Side | None:
    """Return the side that the words around *match* state.

    Args:
        sentence: the sentence.
        match: a match in it.
        near: a token (a "positive", a "negative") whose own side is asked for; None for the match as a whole.
    """
    if match.number is not None and (beside := _side_beside_number(sentence, match)) is not None:
        return beside
    segments = {sentence.segment[at] for at, _ in match.parts}
    around = [(at, side) for at, side in sentence.sides if sentence.segment[at] in segments]
    if near is not None:
        own = _own_side(sentence, around, near)
        return own if own is not None else match.subject_side
    chunks = {sentence.chunk[at] for part in match.parts for at in part}
    value_chunk = sentence.chunk[match.parts[-1][0]]
    for here in ({value_chunk}, chunks, None):
        sides = {side for at, side in around if here is None or sentence.chunk[at] in here}
        if sides:
            plural = match.subject_side is Side.BOTH and (
                here != {value_chunk} or _compares(sentence, value_chunk)
            )
            return Side.BOTH if plural else _joined(sides)
    return match.subject_side


def _side_beside_number(sentence: Sentence, match: Match) -> Side | None:
    """Return the side of a number in a row of them: "TA 3/5 R 5/5 L" as "TA R 3/5 L 5/5"."""
    numbers, chunk = sentence.tokens.numbers, sentence.chunk
    at = next((first for first, last in match.parts if first == last and first in numbers), None)
    if at is None:
        return None
    sides = {place: side for place, side in sentence.sides if chunk[place] == chunk[at]}
    row = [place for place in numbers if chunk[place] == chunk[at]]
    if len(sides) < 2 or len(row) < 2:
        return None
    behind = min(sides) > min(row)
    return sides.get(at + 1 if behind else at - 1)


def _compares(sentence: Sentence, chunk: int) -> bool:
    """Tell whether the piece compares the sides ("worse on the left") and so does not name the only one."""
    norms = {norm for norm, at in zip(sentence.tokens.norms, sentence.chunk, strict=True) if at == chunk}
    return not norms.isdisjoint(_COMPARING)


def _own_side(sentence: Sentence, around: list[tuple[int, Side]], near: int) -> Side | None:
    same = [(at, side) for at, side in around if sentence.chunk[at] == sentence.chunk[near]]
    pool = same or around
    return min(pool, key=lambda item: (abs(item[0] - near), item[0] > near))[1] if pool else None


def crosses_comma(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether a comma or an "and" stands between the tokens *first* and *last*."""
    return sentence.between(first, last, COMMAS)

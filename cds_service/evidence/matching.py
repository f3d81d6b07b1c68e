"""Patterns found in a sentence: which words and numbers stand together, and on which side of the body."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from cds_service.evidence.definition import NumberKind, NumberOf, Pattern, WordOf
from cds_service.evidence.hits import Hit
from cds_service.evidence.lexicon import Role
from cds_service.evidence.model import Side
from cds_service.evidence.segments import COMMAS
from cds_service.evidence.sentence import Sentence


class Match(NamedTuple):
    """A pattern at a place of a sentence.

    Attributes:
        pattern: what matched.
        parts: (first token, last token) of each element, in the order of the pattern.
        subject_side: the side that the subject itself names ("legs" are both).
        number: the number matched, if the pattern asks for one.
        stated: it is stated as a predicate ("legs weak"), which a "no" before a comma does not reach.
        has_subject: the predicate has its subject before it.
    """

    pattern: Pattern
    parts: tuple[tuple[int, int], ...]
    subject_side: Side | None
    number: float | None
    stated: bool
    has_subject: bool

    @property
    def first(self) -> int:
        """The first token of the match."""
        return min(part[0] for part in self.parts)

    @property
    def last(self) -> int:
        """The last token of the match."""
        return max(part[1] for part in self.parts)


_COMPARING = frozenset(
    {"worse", "more", "than", "greater", ">", "especially", "mainly", "mostly", "predominantly"}
)
_MOST_PLACES = 12  # of one word in one sentence; no sentence that a person writes has more
_FAR_IN_A_LABEL = 12
_TOKEN_KIND = {NumberKind.GRADE: "grade", NumberKind.POWER: "power", NumberKind.PLAIN: "number"}


class _Found(NamedTuple):
    first: int
    last: int
    role: Role
    side: Side | None = None
    number: float | None = None


def find_matches(sentence: Sentence, pattern: Pattern, *, labelled: bool = False) -> Iterator[Match]:
    """Yield a match of *pattern* for each place where its number stands, or else its first element.

    Args:
        sentence: the sentence.
        pattern: the pattern.
        labelled: the sentence is a label and its value, which belong together however far apart.
    """
    first = pattern.near[0]
    if len(pattern.near) == 1 and isinstance(first, WordOf):
        yield from _bare(sentence, pattern, first)
        return
    columns = []
    for element in pattern.near:
        column = _places(sentence, element)[:_MOST_PLACES]
        if not column:
            return
        columns.append(column)
    anchor = next((at for at, element in enumerate(pattern.near) if isinstance(element, NumberOf)), 0)
    within = pattern.within + (_FAR_IN_A_LABEL if labelled else 0)
    for place in columns[anchor]:
        parts = _nearest(sentence, place, anchor, columns, pattern)
        if parts is not None and _words_between(parts) <= within and _numbers_hold(pattern, parts):
            yield _match(sentence, pattern, parts)


def _bare(sentence: Sentence, pattern: Pattern, element: WordOf) -> Iterator[Match]:
    """Yield a match for each word or phrase of a pattern that asks for nothing else."""
    for group in element.groups:
        for meaning, first, last, _ in sentence.words.get(group, ()):
            yield Match(pattern, ((first, last),), meaning.side, None, meaning.role is Role.STATE, False)


def _places(sentence: Sentence, element: WordOf | NumberOf) -> list[_Found]:
    if isinstance(element, NumberOf):
        return [
            _Found(at, at, Role.STATE, None, number)
            for at, number in sentence.tokens.numbers.items()
            if sentence.tokens.kinds[at] == _TOKEN_KIND[element.kind] and not _is_a_time(sentence, at)
        ]
    hits: list[Hit] = []
    for group in element.groups:
        hits.extend(sentence.words.get(group, ()))
    return [_Found(h.first, h.last, h.meaning.role, h.meaning.side) for h in hits]


def _is_a_time(sentence: Sentence, at: int) -> bool:
    """Tell whether the number counts a unit of time ("in 10 s") and so measures nothing else."""
    return any(hit.first == at + 1 for hit in sentence.words.get("time-unit", ()))


def _nearest(
    sentence: Sentence, anchor: _Found, anchored: int, columns: list[list[_Found]], pattern: Pattern
) -> list[_Found] | None:
    """Return the places nearest to *anchor*, in the order of the pattern, None when one is missing."""
    segment = sentence.segment[anchor.first]
    parts: list[_Found] = []
    for at, column in enumerate(columns):
        if at == anchored:
            parts.append(anchor)
            continue
        fitting = [
            found
            for found in column
            if (pattern.across or sentence.segment[found.first] == segment)
            and _apart(found, anchor)
            and all(_apart(found, part) for part in parts)
        ]
        if not fitting:
            return None
        parts.append(min(fitting, key=lambda found: _distance(anchor, found)))
    if pattern.ordered and any(a.first > b.first for a, b in pairwise(parts)):
        return None
    return parts


def _apart(one: _Found, other: _Found) -> bool:
    return one.first > other.last or one.last < other.first


def _words_between(parts: list[_Found]) -> int:
    """Return how many words of the stretch from the first to the last part belong to no part."""
    first, last = min(p.first for p in parts), max(p.last for p in parts)
    return last - first + 1 - sum(p.last - p.first + 1 for p in parts)


def _numbers_hold(pattern: Pattern, parts: list[_Found]) -> bool:
    """Tell whether the nearest number of each kind lies within the limits that the pattern asks for."""
    return all(
        part.number is not None and element.holds(part.number)
        for element, part in zip(pattern.near, parts, strict=True)
        if isinstance(element, NumberOf)
    )


def _distance(one: _Found, other: _Found) -> tuple[int, int]:
    """Order places by distance; of two as far away the later one wins, as a value follows its subject."""
    return (other.first - one.last, 0) if other.first > one.last else (one.first - other.last, 1)


def _match(sentence: Sentence, pattern: Pattern, parts: list[_Found]) -> Match:
    stated = [part for part in parts if part.role is Role.STATE]
    subjects = [part for part in parts if part.role is Role.SUBJECT]
    before = any(s.first < state.first for state in stated for s in subjects)
    after = any(s.first > state.last for state in stated for s in subjects)
    sides = {part.side for part in parts if part.side is not None}
    return Match(
        pattern=pattern,
        parts=tuple((part.first, part.last) for part in parts),
        subject_side=_joined(sides),
        number=next((part.number for part in parts if part.number is not None), None),
        stated=bool(stated) and (before or not after or any(p.number is not None for p in stated)),
        has_subject=before or any(p.number is not None for p in stated),
    )


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
    segment = sentence.segment[match.first]
    around = [(at, side) for at, side in sentence.sides if sentence.segment[at] == segment]
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

"""Patterns found in a sentence: which words and numbers stand together, and on which side of the body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cds_service.evidence.definition import NumberKind, NumberOf, Pattern, WordOf
from cds_service.evidence.lexicon import Role
from cds_service.evidence.model import Side
from cds_service.evidence.sentence import COMMAS, Hit, Sentence


@dataclass(frozen=True, slots=True)
class Match:
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


_TOKEN_KIND = {NumberKind.GRADE: "grade", NumberKind.POWER: "power", NumberKind.PLAIN: "number"}


class _Found(NamedTuple):
    first: int
    last: int
    role: Role
    side: Side | None = None
    number: float | None = None


def find_matches(sentence: Sentence, pattern: Pattern) -> Iterator[Match]:
    """Yield a match of *pattern* for each place where its first element stands."""
    columns = []
    for element in pattern.near:
        column = _places(sentence, element)
        if not column:
            return
        columns.append(column)
    for subject in columns[0]:
        parts = _nearest(sentence, subject, columns[1:], pattern)
        if parts is not None and _numbers_hold(pattern, parts):
            yield _match(sentence, pattern, parts)


def _places(sentence: Sentence, element: WordOf | NumberOf) -> list[_Found]:
    if isinstance(element, NumberOf):
        return [
            _Found(at, at, Role.STATE, None, number)
            for at, number in sentence.tokens.numbers.items()
            if sentence.tokens.kinds[at] == _TOKEN_KIND[element.kind]
        ]
    hits: list[Hit] = []
    for group in element.groups:
        hits.extend(sentence.words.get(group, ()))
    return [_Found(h.first, h.last, h.meaning.role, h.meaning.side) for h in hits]


def _nearest(
    sentence: Sentence, subject: _Found, others: list[list[_Found]], pattern: Pattern
) -> list[_Found] | None:
    """Return the closest places of the other elements in the same segment, None when one is missing."""
    parts = [subject]
    segment = sentence.segment[subject.first]
    for column in others:
        fitting = [
            found
            for found in column
            if (pattern.across or sentence.segment[found.first] == segment)
            and all(found.first > part.last or found.last < part.first for part in parts)
            and not (pattern.ordered and found.first < parts[-1].first)
        ]
        if not fitting:
            return None
        parts.append(min(fitting, key=lambda found: _distance(subject, found)))
    first, last = min(p.first for p in parts), max(p.last for p in parts)
    inner = last - first + 1 - sum(p.last - p.first + 1 for p in parts)
    return parts if inner <= pattern.within else None


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
            return Side.BOTH if match.subject_side is Side.BOTH else _joined(sides)
    return match.subject_side


def _own_side(sentence: Sentence, around: list[tuple[int, Side]], near: int) -> Side | None:
    same = [(at, side) for at, side in around if sentence.chunk[at] == sentence.chunk[near]]
    pool = same or around
    return min(pool, key=lambda item: (abs(item[0] - near), item[0] > near))[1] if pool else None


def crosses_comma(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether a comma or an "and" stands between the tokens *first* and *last*."""
    return sentence.between(first, last, COMMAS)

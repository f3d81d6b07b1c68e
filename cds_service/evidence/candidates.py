"""Which findings a sentence can hold, told by its words alone, before anything is read closely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

from cds_service.evidence.definition import FindingDefinition, Pattern, WordOf
from cds_service.evidence.lexicon import Lexicon
from cds_service.evidence.tokens import words_only


class Candidate(NamedTuple):
    """A pattern, the finding that it belongs to, and the word groups that it needs, as bits of a number.

    Attributes:
        anchor: the groups without a word of which it is not looked for.
        all_of: groups that the sentence has to have.
        one_of: sets of groups, of each of which it has to have one.
    """

    definition: FindingDefinition
    pattern: Pattern
    anchor: int
    all_of: int
    one_of: tuple[int, ...]

    def reads(self, kind: str) -> bool:
        """Tell whether the pattern is meant for texts of this resource type."""
        mine, patterns = self.definition.text_kinds, self.pattern.kinds
        return (not mine or kind in mine) and (not patterns or kind in patterns)

    def fits(self, groups: int) -> bool:
        """Tell whether a text with words of these groups can hold the pattern."""
        if groups & self.all_of != self.all_of:
            return False
        return all(groups & one for one in self.one_of)


class _Told(NamedTuple):
    """What a word tells of, where the text also has the other words of its entry.

    Attributes:
        others: these words.
        groups: the word groups, as bits.
        candidates: numbers of the patterns that are looked for where one of the groups is.
    """

    others: frozenset[str]
    groups: int
    candidates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """Which patterns a text can hold.

    Attributes:
        candidates: every pattern.
        telling: what each word tells of.
        signs: the groups that can be written without a word, as bits.
        known: the form of a word under which it is told of.
    """

    candidates: tuple[Candidate, ...]
    telling: Mapping[str, tuple[_Told, ...]]
    signs: int
    known: Callable[[str], str]

    @classmethod
    def of(cls, definitions: Iterable[FindingDefinition], lexicon: Lexicon) -> PatternIndex:
        """Index every pattern of *definitions* by the words of *lexicon*."""
        patterns = [(one, pattern) for one in definitions for pattern in one.patterns]
        groups = {group for _, pattern in patterns for one in _groups_of(pattern) for group in one}
        bits = {group: 1 << at for at, group in enumerate(sorted(groups))}
        anchors = _anchors([pattern for _, pattern in patterns], lexicon)
        anchored: dict[str, list[int]] = {}
        for number, anchor in enumerate(anchors):
            for group in anchor:
                anchored.setdefault(group, []).append(number)

        def told_by(word: str) -> tuple[_Told, ...]:
            return tuple(
                _Told(told.others, bits_of, tuple(n for g in told.groups for n in anchored.get(g, ())))
                for told in lexicon.telling[word]
                if (bits_of := _together(bits, told.groups))
            )

        return cls(
            candidates=tuple(
                _candidate(definition, pattern, anchor, bits)
                for (definition, pattern), anchor in zip(patterns, anchors, strict=True)
            ),
            telling={word: tells for word in lexicon.telling if (tells := told_by(word))},
            signs=_together(bits, lexicon.signs),
            known=lexicon.known,
        )

    def in_text(self, text: str, kind: str) -> Callable[[int, int], list[Candidate]]:
        """Return a function that tells the patterns between two places of *text*, of this resource type.

        What no words of the whole text can make is looked for in none of its sentences.
        """
        words = words_only(text)
        known = {word: self.known(word) for word in set(words.split())}
        tells = self._told_by(known)
        groups, numbers = self.signs, set[int]()
        for entries in tells.values():
            for _, told, anchored in entries:
                groups |= told
                numbers.update(anchored)
        candidates = [self.candidates[number] for number in sorted(numbers)]
        candidates = [
            candidate for candidate in candidates if candidate.fits(groups) and candidate.reads(kind)
        ]
        if not candidates:
            return lambda start, end: []
        anchor = reduce(or_, (candidate.anchor for candidate in candidates))
        anchors = {word for word, entries in tells.items() if any(told.groups & anchor for told in entries)}

        def between(start: int, end: int) -> list[Candidate]:
            here = words[start:end].split()
            if anchors.isdisjoint(here):
                return []
            forms, groups = {known[word] for word in here}, self.signs
            for word in here:
                for others, told, _ in tells.get(word, ()):
                    if others <= forms:
                        groups |= told
            return [candidate for candidate in candidates if candidate.fits(groups)]

        return between

    def _told_by(self, known: Mapping[str, str]) -> dict[str, list[_Told]]:
        """Return what each of these words tells of beside the others."""
        forms = set(known.values())
        tells = {}
        for word, form in known.items():
            if form in self.telling:
                entries = [told for told in self.telling[form] if told.others <= forms]
                if entries:
                    tells[word] = entries
        return tells


def _candidate(
    definition: FindingDefinition, pattern: Pattern, anchor: frozenset[str], bits: Mapping[str, int]
) -> Candidate:
    """Read what *pattern* needs from its elements."""
    needed = [(len(groups), _together(bits, groups)) for groups in _groups_of(pattern)]
    all_of = reduce(or_, (groups for count, groups in needed if count == 1), 0)
    one_of = tuple(groups for count, groups in needed if count > 1)
    return Candidate(definition, pattern, _together(bits, anchor), all_of, one_of)


def _groups_of(pattern: Pattern) -> list[frozenset[str]]:
    return [frozenset(element.groups) for element in pattern.near if isinstance(element, WordOf)]


def _anchors(patterns: list[Pattern], lexicon: Lexicon) -> list[frozenset[str]]:
    """Return by which groups each pattern is looked for: what is written in long words alone is rare."""
    shortest: dict[str, int] = {}
    for word, tells in lexicon.telling.items():
        for told in tells:
            for group in told.groups:
                shortest[group] = min(shortest.get(group, len(word)), len(word))
    shortest |= dict.fromkeys(lexicon.signs, 0)
    return [
        max(_groups_of(pattern), key=lambda groups: min(shortest[group] for group in groups))
        for pattern in patterns
    ]


def _together(bits: Mapping[str, int], groups: Iterable[str]) -> int:
    return reduce(or_, (bits.get(group, 0) for group in groups), 0)

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
        all_of: groups that the sentence has to have.
        one_of: sets of groups, of each of which it has to have one.
    """

    definition: FindingDefinition
    pattern: Pattern
    all_of: int
    one_of: tuple[int, ...]

    @classmethod
    def of(cls, definition: FindingDefinition, pattern: Pattern, bits: Mapping[str, int]) -> Candidate:
        """Read what *pattern* needs from its elements."""
        needed = [(len(groups), _together(bits, groups)) for groups in _groups_of(pattern)]
        single = (of for count, of in needed if count == 1)
        return cls(
            definition, pattern, reduce(or_, single, 0), tuple(of for count, of in needed if count > 1)
        )

    def fits(self, groups: int, kind: str) -> bool:
        """Tell whether a sentence with these groups, in a text of this kind, can hold the pattern."""
        return (
            groups & self.all_of == self.all_of
            and all(groups & one for one in self.one_of)
            and (not self.definition.text_kinds or kind in self.definition.text_kinds)
            and (not self.pattern.kinds or kind in self.pattern.kinds)
        )


class _Telling(NamedTuple):
    """What a word tells of, where the sentence also has the other words of its entry.

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
    """Which patterns a sentence can hold.

    Attributes:
        candidates: every pattern.
        telling: what each word tells of.
        anchors: the words without one of which no pattern is looked for.
        signs: the groups that can be written without a word, as bits.
        known: the form of a word under which it is told of.
    """

    candidates: tuple[Candidate, ...]
    telling: Mapping[str, tuple[_Telling, ...]]
    anchors: frozenset[str]
    signs: int
    known: Callable[[str], str]

    @classmethod
    def of(cls, definitions: Iterable[FindingDefinition], lexicon: Lexicon) -> PatternIndex:
        """Index every pattern of *definitions* by the words of *lexicon*."""
        patterns = [(one, pattern) for one in definitions for pattern in one.patterns]
        groups = {group for _, pattern in patterns for one in _groups_of(pattern) for group in one}
        bits = {group: 1 << at for at, group in enumerate(sorted(groups))}
        anchored: dict[str, list[int]] = {}
        for number, (_, pattern) in enumerate(patterns):
            for group in _anchor(pattern, lexicon.signs):
                anchored.setdefault(group, []).append(number)

        def told_by(word: str) -> tuple[_Telling, ...]:
            return tuple(
                _Telling(told.others, bits_of, tuple(n for g in told.groups for n in anchored.get(g, ())))
                for told in lexicon.telling[word]
                if (bits_of := _together(bits, told.groups))
            )

        telling = {word: tells for word in lexicon.telling if (tells := told_by(word))}
        return cls(
            candidates=tuple(Candidate.of(definition, pattern, bits) for definition, pattern in patterns),
            telling=telling,
            anchors=frozenset(
                word for word, tells in telling.items() if any(one.candidates for one in tells)
            ),
            signs=_together(bits, lexicon.signs),
            known=lexicon.known,
        )

    def in_text(self, text: str, kind: str) -> Callable[[int, int], list[Candidate]]:
        """Return a function that tells the patterns between two places of *text*, of this resource type."""
        words = words_only(text)
        known = {word: self.known(word) for word in set(words.split())}
        anchors = {word for word, form in known.items() if form in self.anchors}
        if not anchors:
            return lambda start, end: []

        def between(start: int, end: int) -> list[Candidate]:
            here = words[start:end].split()
            if anchors.isdisjoint(here):
                return []
            return self._fitting({known[word] for word in here}, kind)

        return between

    def _fitting(self, words: set[str], kind: str) -> list[Candidate]:
        """Return the patterns that a sentence of *words* can hold, in a text of this kind."""
        groups, numbers = 0, set[int]()
        for word in words & self.telling.keys():
            for others, told, anchored in self.telling[word]:
                if others <= words:
                    groups |= told
                    numbers.update(anchored)
        if not groups:
            return []
        groups |= self.signs
        candidates = [self.candidates[number] for number in sorted(numbers)]
        return [candidate for candidate in candidates if candidate.fits(groups, kind)]


def _groups_of(pattern: Pattern) -> list[frozenset[str]]:
    return [frozenset(element.groups) for element in pattern.near if isinstance(element, WordOf)]


def _anchor(pattern: Pattern, signs: frozenset[str]) -> frozenset[str]:
    """Return the groups by whose words the pattern is found: the last and most telling that is no sign."""
    groups = _groups_of(pattern)
    return next((one for one in reversed(groups) if signs.isdisjoint(one)), groups[-1])


def _together(bits: Mapping[str, int], groups: Iterable[str]) -> int:
    return reduce(or_, (bits.get(group, 0) for group in groups), 0)

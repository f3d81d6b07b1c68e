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
    """A pattern, the finding that it belongs to, and what it needs; each element of a pattern is one bit.

    Attributes:
        anchor: the element without a word of which it is not looked for.
        needs: all elements that are written in words.
    """

    definition: FindingDefinition
    pattern: Pattern
    anchor: int
    needs: int

    def reads(self, kind: str) -> bool:
        """Tell whether the pattern is meant for texts of this resource type."""
        mine, patterns = self.definition.text_kinds, self.pattern.kinds
        return (not mine or kind in mine) and (not patterns or kind in patterns)


class _Told(NamedTuple):
    """What a word tells of, where the text also has the other words of its entry.

    Attributes:
        others: these words.
        elements: elements of patterns, as bits.
        candidates: numbers of the patterns that have one of these elements as their anchor.
    """

    others: frozenset[str]
    elements: int
    candidates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """Which patterns a text can hold.

    Attributes:
        candidates: every pattern.
        telling: what each word tells of.
        signs: the elements that can be written without a word, as bits.
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
        elements = {element for _, pattern in patterns for element in _elements(pattern)}
        bits = {element: 1 << at for at, element in enumerate(sorted(elements))}
        shortest = _shortest_words(lexicon)
        candidates, anchored = [], dict[str, list[int]]()
        for number, (definition, pattern) in enumerate(patterns):
            # What is written in long words alone is rarer than what may be written in a short one.
            anchor = max(_elements(pattern), key=lambda groups: min(shortest[group] for group in groups))
            needs = reduce(or_, (bits[element] for element in _elements(pattern)))
            candidates.append(Candidate(definition, pattern, bits[anchor], needs))
            for group in anchor:
                anchored.setdefault(group, []).append(number)
        with_group: dict[str, int] = {}
        for element, bit in bits.items():
            for group in element:
                with_group[group] = with_group.get(group, 0) | bit

        def bits_of(groups: frozenset[str]) -> int:
            return reduce(or_, (with_group.get(group, 0) for group in groups), 0)

        def told_by(word: str) -> tuple[_Told, ...]:
            return tuple(
                _Told(
                    told.others,
                    bits_of_it,
                    tuple(n for group in told.groups for n in anchored.get(group, ())),
                )
                for told in lexicon.telling[word]
                if (bits_of_it := bits_of(told.groups))
            )

        return cls(
            candidates=tuple(candidates),
            telling={word: tells for word in lexicon.telling if (tells := told_by(word))},
            signs=bits_of(lexicon.signs),
            known=lexicon.known,
        )

    def in_text(self, text: str, kind: str) -> Callable[[int, int], list[Candidate]]:
        """Return a function that tells the patterns between two places of *text*, of this resource type.

        What no words of the whole text can make is looked for in none of its sentences.
        """
        words = words_only(text)
        known = {word: self.known(word) for word in set(words.split())}
        tells = self._told_by(known)
        candidates = self._possible(tells, kind) if tells else []
        if not candidates:
            return _nowhere
        signs, needed = self.signs, reduce(or_, [candidate.anchor for candidate in candidates])
        anchors = {word for word, entries in tells.items() for told in entries if told.elements & needed}

        def between(start: int, end: int) -> list[Candidate]:
            here = words[start:end].split()
            if anchors.isdisjoint(here):
                return []
            forms, present = {known[word] for word in here}, signs
            for word in here:
                if word in tells:
                    for others, elements, _ in tells[word]:
                        if others <= forms:
                            present |= elements
            return [candidate for candidate in candidates if candidate.needs & ~present == 0]

        return between

    def _told_by(self, known: Mapping[str, str]) -> dict[str, list[_Told]]:
        """Return what each of these words tells of beside the others."""
        telling, forms = self.telling, set(known.values())
        return {
            word: entries
            for word, form in known.items()
            if form in telling and (entries := [told for told in telling[form] if told.others <= forms])
        }

    def _possible(self, tells: Mapping[str, list[_Told]], kind: str) -> list[Candidate]:
        """Return the patterns that a text can hold whose words tell of this."""
        present, numbers = self.signs, set[int]()
        for entries in tells.values():
            for _, elements, anchored in entries:
                present |= elements
                numbers.update(anchored)
        candidates = [self.candidates[number] for number in sorted(numbers)]
        return [one for one in candidates if one.needs & ~present == 0 and one.reads(kind)]


def _nowhere(start: int, end: int) -> list[Candidate]:
    """Return the patterns of a text that can hold none."""
    return []


def _elements(pattern: Pattern) -> list[tuple[str, ...]]:
    return [element.groups for element in pattern.near if isinstance(element, WordOf)]


def _shortest_words(lexicon: Lexicon) -> dict[str, int]:
    """Return the length of the shortest word that tells of each group; a sign is written without one."""
    shortest: dict[str, int] = {}
    for word, tells in lexicon.telling.items():
        for told in tells:
            for group in told.groups:
                shortest[group] = min(shortest.get(group, len(word)), len(word))
    return shortest | dict.fromkeys(lexicon.signs, 0)

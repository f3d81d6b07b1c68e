"""Which findings a sentence can hold, told by its words alone, before anything is read closely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import NamedTuple

from cds_service.evidence.definition import FindingDefinition, Pattern, WordOf
from cds_service.evidence.lexicon import REMEMBERED_WORDS, Lexicon
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
        parts: the forms that tell of something, or that others need beside them to do so.
        dull: words met whose form is none of these; filled as words are met.
    """

    candidates: tuple[Candidate, ...]
    telling: Mapping[str, tuple[_Told, ...]]
    signs: int
    known: Callable[[str], str]
    parts: frozenset[str]
    dull: set[str] = field(default_factory=set)

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

        telling = {word: tells for word in lexicon.telling if (tells := told_by(word))}
        others = (told.others for tells in telling.values() for told in tells)
        return cls(
            candidates=tuple(candidates),
            telling=telling,
            signs=bits_of(lexicon.signs),
            known=lexicon.known,
            parts=frozenset(telling).union(*others),
        )

    def in_text(self, text: str, kind: str) -> TextCandidates | None:
        """Return the patterns that *text*, of this resource type, can hold; None when it can hold none.

        What no words of the whole text can make is looked for in none of its sentences.
        """
        words = words_only(text)
        known = self._known_of(set(words.split()))
        forms, present, numbers = set(known.values()), self.signs, set[int]()
        told_of: list[tuple[str, int]] = []
        for word, form in known.items():
            for others, elements, anchored in self.telling.get(form, ()):
                if others <= forms:
                    told_of.append((word, elements))
                    present |= elements
                    numbers.update(anchored)
        missing = ~present
        candidates = [self.candidates[number] for number in sorted(numbers)]
        candidates = [one for one in candidates if not one.needs & missing and one.reads(kind)]
        if not candidates:
            return None
        needed = reduce(or_, [candidate.anchor for candidate in candidates])
        anchors = frozenset([word for word, elements in told_of if elements & needed])
        return TextCandidates(self, candidates, words, known, anchors)

    def _known_of(self, words: set[str]) -> dict[str, str]:
        """Return the words that play a part in any pattern, each with its form."""
        met = words - self.dull
        known = {word: form for word in met if (form := self.known(word)) in self.parts}
        if len(known) < len(met):
            if len(self.dull) >= REMEMBERED_WORDS:
                self.dull.clear()
            self.dull.update(met.difference(known))
        return known


@dataclass(frozen=True, slots=True)
class TextCandidates:
    """Which patterns each sentence of one text can hold.

    Attributes:
        candidates: what the whole text can hold.
        words: the text, with a space for all that is in no word.
        known: its words that play a part in any pattern, each with its form.
        anchors: the words without one of which no candidate is looked for.
    """

    index: PatternIndex
    candidates: list[Candidate]
    words: str
    known: Mapping[str, str]
    anchors: frozenset[str]

    def between(self, start: int, end: int) -> list[Candidate]:
        """Return the patterns that may stand between two places of the text."""
        here = self.words[start:end].split()
        if self.anchors.isdisjoint(here):
            return []
        known, telling, present = self.known, self.index.telling, self.index.signs
        forms = {known[word] for word in here if word in known}
        for form in forms:
            for others, elements, _ in telling.get(form, ()):
                if others <= forms:
                    present |= elements
        missing = ~present
        return [candidate for candidate in self.candidates if not candidate.needs & missing]


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

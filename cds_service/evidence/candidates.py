"""Which findings a sentence can hold, told by its words alone, before anything is read closely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

from cds_service.evidence.definition import FindingDefinition, Pattern, WordOf
from cds_service.evidence.lexicon import REMEMBERED_WORDS, Lexicon
from cds_service.evidence.telling import Telling


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
class _Met:
    """What is known of the words met so far.

    Attributes:
        forms: those that play a part in a pattern, each with its form.
        anchors: those without one of which no pattern is looked for.
        words: all of them.
    """

    forms: dict[str, str] = field(default_factory=dict)
    anchors: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Memory:
    """The words met so far; when they are more than a language has, it begins anew."""

    met: _Met = field(default_factory=_Met)


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """Which patterns a sentence can hold.

    Attributes:
        candidates: every pattern.
        telling: what each word tells of.
        signs: the elements that can be written without a word, as bits.
        normal: see ``Lexicon.normal``.
        parts: the forms that tell of something, or that others need beside them to do so.
        memory: what is known of the words met so far.
    """

    candidates: tuple[Candidate, ...]
    telling: Mapping[str, tuple[_Told, ...]]
    signs: int
    normal: Callable[[str], str]
    parts: frozenset[str]
    memory: _Memory = field(default_factory=_Memory)

    @classmethod
    def of(cls, definitions: Iterable[FindingDefinition], lexicon: Lexicon) -> PatternIndex:
        """Index every pattern of *definitions* by the words of *lexicon*."""
        patterns = [(one, pattern) for one in definitions for pattern in one.patterns]
        elements = {element for _, pattern in patterns for element in _elements(pattern)}
        bits = {element: 1 << at for at, element in enumerate(sorted(elements))}
        telling = Telling.of(lexicon)
        shortest = telling.shortest_words()
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

        @cache  # thousands of words tell of the same few groups
        def made_of(groups: frozenset[str]) -> tuple[int, tuple[int, ...]]:
            bits = reduce(or_, (with_group.get(group, 0) for group in groups), 0)
            return bits, tuple(number for group in groups for number in anchored.get(group, ()))

        def told_by(word: str) -> tuple[_Told, ...]:
            tells = ((told.others, *made_of(told.groups)) for told in telling.words[word])
            return tuple(_Told(*told) for told in tells if told[1])

        tells_of = {word: tells for word in telling.words if (tells := told_by(word))}
        others = (told.others for tells in tells_of.values() for told in tells)
        return cls(
            candidates=tuple(candidates),
            telling=tells_of,
            signs=made_of(telling.signs)[0],
            normal=lexicon.normal,
            parts=frozenset(tells_of).union(*others),
        )

    def telling_among(self, words: list[str]) -> set[str]:
        """Return those of *words* without one of which a sentence makes no pattern."""
        return self._met(words).anchors.intersection(words)

    def among(self, words: list[str], kind: str) -> list[Candidate]:
        """Return the patterns that these words of one sentence can make, in a text of this resource type."""
        met = self._met(words)
        forms = {met.forms[word] for word in words if word in met.forms}
        present, numbers = self.signs, set[int]()
        for form in forms:
            for others, elements, anchored in self.telling.get(form, ()):
                if others <= forms:
                    present |= elements
                    numbers.update(anchored)
        missing = ~present
        candidates = [self.candidates[number] for number in sorted(numbers)]
        return [one for one in candidates if not one.needs & missing and one.reads(kind)]

    def _met(self, words: Iterable[str]) -> _Met:
        """Learn *words*, and return what is known; to other threads a word is met when all else is known."""
        met = self.memory.met
        new = set(words) - met.words
        if new and len(met.words) >= REMEMBERED_WORDS:
            met = self.memory.met = _Met()
            new = set(words)
        for word in new:
            form = word if word in self.telling else self.normal(word)
            if form in self.parts:
                met.forms[word] = form
            if any(told.candidates for told in self.telling.get(form, ())):
                met.anchors.add(word)
            met.words.add(word)
        return met


def _elements(pattern: Pattern) -> list[tuple[str, ...]]:
    return [element.groups for element in pattern.near if isinstance(element, WordOf)]

"""Which findings a sentence can hold, told by its words alone, before anything is read closely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cds_service.evidence.definition import FindingDefinition, Pattern, WordOf
from cds_service.evidence.lexicon import PIECE, Lexicon


class Candidate(NamedTuple):
    """A pattern, the finding that it belongs to, and the word groups that it needs.

    Attributes:
        all_of: groups that the sentence has to have.
        one_of: sets of groups, of each of which it has to have one.
    """

    definition: FindingDefinition
    pattern: Pattern
    all_of: frozenset[str]
    one_of: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, definition: FindingDefinition, pattern: Pattern) -> Candidate:
        """Read what *pattern* needs from its elements."""
        groups = [frozenset(element.groups) for element in pattern.near if isinstance(element, WordOf)]
        single = frozenset(group for one in groups if len(one) == 1 for group in one)
        return cls(definition, pattern, single, tuple(one for one in groups if len(one) > 1))

    def reads(self, kind: str) -> bool:
        """Tell whether the pattern is meant for texts of this resource type."""
        mine, patterns = self.definition.text_kinds, self.pattern.kinds
        return (not mine or kind in mine) and (not patterns or kind in patterns)


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """Which patterns a sentence can hold.

    Attributes:
        candidates: every pattern.
        by_group: numbers of the patterns that need a word of a group, the last and most telling of theirs.
    """

    candidates: tuple[Candidate, ...]
    by_group: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, definitions: Iterable[FindingDefinition]) -> PatternIndex:
        """Index every pattern of *definitions*."""
        candidates = tuple(
            Candidate.of(definition, pattern) for definition in definitions for pattern in definition.patterns
        )
        index: dict[str, list[int]] = {}
        for number, candidate in enumerate(candidates):
            words = [element for element in candidate.pattern.near if isinstance(element, WordOf)]
            for group in words[-1].groups:
                index.setdefault(group, []).append(number)
        return cls(candidates, {group: tuple(found) for group, found in index.items()})

    def fitting(self, groups: set[str], kind: str) -> list[Candidate]:
        """Return the patterns that a sentence with words of *groups* can hold, in a text of this kind."""
        by_group, candidates = self.by_group, self.candidates
        numbers = {number for group in groups & by_group.keys() for number in by_group[group]}
        return [
            candidate
            for candidate in [candidates[number] for number in sorted(numbers)]
            if candidate.all_of <= groups
            and not any(one.isdisjoint(groups) for one in candidate.one_of)
            and candidate.reads(kind)
        ]


def groups_by_word(text: str, lexicon: Lexicon) -> Callable[[int, int], set[str]]:
    """Return a function that tells the word groups of which the words between two places of *text* tell."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters grow in lower case; places must stay those of the text
        lowered = "".join(char.lower()[:1] for char in text)
    telling, normal = lexicon.telling, lexicon.normal
    norms = {word: normal(word) for word in set(PIECE.findall(lowered))}
    norms = {word: word if word in telling else norm for word, norm in norms.items()}
    if telling.keys().isdisjoint(norms.values()):
        return lambda start, end: set()

    def groups_in(start: int, end: int) -> set[str]:
        present = {norms[word] for word in PIECE.findall(lowered, start, end)}
        groups: set[str] = set()
        for word in present & telling.keys():
            for others, told in telling[word]:
                if others <= present:
                    groups |= told
        return groups | lexicon.signs if groups else groups

    return groups_in

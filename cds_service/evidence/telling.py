"""Which word tells of an entry of the lexicon: the one that is met least often, beside the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cds_service.evidence.lexicon import Lexicon
from cds_service.evidence.tokens import words_only

_EVERYWHERE = frozenset(
    {"the", "to", "this", "that", "them", "they", "their", "what", "when", "with", "have"}
)


class Told(NamedTuple):
    """What a word tells of: these groups, where the sentence also has the other words of the entry."""

    others: frozenset[str]
    groups: frozenset[str]


class Telling(NamedTuple):
    """What tells which groups of words a sentence can hold.

    Attributes:
        words: the word of each entry that is met least often, which is a long one → what it tells of.
        signs: the groups that can be written without a word, as an arrow or a plus.
    """

    words: Mapping[str, tuple[Told, ...]]
    signs: frozenset[str]

    @classmethod
    def of(cls, lexicon: Lexicon) -> Telling:
        """Return it for *lexicon*; equal sets are kept once: thousands of entries tell of the same few."""
        sets: dict[frozenset[str], frozenset[str]] = {}

        def once(words: frozenset[str]) -> frozenset[str]:
            return sets.setdefault(words, words)

        telling: dict[str, dict[frozenset[str], frozenset[str]]] = {}
        signs: frozenset[str] = frozenset()
        for words, meanings in lexicon.phrases():
            groups = frozenset(meaning.group for meaning in meanings if meaning.cue is None)
            here = frozenset(words_only(" ".join(words)).split())
            if not here:
                signs |= groups
            elif groups:
                rarest = max(here, key=lambda piece: (piece not in _EVERYWHERE, len(piece), piece))
                by_others = telling.setdefault(rarest, {})
                others = once(here - {rarest})
                by_others[others] = once(by_others.get(others, frozenset()) | groups)
        return cls({word: _without_longer(by_others, once) for word, by_others in telling.items()}, signs)

    def shortest_words(self) -> dict[str, int]:
        """Return the length of the shortest word that tells of each group; a sign is written without one."""
        shortest: dict[str, int] = {}
        for word, tells in self.words.items():
            for told in tells:
                for group in told.groups:
                    shortest[group] = min(shortest.get(group, len(word)), len(word))
        return shortest | dict.fromkeys(self.signs, 0)


def _without_longer(
    by_others: Mapping[frozenset[str], frozenset[str]], once: Callable[[frozenset[str]], frozenset[str]]
) -> tuple[Told, ...]:
    """Leave out what fewer other words tell already: "empty bladder" tells of "empty his bladder", too."""
    told: list[Told] = []
    for others, groups in sorted(by_others.items(), key=lambda item: len(item[0])):
        new = groups.difference(*(shorter.groups for shorter in told if shorter.others <= others))
        if new:
            told.append(Told(others, once(new)))
    return tuple(told)

"""The words that findings and ConText are written in, compiled once into one dictionary of first words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cds_service.evidence.model import Side

CORRECTED_FROM = 7  # letters: a word this long is recognised with one slip of the pen


class Role(StrEnum):
    """What a word does in a sentence."""

    SUBJECT = "subject"  # what is spoken of: leg, reflex, gait
    VALUE = "value"  # what is said of it, as a noun: weakness
    STATE = "state"  # what is said of it, as a predicate: weak, brisk, upgoing
    WHOLE = "whole"  # both at once: foot drop
    OTHER = "other"


class Cue(StrEnum):
    """What a modifier of ConText does to the findings in its scope."""

    NOT_BEFORE = "not-before"  # "no", "without": denies what follows
    DENIES = "denies"  # "denies": the same, over a whole list of statements
    NOT_AFTER = "not-after"  # "absent", "negative": denies what precedes
    AFFIRMS = "affirms"  # "positive", "present"
    PSEUDO = "pseudo"  # "no change in": looks like a negation and is none
    ONLY_NEW = "only-new"  # "no new": denies the newness, not the finding
    NOT_EXAMINED = "not-examined"  # "not tested", "deferred"
    ENDS = "ends"  # "but": ends every scope
    FAMILY = "family"  # "mother"
    REPORTS = "reports"  # "wife says": the speaker is not the patient, the finding is
    PATIENT = "patient"  # "he", "patient"
    HYPOTHETICAL = "hypothetical"  # "return if"
    DOUBT_BEFORE = "doubt-before"  # "rule out", "possible"
    DOUBT_AFTER = "doubt-after"  # "suspected", "is possible"
    PAST = "past"  # "history of"
    PAST_AFTER = "past-after"  # "resolved"
    ONSET = "onset"  # "since", "began": a time that follows is an onset
    NEW = "new"
    PROGRESSIVE = "progressive"
    STABLE = "stable"
    ANSWER_NO = "answer-no"
    ALL = "all"  # "all negative": the cue speaks of the whole list
    SECTION = "section"
    TITLE = "title"  # "Dr": the name that follows is a person's


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one entry of the lexicon means.

    Attributes:
        group: word group id, or cue category for a modifier.
        role: what the word does in a sentence.
        side: the side that the word itself names.
        cue: the ConText category; None for an ordinary word.
        days: length in days of a unit of time or of a named time ("yesterday" is 1); None for other words.
    """

    group: str
    role: Role = Role.OTHER
    side: Side | None = None
    cue: Cue | None = None
    days: float | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Entries by first word, longest first, and the long words that a slip of the pen may have spoilt.

    Attributes:
        entries: first word → ((following words, meanings), …), longest first.
        vocabulary: every single word that occurs in an entry, and words never to be corrected.
        shortened: a long word with one letter left out → the word.
        anchors: first words of entries that are worth a closer look at a sentence.
    """

    entries: Mapping[str, tuple[tuple[tuple[str, ...], tuple[Meaning, ...]], ...]]
    vocabulary: frozenset[str]
    shortened: Mapping[str, str] = field(repr=False)
    anchors: frozenset[str]

    @classmethod
    def of(
        cls,
        entries: Iterable[tuple[tuple[str, ...], Meaning]],
        anchored: Iterable[str],
        plain_words: Iterable[str] = (),
    ) -> Lexicon:
        """Compile *entries* (words, meaning); groups in *anchored* make a sentence worth reading.

        Args:
            entries: each a tuple of normalised words with what they mean.
            anchored: ids of the word groups that some pattern needs.
            plain_words: correct words that resemble one of ours and are never taken for it.
        """
        grouped: dict[tuple[str, ...], list[Meaning]] = {}
        for words, meaning in entries:
            if meaning not in grouped.setdefault(words, []):
                grouped[words].append(meaning)
        by_first: dict[str, list[tuple[tuple[str, ...], tuple[Meaning, ...]]]] = {}
        for words, meanings in grouped.items():
            by_first.setdefault(words[0], []).append((words[1:], tuple(meanings)))
        for found in by_first.values():
            found.sort(key=lambda item: -len(item[0]))
        wanted = frozenset(anchored)
        return cls(
            entries={first: tuple(found) for first, found in by_first.items()},
            vocabulary=frozenset(word for words in grouped for word in words) | frozenset(plain_words),
            shortened=_shortened({word for words in grouped for word in words}, frozenset(plain_words)),
            anchors=frozenset(
                words[0] for words, meanings in grouped.items() if any(m.group in wanted for m in meanings)
            ),
        )

    def correct(self, word: str) -> str:
        """Return the word that *word* is, or is one slip of the pen away from, else *word* itself."""
        for known in (word, word.removesuffix("s"), word.removesuffix("es")):
            if known in self.vocabulary:
                return known
        return self._nearest(word) if len(word) >= CORRECTED_FROM - 1 else word

    def _nearest(self, word: str) -> str:
        """Return the long word of ours that a letter left out, put in, changed or swapped makes of *word*."""
        if word in self.shortened:
            return self.shortened[word]
        for cut in _cuts(word):
            if cut in self.vocabulary and len(cut) >= CORRECTED_FROM:
                return cut
            if cut in self.shortened:
                return self.shortened[cut]
        return word


def _cuts(word: str) -> Iterable[str]:
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))


def _shortened(words: set[str], plain: frozenset[str]) -> dict[str, str]:
    """Map each long word, with any one letter but the first left out, to the word itself."""
    return {
        cut: word
        for word in sorted(words, reverse=True)
        if len(word) >= CORRECTED_FROM and word.isalpha()
        for cut in _cuts(word)
        if cut not in words and cut not in plain
    }

"""The words that findings and ConText are written in, compiled once into one dictionary of first words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from sys import intern
from typing import NamedTuple

from cds_service.evidence.model import Side
from cds_service.evidence.tokens import without_apostrophes

CORRECTED_FROM = 7  # letters: a word this long is recognised with one slip of the pen
_PLURAL_IN_ES_FROM = 6  # letters: "MASES" is a score and no plural of "MAS"
CORRECTED_TO = 24  # letters: no word of ours is longer
REMEMBERED_WORDS = 50_000  # normal forms kept in memory; a language has few more words than that


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
    HYPOTHETICAL_AFTER = "hypothetical-after"  # "would change management"
    DOUBT_BEFORE = "doubt-before"  # "rule out", "possible"
    DOUBT_AFTER = "doubt-after"  # "suspected", "is possible"
    PAST = "past"  # "history of"
    COPIED = "copied"  # "copied forward": the rest of the sentence is of an older note
    PAST_AFTER = "past-after"  # "resolved"
    ONSET = "onset"  # "since", "began": a time that follows is an onset
    NEW = "new"
    PROGRESSIVE = "progressive"
    STABLE = "stable"
    ANSWER_NO = "answer-no"
    ALL = "all"  # "all negative": the cue speaks of the whole list
    SECTION = "section"
    HEADING = "heading"  # "education": a word that, anywhere in a heading, says what its section is
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
        opens_list: the entry denies what it names, and may go on to deny more ("no falls, weakness or ...").
    """

    group: str
    role: Role = Role.OTHER
    side: Side | None = None
    cue: Cue | None = None
    days: float | None = None
    opens_list: bool = False


class Node(NamedTuple):
    """Where a walk through the entries has come to.

    Attributes:
        meanings: what the words walked so far mean; empty when no entry ends here.
        following: the nodes by next word.
    """

    meanings: tuple[Meaning, ...]
    following: dict[str, Node]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The entries as a tree of words.

    Attributes:
        entries: the first words of all entries.
        normal: the normal form of a word, one slip of the pen in a long word put right; remembered.
        onsets: the first words of what tells that something began.
        headings: the first words of what, in a heading, makes a section one of advice or of an older note.
    """

    entries: Mapping[str, Node]
    normal: Callable[[str], str] = field(repr=False)
    onsets: frozenset[str]
    headings: frozenset[str]

    @classmethod
    def of(
        cls,
        entries: Iterable[tuple[tuple[str, ...], Meaning]],
        plain_words: Iterable[str] = (),
    ) -> Lexicon:
        """Compile *entries*.

        Args:
            entries: each a tuple of words in their normal form, with what they mean together.
            plain_words: correct words that resemble one of ours and are never taken for it.
        """
        grouped: dict[tuple[str, ...], list[Meaning]] = {}
        for words, meaning in entries:
            means = grouped.setdefault(tuple(map(intern, words)), [])
            if meaning not in means:
                means.append(meaning)
        return cls(
            entries=_tree(grouped),
            normal=_Remembered(Spelling.of(grouped, plain_words).normal).__getitem__,
            onsets=_first_words(grouped, Cue.ONSET),
            headings=_first_words(grouped, Cue.HEADING, Cue.HYPOTHETICAL),
        )

    def meanings_of(self, words: tuple[str, ...]) -> tuple[Meaning, ...]:
        """Return what exactly these words mean; empty when they are no entry."""
        following: Mapping[str, Node] = self.entries
        meanings: tuple[Meaning, ...] = ()
        for word in words:
            node = following.get(word)
            if node is None:
                return ()
            meanings, following = node
        return meanings

    def phrases(self) -> Iterator[tuple[tuple[str, ...], tuple[Meaning, ...]]]:
        """Yield the words of every entry with what they mean."""
        yield from _phrases((), self.entries)


class _Remembered(dict[str, str]):
    """Forms of words, filled as words are met; to keep them in order of use would cost more than it saves."""

    def __init__(self, form: Callable[[str], str]) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, word: str) -> str:
        if len(self) >= REMEMBERED_WORDS:
            self.clear()
        self[word] = form = self._form(word)
        return form


def _first_words(grouped: Mapping[tuple[str, ...], list[Meaning]], *cues: Cue) -> frozenset[str]:
    return frozenset(words[0] for words, means in grouped.items() if any(one.cue in cues for one in means))


def _tree(grouped: Mapping[tuple[str, ...], list[Meaning]]) -> dict[str, Node]:
    """Return the tree; what most nodes share, the end of an entry and what entries mean, is kept once."""
    root: dict[str, Node] = {}
    end: dict[str, Node] = {}
    kept: dict[tuple[Meaning, ...], tuple[Meaning, ...]] = {}
    # The longest first: where a shorter entry ends, what follows it is there already.
    for words, means in sorted(grouped.items(), key=lambda item: len(item[0]), reverse=True):
        following = root
        for word in words[:-1]:
            following = following.setdefault(word, Node((), {})).following
        last, meanings = following.get(words[-1]), tuple(means)
        following[words[-1]] = Node(kept.setdefault(meanings, meanings), last.following if last else end)
    return root


def _phrases(
    before: tuple[str, ...], following: Mapping[str, Node]
) -> Iterator[tuple[tuple[str, ...], tuple[Meaning, ...]]]:
    for word, node in following.items():
        words = (*before, word)
        if node.meanings:
            yield words, node.meanings
        yield from _phrases(words, node.following)


@dataclass(frozen=True, slots=True)
class Spelling:
    """Correct words, and the long ones with a letter left out.

    A slip in the second half of a word leaves the first as it was. One in the first half touches two letters
    at most, never the first of the word, and leaves the second half. So most words are told at once to be
    none of ours with a slip in it.

    Attributes:
        vocabulary: every word of an entry, and words never to be corrected.
        near: a long word, whole or with one letter left out → the word.
        beginnings, ends: the halves of the long words, for each length that a word with a slip can have.
    """

    vocabulary: frozenset[str]
    near: Mapping[str, str] = field(repr=False)
    beginnings: frozenset[str] = field(repr=False)
    ends: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, entries: Iterable[tuple[str, ...]], plain_words: Iterable[str]) -> Spelling:
        """Return the spelling of the words of *entries*."""
        ours, plain = {word for words in entries for word in words}, frozenset(plain_words)
        corrected = [word for word in sorted(ours) if len(word) >= CORRECTED_FROM and word.isalpha()]
        halves = [_halves(word, len(word) + slip) for word in corrected for slip in (-1, 0, 1)]
        beginnings, ends = frozenset(one for one, _ in halves), frozenset(other for _, other in halves)
        return cls(plain | ours, _near(corrected, plain | ours), beginnings, ends)

    def normal(self, word: str) -> str:
        """Return the word of ours that *word* is or is one slip of the pen away from, else *word* itself."""
        word = without_apostrophes(word)
        if word in self.vocabulary:
            return word
        if word.endswith("s"):
            of_es = word.removesuffix("es") if len(word) >= _PLURAL_IN_ES_FROM else word
            for singular in (word[:-1], of_es):
                if singular in self.vocabulary:
                    return singular
        length = len(word)
        if not CORRECTED_FROM - 1 <= length <= CORRECTED_TO:
            return word
        beginning, end = _halves(word, length)
        if beginning in self.beginnings or end in self.ends:
            return self._nearest(word)
        return word

    def _nearest(self, word: str) -> str:
        """Return the long word of ours that a letter left out, put in, changed or swapped makes of *word*."""
        found = self.near.get(word)
        if found is not None:
            return found
        for at in range(1, len(word)):
            found = self.near.get(word[:at] + word[at + 1 :])
            if found is not None:
                return found
        return word


def _halves(word: str, length: int) -> tuple[str, str]:
    """Return how a word begins and ends; one of *length* that is a slip away has one of the two alike."""
    first = (length - 2) // 2
    return word[:first], word[0] + word[first + 2 - length :]


def _near(corrected: Iterable[str], known: frozenset[str]) -> dict[str, str]:
    """Map each long word, whole or without any one letter but the first, to the word; the first word wins."""
    near = {word: word for word in known if len(word) >= CORRECTED_FROM}
    for word in corrected:
        for at in range(1, len(word)):
            cut = word[:at] + word[at + 1 :]
            if cut not in known:
                near.setdefault(cut, word)
    return near

"""One sentence with the lexicon's words in it, cut into segments inside which words belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cds_service.evidence.lexicon import Cue, Lexicon, Meaning, Node, Role
from cds_service.evidence.model import Side
from cds_service.evidence.tokens import Tokens

COORDINATORS = frozenset(
    {",", "and", "&", "with", "plus", "/", ":", "-", "–", "—", "->", "=>", "→", "(", ")", "•", "but"}
)
COMMAS = COORDINATORS - {"/", ":", "(", ")"}
COURSE_CUES = (Cue.NEW, Cue.PROGRESSIVE, Cue.STABLE, Cue.ONSET)
_SIDE_BEHIND = 3  # words: "clonus on the right" is a statement, as "clonus positive" is
_SUBJECTS = (Role.SUBJECT, Role.WHOLE)
_VALUES = (Role.VALUE, Role.STATE, Role.WHOLE)
_VALUE_CUES = (Cue.AFFIRMS, Cue.NOT_AFTER, Cue.NOT_EXAMINED)
_VALUE_NUMBERS = ("grade", "power")


class Hit(NamedTuple):
    """One entry of the lexicon at the tokens ``first`` to ``last``, both included.

    A modifier inside a longer entry ("no" in "no back pain") reaches no further than that entry, ``within``.
    """

    meaning: Meaning
    first: int
    last: int
    within: tuple[int, int] | None = None


@dataclass(slots=True)
class Sentence:
    """Tokens, hits, and the segment to which each token belongs.

    Attributes:
        tokens: the tokens in order.
        words: hits of word groups, by group id.
        cues: hits of ConText modifiers, by category, in order.
        sides: (token, side) of the words that name a side and nothing else.
        segment: number of the segment of each token.
        chunk: number of the piece between two coordinators, for each token.
    """

    tokens: Tokens
    words: dict[str, list[Hit]] = field(default_factory=dict)
    cues: dict[Cue, list[Hit]] = field(default_factory=dict)
    sides: list[tuple[int, Side]] = field(default_factory=list)
    segment: list[int] = field(default_factory=list)
    chunk: list[int] = field(default_factory=list)

    def of(self, cue: Cue) -> Sequence[Hit]:
        """Return the modifiers of this category."""
        return self.cues.get(cue, ())

    def between(self, first: int, last: int, norms: frozenset[str]) -> bool:
        """Tell whether one of *norms* stands strictly between the tokens *first* and *last*."""
        return first + 1 < last and not norms.isdisjoint(self.tokens.norms[first + 1 : last])


def read_sentence(tokens: Tokens, lexicon: Lexicon) -> Sentence:
    """Find the lexicon's entries in *tokens* and cut the sentence into segments."""
    sentence, hits = Sentence(tokens), _hits(tokens.norms, lexicon)
    for hit in hits:
        meaning = hit.meaning
        if meaning.cue is not None:
            sentence.cues.setdefault(meaning.cue, []).append(hit)
        elif meaning.group == "side" and meaning.side is not None:
            sentence.sides.append((hit.first, meaning.side))
        else:
            sentence.words.setdefault(meaning.group, []).append(hit)
    _cut(sentence, hits)
    return sentence


def _hits(norms: list[str], lexicon: Lexicon) -> list[Hit]:
    """Return the entries that stand at each token; what lies inside a pseudo entry or a name is swallowed."""
    found: list[Hit] = []
    swallowed_to = -1
    for at, norm in enumerate(norms):
        node = lexicon.entries.get(norm) if at > swallowed_to else None
        if node is None:
            continue
        here = _walk(norms, at, node)
        if not here:
            continue
        longest, meanings = here[-1]
        found.extend([Hit(meaning, at, longest) for meaning in meanings])
        swallowed_to = max(swallowed_to, _swallowed(norms, longest, meanings))
        if len(here) > 1 and swallowed_to < longest:
            found.extend(_shorter(here, at))
    return _with_limits(found)


def _walk(norms: list[str], at: int, node: Node | None) -> list[tuple[int, tuple[Meaning, ...]]]:
    """Return the entries that begin at the token *at*, shortest first, each with its last token."""
    here = []
    count = len(norms)
    while node is not None:
        if node.meanings:
            here.append((at, node.meanings))
        at += 1
        node = node.following.get(norms[at]) if at < count else None
    return here


def _swallowed(norms: list[str], last: int, meanings: tuple[Meaning, ...]) -> int:
    """Return the last token that a pseudo entry, or a title with the name after it, takes out of sight."""
    for meaning in meanings:
        if meaning.cue is Cue.TITLE:
            return (
                last + 1 + (last + 1 < len(norms) and len(norms[last + 1]) == 1)
            )  # an initial, then the name
        if meaning.cue is Cue.PSEUDO:
            return last
    return -1


def _shorter(here: list[tuple[int, tuple[Meaning, ...]]], at: int) -> list[Hit]:
    """Return the shorter entries at the same token, without the modifiers that a longer modifier replaces."""
    replaced = any(meaning.cue is not None and meaning.cue not in COURSE_CUES for meaning in here[-1][1])
    return [
        Hit(meaning, at, last)
        for last, shorter in here[:-1]
        for meaning in shorter
        if meaning.cue is None or not replaced
    ]


def _with_limits(hits: list[Hit]) -> list[Hit]:
    """Let the longer entry have its words.

    A modifier inside a longer entry is limited to it. A side and a subject inside a longer subject ("knee" in
    "knee jerk") are dropped.
    """
    longer = [hit for hit in hits if hit.last > hit.first]
    if not longer:
        return hits
    limited = []
    for hit in hits:
        outer = None
        if hit.meaning.cue is not None or hit.meaning.group == "side" or hit.meaning.role is Role.SUBJECT:
            outer = max([other for other in longer if _holds(other, hit)], key=_length, default=None)
        if outer is None:
            limited.append(hit)
        elif hit.meaning.cue is not None:
            limited.append(hit._replace(within=(outer.first, outer.last)))
    return limited


def _holds(outer: Hit, inner: Hit) -> bool:
    """Tell whether the entry *outer* has the words of *inner* for itself."""
    if outer.first > inner.first or inner.last > outer.last or _length(outer) <= _length(inner):
        return False
    subject = inner.meaning.cue is None and inner.meaning.group != "side"
    return not subject or outer.meaning.role is Role.SUBJECT


def _length(hit: Hit) -> int:
    return hit.last - hit.first


@dataclass(slots=True)
class _Piece:
    """What a chunk or a segment holds: the first place of a subject and of a value, None without one."""

    subject: int | None = None
    value: int | None = None

    @property
    def full(self) -> bool:
        return self.subject is not None and self.value is not None

    def add(self, other: _Piece) -> None:
        self.subject = self.subject if self.subject is not None else other.subject
        self.value = self.value if self.value is not None else other.value


def _cut(sentence: Sentence, hits: list[Hit]) -> None:
    """Number chunks and segments: a new segment begins where both neighbours have a subject and a value."""
    if Cue.ENDS not in sentence.cues and COORDINATORS.isdisjoint(sentence.tokens.norms):
        sentence.chunk = sentence.segment = [0] * len(sentence.tokens.norms)
        return
    sentence.chunk = _chunks(sentence, hits)
    subjects, values = _subjects_and_values(sentence, hits)
    pieces = [_Piece() for _ in range(sentence.chunk[-1] + 1)] if sentence.chunk else []
    for at, chunk in enumerate(sentence.chunk):
        pieces[chunk].add(_Piece(at if at in subjects else None, at if at in values else None))
    numbers = _segments(pieces)
    sentence.segment = [numbers[chunk] for chunk in sentence.chunk]


def _segments(pieces: list[_Piece]) -> list[int]:
    """Return the number of the segment of each chunk."""
    number, segment, numbers = 0, _Piece(), []
    for at, piece in enumerate(pieces):
        if segment.full and (piece.full or _opens(piece, segment, pieces[at + 1 :])):
            number, segment = number + 1, _Piece()
        segment.add(piece)
        numbers.append(number)
    return numbers


def _opens(piece: _Piece, segment: _Piece, following: list[_Piece]) -> bool:
    """Tell whether a bare subject belongs to the value after it ("hands numb, LEGS and feet weak")."""
    if piece.subject is None or segment.subject is None or segment.value is None:
        return False
    if segment.subject > segment.value:  # the value came first: "numbness of hands, FEET"
        return False
    after = next((other for other in following if other.subject is None or other.value is not None), None)
    return after is not None and after.value is not None


def _subjects_and_values(sentence: Sentence, hits: list[Hit]) -> tuple[set[int], set[int]]:
    grouped = {
        hit.first for hit in hits if "#" not in hit.meaning.group and hit.meaning.role is not Role.OTHER
    }
    telling = [
        hit
        for hit in hits
        if hit.last > hit.first or "#" not in hit.meaning.group or hit.first not in grouped
    ]
    chunk = sentence.chunk
    named = [hit for hit in telling if hit.meaning.role in _SUBJECTS]
    subjects = {hit.first for hit in named}
    values = {hit.first for hit in telling if hit.meaning.role in _VALUES or hit.meaning.cue in _VALUE_CUES}
    values |= {at for at, kind in enumerate(sentence.tokens.kinds) if kind in _VALUE_NUMBERS}
    values |= {
        at
        for at, _ in sentence.sides
        if at + 1 not in subjects
        and any(0 < at - hit.last <= _SIDE_BEHIND and chunk[at] == chunk[hit.last] for hit in named)
    }
    return subjects, values


def _chunks(sentence: Sentence, hits: list[Hit]) -> list[int]:
    """Number the piece of each token; an "and" inside an entry ("pins and needles") cuts nothing."""
    ends = {hit.first for hit in hits if hit.meaning.cue is Cue.ENDS}
    inside = {at for hit in hits if hit.last > hit.first for at in range(hit.first + 1, hit.last + 1)}
    number, chunk = 0, []
    for at, norm in enumerate(sentence.tokens.norms):
        if at and (at in ends or (norm in COORDINATORS and at not in inside)):
            number += 1
        chunk.append(number)
    return chunk

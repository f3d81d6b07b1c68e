"""A sentence cut into segments, inside which words belong together: "hands numb", "legs and feet weak"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cds_service.evidence.hits import Hit
from cds_service.evidence.lexicon import Cue, Role
from cds_service.evidence.model import Side
from cds_service.evidence.tokens import Tokens

COORDINATORS = frozenset(
    {
        ",",
        "and",
        "&",
        "with",
        "plus",
        "/",
        ":",
        "-",
        "–",
        "—",
        "->",
        "=>",
        "→",
        "(",
        ")",
        "[",
        "]",
        "•",
        "but",
    }
)
COMMAS = COORDINATORS - {"/", ":", "(", ")", "[", "]"}
_SIDE_BEHIND = 3  # words: "clonus on the right" is a statement, as "clonus positive" is
_OTHER = Role.OTHER
_SUBJECTS = (Role.SUBJECT, Role.WHOLE)
_VALUES = (Role.VALUE, Role.STATE, Role.WHOLE)
_VALUE_CUES = (Cue.AFFIRMS, Cue.NOT_AFTER, Cue.NOT_EXAMINED)
_VALUE_NUMBERS = ("grade", "power")


def cut(tokens: Tokens, hits: list[Hit], sides: list[tuple[int, Side]]) -> tuple[list[int], list[int]]:
    """Return the numbers of the chunk and of the segment of each token.

    A chunk is what stands between two coordinators. A new segment begins where a chunk and the segment before
    it have a subject and a value each.
    """
    ends = {hit.first for hit in hits if hit.meaning.cue is Cue.ENDS}
    if not ends and COORDINATORS.isdisjoint(tokens.norms):
        return [0] * len(tokens.norms), [0] * len(tokens.norms)
    chunks = _chunks(tokens.norms, hits, ends)
    subjects, values = _subjects_and_values(tokens, hits, sides, chunks)
    if len(subjects) < 2 and not ends:  # what begins a new segment has a subject of its own
        return chunks, [0] * len(chunks)
    pieces = [_Piece() for _ in range(chunks[-1] + 1)]
    for at in ends:
        pieces[chunks[at]].parted = True
    for at, norm in enumerate(tokens.norms):
        if norm == "(":
            pieces[chunks[at]].aside = True
    for at in sorted(subjects):
        pieces[chunks[at]].add(_Piece(at, None))
    for at in sorted(values):
        pieces[chunks[at]].add(_Piece(None, at))
    numbers = _segments(pieces)
    return chunks, [numbers[chunk] for chunk in chunks]


@dataclass(slots=True)
class _Piece:
    """What a chunk or a segment holds: the first place of a subject and of a value, None without one.

    ``parted``: it begins with "but" or another word that ends every scope. ``aside``: it stands in brackets.
    """

    subject: int | None = None
    value: int | None = None
    parted: bool = False
    aside: bool = False

    @property
    def full(self) -> bool:
        return self.subject is not None and self.value is not None

    @property
    def waits(self) -> bool:
        """Tell whether its value is to come: "legs STILL NUMB after the operation"."""
        return self.subject is not None and self.value is None

    def add(self, other: _Piece) -> None:
        self.subject = self.subject if self.subject is not None else other.subject
        self.value = self.value if self.value is not None else other.value


def _segments(pieces: list[_Piece]) -> list[int]:
    """Return the number of the segment of each chunk."""
    number, segment, numbers = 0, _Piece(), []
    for at, piece in enumerate(pieces):
        if (piece.parted and piece.full and not segment.waits) or (
            segment.full and (piece.full or _opens(piece, segment, pieces[at + 1 :]))
        ):
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
    after = next(
        (one for one in following if one.value is not None or (one.subject is None and not one.aside)), None
    )
    return after is not None and after.value is not None


def _subjects_and_values(
    tokens: Tokens, hits: list[Hit], sides: list[tuple[int, Side]], chunk: Sequence[int]
) -> tuple[set[int], set[int]]:
    telling = [hit for hit in hits if hit.meaning.role is not _OTHER or hit.meaning.cue in _VALUE_CUES]
    grouped = {hit.first for hit in telling if "#" not in hit.meaning.group and hit.meaning.cue is None}
    named: list[Hit] = []
    values = {at for at in tokens.numbers if tokens.kinds[at] in _VALUE_NUMBERS}
    for hit in telling:
        meaning, first, last, _ = hit
        if first == last and first in grouped and "#" in meaning.group:
            continue
        if meaning.role in _SUBJECTS:
            named.append(hit)
        if meaning.role in _VALUES or meaning.cue in _VALUE_CUES:
            values.add(first)
    subjects = {hit.first for hit in named}
    for at, _ in sides:
        if at + 1 not in subjects and any(
            0 < at - hit.last <= _SIDE_BEHIND and chunk[at] == chunk[hit.last] for hit in named
        ):
            values.add(at)
    return subjects, values


def _chunks(norms: list[str], hits: list[Hit], ends: set[int]) -> list[int]:
    """Number the piece of each token; an "and" inside an entry ("pins and needles") cuts nothing."""
    longer = [hit for hit in hits if hit.last > hit.first]
    inside = {at for hit in longer for at in range(hit.first + 1, hit.last + 1)}
    number, chunk = 0, []
    for at, norm in enumerate(norms):
        if at and (at in ends or (norm in COORDINATORS and at not in inside)):
            number += 1
        chunk.append(number)
    return chunk

"""One sentence with the lexicon's words found in it, cut into the segments inside which words belong together."""

from __future__ import annotations

from dataclasses import dataclass, field

from cds_service.evidence.lexicon import Cue, Lexicon, Meaning, Role
from cds_service.evidence.model import Side
from cds_service.evidence.tokens import Token

COORDINATORS = frozenset({",", "and", "&", "with", "plus", "/", ":", "-", "–", "—", "->", "=>", "→", "(", ")", "•", "but"})
COMMAS = COORDINATORS - {"/", ":", "(", ")"}
_SUBJECTS = (Role.SUBJECT, Role.WHOLE)
_VALUES = (Role.VALUE, Role.STATE, Role.WHOLE)
_VALUE_CUES = (Cue.AFFIRMS, Cue.NOT_AFTER, Cue.NOT_EXAMINED)
_VALUE_NUMBERS = ("grade", "power")


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry of the lexicon at the tokens ``first`` to ``last``, both included."""

    meaning: Meaning
    first: int
    last: int


@dataclass(slots=True)
class Sentence:
    """Tokens, hits, and the segment to which each token belongs.

    Attributes:
        tokens: the tokens in order.
        words: hits of word groups, by group id.
        cues: hits of ConText modifiers, in order.
        sides: (token, side) of the words that name a side and nothing else.
        segment: number of the segment of each token.
        chunk: number of the piece between two coordinators, for each token.
    """

    tokens: list[Token]
    words: dict[str, list[Hit]] = field(default_factory=dict)
    cues: list[Hit] = field(default_factory=list)
    sides: list[tuple[int, Side]] = field(default_factory=list)
    segment: list[int] = field(default_factory=list)
    chunk: list[int] = field(default_factory=list)

    def between(self, first: int, last: int, norms: frozenset[str]) -> bool:
        """Tell whether one of *norms* stands strictly between the tokens *first* and *last*."""
        return any(token.norm in norms for token in self.tokens[first + 1 : last])


def read_sentence(tokens: list[Token], lexicon: Lexicon) -> Sentence:
    """Find the lexicon's entries in *tokens* and cut the sentence into segments."""
    sentence = Sentence(tokens)
    hits = _hits(tokens, lexicon)
    for hit in hits:
        if hit.meaning.cue is not None:
            sentence.cues.append(hit)
        elif hit.meaning.group == "side" and hit.meaning.side is not None:
            sentence.sides.append((hit.first, hit.meaning.side))
        else:
            sentence.words.setdefault(hit.meaning.group, []).append(hit)
    _cut(sentence, hits)
    return sentence


def _hits(tokens: list[Token], lexicon: Lexicon) -> list[Hit]:
    """Return the longest entries that start at each token; what lies inside a pseudo entry is swallowed."""
    norms = [token.norm for token in tokens]
    found: list[Hit] = []
    swallowed_to = -1
    for at, norm in enumerate(norms):
        if at <= swallowed_to:
            continue
        for rest, meanings in lexicon.entries.get(norm, ()):
            end = at + 1 + len(rest)
            if rest and tuple(norms[at + 1 : end]) != rest:
                continue
            if any(meaning.cue is Cue.PSEUDO for meaning in meanings):
                swallowed_to = end - 1
            found.extend(Hit(meaning, at, end - 1) for meaning in meanings)
            break
    return _without_inner_cues(found)


def _without_inner_cues(hits: list[Hit]) -> list[Hit]:
    """Drop the modifiers that are part of a longer entry ("no" in "no longer able to")."""
    reach, kept = -1, []
    for hit in hits:
        inner = hit.last <= reach
        if not (inner and (hit.meaning.cue is not None or hit.meaning.group == "side")):
            kept.append(hit)
        if hit.last > hit.first:
            reach = max(reach, hit.last)
    return kept


def _cut(sentence: Sentence, hits: list[Hit]) -> None:
    """Number chunks and segments: a new segment begins where both neighbours have a subject and a value."""
    count = len(sentence.tokens)
    subject, value = [False] * count, [False] * count
    ends = [False] * count
    for hit in hits:
        meaning = hit.meaning
        if meaning.role in _SUBJECTS:
            subject[hit.first] = True
        if meaning.role in _VALUES or meaning.cue in _VALUE_CUES:
            value[hit.first] = True
        if meaning.cue is Cue.ENDS:
            ends[hit.first] = True
    for at, token in enumerate(sentence.tokens):
        if token.kind in _VALUE_NUMBERS:
            value[at] = True
    for at, _ in sentence.sides:
        if at and subject[at - 1]:
            value[at] = True
    sentence.chunk = _chunks(sentence, ends)
    chunks = sentence.chunk[-1] + 1 if count else 0
    has_subject, has_value, starts_anew = [False] * chunks, [False] * chunks, [False] * chunks
    for at, chunk in enumerate(sentence.chunk):
        has_subject[chunk] |= subject[at]
        has_value[chunk] |= value[at]
        starts_anew[chunk] |= ends[at]
    number, seg_subject, seg_value, numbers = 0, False, False, []
    for chunk in range(chunks):
        full = has_subject[chunk] and has_value[chunk]
        if chunk and (starts_anew[chunk] or (full and seg_subject and seg_value)):
            number, seg_subject, seg_value = number + 1, False, False
        seg_subject |= has_subject[chunk]
        seg_value |= has_value[chunk]
        numbers.append(number)
    sentence.segment = [numbers[chunk] for chunk in sentence.chunk]


def _chunks(sentence: Sentence, ends: list[bool]) -> list[int]:
    number, chunk = 0, []
    for at, token in enumerate(sentence.tokens):
        if at and (token.norm in COORDINATORS or ends[at]):
            number += 1
        chunk.append(number)
    return chunk

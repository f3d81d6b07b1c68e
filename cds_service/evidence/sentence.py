"""One sentence with the lexicon's words in it and the segments that they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cds_service.evidence.hits import Hit, find_hits
from cds_service.evidence.lexicon import Cue, Lexicon
from cds_service.evidence.model import Side
from cds_service.evidence.segments import cut
from cds_service.evidence.tokens import Tokens


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

    def opening_around(self, at: int) -> int | None:
        """Return where the parenthesis around a token opens: "in 2019 an infarct (WEAKNESS, numbness)"."""
        norms = self.tokens.norms[:at]
        opening = next((place for place in range(at - 1, -1, -1) if norms[place] == "("), None)
        return None if opening is None or ")" in norms[opening:] else opening


def read_sentence(tokens: Tokens, lexicon: Lexicon) -> Sentence:
    """Find the lexicon's entries in *tokens* and cut the sentence into segments."""
    sentence, hits = Sentence(tokens), find_hits(tokens.norms, lexicon)
    for hit in hits:
        meaning = hit.meaning
        if meaning.cue is not None:
            sentence.cues.setdefault(meaning.cue, []).append(hit)
        elif meaning.group == "side" and meaning.side is not None:
            sentence.sides.append((hit.first, meaning.side))
        else:
            sentence.words.setdefault(meaning.group, []).append(hit)
    sentence.chunk, sentence.segment = cut(tokens, hits, sentence.sides)
    if sentence.sides and "never" in tokens.norms:
        sentence.sides = [one for one in sentence.sides if not _never(sentence, one[0])]
    return sentence


def _never(sentence: Sentence, at: int) -> bool:
    """Tell whether the piece around *at* ends in "never": "the right hand tingles, the LEFT never"."""
    chunk, norms = sentence.chunk, sentence.tokens.norms
    last = max(place for place, number in enumerate(chunk) if number == chunk[at])
    return norms[last] == "never"

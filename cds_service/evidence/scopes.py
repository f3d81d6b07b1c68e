"""How far a modifier reaches: forward or back, to a comma, to "but", to the end of a longer entry."""

from __future__ import annotations

from cds_service.evidence.hits import Hit
from cds_service.evidence.lexicon import Cue
from cds_service.evidence.matching import Match
from cds_service.evidence.sentence import Sentence

_COMMA = frozenset({","})
_THEN = frozenset({"then"})  # "the numbness that she had then CLEARED"
_FILLING = frozenset(
    {
        "and",
        "or",
        "the",
        "is",
        "was",
        "also",
        "a",
        "an",
        "of",
        "in",
        "to",
        "at",
        "on",
        "sign",
        "signs",
        "test",
        "reflex",
    }
)
_INTRODUCES = frozenset({"following", "below", "symptoms", "signs"})


def _colon_between(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether a colon ends the reach of *hit*: not right behind it, nor after "the following"."""
    norms = sentence.tokens.norms
    return ":" in norms and any(
        norms[at] == ":" and norms[at - 1] not in _INTRODUCES for at in range(hit.last + 2, match.first)
    )


def may_reach(hit: Hit, match: Match) -> bool:
    """Tell whether *hit* may reach *match*: it does not leave a longer entry, unless that opens a list."""
    within = hit.within
    if within is None or within.opens_list or has_part_in(match, hit.last + 1, within.last):
        return True
    return match.last <= within.last and (hit.first == within.first or within.first <= match.first)


def has_part_in(match: Match, first: int, last: int) -> bool:
    """Tell whether a part of *match* begins between these tokens, both included."""
    return any(first <= begins <= last for begins, _ in match.parts)


def is_inside(hit: Hit, match: Match) -> bool:
    """Tell whether the modifier is itself a part of the match."""
    at = hit.first
    if not match.first <= at <= match.last:
        return False
    return any(first <= at <= last for first, last in match.parts)


def is_ended(sentence: Sentence, one: int, other: int, passing: frozenset[str] = frozenset()) -> bool:
    """Tell whether a word such as "but", and none of *passing*, stands between two tokens."""
    ends = sentence.of(Cue.ENDS)
    if not ends:
        return False
    low, high = min(one, other), max(one, other)
    return any(
        hit.within is None
        and low < hit.first <= high
        and sentence.tokens.norms[hit.first] not in passing
        and not is_closed(sentence, hit.first, high)
        for hit in ends
    )


def is_closed(sentence: Sentence, which: int, before: int) -> bool:
    """Tell whether a clause that *which* begins after a comma is closed by another comma."""
    norms = sentence.tokens.norms
    return norms[which] == "which" and norms[which - 1] == "," and "," in norms[which + 1 : before]


def reaches_forward(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether *hit* stands before a part of the match, with nothing between that ends its scope."""
    return (
        hit.last < match.last
        and may_reach(hit, match)
        and not is_inside(hit, match)
        and not is_ended(sentence, hit.last, match.last)
        and not _colon_between(sentence, hit, match)
    )


def reaches_back(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether *hit* stands behind the beginning of the match."""
    return (
        hit.first > match.first
        and may_reach(hit, match)
        and not is_inside(hit, match)
        and sentence.segment[hit.first] == sentence.segment[match.last]
        and not is_ended(sentence, match.last, hit.first, _THEN)
    )


def is_about_something_else(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether unknown words stand between the last comma and *hit* ("numb hands, dip negative")."""
    chunk = sentence.chunk[hit.first]
    if hit.first <= match.last or chunk == sentence.chunk[match.last]:
        return False
    known = {at for hits in sentence.words.values() for one in hits for at in range(one.first, one.last + 1)}
    known |= {at for hits in sentence.cues.values() for one in hits for at in range(one.first, one.last + 1)}
    known |= {at for at, _ in sentence.sides}
    return any(
        sentence.chunk[at] == chunk and at not in known and norm not in _FILLING and norm.isalpha()
        for at, norm in enumerate(sentence.tokens.norms[: hit.first])
    )


def in_same_segment(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether the modifier stands in the segment of the match."""
    return (
        may_reach(hit, match)
        and not is_inside(hit, match)
        and sentence.segment[hit.first] == sentence.segment[match.first]
        and not is_about_something_else(sentence, hit, match)
    )


def reaches_in_chunk(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether *hit* reaches forward to the match with no comma between."""
    return reaches_forward(sentence, hit, match) and not sentence.between(hit.last, match.first, _COMMA)

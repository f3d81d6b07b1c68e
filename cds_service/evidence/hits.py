"""The lexicon's entries in a row of words; the longer entry has its words for itself."""

from __future__ import annotations

from typing import NamedTuple

from cds_service.evidence.lexicon import Cue, Lexicon, Meaning, Node, Role

COURSE_CUES = (Cue.NEW, Cue.PROGRESSIVE, Cue.STABLE, Cue.ONSET)
_SUBJECT = Role.SUBJECT
_EPONYM = "eponym"
_SPELT_OUT = frozenset({"doctor", "nurse", "professor", "miss"})  # these stand before other words, too
_PAST_CUES = frozenset({Cue.PAST, Cue.PAST_AFTER})
_RESULTS = frozenset({Cue.AFFIRMS, Cue.NOT_AFTER})


class Within(NamedTuple):
    """The longer entry that a modifier stands in.

    Attributes:
        first, last: its tokens, both included.
        opens_list: it is a denial, begins with the modifier, and may go on to deny what is listed after it.
    """

    first: int
    last: int
    opens_list: bool


class Hit(NamedTuple):
    """One entry of the lexicon at the tokens ``first`` to ``last``, both included.

    A modifier inside a longer entry ("no" in "no longer") reaches no further than that entry, ``within``,
    unless that opens a list ("no back pain, weakness or numbness").
    """

    meaning: Meaning
    first: int
    last: int
    within: Within | None = None


def find_hits(norms: list[str], lexicon: Lexicon) -> list[Hit]:
    """Return the entries that stand at each token; what lies inside a pseudo entry or a name is swallowed."""
    found: list[Hit] = []
    swallowed_to = -1
    for at, norm in enumerate(norms):
        node = lexicon.entries.get(norm)
        if node is None or at <= swallowed_to:
            continue
        here = _walk(norms, at, node)
        if not here:
            continue
        longest, meanings = here[-1]
        found.extend([Hit(meaning, at, longest) for meaning in meanings])
        swallowed_to = max(swallowed_to, _swallowed(norms, longest, meanings, lexicon))
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


def _swallowed(norms: list[str], last: int, meanings: tuple[Meaning, ...], lexicon: Lexicon) -> int:
    """Return the last token that a pseudo entry, or a title with the name after it, takes out of sight."""
    for meaning in meanings:
        if meaning.cue is Cue.TITLE:
            return _end_of_name(norms, last, lexicon)
        if meaning.cue is Cue.PSEUDO:
            return last
    return -1


def _end_of_name(norms: list[str], title: int, lexicon: Lexicon) -> int:
    """Return the last token of the name behind a title, which has an initial or a first name at most."""
    name, second, then = [*norms[title + 1 : title + 4], "", "", ""][:3]
    if _cues(name, lexicon):  # "see a doctor if"
        return title
    if norms[title] in _SPELT_OUT and lexicon.meanings_of((name,)) and not _is_eponym(name, lexicon):
        return title  # "told the nurse numbness came back"
    of_two = len(name) == 1 or (_is_eponym(second, lexicon) and _RESULTS.isdisjoint(_cues(then, lexicon)))
    return title + 1 + of_two  # "Dr P Hoffmann", "Dr Peter Hoffmann"


def _is_eponym(norm: str, lexicon: Lexicon) -> bool:
    return any(meaning.group == _EPONYM for meaning in lexicon.meanings_of((norm,)))


def _cues(norm: str, lexicon: Lexicon) -> set[Cue]:
    return {meaning.cue for meaning in lexicon.meanings_of((norm,)) if meaning.cue is not None}


def _shorter(here: list[tuple[int, tuple[Meaning, ...]]], at: int) -> list[Hit]:
    """Return the shorter entries at the same token, without the modifiers that a longer modifier replaces.

    Beside a word of course stands the denial in it ("not" in "not progressive"), but not what it tells of
    the past ("previously" in "previously normal").
    """
    longer = {meaning.cue for meaning in here[-1][1]} - {None}
    beside = longer.issubset(COURSE_CUES)
    return [
        Hit(meaning, at, last)
        for last, shorter in here[:-1]
        for meaning in shorter
        if meaning.cue is None or not longer or (beside and meaning.cue not in _PAST_CUES)
    ]


def _with_limits(hits: list[Hit]) -> list[Hit]:
    """Let the longer entry have its words.

    A modifier inside a longer entry is limited to it. A subject inside a longer subject ("knee" in "knee
    jerk") and whatever is inside a longer side ("well" in "left as well as right") are dropped.
    """
    longer = [hit for hit in hits if hit.last > hit.first]
    if not longer:
        return hits
    limited = []
    sided = any(hit.meaning.group == "side" for hit in longer)
    for hit in hits:
        meaning = hit.meaning
        around = []
        if sided or meaning.cue is not None or meaning.role is _SUBJECT:
            around = [
                one for one in longer if one.first <= hit.first and hit.last <= one.last and _holds(one, hit)
            ]
        if not around:
            limited.append(hit)
        elif meaning.cue is not None:
            outer = max(around, key=_length)
            opens = any(one.meaning.opens_list and _length(one) == _length(outer) for one in around)
            within = Within(outer.first, outer.last, opens and hit.first == outer.first)
            limited.append(Hit(meaning, hit.first, hit.last, within))
    return limited


def _holds(outer: Hit, inner: Hit) -> bool:
    """Tell whether the entry *outer*, which stands around *inner*, has its words for itself."""
    if outer.last - outer.first <= inner.last - inner.first:
        return False
    if inner.meaning.cue is not None or outer.meaning.group == "side":
        return True
    return inner.meaning.role is _SUBJECT and outer.meaning.role is _SUBJECT


def _length(hit: Hit) -> int:
    return hit.last - hit.first

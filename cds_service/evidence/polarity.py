"""What the words around a match make of it: asserted, denied or in doubt, on each side of the body.

Source: ConText, Harkema 2009, doi:10.1016/j.jbi.2009.05.002.
"""

from __future__ import annotations

from cds_service.evidence.hits import Hit
from cds_service.evidence.lexicon import Cue
from cds_service.evidence.matching import Match, crosses_comma, side_of
from cds_service.evidence.model import Side, State
from cds_service.evidence.scopes import (
    is_about_something_else,
    is_closed,
    is_ended,
    is_inside,
    may_reach,
    reaches_back,
    reaches_forward,
    reaches_in_chunk,
)
from cds_service.evidence.sentence import Sentence

_ANSWER_ENDS = frozenset({",", ")", "(", "/"})
_ANSWER_MARKS = frozenset({":", "?", "=", "-"})
_OR = frozenset({"or", "nor"})
_LISTS = _OR | {",", "and", "/", "&"}
_COURSES = (Cue.NEW, Cue.PROGRESSIVE, Cue.STABLE, Cue.ONSET)
_POLAR = frozenset(
    {Cue.AFFIRMS, Cue.NOT_AFTER, Cue.ANSWER_NO, Cue.NOT_BEFORE, Cue.DENIES, Cue.DOUBT_BEFORE, Cue.DOUBT_AFTER}
)


def polarities(sentence: Sentence, match: Match) -> list[tuple[State, Side | None]]:
    """Return what is said of *match*: once, or once for each side where the sides differ."""
    state = match.pattern.state
    if state is not State.ASSERTED:
        if state is State.DENIED and _is_negated_before(sentence, match):
            return []
        return [(state, side_of(sentence, match))]
    if _POLAR.isdisjoint(sentence.cues):
        return [(State.ASSERTED, side_of(sentence, match))]
    marks = _in_main_clause(sentence, match, _marks(sentence, match))
    said = {state for _, state in marks}
    if len(said) > 1:
        by_side = [(state, side_of(sentence, match, near=at)) for at, state in marks]
        if len({side for _, side in by_side}) > 1:
            return by_side
        nearest = min(marks, key=lambda mark: (abs(mark[0] - match.last), mark[0] < match.first))
        said = {nearest[1]}
    side = side_of(sentence, match)
    if State.DENIED in said or _is_negated_before(sentence, match, affirmed=State.ASSERTED in said):
        return [(State.DENIED, side)]
    if _is_doubtful(sentence, match):
        return [(State.UNCERTAIN, side)]
    return [(State.ASSERTED, side)]


def _marks(sentence: Sentence, match: Match) -> list[tuple[int, State]]:
    """Return the words such as "positive" and "absent" that speak of *match*, with what they say."""
    marks = [
        (hit.first, State.DENIED if _negates_mark(sentence, hit) else State.ASSERTED)
        for hit in sentence.of(Cue.AFFIRMS)
        if not is_inside(hit, match) and _speaks_of(sentence, hit, match)
    ]
    marks += [
        (hit.first, State.DENIED)
        for hit in (*sentence.of(Cue.NOT_AFTER), *_said_last(sentence, Cue.DENIES))
        if not is_inside(hit, match) and _denies_beside(sentence, hit, match)
    ]
    marks += [
        (hit.first, State.DENIED)
        for cue in (Cue.ANSWER_NO, Cue.NOT_BEFORE, Cue.DENIES)
        for hit in sentence.of(cue)
        if hit.first > match.first
        and not is_inside(hit, match)
        and _is_answer_no(sentence, hit)
        and _speaks_of(sentence, hit, match)
    ]
    if (
        marks and match.number is not None
    ):  # "clonus 5 beats left, none right": the number affirms its own side
        marks.append((match.last, State.ASSERTED))
    return sorted(marks)


def _said_last(sentence: Sentence, cue: Cue) -> list[Hit]:
    """Return the modifier that ends the sentence: "bladder symptoms denied"."""
    return [hit for hit in sentence.of(cue) if hit.last + 1 == len(sentence.tokens.norms)]


def _in_main_clause(
    sentence: Sentence, match: Match, marks: list[tuple[int, State]]
) -> list[tuple[int, State]]:
    """Drop what a clause between commas says if more follows: "the sign, which was positive, is absent"."""
    norms = sentence.tokens.norms
    after = [at for at in range(match.last + 1, len(norms)) if norms[at] == "which"]
    if not after or not is_closed(sentence, after[0], len(norms)):
        return marks
    end = norms.index(",", after[0])
    return [mark for mark in marks if not after[0] < mark[0] < end] or marks


def _denies_beside(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether "absent" or "negative" follows the match, or stands right before it."""
    if hit.first > match.first:
        return _speaks_of(sentence, hit, match)
    return (
        hit.last < match.first <= hit.last + 2
        and sentence.segment[hit.first] == sentence.segment[match.first]
        and may_reach(hit, match)
    )


def _speaks_of(sentence: Sentence, hit: Hit, match: Match) -> bool:
    if (
        is_about_something_else(sentence, hit, match)
        or not may_reach(hit, match)
        or is_ended(sentence, min(hit.first, match.first), max(hit.first, match.first))
    ):
        return False
    if sentence.segment[hit.first] == sentence.segment[match.last]:
        return True
    together = any(
        match.last < cue.first <= hit.first and hit.first - cue.last <= 3 for cue in sentence.of(Cue.ALL)
    )
    return together and hit.first > match.last


def _negates_mark(sentence: Sentence, mark: Hit) -> bool:
    """Tell whether the affirming *mark* is itself denied ("not present")."""
    return any(0 < mark.first - hit.last <= 2 for hit in sentence.of(Cue.NOT_BEFORE))


def _is_answer_no(sentence: Sentence, hit: Hit) -> bool:
    """Tell whether *hit* is the answer to a question or label: "saddle numbness? No", "Weakness: none"."""
    norms = sentence.tokens.norms
    if not hit.first or norms[hit.first - 1] not in _ANSWER_MARKS:
        return False
    return hit.last + 1 == len(norms) or norms[hit.last + 1] in _ANSWER_ENDS


def _is_negated_before(sentence: Sentence, match: Match, *, affirmed: bool = False) -> bool:
    denials = (*sentence.of(Cue.NOT_BEFORE), *sentence.of(Cue.DENIES))
    return any(_negates(sentence, hit, match, affirmed) for hit in denials)


def _negates(sentence: Sentence, hit: Hit, match: Match, affirmed: bool) -> bool:
    """Tell whether the denial *hit* covers *match*; past a comma it leaves what is stated or affirmed."""
    cue = hit.meaning.cue
    if not reaches_forward(sentence, hit, match) or _is_answer_no(sentence, hit):
        return False
    entry = hit.within
    if entry is not None and match.last > entry.last and not _is_listed(sentence, entry.last, match):
        return False
    if not crosses_comma(sentence, hit.last, match.first):
        return True
    if match.named and cue is Cue.NOT_BEFORE and not _is_listed(sentence, hit.last, match):
        return False
    joined = match.first > 0 and sentence.tokens.norms[match.first - 1] in _OR  # "no falls, or gait trouble"
    if affirmed or (match.stated and not joined and (cue is Cue.NOT_BEFORE or match.has_subject)):
        return False
    return cue is Cue.DENIES or not _someone_new(sentence, hit, match)


def _is_listed(sentence: Sentence, last: int, match: Match) -> bool:
    """Tell whether *match* is one of a list of denials that begins before the token *last*.

    "No falls, weakness or numbness" denies all three. "No falls, weakness for two weeks" does not: what says
    since when it is, or how it goes, is there.
    """
    if match.pattern.state is State.DENIED:  # "no falls, gait normal"
        return False
    norms, chunk = sentence.tokens.norms, sentence.chunk
    value = min(first for first, _ in match.parts if first > last)
    denials = (*sentence.of(Cue.NOT_BEFORE), *sentence.of(Cue.DENIES))
    if not sentence.between(last, value, _LISTS) or any(last < hit.first <= value for hit in denials):
        return False
    here = chunk[value]
    joined = (at for at in range(last + 1, len(norms)) if norms[at] in _OR)
    if any(chunk[at] == here or norms[at - 1] == "," for at in joined):
        return True
    told = [hit for cue in _COURSES for hit in sentence.of(cue)]
    told += sentence.words.get("time-unit", ())
    told += sentence.words.get("named-time", ())
    return all(chunk[hit.first] != here for hit in told)


def _someone_new(sentence: Sentence, hit: Hit, match: Match) -> bool:
    return any(hit.last < other.first < match.first for other in sentence.of(Cue.PATIENT))


def _is_doubtful(sentence: Sentence, match: Match) -> bool:
    return any(reaches_in_chunk(sentence, hit, match) for hit in sentence.of(Cue.DOUBT_BEFORE)) or any(
        reaches_back(sentence, hit, match) for hit in sentence.of(Cue.DOUBT_AFTER)
    )

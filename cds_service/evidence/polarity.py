"""What the words around a match make of it: asserted, denied or in doubt, on each side of the body.

Source: ConText, Harkema 2009, doi:10.1016/j.jbi.2009.05.002.
"""

from __future__ import annotations

from cds_service.evidence.denials import is_answer_no, is_denied_before
from cds_service.evidence.hits import Hit
from cds_service.evidence.lexicon import Cue
from cds_service.evidence.matching import Match, side_of
from cds_service.evidence.model import Side, State
from cds_service.evidence.scopes import (
    is_about_something_else,
    is_closed,
    is_ended,
    is_inside,
    may_reach,
    reaches_back,
    reaches_in_chunk,
)
from cds_service.evidence.sentence import Sentence

_BESIDE_A_SIDE = frozenset({"the", "is", "was", "are", "on", "side", "now", "it"})
_ENDS_A_LABEL = frozenset({",", "and", "but"})
_POLAR = frozenset(
    {Cue.AFFIRMS, Cue.NOT_AFTER, Cue.ANSWER_NO, Cue.NOT_BEFORE, Cue.DENIES, Cue.DOUBT_BEFORE, Cue.DOUBT_AFTER}
)


def polarities(sentence: Sentence, match: Match) -> list[tuple[State, Side | None]]:
    """Return what is said of *match*: once, or once for each side where the sides differ."""
    state = match.pattern.state
    if state is not State.ASSERTED:
        if state is State.DENIED and is_denied_before(sentence, match):
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
        marks = _of_now(sentence, marks)
        nearest = min(marks, key=lambda mark: (abs(mark[0] - match.last), mark[0] < match.first))
        said = {nearest[1]}
    side = side_of(sentence, match)
    if State.DENIED in said or is_denied_before(sentence, match, affirmed=State.ASSERTED in said):
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
        for hit in sentence.of(Cue.NOT_AFTER)
        if not is_inside(hit, match) and _denies_beside(sentence, hit, match)
    ]
    marks += [
        (hit.first, State.DENIED)
        for hit in sentence.of(Cue.DENIES)
        if hit.last + 1 == len(sentence.tokens.norms) and _closes_list(sentence, hit, match)
    ]
    marks += [
        (hit.first, State.DENIED)
        for hit in sentence.of(Cue.NOT_AFTER)
        if sentence.tokens.norms[hit.first - 1] == ")" and _is_in_brackets(sentence, match, hit.first - 1)
    ]
    marks += [
        (hit.first, State.DENIED)
        for cue in (Cue.ANSWER_NO, Cue.NOT_BEFORE, Cue.DENIES)
        for hit in sentence.of(cue)
        if hit.first > match.first
        and not is_inside(hit, match)
        and is_answer_no(sentence, hit)
        and (_speaks_of(sentence, hit, match) or _is_answered(sentence, hit, match))
    ]
    # "Clonus 5 beats left, none right": a number affirms its own side, as does one that is not the mark's.
    if marks and (match.number is not None or all(_is_of_other_side(sentence, match, at) for at, _ in marks)):
        marks.append((match.last, State.ASSERTED))
    return sorted(marks)


def _is_of_other_side(sentence: Sentence, match: Match, mark: int) -> bool:
    """Tell whether the word at *mark* speaks of one side and *match*, in a piece of its own, of the other."""
    chunk = sentence.chunk
    if chunk[mark] == chunk[match.last]:
        return False
    own = {side for at, side in sentence.sides if chunk[at] == chunk[match.last]}
    others = {side for at, side in sentence.sides if chunk[at] == chunk[mark]}
    return own != others and len(own) == len(others) == 1 and Side.BOTH not in own | others


def _is_answered(sentence: Sentence, answer: Hit, match: Match) -> bool:
    """Tell whether *match* stands in the question or label that *answer* answers: "unsteady / falls: no"."""
    return match.last < answer.first and not sentence.between(match.last, answer.first, _ENDS_A_LABEL)


def _is_in_brackets(sentence: Sentence, match: Match, closing: int) -> bool:
    """Tell whether *match* is in the brackets that close there: "red flags (numbness, retention) absent"."""
    if match.last > closing or ")" in sentence.tokens.norms[match.first : closing]:
        return False
    return sentence.opening_around(match.first) is not None


def _closes_list(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether "denied" at the end of the sentence denies *match*: "retention, incontinence denied"."""
    return match.last < hit.first and may_reach(hit, match) and not is_ended(sentence, match.last, hit.first)


def _in_main_clause(
    sentence: Sentence, match: Match, marks: list[tuple[int, State]]
) -> list[tuple[int, State]]:
    """Drop what a clause between commas says if more follows: "the sign, which was positive, is absent"."""
    norms = sentence.tokens.norms
    which = next((at for at in range(match.last + 1, len(norms)) if norms[at] == "which"), None)
    if which is None or not is_closed(sentence, which, len(norms)):
        return marks
    end = norms.index(",", which)
    return [mark for mark in marks if not which < mark[0] < end] or marks


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
    if is_about_something_else(sentence, hit, match) or not may_reach(hit, match):
        return False
    if match.first < hit.first < match.last and is_ended(sentence, hit.first, match.last):
        return False  # "leg numbness ABSENT but weakness": the match reaches over it
    if is_ended(sentence, min(hit.first, match.first), max(hit.first, match.first)):
        return _goes_on_about(sentence, match, hit)
    if sentence.segment[hit.first] == sentence.segment[match.last]:
        return True
    together = any(
        match.last < cue.first <= hit.first
        and hit.first - cue.last <= 3
        and sentence.opening_around(cue.first) is None  # "ankle jerks (both) absent"
        for cue in sentence.of(Cue.ALL)
    )
    return together and hit.first > match.last


def _of_now(sentence: Sentence, marks: list[tuple[int, State]]) -> list[tuple[int, State]]:
    """Return what is said behind "now", if anything is: "was negative in June, now POSITIVE"."""
    norms = sentence.tokens.norms
    if "now" not in norms:
        return marks
    now = norms.index("now")
    return [mark for mark in marks if mark[0] > now] or marks


def _goes_on_about(sentence: Sentence, match: Match, mark: Hit) -> bool:
    """Tell whether "but", and no more than a side, parts them: "absent right but PRESENT on the left"."""
    norms = sentence.tokens.norms
    behind = [hit.first for hit in sentence.of(Cue.ENDS) if match.last < hit.first < mark.first]
    sides = {at for at, _ in sentence.sides}
    return (
        bool(behind)
        and norms[behind[-1]] != "which"
        and all(at in sides or norms[at] in _BESIDE_A_SIDE for at in range(behind[-1] + 1, mark.first))
    )


def _negates_mark(sentence: Sentence, mark: Hit) -> bool:
    """Tell whether the affirming *mark* is itself denied ("not present")."""
    return any(0 < mark.first - hit.last <= 2 for hit in sentence.of(Cue.NOT_BEFORE))


def _is_doubtful(sentence: Sentence, match: Match) -> bool:
    return any(reaches_in_chunk(sentence, hit, match) for hit in sentence.of(Cue.DOUBT_BEFORE)) or any(
        reaches_back(sentence, hit, match) for hit in sentence.of(Cue.DOUBT_AFTER)
    )

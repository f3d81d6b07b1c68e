"""ConText: what the words around a match do to it (negation, experiencer, doubt, condition, past, course).

Source: ConText, Harkema 2009, doi:10.1016/j.jbi.2009.05.002.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cds_service.evidence.lexicon import Cue
from cds_service.evidence.matching import Match, crosses_comma, side_of
from cds_service.evidence.model import Course, Side, State
from cds_service.evidence.sentence import Hit, Sentence

_Reach = Callable[[Sentence, Hit, Match], bool]

_FAMILY_SOURCE = frozenset({"by", "per", "from", "with", "to", "via", "according"})
_ANSWER_MARKS = frozenset({":", "?", "=", "-"})
_COURSES = {Cue.NEW: Course.NEW, Cue.PROGRESSIVE: Course.PROGRESSIVE, Cue.STABLE: Course.STABLE}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a match is meant: what it says, on which side, and why it does not count ("" when it does)."""

    state: State
    side: Side | None
    ignored: str = ""


def read_context(sentence: Sentence, match: Match, section: str = "") -> list[Reading]:
    """Return how *match* is meant: one reading, or one a side where the sides differ.

    Args:
        sentence: the sentence.
        match: a match in it.
        section: "family", "hypothetical" or "past" when the section of the note says so, else "".
    """
    ignored = _why_ignored(sentence, match, section)
    readings = _polarities(sentence, match)
    return [Reading(state, side, ignored) for state, side in readings]


def _why_ignored(sentence: Sentence, match: Match, section: str) -> str:
    if _is_family(sentence, match, section):
        return "family history"
    if section == "hypothetical" or _is_hypothetical(sentence, match):
        return "return advice or condition"
    if _any(sentence, match, Cue.NOT_EXAMINED, _same_segment):
        return "not examined"
    if _any(sentence, match, Cue.ONLY_NEW, _reaches_forward):
        return "only its newness is denied"
    if section == "past" or _is_past(sentence, match):
        return "in the past"
    return ""


def _any(sentence: Sentence, match: Match, cue: Cue, reaches: _Reach) -> bool:
    return any(hit.meaning.cue is cue and reaches(sentence, hit, match) for hit in sentence.cues)


# --- who ---------------------------------------------------------------------------------------


def _is_family(sentence: Sentence, match: Match, section: str) -> bool:
    kin = [hit for hit in sentence.cues if hit.meaning.cue is Cue.FAMILY]
    patient = [hit.first for hit in sentence.cues if hit.meaning.cue in (Cue.PATIENT, Cue.REPORTS)]
    if section == "family":
        return not any(at < match.first for at in patient)
    for hit in kin:
        if hit.last < match.first and not _ended(sentence, hit.last, match.first):
            told = hit.first and sentence.tokens[hit.first - 1].norm in _FAMILY_SOURCE
            if not told and not any(hit.first < at < match.first for at in patient):
                return True
        if 0 < hit.first - match.last <= 3 and sentence.between(match.last, hit.first, frozenset({"in"})):
            return True
    return False


# --- whether -----------------------------------------------------------------------------------


def _is_hypothetical(sentence: Sentence, match: Match) -> bool:
    return any(
        hit.meaning.cue is Cue.HYPOTHETICAL
        and _may_reach(hit, match)
        and hit.last < match.first
        and not _ended(sentence, hit.last, match.first)
        for hit in sentence.cues
    )


def _is_past(sentence: Sentence, match: Match) -> bool:
    return any(
        (
            hit.meaning.cue is Cue.PAST
            and _reaches_forward(sentence, hit, match)
            and _same_chunks(sentence, hit, match)
        )
        or (hit.meaning.cue is Cue.PAST_AFTER and _reaches_back(sentence, hit, match))
        for hit in sentence.cues
    )


# --- what --------------------------------------------------------------------------------------


def _polarities(sentence: Sentence, match: Match) -> list[tuple[State, Side | None]]:
    if match.pattern.state is not State.ASSERTED:
        state = match.pattern.state
        if state is State.DENIED and _is_negated_before(sentence, match):
            return []
        return [(state, side_of(sentence, match))]
    marks = _marks(sentence, match)
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
    marks = []
    for at, hit in enumerate(sentence.cues):
        cue = hit.meaning.cue
        if cue is Cue.ALL or _inside(hit, match):
            continue
        if cue is Cue.AFFIRMS and _speaks_of(sentence, hit, match):
            marks.append((hit.first, State.DENIED if _negates_mark(sentence, at) else State.ASSERTED))
        elif cue is Cue.NOT_AFTER and hit.first > match.first and _speaks_of(sentence, hit, match):
            marks.append((hit.first, State.DENIED))
        elif cue is Cue.NOT_AFTER and hit.last < match.first and hit.last + 2 >= match.first:
            if sentence.segment[hit.first] == sentence.segment[match.first] and _may_reach(hit, match):
                marks.append((hit.first, State.DENIED))  # "negative Babinski"
        elif _is_answer_no(sentence, hit) and hit.first > match.first and _speaks_of(sentence, hit, match):
            marks.append((hit.first, State.DENIED))
    return marks


def _speaks_of(sentence: Sentence, hit: Hit, match: Match) -> bool:
    if not _may_reach(hit, match) or _ended(
        sentence, min(hit.first, match.first), max(hit.first, match.first)
    ):
        return False
    if sentence.segment[hit.first] == sentence.segment[match.last]:
        return True
    together = any(
        cue.meaning.cue is Cue.ALL and match.last < cue.first <= hit.first and hit.first - cue.last <= 3
        for cue in sentence.cues
    )
    return together and hit.first > match.last


def _negates_mark(sentence: Sentence, at: int) -> bool:
    """Tell whether the affirming cue number *at* is itself denied ("not present")."""
    hit = sentence.cues[at]
    return any(
        cue.meaning.cue is Cue.NOT_BEFORE and 0 < hit.first - cue.last <= 2 for cue in sentence.cues[:at]
    )


def _is_answer_no(sentence: Sentence, hit: Hit) -> bool:
    """Tell whether *hit* is the answer to a question or label: "saddle numbness? No", "Weakness: none"."""
    if hit.meaning.cue not in (Cue.ANSWER_NO, Cue.NOT_BEFORE, Cue.DENIES):
        return False
    before = sentence.tokens[hit.first - 1].norm if hit.first else ""
    after = sentence.tokens[hit.last + 1].norm if hit.last + 1 < len(sentence.tokens) else ","
    return before in _ANSWER_MARKS and (after in {",", ")", "(", "/"} or hit.last + 1 == len(sentence.tokens))


def _is_negated_before(sentence: Sentence, match: Match, *, affirmed: bool = False) -> bool:
    return any(_negates(sentence, hit, match, affirmed) for hit in sentence.cues)


def _negates(sentence: Sentence, hit: Hit, match: Match, affirmed: bool) -> bool:
    """Tell whether the denial *hit* covers *match*; past a comma it leaves what is stated or affirmed."""
    cue = hit.meaning.cue
    if cue not in (Cue.NOT_BEFORE, Cue.DENIES) or not _reaches_forward(sentence, hit, match):
        return False
    if _is_answer_no(sentence, hit):
        return False
    if not crosses_comma(sentence, hit.last, match.first):
        return True
    if affirmed or (match.stated and (cue is Cue.NOT_BEFORE or match.has_subject)):
        return False
    return cue is Cue.DENIES or not _someone_new(sentence, hit, match)


def _someone_new(sentence: Sentence, hit: Hit, match: Match) -> bool:
    return any(cue.meaning.cue is Cue.PATIENT and hit.last < cue.first < match.first for cue in sentence.cues)


def _is_doubtful(sentence: Sentence, match: Match) -> bool:
    return any(
        (
            hit.meaning.cue is Cue.DOUBT_BEFORE
            and _reaches_forward(sentence, hit, match)
            and _same_chunks(sentence, hit, match)
        )
        or (hit.meaning.cue is Cue.DOUBT_AFTER and _reaches_back(sentence, hit, match))
        for hit in sentence.cues
    )


# --- when and how it goes ----------------------------------------------------------------------


def course_of(sentence: Sentence, match: Match) -> Course | None:
    """Return the course that the sentence states for *match*, None when it states none."""
    stated = [
        (hit.first, _COURSES[hit.meaning.cue])
        for hit in sentence.cues
        if hit.meaning.cue in _COURSES and not _ended(sentence, hit.first, match.first)
    ]
    if not stated:
        return None
    segment = sentence.segment[match.first]
    own = [(at, course) for at, course in stated if sentence.segment[at] == segment]
    return min(own or stated, key=lambda item: abs(item[0] - match.first))[1]


# --- scopes ------------------------------------------------------------------------------------


def _may_reach(hit: Hit, match: Match) -> bool:
    if hit.within is None:
        return True
    first, last = hit.within
    return match.last <= last and (hit.first == first or first <= match.first)


def _inside(hit: Hit, match: Match) -> bool:
    return any(first <= hit.first <= last for first, last in match.parts)


def _ended(sentence: Sentence, one: int, other: int) -> bool:
    low, high = min(one, other), max(one, other)
    return any(hit.meaning.cue is Cue.ENDS and low < hit.first <= high for hit in sentence.cues)


def _reaches_forward(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether *hit* stands before a part of the match, with nothing between that ends its scope."""
    return (
        hit.last < match.last
        and _may_reach(hit, match)
        and not _inside(hit, match)
        and not _ended(sentence, hit.last, match.last)
    )


def _reaches_back(sentence: Sentence, hit: Hit, match: Match) -> bool:
    return (
        hit.first > match.first
        and _may_reach(hit, match)
        and not _inside(hit, match)
        and sentence.segment[hit.first] == sentence.segment[match.last]
        and not _ended(sentence, match.last, hit.first)
    )


def _same_segment(sentence: Sentence, hit: Hit, match: Match) -> bool:
    return (
        _may_reach(hit, match)
        and not _inside(hit, match)
        and sentence.segment[hit.first] == sentence.segment[match.first]
    )


def _same_chunks(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether no comma stands between the modifier and the match."""
    return not sentence.between(hit.last, match.first, frozenset({","}))

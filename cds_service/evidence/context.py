"""ConText: what the words around a match do to it (negation, experiencer, doubt, condition, past, course).

Source: ConText, Harkema 2009, doi:10.1016/j.jbi.2009.05.002.
"""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.evidence.lexicon import Cue
from cds_service.evidence.matching import Match, crosses_comma, side_of
from cds_service.evidence.model import Course, Side, State
from cds_service.evidence.sentence import Hit, Sentence

_FAMILY_SOURCE = frozenset({"by", "per", "from", "with", "to", "via", "according"})
_IN = frozenset({"in"})
_COMMA = frozenset({","})
_ANSWER_ENDS = frozenset({",", ")", "(", "/"})
_INTRODUCES = frozenset({"following", "below", "symptoms", "signs"})
_ANSWER_MARKS = frozenset({":", "?", "=", "-"})
_SETTING_ASIDE = frozenset(
    {Cue.FAMILY, Cue.HYPOTHETICAL, Cue.NOT_EXAMINED, Cue.ONLY_NEW, Cue.PAST, Cue.PAST_AFTER}
)
_POLAR = frozenset(
    {Cue.AFFIRMS, Cue.NOT_AFTER, Cue.ANSWER_NO, Cue.NOT_BEFORE, Cue.DENIES, Cue.DOUBT_BEFORE, Cue.DOUBT_AFTER}
)
_COURSES = {Cue.NEW: Course.NEW, Cue.PROGRESSIVE: Course.PROGRESSIVE, Cue.STABLE: Course.STABLE}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a match is meant: what it says, on which side, and why it does not count ("" when it does)."""

    state: State
    side: Side | None
    ignored: str = ""


AS_WRITTEN = Reading(State.ASSERTED, None)


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
    if not section and _SETTING_ASIDE.isdisjoint(sentence.cues):
        return ""
    if _is_family(sentence, match, section):
        return "family history"
    if section == "hypothetical" or _is_hypothetical(sentence, match):
        return "return advice or condition"
    if any(_same_segment(sentence, hit, match) for hit in sentence.of(Cue.NOT_EXAMINED)):
        return "not examined"
    if any(_reaches_forward(sentence, hit, match) for hit in sentence.of(Cue.ONLY_NEW)):
        return "only its newness is denied"
    if section == "past" or _is_past(sentence, match):
        return "in the past"
    return ""


# --- who ---------------------------------------------------------------------------------------


def _is_family(sentence: Sentence, match: Match, section: str) -> bool:
    kin = sentence.of(Cue.FAMILY)
    if not kin and section != "family":
        return False
    patient = [hit.first for hit in (*sentence.of(Cue.PATIENT), *sentence.of(Cue.REPORTS))]
    if section == "family":
        return not any(at < match.first for at in patient)
    return any(_owns(sentence, hit, match, patient) for hit in kin)


def _owns(sentence: Sentence, kin: Hit, match: Match, patient: list[int]) -> bool:
    """Tell whether the relative *kin* is the one who has the finding, and not the one who reports it."""
    if kin.last < match.first and not _ended(sentence, kin.last, match.first):
        told = kin.first and sentence.tokens.norms[kin.first - 1] in _FAMILY_SOURCE
        if not told and not any(kin.first < at < match.first for at in patient):
            return True
    return 0 < kin.first - match.last <= 3 and sentence.between(match.last, kin.first, _IN)


# --- whether -----------------------------------------------------------------------------------


def _is_hypothetical(sentence: Sentence, match: Match) -> bool:
    return any(
        hit.last < match.first and _may_reach(hit, match) and not _ended(sentence, hit.last, match.first)
        for hit in sentence.of(Cue.HYPOTHETICAL)
    )


def _is_past(sentence: Sentence, match: Match) -> bool:
    told = (hit for hit in sentence.of(Cue.PAST) if not _follows_a_time(sentence, hit))
    return any(_reaches_in_chunk(sentence, hit, match) for hit in told) or any(
        _reaches_back(sentence, hit, match) for hit in sentence.of(Cue.PAST_AFTER)
    )


def _follows_a_time(sentence: Sentence, hit: Hit) -> bool:
    """Tell whether "history of" tells how long it has been going on ("6-month history of weakness")."""
    before = hit.first - 1
    return before >= 0 and (
        sentence.tokens.kinds[before] == "fraction"
        or any(unit.last == before for unit in sentence.words.get("time-unit", ()))
    )


# --- what --------------------------------------------------------------------------------------


def _polarities(sentence: Sentence, match: Match) -> list[tuple[State, Side | None]]:
    state = match.pattern.state
    if state is not State.ASSERTED:
        if state is State.DENIED and _is_negated_before(sentence, match):
            return []
        return [(state, side_of(sentence, match))]
    if _POLAR.isdisjoint(sentence.cues):
        return [(State.ASSERTED, side_of(sentence, match))]
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
    marks = [
        (hit.first, State.DENIED if _negates_mark(sentence, hit) else State.ASSERTED)
        for hit in sentence.of(Cue.AFFIRMS)
        if not _inside(hit, match) and _speaks_of(sentence, hit, match)
    ]
    marks += [
        (hit.first, State.DENIED)
        for hit in sentence.of(Cue.NOT_AFTER)
        if not _inside(hit, match) and _denies_beside(sentence, hit, match)
    ]
    marks += [
        (hit.first, State.DENIED)
        for cue in (Cue.ANSWER_NO, Cue.NOT_BEFORE, Cue.DENIES)
        for hit in sentence.of(cue)
        if hit.first > match.first
        and not _inside(hit, match)
        and _is_answer_no(sentence, hit)
        and _speaks_of(sentence, hit, match)
    ]
    if (
        marks and match.number is not None
    ):  # "clonus 5 beats left, none right": the number affirms its own side
        marks.append((match.last, State.ASSERTED))
    return sorted(marks)


def _denies_beside(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether "absent" or "negative" follows the match, or stands right before it."""
    if hit.first > match.first:
        return _speaks_of(sentence, hit, match)
    return (
        hit.last < match.first <= hit.last + 2
        and sentence.segment[hit.first] == sentence.segment[match.first]
        and _may_reach(hit, match)
    )


def _speaks_of(sentence: Sentence, hit: Hit, match: Match) -> bool:
    if not _may_reach(hit, match) or _ended(
        sentence, min(hit.first, match.first), max(hit.first, match.first)
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
    if not _reaches_forward(sentence, hit, match) or _is_answer_no(sentence, hit):
        return False
    if not crosses_comma(sentence, hit.last, match.first):
        return True
    if affirmed or (match.stated and (cue is Cue.NOT_BEFORE or match.has_subject)):
        return False
    return cue is Cue.DENIES or not _someone_new(sentence, hit, match)


def _someone_new(sentence: Sentence, hit: Hit, match: Match) -> bool:
    return any(hit.last < other.first < match.first for other in sentence.of(Cue.PATIENT))


def _is_doubtful(sentence: Sentence, match: Match) -> bool:
    return any(_reaches_in_chunk(sentence, hit, match) for hit in sentence.of(Cue.DOUBT_BEFORE)) or any(
        _reaches_back(sentence, hit, match) for hit in sentence.of(Cue.DOUBT_AFTER)
    )


# --- how it goes -------------------------------------------------------------------------------


def course_of(sentence: Sentence, match: Match) -> Course | None:
    """Return the course that the sentence states for *match*, None when it states none."""
    if _COURSES.keys().isdisjoint(sentence.cues):
        return None
    stated = [
        (hit.first, course)
        for cue, course in _COURSES.items()
        for hit in sentence.of(cue)
        if not _ended(sentence, hit.first, match.first)
    ]
    if not stated:
        return None
    segment = sentence.segment[match.first]
    own = [(at, course) for at, course in stated if sentence.segment[at] == segment]
    return min(own or stated, key=lambda item: abs(item[0] - match.first))[1]


# --- scopes ------------------------------------------------------------------------------------


def _colon_between(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether a colon ends the reach of *hit*: not right behind it, nor after "the following"."""
    norms = sentence.tokens.norms
    return any(
        norms[at] == ":" and norms[at - 1] not in _INTRODUCES for at in range(hit.last + 2, match.first)
    )


def _may_reach(hit: Hit, match: Match) -> bool:
    if hit.within is None:
        return True
    first, last = hit.within
    return match.last <= last and (hit.first == first or first <= match.first)


def _inside(hit: Hit, match: Match) -> bool:
    return any(first <= hit.first <= last for first, last in match.parts)


def _ended(sentence: Sentence, one: int, other: int) -> bool:
    low, high = min(one, other), max(one, other)
    return any(hit.within is None and low < hit.first <= high for hit in sentence.of(Cue.ENDS))


def _reaches_forward(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether *hit* stands before a part of the match, with nothing between that ends its scope."""
    return (
        hit.last < match.last
        and _may_reach(hit, match)
        and not _inside(hit, match)
        and not _ended(sentence, hit.last, match.last)
        and not _colon_between(sentence, hit, match)
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


def _reaches_in_chunk(sentence: Sentence, hit: Hit, match: Match) -> bool:
    """Tell whether *hit* reaches forward to the match with no comma between."""
    return _reaches_forward(sentence, hit, match) and not sentence.between(hit.last, match.first, _COMMA)

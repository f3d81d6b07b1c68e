"""ConText: whose a match is, whether and when it holds, and how it goes.

Source: ConText, Harkema 2009, doi:10.1016/j.jbi.2009.05.002.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cds_service.evidence.hits import Hit
from cds_service.evidence.lexicon import Cue
from cds_service.evidence.matching import Match
from cds_service.evidence.model import Course, Side, State
from cds_service.evidence.polarity import polarities
from cds_service.evidence.scopes import (
    in_same_segment,
    is_ended,
    may_reach,
    reaches_back,
    reaches_forward,
    reaches_in_chunk,
)
from cds_service.evidence.sentence import Sentence

_FAMILY_SOURCE = frozenset({"by", "per", "from", "with", "to", "via", "according"})
_HAS = frozenset({"has", "had", "was", "is", "got", "became", "developed"})
_GOES_ON = frozenset({"then", "still", "until", "because", "which", "developed", "just", "only"})
_CHILDREN = frozenset({"daughter", "son", "child", "children"})
_PARENTS = frozenset({"mother", "mom", "mum", "father", "dad", "parents"})
HE = frozenset({"husband", "father", "dad", "brother", "son", "grandfather", "uncle", "boyfriend"})
SHE = frozenset({"wife", "mother", "mum", "mom", "sister", "daughter", "grandmother", "aunt", "girlfriend"})
_HE_WORDS = frozenset({"he", "hes"})
_SHE_WORDS = frozenset({"she", "shes"})
_COUPLE = frozenset({"husband", "wife", "spouse", "partner", "girlfriend", "boyfriend"})
_IN = frozenset({"in"})
_SETTING_ASIDE = frozenset(
    {
        Cue.COPIED,
        Cue.FAMILY,
        Cue.HYPOTHETICAL,
        Cue.HYPOTHETICAL_AFTER,
        Cue.NOT_EXAMINED,
        Cue.ONLY_NEW,
        Cue.PAST,
        Cue.PAST_AFTER,
    }
)
_VERB_OF_CONDITION = 2  # tokens behind "if": its verb ("if she develops") ends nothing
_COURSES = {Cue.NEW: Course.NEW, Cue.PROGRESSIVE: Course.PROGRESSIVE, Cue.STABLE: Course.STABLE}


class Reading(NamedTuple):
    """How a match is meant: what it says, on which side, and why it does not count ("" when it does)."""

    state: State
    side: Side | None
    ignored: str = ""


RELATIVE = "relative"
"""In place of a section: the sentence goes on about a relative of whom the one before it tells."""

DENIED = "denied"
"""The section under a heading that denies what it lists."""

AS_WRITTEN = Reading(State.ASSERTED, None)


def read_context(sentence: Sentence, match: Match, section: str = "") -> list[Reading]:
    """Return how *match* is meant: one reading, or one a side where the sides differ.

    Args:
        sentence: the sentence.
        match: a match in it.
        section: "family", "hypothetical" or "past" when the section of the note says so, ``RELATIVE``, or "".
    """
    ignored = _why_ignored(sentence, match, section)
    readings = polarities(sentence, match)
    if section == DENIED:
        return [Reading(State.DENIED, side, ignored) for _, side in readings]
    return [Reading(state, side, ignored) for state, side in readings]


def _why_ignored(sentence: Sentence, match: Match, section: str) -> str:
    if not section and _SETTING_ASIDE.isdisjoint(sentence.cues):
        return ""
    if _is_family(sentence, match, section):
        return "family history"
    if section == "hypothetical" or _is_hypothetical(sentence, match):
        return "return advice or condition"
    if any(in_same_segment(sentence, hit, match) for hit in sentence.of(Cue.NOT_EXAMINED)):
        return "not examined"
    if any(reaches_forward(sentence, hit, match) for hit in sentence.of(Cue.ONLY_NEW)):
        return "only its newness is denied"
    if (section == "past" and Cue.NEW not in sentence.cues) or _is_past(sentence, match):
        return "in the past"
    return ""


def _is_family(sentence: Sentence, match: Match, section: str) -> bool:
    if section == RELATIVE:
        return True
    kin = sentence.of(Cue.FAMILY)
    if not kin and section != "family":
        return False
    norms = sentence.tokens.norms
    others = _pronouns_of(kin, norms)
    patient = [
        hit.first
        for hit in (*sentence.of(Cue.PATIENT), *sentence.of(Cue.REPORTS))
        if norms[hit.first] not in others
    ]
    if section == "family":
        return not any(at < match.first for at in patient)
    if patient:  # "her daughter reports that mum falls"
        spoken_of = _spoken_of_by(norms[kin[0].first])
        kin = [hit for hit in kin if norms[hit.first] not in spoken_of]
    return any(_owns(sentence, hit, match, patient) for hit in kin)


def _pronouns_of(kin: Sequence[Hit], norms: list[str]) -> frozenset[str]:
    """Return what stands for the relative and not for the patient: "her husband ...: HE cannot button"."""
    for hit in kin:
        before = norms[hit.first - 1] if hit.first else ""
        if before == "her" and norms[hit.first] in HE:
            return _HE_WORDS
        if before == "his" and norms[hit.first] in SHE:
            return _SHE_WORDS
    return frozenset()


def _spoken_of_by(kin: str) -> frozenset[str]:
    """Return by which words this relative names the patient."""
    if kin in _COUPLE:
        return _COUPLE - {kin}
    return _PARENTS if kin in _CHILDREN else _CHILDREN if kin in _PARENTS else frozenset()


def _owns(sentence: Sentence, kin: Hit, match: Match, patient: list[int]) -> bool:
    """Tell whether the relative *kin* is the one who has the finding, and not the one who reports it."""
    if kin.last < match.first and not _turns_back(sentence, kin, match):
        norms = sentence.tokens.norms
        told = (
            kin.first
            and norms[kin.first - 1] in _FAMILY_SOURCE
            and "who" not in norms[kin.last + 1 : kin.last + 3]
        )
        if not told and not any(kin.last < at < match.first for at in patient):
            return True
    return 0 < kin.first - match.last <= 3 and sentence.between(match.last, kin.first, _IN)


def _turns_back(sentence: Sentence, kin: Hit, match: Match) -> bool:
    """Tell whether it is the patient's again; what the relative "had, and then had" is the relative's."""
    norms = sentence.tokens.norms
    if kin.last + 1 < len(norms) and norms[kin.last + 1] in _HAS:
        ends = [hit for hit in sentence.of(Cue.ENDS) if norms[hit.first] not in _GOES_ON]
        return any(hit.within is None and kin.last < hit.first <= match.first for hit in ends)
    return is_ended(sentence, kin.last, match.first)


def _is_hypothetical(sentence: Sentence, match: Match) -> bool:
    """Tell whether a condition or advice comes before *match* ("if she developed ..."), or makes it one."""
    return any(
        hit.last < match.first
        and may_reach(hit, match)
        and not is_ended(sentence, hit.last + _VERB_OF_CONDITION, match.first)
        for hit in sentence.of(Cue.HYPOTHETICAL)
    ) or any(reaches_back(sentence, hit, match) for hit in sentence.of(Cue.HYPOTHETICAL_AFTER))


def _is_past(sentence: Sentence, match: Match) -> bool:
    told = (hit for hit in sentence.of(Cue.PAST) if not _follows_a_time(sentence, hit))
    return (
        any(reaches_in_chunk(sentence, hit, match) for hit in told)
        or any(hit.last < match.first for hit in sentence.of(Cue.COPIED))
        or any(reaches_back(sentence, hit, match) for hit in sentence.of(Cue.PAST_AFTER))
    )


def _follows_a_time(sentence: Sentence, hit: Hit) -> bool:
    """Tell whether "history of" tells how long it has been going on ("6-month history of weakness")."""
    before = hit.first - 1
    return before >= 0 and (
        sentence.tokens.kinds[before] == "fraction"
        or any(unit.last == before for unit in sentence.words.get("time-unit", ()))
    )


def course_of(sentence: Sentence, match: Match) -> Course | None:
    """Return the course that the sentence states for *match*, None when it states none."""
    if _COURSES.keys().isdisjoint(sentence.cues):
        return None
    stated = [
        (hit.first, course)
        for cue, course in _COURSES.items()
        for hit in sentence.of(cue)
        if not is_ended(sentence, hit.first, match.first)
    ]
    if not stated:
        return None
    segment = sentence.segment[match.first]
    own = [(at, course) for at, course in stated if sentence.segment[at] == segment]
    return min(own or stated, key=lambda item: abs(item[0] - match.first))[1]

"""Say whether the record says of one finding what a criterion asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from cds_service.criteria.explanation import Explanation
from cds_service.criteria.shapes import FindingIs, NewSince, Silence
from cds_service.criteria.truth import Truth, all_met
from cds_service.evidence.model import Course, Evidence, Side, State
from cds_service.evidence.weigh import Weighed

Silences = Mapping[str, Silence]

_TRUTH_OF_SILENCE = {Silence.UNKNOWN: Truth.UNKNOWN, Silence.NOT_MET: Truth.NOT_MET}
_BOTH = frozenset({Side.LEFT, Side.RIGHT})
_MERELY_OLD = ("outside the window", "superseded")
"""Why an item does not count today although it was true of the patient on its day."""


class Question(NamedTuple):
    """What is asked about one finding, with all that does not depend on the patient.

    Attributes:
        words: what is asked beyond the finding itself; "" when nothing is.
        unstated: what silence means, and a side, onset, course or number that nobody stated.
        silent: the answer of a record that says nothing.
    """

    asked: FindingIs
    words: str
    unstated: Truth
    silent: Explanation

    @classmethod
    def of(cls, asked: FindingIs, silence: Silence) -> Question:
        """Return the question; *silence* is what the finding's definition says of it."""
        words, unstated = _qualifiers(asked), _TRUTH_OF_SILENCE[asked.if_silent or silence]
        truth = unstated if asked.state is State.ASSERTED else _TRUTH_WHEN_SILENT[asked.state]
        return cls(asked, words, unstated, Explanation(asked.finding, words, truth))


def answer(question: Question, found: Weighed | None, as_of: date) -> Explanation:
    """Return whether the record says what is asked; None is a finding of which nothing speaks."""
    if found is None or found.state is State.SILENT:
        return question.silent
    asked, words = question.asked, question.words
    items = tuple([item for item in found.evidence if item.state is found.state]) or found.evidence
    if asked.state is not State.ASSERTED:
        truth = _OTHER[asked.state].get(found.state, Truth.UNKNOWN)
        return Explanation(asked.finding, words, truth, None, items)
    if found.state is not State.ASSERTED:
        truth = Truth.NOT_MET if found.state is State.DENIED else Truth.UNKNOWN
        return Explanation(asked.finding, words, truth, None, items)
    if words == "":
        return Explanation(asked.finding, "", Truth.MET, None, items)
    return _qualified(question, found, as_of)


_TRUTH_WHEN_SILENT = {State.DENIED: Truth.UNKNOWN, State.UNCERTAIN: Truth.NOT_MET, State.SILENT: Truth.MET}
_OTHER: Mapping[State, Mapping[State, Truth]] = {
    State.DENIED: {State.DENIED: Truth.MET, State.ASSERTED: Truth.NOT_MET},
    State.UNCERTAIN: {
        State.UNCERTAIN: Truth.MET,
        State.ASSERTED: Truth.NOT_MET,
        State.DENIED: Truth.NOT_MET,
    },
    State.SILENT: dict.fromkeys(State, Truth.NOT_MET),
}


def _qualified(question: Question, found: Weighed, as_of: date) -> Explanation:
    asked, words, unstated = question.asked, question.words, question.unstated
    asserted = [item for item in found.evidence if item.state is State.ASSERTED]
    unspoken = _days_unspoken(asserted, as_of) if asked.onset_over_days is not None else 0
    answers = [(item, _answers(asked, item, as_of, unspoken)) for item in asserted]
    fitting = tuple([item for item, truth in answers if truth is Truth.MET])
    if not fitting:
        silent = not answers or any(truth is Truth.UNKNOWN for _, truth in answers)
        return Explanation(asked.finding, words, unstated if silent else Truth.NOT_MET, None, tuple(asserted))
    needed = _sides_of(asked.side)
    missing = needed - (_sides(fitting) & found.sides)
    if not missing:
        fitting = tuple([item for item in fitting if not needed or _sides((item,)) & needed])
        return Explanation(asked.finding, words, Truth.MET, None, fitting)
    refuted = missing & _sides(found.denials)
    return Explanation(asked.finding, words, Truth.NOT_MET if refuted else unstated, None, fitting)


def _days_unspoken(items: list[Evidence], as_of: date) -> int:
    """Return for how many days nobody has written of it; 0 when an item has no date."""
    return min(((as_of - item.date.latest).days if item.date else 0 for item in items), default=0)


def _answers(asked: FindingIs, item: Evidence, as_of: date, unspoken: int) -> Truth:
    """Say whether one item has the onset, course and number asked for: unknown when one is not stated."""
    truths = []
    if asked.onset_within_days is not None or asked.onset_over_days is not None:
        truths.append(_onset(asked, item, as_of, unspoken))
    if asked.current_within_days is not None:
        truths.append(_current(item, asked.current_within_days, as_of))
    if asked.course:
        truths.append(Truth.UNKNOWN if item.course is None else _truth(item.course in asked.course))
    if asked.number_at_least is not None or asked.number_at_most is not None:
        truths.append(_number(asked, item.number))
    return all_met(truths)


def _onset(asked: FindingIs, item: Evidence, as_of: date, unspoken: int) -> Truth:
    """Compare an onset with the limits; an item that states none can only be old, or called new."""
    within, over = asked.onset_within_days, asked.onset_over_days
    began = item.began() if asked.onset_stated else _began(item)
    if began is not None:
        days = (as_of - began).days
        return _truth((within is None or days <= within) and (over is None or days > over))
    return Truth.MET if over is not None and within is None and unspoken > over else Truth.UNKNOWN


def _began(item: Evidence) -> date | None:
    """Return when the item began; what is called new began when it was written, if no onset is told."""
    if item.course is Course.NEW and item.onset_days is None and item.date is not None:
        return item.date.latest
    return item.began()


def _current(item: Evidence, within: int, as_of: date) -> Truth:
    began = item.began() or (item.date.latest if item.date else None)
    return Truth.UNKNOWN if began is None else _truth((as_of - began).days <= within)


def _number(asked: FindingIs, number: float | None) -> Truth:
    if number is None:
        return Truth.UNKNOWN
    enough = asked.number_at_least is None or number >= asked.number_at_least
    return _truth(enough and (asked.number_at_most is None or number <= asked.number_at_most))


def _truth(yes: bool) -> Truth:
    return Truth.MET if yes else Truth.NOT_MET


def _sides_of(side: Side | None) -> frozenset[Side]:
    if side is None:
        return frozenset()
    return _BOTH if side is Side.BOTH else frozenset({side})


def _sides(items: Iterable[Evidence]) -> frozenset[Side]:
    """Return left, right or the two of them, as far as *items* state a side."""
    return frozenset().union(*[_sides_of(item.side) for item in items])


def _qualifiers(asked: FindingIs) -> str:
    """Return what is asked beyond the finding itself, in words; "" when nothing is."""
    words = [] if asked.state is State.ASSERTED else [str(asked.state)]
    if asked.side is not None:
        words.append("both sides" if asked.side is Side.BOTH else str(asked.side))
    if asked.onset_within_days is not None:
        stated = "stated onset" if asked.onset_stated else "onset"
        words.append(f"{stated} within {asked.onset_within_days} days")
    if asked.onset_over_days is not None:
        words.append(f"onset more than {asked.onset_over_days} days ago")
    if asked.current_within_days is not None:
        words.append(f"current within {asked.current_within_days} days")
    if asked.course:
        words.append(" or ".join(asked.course))
    if asked.number_at_least is not None:
        words.append(f"at least {asked.number_at_least:g}")
    if asked.number_at_most is not None:
        words.append(f"at most {asked.number_at_most:g}")
    return ", ".join(words)


def answer_new_since(asked: NewSince, weighed: Mapping[str, Weighed]) -> Explanation:
    """Return whether one of the findings is newer than the event; not met when there was no event."""
    words = f"new since {asked.event}"
    event = weighed.get(asked.event)
    if event is None or event.state is not State.ASSERTED:
        return Explanation("", words, Truth.NOT_MET)
    days = [
        item.date.latest for item in event.evidence if item.state is State.ASSERTED and item.date is not None
    ]
    if not days:
        return Explanation("", words, Truth.UNKNOWN)
    parts = tuple([_newer(finding, weighed.get(finding), max(days)) for finding in asked.findings])
    truth = _truth(any(part.truth is Truth.MET for part in parts))
    return Explanation("", words, truth, parts=parts)


def _newer(finding: str, found: Weighed | None, event_day: date) -> Explanation:
    if found is None or found.state is not State.ASSERTED:
        return Explanation(finding, "", Truth.NOT_MET)
    asserted = tuple([item for item in found.evidence if item.state is State.ASSERTED])
    fresh = tuple([item for item in asserted if _began_after(item, event_day)])
    if not fresh and any(_was_absent(item, event_day) for item in (*found.denials, *found.ignored)):
        fresh = asserted
    return Explanation(finding, "", _truth(bool(fresh)), None, fresh)


def _began_after(item: Evidence, event_day: date) -> bool:
    began = item.began()
    if began is not None:
        return began > event_day
    return item.course is Course.NEW and item.date is not None and item.date.earliest > event_day


def _was_absent(item: Evidence, event_day: date) -> bool:
    if item.state is not State.DENIED or item.date is None or item.date.latest > event_day:
        return False
    return not item.ignored or item.ignored.startswith(_MERELY_OLD)

"""What the whole chart says about each finding: the newest statement wins, no side speaks for the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cds_service.evidence.definition import FindingDefinition
from cds_service.evidence.model import Evidence, Side, State

_UNDATED = date.min
_BOTH = (Side.LEFT, Side.RIGHT)
_CHANNELS = (*_BOTH, None)
_STRONGEST_FIRST = (State.ASSERTED, State.UNCERTAIN, State.DENIED)


@dataclass(frozen=True, slots=True)
class Weighed:
    """One finding over the whole chart.

    Attributes:
        state: what the newest statements add up to.
        sides: sides on which it is asserted; empty when it is not, or no side was stated.
        evidence: the items behind the state, newest first.
        ignored: the items that do not count, with their reason.
        denials: every item that documents absence and counts, for comparison over time.
    """

    finding: str
    state: State
    sides: frozenset[Side] = frozenset()
    evidence: tuple[Evidence, ...] = ()
    ignored: tuple[Evidence, ...] = ()
    denials: tuple[Evidence, ...] = ()


SILENT = Weighed("", State.SILENT)
"""A finding of which nothing in the chart speaks."""


class Spoken(dict[str, Weighed]):
    """The findings of which the chart speaks; all others are silent."""

    def __missing__(self, finding: str) -> Weighed:
        return SILENT


def weigh(
    evidence: Iterable[Evidence], definitions: Mapping[str, FindingDefinition]
) -> Mapping[str, Weighed]:
    """Weigh *evidence* finding by finding; a finding of which nothing speaks is SILENT and is not listed."""
    items: dict[str, list[Evidence]] = {}
    for item in evidence:
        items.setdefault(item.finding, []).append(item)
    return Spoken((id_, _weigh_one(definitions[id_], found)) for id_, found in items.items())


def _weigh_one(definition: FindingDefinition, items: list[Evidence]) -> Weighed:
    counting = [item for item in items if not item.ignored]
    ignored = tuple([item for item in items if item.ignored])
    if not counting:
        return Weighed(definition.id, State.SILENT, ignored=ignored)
    denials = tuple([item for item in counting if item.state is State.DENIED])
    if len(counting) == 1 or (_all_say(counting[0].state, counting) and all(map(_day_known, counting))):
        return _weigh_agreeing(definition.id, counting, ignored, denials)
    channels = {side: _on_side(definition, counting, side) for side in _CHANNELS}
    states = {said for said, _ in channels.values()}
    state = next((state for state in _STRONGEST_FIRST if state in states), State.SILENT)
    behind = {id(item): item for said, found in channels.values() if said is state for item in found}
    return Weighed(
        finding=definition.id,
        state=state,
        sides=frozenset(
            [side for side, (said, _) in channels.items() if side and said is State.ASSERTED]
            if state is State.ASSERTED
            else ()
        ),
        evidence=tuple(sorted(behind.values(), key=_day, reverse=True)),
        ignored=ignored,
        denials=denials,
    )


def _weigh_agreeing(
    finding: str, items: list[Evidence], ignored: tuple[Evidence, ...], denials: tuple[Evidence, ...]
) -> Weighed:
    """Weigh items that all say the same, which is what most findings come to."""
    state = items[0].state
    sides: set[Side] = set()
    if state is State.ASSERTED:
        for item in items:
            sides.update(_BOTH if item.side is Side.BOTH else (item.side,) if item.side else ())
    return Weighed(
        finding=finding,
        state=state,
        sides=frozenset(sides),
        evidence=tuple(sorted(items, key=_day, reverse=True)),
        ignored=ignored,
        denials=denials,
    )


def _on_side(
    definition: FindingDefinition, items: list[Evidence], side: Side | None
) -> tuple[State, list[Evidence]]:
    """Return what the newest statements about one side say; side None holds assertions that name no side."""
    speaking = [item for item in items if _speaks_of(item, side)]
    if not speaking:
        return State.SILENT, []
    newest = max(_day(item) for item in speaking)
    said = _by_resource([item for item in speaking if _day(item) == newest])
    if State.ASSERTED in said and State.DENIED in said:
        state = definition.conflict
        return state, [item for item in speaking if _day(item) == newest and item.state is not State.DENIED]
    state = next(s for s in _STRONGEST_FIRST if s in said)
    return state, [
        item for item in speaking if item.state is state and _current(item, state, newest, speaking)
    ]


def _current(item: Evidence, state: State, newest: date, speaking: list[Evidence]) -> bool:
    """Keep older statements that no later one contradicts."""
    contradicted = max((_day(other) for other in speaking if other.state is not state), default=_UNDATED)
    return _day(item) == newest or _day(item) > contradicted


def _speaks_of(item: Evidence, side: Side | None) -> bool:
    if item.state is State.DENIED:
        return item.side in (None, Side.BOTH, side)
    if side is None:
        return item.side is None
    return item.side in (side, Side.BOTH)


def _by_resource(items: list[Evidence]) -> set[State]:
    """Return what each resource says: in one resource an assertion outweighs a doubt, a doubt a denial."""
    said: dict[str, set[State]] = {}
    for item in items:
        said.setdefault(item.reference, set()).add(item.state)
    return {next(s for s in _STRONGEST_FIRST if s in states) for states in said.values()}


def _all_say(state: State, items: list[Evidence]) -> bool:
    return all(item.state is state for item in items)


def _day_known(item: Evidence) -> bool:
    return item.date is not None


def _day(item: Evidence) -> date:
    return item.date.latest if item.date else _UNDATED

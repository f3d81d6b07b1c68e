"""What the whole chart says about each finding: the newest statement wins, no side speaks for the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cds_service.evidence.definition import FindingDefinition
from cds_service.evidence.model import Evidence, Side, State

_UNDATED = date.min


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


def weigh(
    evidence: Iterable[Evidence], definitions: Mapping[str, FindingDefinition]
) -> Mapping[str, Weighed]:
    """Weigh *evidence* finding by finding; a finding of which nothing speaks is SILENT."""
    items: dict[str, list[Evidence]] = {}
    for item in evidence:
        items.setdefault(item.finding, []).append(item)
    return {
        id_: _weigh_one(definition, items[id_]) if id_ in items else Weighed(id_, State.SILENT)
        for id_, definition in definitions.items()
    }


def _weigh_one(definition: FindingDefinition, items: list[Evidence]) -> Weighed:
    counting = [item for item in items if not item.ignored]
    ignored = tuple(item for item in items if item.ignored)
    channels = {side: _on_side(definition, counting, side) for side in (Side.LEFT, Side.RIGHT, None)}
    state = next(
        (state for state in (State.ASSERTED, State.UNCERTAIN, State.DENIED) if state in _states(channels)),
        State.SILENT,
    )
    sides = frozenset(side for side, (said, _) in channels.items() if side and said is State.ASSERTED)
    behind = {id(item): item for said, found in channels.values() if said is state for item in found}
    return Weighed(
        finding=definition.id,
        state=state,
        sides=sides if state is State.ASSERTED else frozenset(),
        evidence=tuple(sorted(behind.values(), key=_day, reverse=True)),
        ignored=ignored,
        denials=tuple(item for item in counting if item.state is State.DENIED),
    )


def _states(channels: Mapping[Side | None, tuple[State, list[Evidence]]]) -> set[State]:
    return {state for state, _ in channels.values()}


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
    state = next(s for s in (State.ASSERTED, State.UNCERTAIN, State.DENIED) if s in said)
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
    return {
        next(s for s in (State.ASSERTED, State.UNCERTAIN, State.DENIED) if s in states)
        for states in said.values()
    }


def _day(item: Evidence) -> date:
    return item.date.latest if item.date else _UNDATED

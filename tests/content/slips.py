"""Every slip of the pen that criteria can suffer: a number off by one, a part dropped, a side not asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

from cds_service.content.library import Library
from cds_service.criteria.recommendation import Recommendation, Redirect, Suppression
from cds_service.criteria.shapes import (
    AgeIs,
    AllOf,
    AnyOf,
    AtLeast,
    Criterion,
    FindingIs,
    NewSince,
    Unless,
)
from cds_service.evidence.model import State
from cds_service.wording.definitions import Catalogue

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip.

    Attributes:
        place: id of the rule, group or suppression, or where a card asks.
        content: the rules, or what they can put on a card, after the slip.
        before: the criterion that slipped, ``after`` what became of it; None where no criterion changed.
    """

    place: str
    what: str
    content: Recommendation | Catalogue
    before: Criterion | None = None
    after: Criterion | None = None

    @property
    def name(self) -> str:
        """Return what slipped where."""
        return f"{self.place}: {self.what}"


def slips_of(recommendation: Recommendation) -> Iterator[Slip]:
    """Yield every slip in groups, rules, suppressions and the question of insufficient data."""
    for number, group in enumerate(recommendation.groups):
        for what, when in slipped(group.when):
            groups = with_item(recommendation.groups, number, replace(group, when=when))
            yield Slip(group.id, what, replace(recommendation, groups=groups), group.when, when)
    for number, rule in enumerate(recommendation.rules):
        for what, when in slipped(rule.when):
            rules = with_item(recommendation.rules, number, replace(rule, when=when))
            yield Slip(rule.id, what, replace(recommendation, rules=rules), rule.when, when)
    for number, one in enumerate(recommendation.suppressions):
        if one.enabled:
            yield from _of_suppression(recommendation, number, one)
    yield from _of_insufficient(recommendation)


def _of_insufficient(recommendation: Recommendation) -> Iterator[Slip]:
    asked = recommendation.insufficient

    def changed(what: str, **how: Any) -> Slip:
        after = how.get("when")
        slipped = replace(recommendation, insufficient=replace(asked, **how))
        return Slip("insufficient_data", what, slipped, after and asked.when, after)

    for what, when in slipped(asked.when) if asked.when is not None else ():
        yield changed(what, when=when)
    for key in sorted(asked.without):
        yield changed(f"without {key}", without=asked.without - {key})
    for finding in asked.settles:
        yield changed(f"settles {finding}", settles=tuple(one for one in asked.settles if one != finding))


def _of_suppression(recommendation: Recommendation, number: int, one: Suppression) -> Iterator[Slip]:
    def changed(what: str, **how: Any) -> Slip:
        suppressions = with_item(recommendation.suppressions, number, replace(one, **how))
        after = how.get("when")
        return Slip(
            one.id, what, replace(recommendation, suppressions=suppressions), after and one.when, after
        )

    yield from (changed(what, when=when) for what, when in slipped(one.when))
    yield changed("left out", enabled=False)
    if isinstance(one.then, Redirect) and one.then.indicator:
        yield changed("the card's own indicator", then=replace(one.then, indicator=""))
    yield from (changed(f"not for {tier}", tiers=one.tiers - {tier}) for tier in sorted(one.tiers))


def with_item(items: tuple[T, ...], number: int, item: T) -> tuple[T, ...]:
    return (*items[:number], item, *items[number + 1 :])


def slipped(criterion: Criterion) -> Iterator[tuple[str, Criterion]]:
    """Yield *criterion* after each slip that it can suffer, with what the slip was."""
    match criterion:
        case FindingIs():
            yield from _slipped_finding(criterion)
        case AgeIs():
            yield from _off_by_one(criterion, "at_least", 1)
            yield from _off_by_one(criterion, "under", 1)
        case NewSince(findings=findings):
            for finding in findings:
                rest = tuple(one for one in findings if one != finding)
                yield f"not new: {finding}", replace(criterion, findings=rest)
        case AllOf() | AnyOf() | AtLeast() | Unless():
            yield from _slipped_parts(criterion)
        case _:
            return


def _slipped_parts(criterion: AllOf | AnyOf | AtLeast | Unless) -> Iterator[tuple[str, Criterion]]:
    parts = criterion.parts
    for number, part in enumerate(parts):
        if len(parts) > 1 or isinstance(criterion, Unless):
            rest = (*parts[:number], *parts[number + 1 :])
            yield f"dropped {describe(part)}", replace(criterion, parts=rest)
        for what, changed in slipped(part):
            yield what, replace(criterion, parts=with_item(parts, number, changed))
    if isinstance(criterion, AtLeast):
        yield f"n {criterion.n + 1}", replace(criterion, n=criterion.n + 1)
        yield f"n {criterion.n - 1}", replace(criterion, n=criterion.n - 1)


def _slipped_finding(criterion: FindingIs) -> Iterator[tuple[str, Criterion]]:
    for name, step in (
        ("onset_within_days", 1),
        ("onset_over_days", 1),
        ("current_within_days", 1),
        ("number_at_least", 1),
        ("number_at_most", 1),
    ):
        yield from _off_by_one(criterion, name, step)
    if criterion.side is not None:
        yield f"{criterion.finding}: any side", replace(criterion, side=None)
    if criterion.onset_stated:
        yield f"{criterion.finding}: onset not stated", replace(criterion, onset_stated=False)
    if criterion.course:
        yield f"{criterion.finding}: any course", replace(criterion, course=())


def _off_by_one(criterion: FindingIs | AgeIs, name: str, step: int) -> Iterator[tuple[str, Criterion]]:
    number = getattr(criterion, name)
    if number is not None:
        for slip in (number - step, number + step):
            yield f"{describe(criterion)}: {name} {slip}", replace(criterion, **{name: slip})


def describe(criterion: Criterion) -> str:
    """Return a short name of a criterion, with what a finding is asked beyond being there."""
    if isinstance(criterion, FindingIs):
        state = "" if criterion.state is State.ASSERTED else str(criterion.state)
        onset = "with an onset" if criterion.onset_within_days is not None else ""
        return " ".join(filter(None, (criterion.finding, criterion.side, state, onset)))
    for name in ("id", "event"):
        if hasattr(criterion, name):
            return str(getattr(criterion, name))
    return type(criterion).__name__


def with_content(library: Library, recommendation: str, content: Recommendation | Catalogue) -> Library:
    """Return *library* with *content* in place of what *recommendation* had."""
    name = "catalogues" if isinstance(content, Catalogue) else "recommendations"
    others = {**getattr(library, name), recommendation: content}
    return replace(library, **{name: MappingProxyType(others)})

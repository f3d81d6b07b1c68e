"""Build a recommendation from its rules and suppressions as they are written."""

from __future__ import annotations

from cds_service.content.criterion import CriterionReader, Vocabulary
from cds_service.content.schema import RuleEntry, SuppressionEntry, Then
from cds_service.content.sources import RecommendationFiles
from cds_service.criteria.recommendation import (
    Group,
    Insufficient,
    Recommendation,
    Redirect,
    Rule,
    Silent,
    Suppression,
    Tier,
    Without,
)
from cds_service.criteria.shapes import AllOf, AnyOf, AtLeast, Criterion, Named, Unless
from cds_service.errors import ContentError

NEVER = AnyOf(())
"""Stands where a criterion could not be read; the mistake is already noted."""


class Reading:
    """Reads the criteria of one file and notes what is wrong with them."""

    def __init__(self, file: str, vocabulary: Vocabulary, mistakes: list[ContentError]) -> None:
        self._reader = CriterionReader(file, vocabulary)
        self._mistakes = mistakes

    def criterion(self, value: object, place: str) -> Criterion:
        """Return the criterion written at *place*, NEVER when it is a mistake."""
        try:
            return self._reader.read(value, place)
        except ContentError as error:
            self._mistakes.append(error)
            return NEVER

    def optional(self, value: object, place: str) -> Criterion | None:
        """Return the criterion written at *place*, None when there is none."""
        return None if value is None else self.criterion(value, place)


def build_recommendation(
    files: RecommendationFiles, vocabulary: Vocabulary, mistakes: list[ContentError]
) -> Recommendation:
    """Return the recommendation; what is wrong with its criteria is added to *mistakes*."""
    rules_file, suppressions_file = f"{files.id}/rules.yaml", f"{files.id}/suppressions.yaml"
    rules = Reading(rules_file, vocabulary, mistakes)
    suppressions = Reading(suppressions_file, vocabulary, mistakes)
    asked = files.suppressions.insufficient_data
    recommendation = Recommendation(
        id=files.id,
        groups=tuple(
            Group(one.id, one.states, rules.criterion(one.when, one.id)) for one in files.rules.groups
        ),
        rules=tuple(_rule(entry, rules) for entry in files.rules.rules),
        suppressions=tuple(_suppression(entry, suppressions) for entry in files.suppressions.suppressions),
        insufficient=Insufficient(
            when=suppressions.optional(asked.when, "insufficient_data"),
            without=frozenset(asked.without),
            settles=tuple(asked.settles),
        ),
    )
    mistakes.extend(ContentError(rules_file, name, _CIRCLE) for name in circles(recommendation))
    return recommendation


_CIRCLE = "this rule or group depends on itself; break the circle"


def _rule(entry: RuleEntry, reading: Reading) -> Rule:
    return Rule(
        id=entry.id,
        tier=Tier(entry.tier),
        states=entry.states,
        when=reading.criterion(entry.when, entry.id),
        cites=tuple(entry.cites),
        shows=(entry.shows,) if isinstance(entry.shows, str) else tuple(entry.shows),
        counts=entry.counts,
    )


def _suppression(entry: SuppressionEntry, reading: Reading) -> Suppression:
    return Suppression(
        id=entry.id,
        states=entry.states,
        tiers=frozenset(Tier(name) for name in entry.tiers),
        when=reading.criterion(entry.when, entry.id),
        then=_then(entry.then),
        cites=tuple(entry.cites),
        enabled=entry.enabled,
    )


def _then(then: Then) -> Silent | Redirect | Without:
    if then.silent:
        return Silent()
    if then.card:
        tier = None if then.tier in (None, "same") else Tier(then.tier)
        return Redirect(then.card, tier, then.indicator or "")
    return Without(frozenset(then.without))


def circles(recommendation: Recommendation) -> list[str]:
    """Return the ids of rules and groups that depend on themselves."""
    uses = {group.id: named_in(group.when) for group in recommendation.groups}
    uses |= {rule.id: named_in(rule.when) for rule in recommendation.rules}

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(uses.get(start, ()))
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(uses.get(name, ()))
        return seen

    return [name for name in uses if name in reached(name)]


def named_in(criterion: Criterion) -> set[str]:
    """Return the ids of the rules and groups that *criterion* uses directly."""
    match criterion:
        case Named(id=name):
            return {name}
        case AllOf(parts=parts) | AnyOf(parts=parts) | AtLeast(parts=parts) | Unless(parts=parts):
            return set().union(*map(named_in, parts))
        case _:
            return set()

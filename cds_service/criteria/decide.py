"""The verdict on one request: which rules fired, how strongly, and what holds the answer back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cds_service.criteria.assess import Assessor, named
from cds_service.criteria.explanation import Explanation
from cds_service.criteria.recommendation import (
    SPEAKING,
    Insufficient,
    Recommendation,
    Redirect,
    Silent,
    Suppression,
    Tier,
)
from cds_service.criteria.truth import any_met


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of one patient.

    Attributes:
        rules: the explanation of every rule, in the order of the content.
        fired: those that are met, strongest first; display rules, which raise nothing, come last.
        tier: the highest tier that fired; NONE when no rule did.
        suppression: the one that changes the answer, None when none does.
        because: why it does.
        insufficient: nothing fired, and too little is recorded to say that nothing is there.
    """

    rules: tuple[Explanation, ...]
    fired: tuple[Explanation, ...]
    tier: Tier
    suppression: Suppression | None = None
    because: Explanation | None = None
    insufficient: bool = False

    @property
    def root(self) -> Explanation:
        """Return the one explanation whose parts are all rules."""
        speaking = [rule.truth for rule in self.rules if rule.tier is not Tier.DISPLAY]
        return Explanation("", "any of", any_met(speaking), parts=self.rules)

    @property
    def silenced(self) -> bool:
        """Say whether a suppression withholds the answer."""
        return self.suppression is not None and isinstance(self.suppression.then, Silent)

    @property
    def reported(self) -> Tier:
        """Return the tier of the answer: a redirection may change it, and what is withheld has none."""
        if self.silenced:
            return Tier.NONE
        if self.suppression is not None and isinstance(self.suppression.then, Redirect):
            return self.suppression.then.tier or self.tier
        return self.tier


def decide(
    recommendation: Recommendation,
    assessor: Assessor,
    rules_off: frozenset[str] = frozenset(),
    unread: Iterable[str] = (),
) -> Verdict:
    """Assess every rule, then the suppressions for the tier in their order; the first that is met counts.

    Args:
        recommendation: the rules and suppressions.
        assessor: over the facts of the request.
        rules_off: rules that a person has switched off; they do not count.
        unread: the parts of the record that could not be had, or not wholly.
    """
    rules = tuple(assessor.assess_named(rule.id) for rule in recommendation.rules if rule.id not in rules_off)
    fired = fired_of(rules)
    tier = highest_tier(fired)
    for suppression in _applicable(recommendation, tier):
        because = assessor.assess(suppression.when)
        if because.met:
            return Verdict(
                rules, fired, tier, suppression, named(because, suppression.id, suppression.states)
            )
    insufficient = tier is Tier.NONE and _is_insufficient(recommendation.insufficient, assessor, unread)
    return Verdict(rules, fired, tier, insufficient=insufficient)


def _is_insufficient(asked: Insufficient, assessor: Assessor, unread: Iterable[str]) -> bool:
    if not asked.without.isdisjoint(unread):
        return True
    return asked.when is not None and assessor.assess(asked.when).met


def fired_of(rules: tuple[Explanation, ...]) -> tuple[Explanation, ...]:
    """Return the rules that are met, strongest first; display rules, which raise nothing, come last."""
    met = [rule for rule in rules if rule.met]
    return tuple([rule for tier in (*SPEAKING, Tier.DISPLAY) for rule in met if rule.tier is tier])


def highest_tier(fired: tuple[Explanation, ...]) -> Tier:
    """Return the highest tier among the rules that fired; a display rule has no say."""
    tiers = {rule.tier for rule in fired}
    return next((tier for tier in SPEAKING if tier in tiers), Tier.NONE)


def _applicable(recommendation: Recommendation, tier: Tier) -> Iterator[Suppression]:
    """Yield the suppressions for *tier*: an emergency has none, whatever the content says."""
    if tier is Tier.EMERGENCY:
        return
    yield from (one for one in recommendation.suppressions if one.enabled and tier in one.tiers)

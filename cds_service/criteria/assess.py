"""Say whether criteria are met by the facts of one request, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from cds_service.criteria.explanation import NONE_OF, Explanation
from cds_service.criteria.finding_is import Silences, assess_finding, assess_new_since
from cds_service.criteria.recommendation import Group, Recommendation, Rule
from cds_service.criteria.shapes import (
    AgeIs,
    AllOf,
    AnyOf,
    AtLeast,
    Criterion,
    FindingIs,
    Named,
    NewSince,
    Unless,
)
from cds_service.criteria.truth import Truth, all_met, any_met, at_least_met, none_met
from cds_service.evidence.weigh import Weighed


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one patient when the question is asked.

    Attributes:
        as_of: the day of the question.
        age: completed years on that day; None when the birth date is not recorded.
        weighed: what the record says about each finding; a finding that is not in it is silent.
        silences: for each finding, what it means that the record is silent.
    """

    as_of: date
    age: int | None
    weighed: Mapping[str, Weighed]
    silences: Silences


class Assessor:
    """Assesses criteria over the facts of one request; rules and groups are assessed only once."""

    def __init__(self, recommendation: Recommendation, facts: Facts) -> None:
        self._facts = facts
        self._named: dict[str, Rule | Group] = {rule.id: rule for rule in recommendation.rules}
        self._named |= {group.id: group for group in recommendation.groups}
        self._known: dict[str, Explanation] = {}
        self._findings: dict[int, tuple[FindingIs, Explanation]] = {}

    def assess(self, criterion: Criterion) -> Explanation:
        """Return the explanation of *criterion*; its truth is the verdict.

        Raises:
            KeyError: a rule or group that does not exist; content is checked for these when it is loaded.
        """
        match criterion:
            case FindingIs():
                return self._assess_finding(criterion)
            case Named(id=name):
                return self.assess_named(name)
            case AgeIs():
                return _assess_age(criterion, self._facts.age)
            case NewSince():
                return assess_new_since(criterion, self._facts.weighed)
            case _:
                return self._combine(criterion)

    def assess_named(self, name: str) -> Explanation:
        """Return the explanation of the rule or group *name*, with its sentence and, for a rule, its tier."""
        known = self._known.get(name)
        if known is None:
            definition = self._named[name]
            tier = definition.tier if isinstance(definition, Rule) else None
            below = self.assess(definition.when)
            known = Explanation(name, definition.states, below.truth, tier, (), (below,))
            self._known[name] = known
        return known

    def _assess_finding(self, asked: FindingIs) -> Explanation:
        """Assess a finding once; content holds criteria that ask the same as one and the same object."""
        known = self._findings.get(id(asked))
        if known is None:
            facts = self._facts
            known = asked, assess_finding(asked, facts.weighed, facts.silences, facts.as_of)
            self._findings[id(asked)] = known
        return known[1]

    def _combine(self, criterion: AllOf | AnyOf | AtLeast | Unless) -> Explanation:
        parts = tuple([self.assess(part) for part in criterion.parts])
        truths = [part.truth for part in parts]
        match criterion:
            case AllOf():
                return Explanation("", "all of", all_met(truths), parts=parts)
            case AnyOf():
                return Explanation("", "any of", any_met(truths), parts=parts)
            case AtLeast(n=n):
                return Explanation("", f"at least {n} of", at_least_met(n, truths), parts=parts)
            case Unless():
                return Explanation("", NONE_OF, none_met(truths), parts=parts)
            case _:
                assert_never(criterion)


def named(explanation: Explanation, criterion: str, states: str) -> Explanation:
    """Return *explanation* below a node with a name, as for a suppression."""
    return Explanation(criterion, states, explanation.truth, parts=(explanation,))


def _assess_age(criterion: AgeIs, age: int | None) -> Explanation:
    least, under = criterion.at_least, criterion.under
    words = f"age at least {least}" if least is not None else f"age under {under}"
    if age is None:
        return Explanation("", words, Truth.UNKNOWN)
    old_enough = criterion.at_least is None or age >= criterion.at_least
    young_enough = criterion.under is None or age < criterion.under
    return Explanation("", words, Truth.MET if old_enough and young_enough else Truth.NOT_MET)

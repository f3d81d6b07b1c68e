"""Criteria compiled once into closures, each with what it says when the record is silent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from cds_service.criteria.explanation import NONE_OF, Explanation
from cds_service.criteria.finding_is import Question, Silences, answer, answer_new_since
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
from cds_service.evidence.model import State
from cds_service.evidence.weigh import Weighed

AGE = ""
"""Stands among the findings of a step that depends on the age."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one patient when the question is asked.

    Attributes:
        as_of: the day of the question.
        age: completed years on that day; None when the birth date is not recorded.
        weighed: what the record says about each finding; a finding that is not in it is silent.
    """

    as_of: date
    age: int | None
    weighed: Mapping[str, Weighed]


class Sitting:
    """The facts of one request, with every explanation that was already found."""

    __slots__ = ("_known", "_spoken", "facts")

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        said = [name for name, one in facts.weighed.items() if one.state is not State.SILENT]
        self._spoken = frozenset((AGE, *said))
        self._known: dict[int, Explanation] = {}

    def explain(self, step: Step) -> Explanation:
        """Return the explanation of *step*; what rests on silence alone was explained once and for all."""
        if step.asks.isdisjoint(self._spoken):
            return step.silent
        known = self._known.get(id(step))
        if known is None:
            known = self._known[id(step)] = step.explain(self)
        return known


@dataclass(slots=True, eq=False)
class Step:
    """One criterion, compiled.

    Attributes:
        criterion: what it was compiled from.
        asks: the findings on which it depends.
        explain: explains it from the facts of one request.
        silent: its explanation when the record says nothing about any of them.
    """

    criterion: Criterion | Rule | Group
    asks: frozenset[str]
    explain: Callable[[Sitting], Explanation]
    silent: Explanation = field(init=False)

    def __post_init__(self) -> None:
        self.silent = self.explain(Sitting(Facts(date.min, None, {})))


class Plan:
    """The criteria of one recommendation; each is compiled when it is first asked for."""

    def __init__(self, recommendation: Recommendation, silences: Silences) -> None:
        """Take the rules and groups, and what silence about each finding means."""
        self._named: dict[str, Rule | Group] = {rule.id: rule for rule in recommendation.rules}
        self._named |= {group.id: group for group in recommendation.groups}
        self._silences = silences
        self._steps: dict[int, Step] = {}
        self._named_steps: dict[str, Step] = {}

    def step(self, criterion: Criterion) -> Step:
        """Return *criterion*, compiled; one and the same object is compiled once.

        Raises:
            KeyError: a rule, group or finding that does not exist; content is checked when it is loaded.
        """
        known = self._steps.get(id(criterion))
        if known is None:  # the step holds the criterion, so that its id stays its own
            known = self._steps[id(criterion)] = self._compiled(criterion)
        return known

    def named(self, name: str) -> Step:
        """Return the rule or group *name*, compiled, with its sentence and, for a rule, its tier."""
        known = self._named_steps.get(name)
        if known is None:
            known = self._named_steps[name] = self._definition(self._named[name])
        return known

    def _definition(self, definition: Rule | Group) -> Step:
        name, states = definition.id, definition.states
        tier = definition.tier if isinstance(definition, Rule) else None
        below = self.step(definition.when)

        def explain(sitting: Sitting) -> Explanation:
            found = sitting.explain(below)
            return Explanation(name, states, found.truth, tier, (), (found,))

        return Step(definition, below.asks, explain)

    def _compiled(self, criterion: Criterion) -> Step:
        match criterion:
            case FindingIs(finding=finding):
                return self._finding(criterion, finding)
            case Named(id=name):
                return self.named(name)
            case AgeIs():
                return Step(criterion, frozenset((AGE,)), lambda sitting: _age(criterion, sitting.facts.age))
            case NewSince(event=event, findings=findings):
                asks = frozenset((event, *findings))
                return Step(
                    criterion, asks, lambda sitting: answer_new_since(criterion, sitting.facts.weighed)
                )
            case _:
                return self._combination(criterion)

    def _finding(self, asked: FindingIs, finding: str) -> Step:
        question = Question.of(asked, self._silences[finding])

        def explain(sitting: Sitting) -> Explanation:
            facts = sitting.facts
            return answer(question, facts.weighed.get(finding), facts.as_of)

        return Step(asked, frozenset((finding,)), explain)

    def _combination(self, criterion: AllOf | AnyOf | AtLeast | Unless) -> Step:
        steps = [self.step(part) for part in criterion.parts]
        words, combined = _combined(criterion)

        def explain(sitting: Sitting) -> Explanation:
            parts = tuple([sitting.explain(step) for step in steps])
            return Explanation("", words, combined([part.truth for part in parts]), None, (), parts)

        return Step(criterion, frozenset().union(*(step.asks for step in steps)), explain)


def _combined(criterion: AllOf | AnyOf | AtLeast | Unless) -> tuple[str, Callable[[list[Truth]], Truth]]:
    """Return how the parts of a combination are put together, in words and as a function."""
    match criterion:
        case AllOf():
            return "all of", all_met
        case AnyOf():
            return "any of", any_met
        case AtLeast(n=n):
            return f"at least {n} of", lambda truths: at_least_met(n, truths)
        case Unless():
            return NONE_OF, none_met
        case _:
            assert_never(criterion)


def _age(criterion: AgeIs, age: int | None) -> Explanation:
    least, under = criterion.at_least, criterion.under
    words = f"age at least {least}" if least is not None else f"age under {under}"
    if age is None:
        return Explanation("", words, Truth.UNKNOWN)
    old_enough = least is None or age >= least
    young_enough = under is None or age < under
    return Explanation("", words, Truth.MET if old_enough and young_enough else Truth.NOT_MET)

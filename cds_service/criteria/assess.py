"""Say whether criteria are met by the facts of one request, and why."""

from __future__ import annotations

from cds_service.criteria.explanation import Explanation
from cds_service.criteria.plan import Facts, Plan, Sitting
from cds_service.criteria.shapes import Criterion


class Assessor:
    """Assesses the criteria of a plan over the facts of one request; each is assessed only once."""

    def __init__(self, plan: Plan, facts: Facts) -> None:
        self._plan = plan
        self._sitting = Sitting(facts)

    def assess(self, criterion: Criterion) -> Explanation:
        """Return the explanation of *criterion*; its truth is the verdict.

        Raises:
            KeyError: a rule, group or finding that does not exist; content is checked when it is loaded.
        """
        return self._sitting.explain(self._plan.step(criterion))

    def assess_named(self, name: str) -> Explanation:
        """Return the explanation of the rule or group *name*, with its sentence and, for a rule, its tier."""
        return self._sitting.explain(self._plan.named(name))


def named(explanation: Explanation, criterion: str, states: str) -> Explanation:
    """Return *explanation* below a node with a name, as for a suppression."""
    return Explanation(criterion, states, explanation.truth, parts=(explanation,))

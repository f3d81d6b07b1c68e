"""Why a criterion is met, not met or unknown: a tree whose root is the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cds_service.criteria.recommendation import Tier
from cds_service.criteria.truth import Truth
from cds_service.evidence.model import Evidence

NONE_OF = "none of"
"""What a node says whose parts hold the rule back."""


class Explanation(NamedTuple):
    """One node of the tree.

    Attributes:
        criterion: id of the rule, group, suppression or finding; "" for a combination without a name.
        states: what the criterion says, in words ("all of", "both sides", the sentence of a rule).
        truth: the verdict.
        tier: of a rule; None otherwise.
        because: the evidence that decided a finding.
        parts: the explanations below.
    """

    criterion: str
    states: str
    truth: Truth
    tier: Tier | None = None
    because: tuple[Evidence, ...] = ()
    parts: tuple[Explanation, ...] = ()

    @property
    def met(self) -> bool:
        """Say whether the criterion is met, which unknown is not."""
        return self.truth is Truth.MET

    def leaves(self) -> Iterator[Explanation]:
        """Yield the nodes that have no parts, left to right."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

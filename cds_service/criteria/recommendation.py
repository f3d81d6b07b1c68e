"""What content says about one clinical question: groups, rules by tier, and when not to speak."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cds_service.criteria.shapes import Criterion


class Tier(StrEnum):
    """How strongly a rule speaks, strongest first; DISPLAY is only printed, NONE is no rule at all."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    RECOMMEND = "recommend"
    CONSIDER = "consider"
    DISPLAY = "display"
    NONE = "none"


SPEAKING = (Tier.EMERGENCY, Tier.URGENT, Tier.RECOMMEND, Tier.CONSIDER)
"""The tiers that can lead to a card, strongest first."""


@dataclass(frozen=True, slots=True)
class Group:
    """A criterion with a name, assessed once and used in many places."""

    id: str
    states: str
    when: Criterion


@dataclass(frozen=True, slots=True)
class Rule:
    """A criterion that speaks with a tier.

    Attributes:
        cites: ids of the source statements and references on which it rests.
        shows: ids of the references printed when it fires, strongest first.
        counts: print how many of its parts are met and how many were examined.
    """

    id: str
    tier: Tier
    states: str
    when: Criterion
    cites: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Silent:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Show this card instead.

    Attributes:
        tier: the one reported, None for the tier of the rules that fired.
        indicator: the one of the card when it is shown for this reason, "" for the card's own.
    """

    card: str
    tier: Tier | None
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Without:
    """Show the card, but not these kinds of suggestions."""

    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Suppression:
    """When the answer changes or is withheld; never applied to an emergency.

    Attributes:
        tiers: the tiers to which it applies.
        enabled: False when it is declared only.
    """

    id: str
    states: str
    tiers: frozenset[Tier]
    when: Criterion
    then: Silent | Redirect | Without
    cites: tuple[str, ...] = ()
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Insufficient:
    """When "nothing to say" has to be told apart from "not enough recorded".

    Attributes:
        when: too little is recorded; None never says so.
        without: prefetch keys without which nobody can say that nothing is there.
        settles: findings whose examination would settle the question.
    """

    when: Criterion | None = None
    without: frozenset[str] = frozenset()
    settles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One clinical question with everything that decides it."""

    id: str
    groups: tuple[Group, ...]
    rules: tuple[Rule, ...]
    suppressions: tuple[Suppression, ...]
    insufficient: Insufficient = Insufficient()

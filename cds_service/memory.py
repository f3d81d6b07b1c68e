"""Whether a card that is due is shown: switches, shadow mode, what was shown before, budgets, specialties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from cds_service.criteria.recommendation import Tier
from cds_service.evidence.model import Evidence

EVERYTHING = "*"
DAY_MS = 24 * 3600 * 1000

NEVER_WITHHELD = frozenset({Tier.EMERGENCY})
"""Neither memory nor budget nor specialty withholds these; only a switch or shadow mode does."""


class Scope(StrEnum):
    """What a switch is about."""

    EVERYTHING = "everything"
    CLIENT = "client"
    CARD = "card"
    RULE = "rule"


class SwitchState(StrEnum):
    """OFF does not show; SHADOW evaluates and keeps the trace, but does not show."""

    OFF = "off"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch that a person has set; what has no switch is on."""

    scope: Scope
    name: str
    state: SwitchState
    reason: str = ""
    changed_by: str = ""
    changed_ms: int = 0


@dataclass(frozen=True, slots=True)
class Switches:
    """All switches that are set."""

    all: tuple[Switch, ...] = ()

    def rules_off(self) -> frozenset[str]:
        """Return the ids of the rules that do not count."""
        return frozenset(item.name for item in self.all if item.scope is Scope.RULE)

    def on_answer(self, client: str, card_id: str) -> Switch | None:
        """Return the switch that withholds this card from this client, the widest first; None without one."""
        names = {Scope.EVERYTHING: EVERYTHING, Scope.CLIENT: client, Scope.CARD: card_id}
        for scope, name in names.items():
            for item in self.all:
                if item.scope is scope and item.name == name:
                    return item
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How one client wants to be spoken to.

    Attributes:
        remembers: do not repeat what was shown or overridden before.
        shadow: evaluate and keep the trace, but show nothing.
        repeat_after_days: how long an overridden, unchanged card is not shown again, by tier.
        cards_per_user_day: most cards of the tiers in *budgeted* for one user in 24 hours; None for no limit.
        budgeted: the tiers that the budget holds back.
        quiet_specialties: codes of the user's PractitionerRole to whom these tiers are not shown, by tier.
    """

    remembers: bool = False
    shadow: bool = False
    repeat_after_days: Mapping[Tier, int] = field(
        default_factory=lambda: {Tier.URGENT: 14, Tier.RECOMMEND: 90, Tier.CONSIDER: 90}
    )
    cards_per_user_day: int | None = None
    budgeted: frozenset[Tier] = frozenset({Tier.CONSIDER, Tier.RECOMMEND})
    quiet_specialties: Mapping[Tier, frozenset[str]] = field(default_factory=dict)


def fingerprint(evidence: Iterable[Evidence]) -> str:
    """Return a hash of what the record says, whatever the order; "" when there is no evidence.

    Any new item, date or resource gives another one.
    """
    items = sorted({(each.finding, str(each.state), str(each.date), each.reference) for each in evidence})
    return sha256(repr(items).encode("utf-8", "surrogatepass")).hexdigest() if items else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The card that is due.

    Attributes:
        at_ms: the moment of the request, milliseconds since 1970, UTC.
        sign: the order is being signed; it was selected before.
        order_keys: pseudonyms of the draft orders.
        fingerprint: hash of the evidence that led to it.
        specialties: codes of the user's role; empty when not known.
    """

    client: str
    card_id: str
    tier: Tier
    at_ms: int
    sign: bool
    order_keys: frozenset[str]
    fingerprint: str
    specialties: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBefore:
    """A card of the same patient that was shown before.

    Attributes:
        outcome: "accepted", "overridden", or "" when nobody has answered.
        reasoned: it was overridden with a reason.
        answered_ms: when; 0 when nobody has.
    """

    card_id: str
    shown_ms: int
    order_keys: frozenset[str]
    fingerprint: str
    signed: bool = False
    outcome: str = ""
    reasoned: bool = False
    answered_ms: int = 0


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the store knows when a card is due.

    Attributes:
        shown: the cards shown for this patient, in any order.
        user_today: number of budgeted cards that this user was shown in the last 24 hours.
    """

    shown: tuple[ShownBefore, ...] = ()
    user_today: int = 0


NOTHING = Remembered()


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a due card is not shown.

    Attributes:
        why: a short fixed phrase for trace, metrics and the consult.
        shadow: it is withheld only because nobody is to see it yet.
    """

    why: str
    shadow: bool = False


def withheld(
    due: Due, policy: Policy, switches: Switches, remembered: Remembered = NOTHING
) -> Withheld | None:
    """Return why the card that is due is not shown, None when it is shown.

    A switch and shadow mode, both set by a person, hold for every tier; nothing else holds back an emergency.
    """
    switch = switches.on_answer(due.client, due.card_id)
    if switch is not None:
        return Withheld(f"switched off: {switch.scope}", shadow=switch.state is SwitchState.SHADOW)
    if policy.shadow:
        return Withheld("shadow mode of the client", shadow=True)
    if due.tier in NEVER_WITHHELD:
        return None
    if policy.quiet_specialties.get(due.tier, frozenset()) & due.specialties:
        return Withheld("specialty of the user")
    return _repeated(due, policy, remembered.shown) or _over_budget(due, policy, remembered)


def _repeated(due: Due, policy: Policy, shown: Iterable[ShownBefore]) -> Withheld | None:
    if not policy.remembers:
        return None
    same = [card for card in shown if card.card_id == due.card_id and card.fingerprint == due.fingerprint]
    days = policy.repeat_after_days.get(due.tier, 0)
    for card in same:
        if card.outcome == "overridden" and card.reasoned and due.at_ms - card.answered_ms <= days * DAY_MS:
            return Withheld("overridden with a reason and nothing has changed")
    for card in same:
        unanswered_urgent = due.tier is Tier.URGENT and not card.outcome
        if due.sign and not card.signed and card.order_keys & due.order_keys and not unanswered_urgent:
            return Withheld("shown when the order was selected and nothing has changed")
    return None


def _over_budget(due: Due, policy: Policy, remembered: Remembered) -> Withheld | None:
    limit = policy.cards_per_user_day
    if limit is None or due.tier not in policy.budgeted or remembered.user_today < limit:
        return None
    return Withheld("alert budget of the user")

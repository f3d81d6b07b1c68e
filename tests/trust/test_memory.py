"""When a card that is due is shown, and when it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cds_service.chart.dates import FhirDate
from cds_service.criteria.recommendation import SPEAKING, Tier
from cds_service.evidence.model import Evidence, State
from cds_service.memory import (
    DAY_MS,
    Due,
    Policy,
    Remembered,
    Scope,
    ShownBefore,
    Switch,
    Switches,
    SwitchState,
    fingerprint,
    withheld,
)

NOW = 1_000 * DAY_MS
DUE = Due(
    client="ehr",
    card_id="card.one",
    tier=Tier.CONSIDER,
    at_ms=NOW,
    sign=True,
    order_keys=frozenset({"o1"}),
    fingerprint="f1",
)
SELECTED = ShownBefore(
    card_id="card.one", shown_ms=NOW - 60_000, order_keys=frozenset({"o1"}), fingerprint="f1"
)
OVERRIDDEN = replace(SELECTED, outcome="overridden", reasoned=True, answered_ms=NOW - 10 * DAY_MS)
REMEMBERS = Policy(remembers=True)
NONE = Switches()


def is_shown(due: Due, policy: Policy = REMEMBERS, *before: ShownBefore) -> bool:
    return withheld(due, policy, NONE, Remembered(before)) is None


def switched(scope: Scope, name: str, state: SwitchState = SwitchState.OFF) -> Switches:
    return Switches((Switch(scope, name, state),))


def test_without_memory_every_card_is_shown_again() -> None:
    assert is_shown(DUE, Policy(), SELECTED, OVERRIDDEN)


def test_signing_does_not_repeat_what_selecting_showed() -> None:
    assert not is_shown(DUE, REMEMBERS, SELECTED)


def test_selecting_again_shows_it_again() -> None:
    assert is_shown(replace(DUE, sign=False), REMEMBERS, SELECTED)


@pytest.mark.parametrize(
    "before",
    [
        replace(SELECTED, fingerprint="other"),
        replace(SELECTED, card_id="card.two"),
        replace(SELECTED, order_keys=frozenset({"o2"})),
        replace(SELECTED, signed=True),
    ],
    ids=["new evidence", "another card", "another order", "shown at signing only"],
)
def test_signing_shows_what_is_not_the_same(before: ShownBefore) -> None:
    assert is_shown(DUE, REMEMBERS, before)


@pytest.mark.hazard("H-09", "an urgent advice that nobody answered is dropped at signing")
def test_signing_repeats_an_urgent_card_until_somebody_answers() -> None:
    urgent = replace(DUE, tier=Tier.URGENT)
    assert is_shown(urgent, REMEMBERS, SELECTED)
    assert not is_shown(urgent, REMEMBERS, replace(SELECTED, outcome="accepted"))


@pytest.mark.parametrize(("tier", "days"), [(Tier.URGENT, 14), (Tier.RECOMMEND, 90), (Tier.CONSIDER, 90)])
def test_an_override_with_a_reason_holds_for_its_days(tier: Tier, days: int) -> None:
    due = replace(DUE, tier=tier, sign=False)
    assert not is_shown(due, REMEMBERS, replace(OVERRIDDEN, answered_ms=NOW - days * DAY_MS))
    assert is_shown(due, REMEMBERS, replace(OVERRIDDEN, answered_ms=NOW - days * DAY_MS - 1))


def test_an_override_without_a_reason_holds_nothing_back() -> None:
    assert is_shown(replace(DUE, sign=False), REMEMBERS, replace(OVERRIDDEN, reasoned=False))


def test_any_new_evidence_reopens_an_overridden_card() -> None:
    assert is_shown(replace(DUE, fingerprint="f2", sign=False), REMEMBERS, OVERRIDDEN)


@pytest.mark.hazard("H-10", "an emergency is withheld by memory, budget or specialty")
def test_nothing_but_a_person_withholds_an_emergency() -> None:
    policy = Policy(
        remembers=True,
        cards_per_user_day=0,
        budgeted=frozenset(SPEAKING),
        quiet_specialties={Tier.EMERGENCY: frozenset({"s"})},
    )
    due = replace(DUE, tier=Tier.EMERGENCY, specialties=frozenset({"s"}))
    before = Remembered((SELECTED, replace(OVERRIDDEN, answered_ms=NOW)), user_today=100)
    assert withheld(due, policy, NONE, before) is None
    assert withheld(due, policy, switched(Scope.EVERYTHING, "*"), before) is not None


def test_the_budget_holds_back_what_is_not_urgent() -> None:
    policy = Policy(cards_per_user_day=3)
    for tier, held in [(Tier.CONSIDER, True), (Tier.RECOMMEND, True), (Tier.URGENT, False)]:
        due = replace(DUE, tier=tier)
        assert (withheld(due, policy, NONE, Remembered((), 3)) is not None) is held
        assert withheld(due, policy, NONE, Remembered((), 2)) is None


def test_a_specialty_is_spared_the_tiers_that_it_asks_to_be_spared() -> None:
    policy = Policy(quiet_specialties={Tier.CONSIDER: frozenset({"s"})})
    assert withheld(replace(DUE, specialties=frozenset({"s", "t"})), policy, NONE) is not None
    assert withheld(replace(DUE, specialties=frozenset({"t"})), policy, NONE) is None
    assert withheld(replace(DUE, specialties=frozenset({"s"}), tier=Tier.URGENT), policy, NONE) is None


@pytest.mark.parametrize(
    ("switches", "shown"),
    [
        (switched(Scope.EVERYTHING, "*"), False),
        (switched(Scope.CLIENT, "ehr"), False),
        (switched(Scope.CLIENT, "another"), True),
        (switched(Scope.CARD, "card.one"), False),
        (switched(Scope.CARD, "card.two"), True),
        (switched(Scope.RULE, "R1"), True),
    ],
    ids=str,
)
def test_a_switch_holds_for_what_it_names(switches: Switches, shown: bool) -> None:
    assert (withheld(DUE, Policy(), switches) is None) is shown


def test_a_rule_that_is_switched_off_is_told_to_the_evaluation() -> None:
    assert switched(Scope.RULE, "R1").rules_off() == {"R1"}
    assert switched(Scope.CARD, "R1").rules_off() == frozenset()


def test_shadow_is_told_apart_from_off() -> None:
    shadow = withheld(DUE, Policy(shadow=True), NONE)
    by_switch = withheld(DUE, Policy(), switched(Scope.CLIENT, "ehr", SwitchState.SHADOW))
    off = withheld(DUE, Policy(), switched(Scope.CLIENT, "ehr"))
    assert [item.shadow for item in (shadow, by_switch, off) if item] == [True, True, False]


def test_the_fingerprint_is_the_same_in_any_order_and_another_for_anything_new() -> None:
    one = Evidence("a", State.ASSERTED, "Observation/1", "Observation", FhirDate.on(date(2026, 11, 1)))
    two = one._replace(finding="b")
    assert fingerprint([one, two]) == fingerprint([two, one, one])
    for changed in (
        one._replace(reference="Observation/2"),
        one._replace(date=FhirDate.on(date(2026, 11, 2))),
        one._replace(state=State.DENIED),
    ):
        assert fingerprint([changed, two]) != fingerprint([one, two])
    assert fingerprint([]) == ""

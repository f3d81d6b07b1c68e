"""The clinical vignettes get the answers that a spine surgeon expects, on both hooks."""

from __future__ import annotations

from functools import cache

import pytest

from tests.acceptance.vignettes import HOOKS, Answer, answer_to, faults, the_vignettes

LEAST_RIGHT_TIERS = 0.97
LEAST_WITHOUT_FAULT = 0.95

on_both_hooks = pytest.mark.parametrize("hook", HOOKS)


@cache
def answers(hook: str) -> dict[str, Answer]:
    """Return the answer to each vignette by its id."""
    return {vignette["id"]: answer_to(vignette, hook) for vignette in the_vignettes()}


def right_share(wrong: list[str]) -> float:
    return 1 - len(wrong) / len(the_vignettes())


@on_both_hooks
def test_the_tier_is_right(hook: str) -> None:
    wrong = [
        f"{one['id']}: {answers(hook)[one['id']].tier}, not {'/'.join(one['expected']['acceptable_tiers'])}"
        for one in the_vignettes()
        if answers(hook)[one["id"]].tier not in one["expected"]["acceptable_tiers"]
    ]
    assert right_share(wrong) >= LEAST_RIGHT_TIERS, wrong


@on_both_hooks
def test_cards_and_suggestions_are_right_too(hook: str) -> None:
    found = {one["id"]: faults(one, answers(hook)[one["id"]]) for one in the_vignettes()}
    wrong = [f"{name}: {'; '.join(what)}" for name, what in found.items() if what]
    assert right_share(wrong) >= LEAST_WITHOUT_FAULT, wrong


@on_both_hooks
def test_no_emergency_is_missed(hook: str) -> None:
    emergencies = [one["id"] for one in the_vignettes() if one["expected"]["tier"] == "emergency"]
    assert emergencies
    assert [name for name in emergencies if answers(hook)[name].tier != "emergency"] == []


@on_both_hooks
def test_no_card_is_shown_where_silence_is_due(hook: str) -> None:
    quiet = [one["id"] for one in the_vignettes() if one["expected"]["acceptable_tiers"] == ["none"]]
    assert quiet
    assert [name for name in quiet if answers(hook)[name].cards] == []


def test_both_hooks_give_the_same_answer() -> None:
    one, other = (answers(hook) for hook in HOOKS)
    assert one == other


def test_a_wrong_answer_would_be_noticed() -> None:
    vignette = next(one for one in the_vignettes() if one["expected"]["tier"] == "emergency")
    silence = Answer("none", "no-concern", (), frozenset())
    loud = Answer("emergency", "advisory-shown", ("cord-emergency",), frozenset({"cancel-lumbar-order"}))
    assert faults(vignette, silence) == ["tier none, not emergency"]
    assert "cancel-lumbar-order suggested" in faults(vignette, loud)

"""How a note is written does not change the verdict: the vignettes again, in other letters."""

from __future__ import annotations

from functools import cache

import pytest

from tests.acceptance.mutations import MUTATIONS, Mutate, mutated
from tests.acceptance.vignettes import Answer, answer_to, the_vignettes


@cache
def as_written() -> dict[str, Answer]:
    return {vignette["id"]: answer_to(vignette) for vignette in the_vignettes()}


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_the_verdict_does_not_hang_on_how_it_is_written(mutate: Mutate) -> None:
    changed = []
    for vignette in the_vignettes():
        before, after = as_written()[vignette["id"]], answer_to(mutated(vignette, mutate))
        if (before.tier, before.cards) != (after.tier, after.cards):
            changed.append(
                f"{vignette['id']}: {before.tier} {before.cards} became {after.tier} {after.cards}"
            )
    assert changed == []


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_each_way_of_writing_changes_the_words_of_some_vignette(mutate: Mutate) -> None:
    assert any(mutated(vignette, mutate) != vignette for vignette in the_vignettes())

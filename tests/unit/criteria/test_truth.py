"""The tables of three-valued truth."""

from __future__ import annotations

import pytest

from cds_service.criteria.truth import Truth, all_met, any_met, at_least_met, none_met

YES, NO, UNKNOWN = Truth.MET, Truth.NOT_MET, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("parts", "both", "either"),
    [
        ((YES, YES), YES, YES),
        ((YES, NO), NO, YES),
        ((NO, NO), NO, NO),
        ((YES, UNKNOWN), UNKNOWN, YES),
        ((NO, UNKNOWN), NO, UNKNOWN),
        ((UNKNOWN, UNKNOWN), UNKNOWN, UNKNOWN),
        ((), YES, NO),
    ],
)
def test_unknown_decides_nothing_that_the_other_part_does_not_decide(
    parts: tuple[Truth, ...], both: Truth, either: Truth
) -> None:
    assert (all_met(parts), any_met(parts)) == (both, either)


@pytest.mark.parametrize(
    ("n", "parts", "expected"),
    [
        (2, (YES, YES, NO), YES),
        (2, (YES, UNKNOWN, NO), UNKNOWN),
        (2, (YES, NO, NO), NO),
        (3, (YES, UNKNOWN, NO), NO),
        (1, (UNKNOWN,), UNKNOWN),
    ],
)
def test_a_count_is_unknown_while_the_unknown_parts_could_make_it_up(
    n: int, parts: tuple[Truth, ...], expected: Truth
) -> None:
    assert at_least_met(n, parts) is expected


@pytest.mark.parametrize(("parts", "expected"), [((UNKNOWN, NO), YES), ((YES, UNKNOWN), NO), ((), YES)])
def test_an_unknown_exception_does_not_stand_in_the_way(parts: tuple[Truth, ...], expected: Truth) -> None:
    assert none_met(parts) is expected

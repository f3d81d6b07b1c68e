"""What criteria make of the facts."""

from __future__ import annotations

import pytest

from cds_service.criteria.explanation import Explanation
from cds_service.criteria.plan import Facts
from cds_service.criteria.recommendation import Group, Rule, Tier
from cds_service.criteria.shapes import (
    AgeIs,
    AllOf,
    AnyOf,
    AtLeast,
    Criterion,
    FindingIs,
    Named,
    NewSince,
    Silence,
    Unless,
)
from cds_service.criteria.truth import Truth
from cds_service.evidence.model import Course, Side, State
from tests.unit.criteria.weighed import ASSERTED, DENIED, UNCERTAIN, assessor, facts, item, weighed

YES, NO, UNKNOWN = Truth.MET, Truth.NOT_MET, Truth.UNKNOWN
SIGN, OTHER = FindingIs("sign"), FindingIs("other")
BOTH_SIDES = FindingIs("sign", side=Side.BOTH)


def explain(criterion: Criterion, known: Facts, *named: Rule | Group) -> Explanation:
    return assessor(known, *named).assess(criterion)


def truth(criterion: Criterion, known: Facts, silence: Silence = Silence.UNKNOWN) -> Truth:
    return assessor(known, silence=silence).assess(criterion).truth


@pytest.mark.parametrize(
    ("asked", "said", "expected"),
    [
        (ASSERTED, ASSERTED, YES),
        (ASSERTED, DENIED, NO),
        (ASSERTED, UNCERTAIN, UNKNOWN),
        (DENIED, DENIED, YES),
        (DENIED, ASSERTED, NO),
        (DENIED, UNCERTAIN, UNKNOWN),
        (UNCERTAIN, UNCERTAIN, YES),
        (UNCERTAIN, ASSERTED, NO),
        (UNCERTAIN, DENIED, NO),
    ],
)
def test_a_finding_is_met_when_the_record_says_what_is_asked(
    asked: State, said: State, expected: Truth
) -> None:
    assert truth(FindingIs("sign", asked), facts(weighed(item(state=said)))) is expected


@pytest.mark.parametrize(
    ("asked", "silence", "expected"),
    [
        (ASSERTED, Silence.UNKNOWN, UNKNOWN),
        (ASSERTED, Silence.NOT_MET, NO),
        (DENIED, Silence.NOT_MET, UNKNOWN),
        (UNCERTAIN, Silence.UNKNOWN, NO),
    ],
)
def test_silence_means_what_the_finding_says_and_never_documented_absence(
    asked: State, silence: Silence, expected: Truth
) -> None:
    assert truth(FindingIs("sign", asked), facts(), silence) is expected


def test_a_criterion_may_overrule_what_silence_means() -> None:
    assert truth(FindingIs("sign", if_silent=Silence.NOT_MET), facts()) is NO


def test_left_and_right_recorded_apart_are_both_sides() -> None:
    known = facts(weighed(item(side=Side.LEFT), item(side=Side.RIGHT)))
    assert truth(BOTH_SIDES, known) is YES


def test_one_word_for_both_sides_is_each_side() -> None:
    known = facts(weighed(item(side=Side.BOTH)))
    assert truth(FindingIs("sign", side=Side.LEFT), known) is YES
    assert truth(BOTH_SIDES, known) is YES


def test_a_side_that_nobody_stated_is_silence() -> None:
    known = facts(weighed(item(side=Side.LEFT)))
    assert truth(BOTH_SIDES, known) is UNKNOWN
    assert truth(BOTH_SIDES, known, Silence.NOT_MET) is NO


def test_a_side_that_was_denied_is_not_met() -> None:
    known = facts(weighed(item(side=Side.LEFT), item(side=Side.RIGHT, state=DENIED)))
    assert truth(BOTH_SIDES, known) is NO


@pytest.mark.parametrize(
    ("onset_days", "written_days_ago", "within_14", "over_14"),
    [(14, 0, YES, NO), (15, 0, NO, YES), (10, 4, YES, NO), (10, 5, NO, YES)],
)
def test_onset_is_counted_back_from_the_day_it_was_written(
    onset_days: int, written_days_ago: int, within_14: Truth, over_14: Truth
) -> None:
    known = facts(weighed(item(onset_days=onset_days, days=written_days_ago)))
    assert truth(FindingIs("sign", onset_within_days=14), known) is within_14
    assert truth(FindingIs("sign", onset_over_days=14), known) is over_14


def test_without_an_onset_only_the_word_new_is_recent() -> None:
    silent, new = facts(weighed(item())), facts(weighed(item(course=Course.NEW)))
    assert truth(FindingIs("sign", onset_within_days=14), silent) is UNKNOWN
    assert truth(FindingIs("sign", onset_within_days=14), new) is YES
    assert truth(FindingIs("sign", onset_over_days=14), new) is NO


@pytest.mark.parametrize(("written_days_ago", "within_14", "over_14"), [(14, YES, NO), (15, NO, YES)])
def test_what_was_called_new_began_when_it_was_written(
    written_days_ago: int, within_14: Truth, over_14: Truth
) -> None:
    known = facts(weighed(item(course=Course.NEW, days=written_days_ago)))
    assert truth(FindingIs("sign", onset_within_days=14), known) is within_14
    assert truth(FindingIs("sign", onset_over_days=14), known) is over_14


@pytest.mark.parametrize(
    ("written_days_ago", "onset_days", "current"),
    [(14, None, YES), (15, None, NO), (4, 10, YES), (4, 11, NO)],
)
def test_what_is_current_began_or_was_written_of_not_long_ago(
    written_days_ago: int, onset_days: int | None, current: Truth
) -> None:
    known = facts(weighed(item(onset_days=onset_days, days=written_days_ago)))
    assert truth(FindingIs("sign", current_within_days=14), known) is current


def test_a_stated_onset_is_more_than_the_word_new() -> None:
    asked = FindingIs("sign", onset_within_days=14, onset_stated=True)
    assert truth(asked, facts(weighed(item(course=Course.NEW)))) is UNKNOWN
    assert truth(asked, facts(weighed(item(course=Course.NEW, onset_days=0)))) is YES
    assert truth(asked, facts(weighed(item(onset_days=15)))) is NO


def test_what_stands_without_an_onset_only_in_old_notes_is_old() -> None:
    asked = FindingIs("sign", onset_over_days=30)
    assert truth(asked, facts(weighed(item(days=30)))) is UNKNOWN
    assert truth(asked, facts(weighed(item(days=31)))) is YES
    assert truth(asked, facts(weighed(item(days=31), item(days=0)))) is UNKNOWN
    assert truth(asked, facts(weighed(item(days=31)._replace(date=None)))) is UNKNOWN


def test_an_onset_between_two_limits_has_to_be_stated() -> None:
    asked = FindingIs("sign", onset_within_days=180, onset_over_days=30)
    assert truth(asked, facts(weighed(item(days=31)))) is UNKNOWN
    assert truth(asked, facts(weighed(item(days=31, onset_days=1)))) is YES


def test_one_item_must_have_all_that_is_asked() -> None:
    asked = FindingIs("sign", onset_within_days=14, course=(Course.PROGRESSIVE,))
    apart = weighed(item(onset_days=3, course=Course.STABLE), item(onset_days=90, course=Course.PROGRESSIVE))
    together = weighed(item(onset_days=3, course=Course.PROGRESSIVE))
    assert truth(asked, facts(apart)) is NO
    assert truth(asked, facts(together)) is YES


def test_the_side_is_looked_for_among_the_items_that_answer_the_rest() -> None:
    asked = FindingIs("sign", side=Side.BOTH, course=(Course.NEW,))
    known = facts(
        weighed(item(side=Side.LEFT, course=Course.NEW), item(side=Side.RIGHT, course=Course.STABLE))
    )
    assert truth(asked, known) is UNKNOWN


@pytest.mark.parametrize(
    ("number", "expected"), [(11.9, NO), (12, YES), (14, YES), (14.1, NO), (None, UNKNOWN)]
)
def test_numbers_have_limits_that_belong_to_them(number: float | None, expected: Truth) -> None:
    asked = FindingIs("sign", number_at_least=12, number_at_most=14)
    assert truth(asked, facts(weighed(item(number=number)))) is expected


@pytest.mark.parametrize(
    ("criterion", "age", "expected"),
    [
        (AgeIs(at_least=45), 45, YES),
        (AgeIs(at_least=45), 44, NO),
        (AgeIs(under=18), 17, YES),
        (AgeIs(under=18), 18, NO),
        (AgeIs(under=18), None, UNKNOWN),
    ],
)
def test_age_is_in_completed_years_and_unknown_without_a_birth_date(
    criterion: AgeIs, age: int | None, expected: Truth
) -> None:
    assert truth(criterion, facts(age=age)) is expected


def test_combinations_keep_their_parts_in_order() -> None:
    known = facts(weighed(item("sign")), weighed(item("other", DENIED)))
    assert truth(AllOf((SIGN, OTHER)), known) is NO
    assert truth(AnyOf((SIGN, OTHER)), known) is YES
    assert truth(AtLeast(2, (SIGN, OTHER, FindingIs("third"))), known) is UNKNOWN
    assert truth(Unless((OTHER,)), known) is YES
    assert truth(Unless((SIGN,)), known) is NO
    assert [part.criterion for part in explain(AllOf((SIGN, OTHER)), known).parts] == ["sign", "other"]


def test_an_unknown_exception_does_not_block() -> None:
    assert truth(Unless((SIGN,)), facts()) is YES


def test_a_rule_is_explained_with_its_id_tier_sentence_and_evidence() -> None:
    rule = Rule("A1", Tier.URGENT, "A sign with company.", AllOf((SIGN, Named("company"))))
    group = Group("company", "Company.", AnyOf((OTHER,)))
    seen = item("sign")
    tree = explain(Named("A1"), facts(weighed(seen), weighed(item("other"))), rule, group)
    assert (tree.criterion, tree.tier, tree.truth) == ("A1", Tier.URGENT, YES)
    assert next(iter(tree.leaves())).because == (seen,)


def test_a_named_criterion_is_assessed_once() -> None:
    group = Group("company", "Company.", OTHER)
    tree = explain(AllOf((Named("company"), Named("company"))), facts(), group)
    assert tree.parts[0] is tree.parts[1]


def newer(*found: object, scan_days: int | None = 100) -> Truth:
    scan = [weighed(item("scan", days=scan_days))] if scan_days is not None else []
    return truth(NewSince("scan", ("sign", "other")), facts(*scan, *found))  # type: ignore[arg-type]


def test_a_sign_is_new_when_its_onset_lies_after_the_event() -> None:
    assert newer(weighed(item(onset_days=99))) is YES
    assert newer(weighed(item(onset_days=100))) is NO


def test_a_sign_is_new_when_its_absence_was_documented_before_the_event() -> None:
    assert newer(weighed(item(), item(state=DENIED, days=100))) is YES
    assert newer(weighed(item(), item(state=DENIED, days=99))) is NO
    assert newer(weighed(item(), item(state=DENIED, days=200, ignored="outside the window"))) is YES
    assert newer(weighed(item(), item(state=DENIED, days=200, ignored="family history"))) is NO


def test_a_sign_that_nobody_had_looked_for_before_the_event_is_not_new() -> None:
    assert newer(weighed(item())) is NO


def test_a_sign_called_new_after_the_event_is_new() -> None:
    assert newer(weighed(item(course=Course.NEW, days=2))) is YES
    assert newer(weighed(item(course=Course.NEW, days=120))) is NO


def test_nothing_is_new_since_an_event_that_never_was() -> None:
    assert newer(weighed(item(onset_days=1)), scan_days=None) is NO

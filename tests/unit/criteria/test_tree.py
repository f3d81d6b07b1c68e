"""The explanation as lines and as JSON."""

from __future__ import annotations

from cds_service.criteria.assess import Assessor
from cds_service.criteria.recommendation import Group, Rule, Tier
from cds_service.criteria.shapes import AllOf, AnyOf, FindingIs, Named
from cds_service.criteria.tree import print_tree, tree_json
from tests.unit.criteria.weighed import assessor, facts, item, weighed

COMPANY = Group("company", "Company", AnyOf((FindingIs("other"), FindingIs("third"))))
FIRST = Rule("A1", Tier.URGENT, "A sign in company", AllOf((FindingIs("sign"), Named("company"))))
SECOND = Rule("A2", Tier.CONSIDER, "Company alone", Named("company"))
KNOWN = facts(weighed(item("sign", quote="the\n sign")), weighed(item("other")))


def known() -> Assessor:
    return assessor(KNOWN, COMPANY, FIRST, SECOND)


def test_the_tree_says_verdict_tier_id_sentence_and_evidence() -> None:
    assert print_tree([known().assess_named("A1")]).splitlines() == [
        "met  urgent  A1  A sign in company (all of)",
        '  met  sign  <- "the sign", DocumentReference/n1, 2026-11-21',
        "  met  company  Company (any of)",
        '    met  other  <- "words", DocumentReference/n1, 2026-11-21',
        "    unknown  third",
    ]


def test_a_group_is_printed_once() -> None:
    one = known()
    lines = print_tree([one.assess_named("A1"), one.assess_named("A2")]).splitlines()
    assert lines[-1] == "  met  company  Company (any of) (as above)"


def test_json_is_the_same_tree() -> None:
    tree = tree_json(known().assess_named("A1"))
    assert (tree["criterion"], tree["truth"], tree["tier"]) == ("A1", "met", "urgent")
    sign = tree["parts"][0]["parts"][0]
    assert sign["because"][0]["quote"] == "the\n sign"
    assert sign["because"][0]["span"] == [0, 9]
    assert "side" not in sign["because"][0]

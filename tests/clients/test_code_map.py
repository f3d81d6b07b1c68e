"""A site's own codes become ours by its ConceptMap files; what nobody mapped is counted."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.chart.code_map import CodeMap, add_mapped, read_concept_maps
from cds_service.chart.local_codes import CountedCode, LocalCode, rank, unmapped_codes
from cds_service.chart.model import Coding

CPT = "http://www.ama-assn.org/go/cpt"
EAP = "urn:oid:1.2.840.114350.1.13.*.7.2.696580"
LUMBAR = Coding(CPT, "72148", "MRI lumbar spine")


def a_map(source: str = EAP, **target: Any) -> dict[str, Any]:
    given = {"code": "72148", "display": "MRI lumbar spine", **target}
    element = {"code": "33476", "target": [given]}
    return {"resourceType": "ConceptMap", "group": [{"source": source, "target": CPT, "element": [element]}]}


@pytest.mark.parametrize(
    "system",
    [
        "urn:oid:1.2.840.114350.1.13.861.1.7.2.696580",
        "urn:oid:1.2.840.114350.1.13.0.1.7.2.696580",
        " urn:oid:1.2.840.114350.1.13.99.2.7.2.696580 ",
    ],
)
def test_the_customers_part_of_an_oid_does_not_matter(system: str) -> None:
    local = Coding(system, " 33476 ", "XR")
    assert add_mapped([local], read_concept_maps([a_map()])) == (local, LUMBAR)


@pytest.mark.parametrize(
    "system",
    [
        "urn:oid:1.2.840.114350.1.13.861.1.7.2.696581",
        "urn:oid:1.2.840.114350.1.13.7.2.696580.1",
        "urn:oid:1x2.840.114350.1.13.0.1.7.2.696580",
        "",
    ],
)
def test_another_system_is_another_system(system: str) -> None:
    local = Coding(system, "33476")
    assert add_mapped([local], read_concept_maps([a_map()])) == (local,)


def test_an_exact_system_is_matched_exactly_and_goes_before_a_pattern() -> None:
    exact = a_map("urn:oid:1.2.840.114350.1.13.861.1.7.2.696580", code="72149", display="")
    code_map = read_concept_maps([a_map(), exact])
    local = Coding("urn:oid:1.2.840.114350.1.13.861.1.7.2.696580", "33476")
    assert add_mapped([local], code_map) == (local, Coding(CPT, "72149"))


@pytest.mark.parametrize("relation", [{"equivalence": "unmatched"}, {"relationship": "not-related-to"}])
def test_a_target_that_is_said_to_be_none_is_none(relation: dict[str, str]) -> None:
    assert read_concept_maps([a_map(**relation)]) == CodeMap()


def test_a_code_that_is_there_already_is_not_added_twice() -> None:
    local = Coding("urn:oid:1.2.840.114350.1.13.0.1.7.2.696580", "33476")
    assert add_mapped([local, LUMBAR, local], read_concept_maps([a_map()])) == (local, LUMBAR, local)


@pytest.mark.parametrize(
    "resource", [{"resourceType": "ValueSet"}, {**a_map(), "group": [{"element": []}]}, {}]
)
def test_a_file_that_is_no_concept_map_is_refused(resource: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"ConceptMap|source"):
        read_concept_maps([resource])


LOCAL = Coding("urn:oid:1.2.3", "999", "MR L SPINE")


def test_a_local_code_alone_is_work_to_do() -> None:
    assert unmapped_codes("a", [LOCAL], CodeMap()) == (LocalCode("a", "urn:oid:1.2.3", "999", "MR L SPINE"),)


def test_a_local_code_beside_a_standard_one_is_understood() -> None:
    assert unmapped_codes("a", [LOCAL, LUMBAR], CodeMap()) == ()


def test_a_mapped_code_is_understood() -> None:
    local = Coding("urn:oid:1.2.840.114350.1.13.0.1.7.2.696580", "33476")
    assert unmapped_codes("a", [local], read_concept_maps([a_map()])) == ()


def test_an_order_known_by_its_words_alone_lists_even_its_standard_codes() -> None:
    (code,) = unmapped_codes("a", [Coding(CPT, "00000")], CodeMap(), by_text=True)
    assert code.by_text


def test_an_order_without_a_code_is_no_work() -> None:
    assert unmapped_codes("a", [Coding("", ""), Coding("x", " ")], CodeMap()) == ()


def test_the_worklist_is_ranked_by_words_first_then_volume() -> None:
    often, seldom = LocalCode("a", "s", "often"), LocalCode("a", "s", "seldom")
    ours = LocalCode("a", "s", "ours", by_text=True)
    ranked = rank([CountedCode(often, 2), CountedCode(seldom, 1), CountedCode(ours, 1)])
    assert [(item.code.code, item.orders) for item in ranked] == [
        ("ours", 1),
        ("often", 2),
        ("seldom", 1),
    ]

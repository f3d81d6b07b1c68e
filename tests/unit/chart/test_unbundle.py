"""Every shape in which a prefetch value or a FHIR answer may come (client-quirks 27)."""

from __future__ import annotations

import pytest

from cds_service.chart.unbundle import Unbundled, unbundle
from tests.builders import a_bundle, a_chart, a_condition, a_patient, a_resource

PAIN = a_condition("Low back pain", id="c1")
GRAVE = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
MILD = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "not-found"}]}


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "entry": []},
        {"resourceType": "Bundle", "entry": None},
        {"resourceType": "Bundle", "entry": [{}]},
        {"resourceType": "Bundle", "entry": [{"fullUrl": "x"}, None, "x", 3]},
        {"resourceType": "Bundle", "entry": [{"resource": None}]},
        {"resourceType": "Bundle", "entry": [{"resource": "gone"}]},
        {"entry": {}},
    ],
)
def test_no_data_in_any_shape_is_no_data_and_no_failure(value: object) -> None:
    assert unbundle(value) == Unbundled()


@pytest.mark.parametrize(
    "value",
    [
        PAIN,
        [PAIN],
        {"entry": [{"resource": PAIN}]},
        {"resourceType": "Bundle", "entry": {"resource": PAIN}},
        {"resourceType": "Bundle", "entry": [PAIN]},
        a_bundle(PAIN),
        a_bundle(a_bundle(PAIN)),
        [a_bundle(PAIN)],
        {"response": {"status": "200 OK"}, "resource": PAIN},
    ],
)
def test_a_resource_is_found_whatever_it_is_wrapped_in(value: object) -> None:
    assert unbundle(value) == Unbundled(resources=(PAIN,))


def test_an_operation_outcome_in_place_of_a_bundle_is_a_failure() -> None:
    assert unbundle(GRAVE) == Unbundled(failures=("client reported a failure (timeout)",))


def test_an_error_among_the_entries_is_a_failure_and_the_rest_is_read() -> None:
    assert unbundle(a_bundle(GRAVE, PAIN)) == Unbundled((PAIN,), ("client reported a failure (timeout)",))


def test_a_warning_among_the_entries_is_no_failure() -> None:
    assert unbundle(a_bundle(MILD, PAIN)) == Unbundled((PAIN,))


def test_a_failed_part_of_a_batch_answer_is_a_failure() -> None:
    value = {"resourceType": "Bundle", "entry": [{"response": {"status": "403 Forbidden for Jane Doe"}}]}
    assert unbundle(value).failures == ("FHIR server answered 403",)


def test_what_an_outcome_says_in_its_own_words_is_not_repeated() -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"code": "Jane Doe 1960", "diagnostics": "Jane Doe"}],
    }
    assert unbundle(outcome).failures == ("client reported a failure (no reason given)",)


@pytest.mark.parametrize("value", ["<html><body>Tomcat error</body></html>", "null", ""])
def test_text_instead_of_fhir_is_a_failure(value: str) -> None:
    assert unbundle(value) == Unbundled(failures=("text instead of FHIR",))


@pytest.mark.parametrize("value", [7, True, {"id": "no type"}])
def test_anything_else_is_a_failure(value: object) -> None:
    assert unbundle(value) == Unbundled(failures=("not a FHIR resource",))


def test_the_next_page_is_named() -> None:
    links = [{"relation": "self", "url": "https://a/1"}, {"relation": "next", "url": "https://a/2"}]
    assert unbundle(a_bundle(PAIN, link=links)).next_url == "https://a/2"
    assert unbundle(a_bundle(PAIN, link=[{"relation": "next"}, 3])).next_url is None
    assert unbundle(a_bundle(PAIN)).next_url is None


def test_a_subject_named_by_the_full_url_of_the_patient_is_resolved_inside_its_bundle() -> None:
    urn = "urn:uuid:11111111-2222-3333-4444-555555555555"
    other = "urn:uuid:99999999-2222-3333-4444-555555555555"
    ours = a_resource("Condition", id="a", subject={"reference": urn}, code={"text": "ours"})
    theirs = a_resource("Condition", id="b", subject={"reference": other}, code={"text": "theirs"})
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": urn, "resource": a_patient()},
            {"fullUrl": other, "resource": a_patient(id="pat-2")},
            {"resource": ours},
            {"resource": theirs},
        ],
    }
    chart = a_chart(*unbundle(bundle).resources)
    assert [entry.label for entry in chart.entries] == ["ours"]
    assert chart.dropped == 2
    assert ours["subject"] == {"reference": urn}, "what was sent is left as it is"


def test_bundles_nested_beyond_reason_end_quietly() -> None:
    value: object = PAIN
    for _ in range(500):
        value = a_bundle(value)
    assert unbundle(value) == Unbundled()

"""The data-quality report names what was odd and how often, and never anything of a patient's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cds_service.adapters.diagnose import diagnose
from cds_service.chart.local_codes import CountedCode, LocalCode
from cds_service.gathering import Site
from cds_service.hooks.prefetch import Sent, SentEmpty
from cds_service.hooks.request import HookRequest
from cds_service.hooks.service import Service
from cds_service.quality import (
    EXAMINED,
    REQUESTS,
    STRIPPED,
    UNMAPPED,
    is_stripped,
    quality_lines,
    quality_rows,
    shortcomings,
    worklist_lines,
)


def a_request(**changes: Any) -> HookRequest:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    values = {
        "hook": "order-sign",
        "hook_instance": "x",
        "user_id": "",
        "patient_id": "p1",
        "received_at": now,
    }
    return HookRequest(**(values | changes))


def test_the_report_gives_shares_by_client() -> None:
    sums = {("a", REQUESTS): 8, ("a", "gap: exam: not sent"): 4, ("a", STRIPPED): 1, ("b", STRIPPED): 3}
    assert list(quality_lines(sums)) == [
        "a: 8 requests, 0 of them examined for faults of their resources",
        "    50.0%       4  gap: exam: not sent",
        "    12.5%       1  oddity: stripped call",
        "b: 0 requests, 0 of them examined for faults of their resources",
        "        -       3  oddity: stripped call",
    ]


def test_a_report_with_nothing_to_say_says_so() -> None:
    assert list(quality_lines({("a", REQUESTS): 8})) == ["nothing odd was counted"]
    assert list(worklist_lines(())) == ["every order code is standard or mapped"]


def test_the_worklist_shows_volume_client_and_code() -> None:
    ranked = (CountedCode(LocalCode("a", "urn:oid:1.2", "33476", "MR L SPINE", by_text=True), 12),)
    assert list(worklist_lines(ranked))[1].split() == [
        "12",
        "yes",
        "a",
        "urn:oid:1.2|33476",
        "MR",
        "L",
        "SPINE",
    ]


def test_context_without_data_and_without_access_is_a_stripped_call() -> None:
    assert is_stripped(a_request())
    assert is_stripped(a_request(prefetch={"patient": SentEmpty()}))
    assert not is_stripped(a_request(fhir_server="https://ehr.example.org/fhir"))
    assert not is_stripped(a_request(prefetch={"patient": Sent({"resourceType": "Patient"})}))


def test_faults_are_a_share_of_the_requests_that_were_examined() -> None:
    sums = {("a", REQUESTS): 100, ("a", EXAMINED): 4, ("a", "fault: Patient.id: x"): 1, ("a", STRIPPED): 1}
    shares = {row.what: (row.of, row.share) for row in quality_rows(sums)}
    assert shares == {"fault: Patient.id: x": (4, 0.25), STRIPPED: (100, 0.01)}


def a_tiny_service() -> Service:
    return Service(
        id="s",
        hook="order-sign",
        title="t",
        description="d",
        usage_requirements="",
        prefetch={"patient": "Patient/1", "exam": "Observation?patient=1&category=exam"},
        orders="o",
        orders_unless="u",
        recommendation="r",
    )


def test_a_key_is_missing_only_when_it_came_under_no_name_at_all() -> None:
    patient, exam = Sent({"resourceType": "Patient"}), Sent({"resourceType": "Observation"})

    def of(**prefetch: Any) -> tuple[str, ...]:
        site = Site("a", {"exam": ("findings",)})
        return shortcomings(a_request(prefetch=prefetch), a_tiny_service(), site, ())

    assert of(patient=patient) == ("missing key: exam",)
    assert of(Patient=patient, findings=SentEmpty()) == ()
    assert of(patient=patient, x=exam) == ()
    assert of() == ("missing key: patient", "missing key: exam", STRIPPED)


def test_a_request_with_unmapped_codes_is_tallied_once() -> None:
    request = a_request(prefetch={"patient": Sent({"resourceType": "Patient"}), "exam": SentEmpty()})
    codes = (LocalCode("a", "urn:oid:1.2", "1"), LocalCode("a", "urn:oid:1.2", "2"))
    assert shortcomings(request, a_tiny_service(), Site("a"), codes) == (UNMAPPED,)


@pytest.mark.parametrize(
    ("resource", "faults"),
    [
        ({"resourceType": "Patient", "id": "p1"}, ()),
        ({"resourceType": "ServiceRequest", "id": "ZZCANARY_1"}, ("id: string pattern mismatch",)),
        (
            {"resourceType": "Condition", "ZZCANARY x": 1},
            ("subject: is missing", "?: is not known in FHIR R4"),
        ),
        (
            {"resourceType": "ProcedureRequest"},
            ("resourceType: ProcedureRequest is no resource type of FHIR R4",),
        ),
        ({"resourceType": "ZZCANARY 1"}, ("resourceType: what was sent is no resource type of FHIR R4",)),
        ({}, ("resourceType: what was sent is no resource type of FHIR R4",)),
    ],
)
def test_a_diagnosis_names_elements_and_no_values(resource: dict[str, Any], faults: tuple[str, ...]) -> None:
    found = diagnose(resource)
    assert set(faults) <= set(found)
    assert bool(found) is bool(faults)
    assert "ZZCANARY" not in str(found)


@pytest.mark.parametrize(
    ("resource", "fault"),
    [
        ({"resourceType": "Patient", "ZZCANARY": 1}, "?: is not known in FHIR R4"),
        ({"resourceType": "Patient", "name": [{"ZZCANARY": 1}]}, "name.?: is not known in FHIR R4"),
        ({"resourceType": "ZZCANARY"}, "resourceType: what was sent is no resource type of FHIR R4"),
        (
            {"resourceType": "ProcedureRequest"},
            "resourceType: ProcedureRequest is no resource type of FHIR R4",
        ),
    ],
)
def test_what_is_kept_names_no_element_or_type_that_the_sender_made_up(
    resource: dict[str, Any], fault: str
) -> None:
    assert diagnose(resource, foreign_names=False) == (fault,)

"""Orders of every FHIR version and oddity, draft or recorded (client-quirks 10, 11, 19, 20, 28)."""

from __future__ import annotations

from datetime import date

import pytest

from cds_service.chart.dates import FhirDate
from cds_service.chart.model import Coding
from cds_service.chart.orders import read_order
from tests.builders import AS_OF, CPT, a_chart, a_resource, an_order, days_ago

TODAY = FhirDate.on(AS_OF)
LUMBAR = Coding(CPT, "72148", "MRI lumbar")
CODED = {"coding": [{"system": CPT, "code": "72148", "display": "MRI lumbar"}]}


@pytest.mark.parametrize(
    "order",
    [
        an_order(code=CODED),
        an_order(code={"concept": CODED}),
        an_order(code={"coding": CODED["coding"][0]}),
        an_order(code=CODED["coding"][0]),
        an_order(
            code={
                "coding": [
                    {},
                    None,
                    "x",
                    {"system": f" {CPT} ", "code": " 72148\n", "display": " MRI lumbar "},
                ]
            }
        ),
        an_order(code={"coding": [{"system": CPT, "code": 72148, "display": "MRI lumbar"}]}),
        a_resource("ProcedureRequest", code=CODED, status="draft"),
        a_resource("DiagnosticOrder", item=[{"code": CODED}], status="proposed"),
        a_resource("ReferralRequest", serviceRequested=[CODED], status="draft"),
    ],
    ids=lambda order: f"{order['resourceType']} {list(order)}",
)
def test_the_code_is_found_in_every_version_and_spelling(order: dict[str, object]) -> None:
    entry = read_order(order)
    assert (entry.kind, entry.codings, entry.label, entry.status) == (
        "ServiceRequest",
        (LUMBAR,),
        "MRI lumbar",
        "draft",
    )
    assert entry.reference == f"{order['resourceType']}/{order['id']}"


@pytest.mark.parametrize(
    ("code", "label", "count"),
    [
        (None, "", 0),
        ({}, "", 0),
        ({"coding": [{}]}, "", 0),
        ({"coding": None, "text": None}, "", 0),
        ({"text": "MRI lumbar"}, "MRI lumbar", 0),
        ("MRI lumbar", "MRI lumbar", 0),
        ({"text": "  ", "coding": [{"display": " "}, {"display": "MRI lumbar"}]}, "MRI lumbar", 0),
        (
            {
                "text": "XR CHEST",
                "coding": [{"system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.696580", "code": "33476"}],
            },
            "XR CHEST",
            1,
        ),
        ({"text": ["x"], "coding": {"a": 1}}, "", 0),
        (72148, "", 0),
    ],
    ids=str,
)
def test_a_code_that_is_missing_or_words_only_is_read_as_far_as_it_goes(
    code: object, label: str, count: int
) -> None:
    entry = read_order(an_order(code=code))
    assert (entry.label, len(entry.codings)) == (label, count)


def test_every_coding_counts_and_not_just_the_first() -> None:
    entry = read_order(an_order("MRI", ("urn:oid:1.2.3", "local"), (CPT, "72148")))
    assert [coding.code for coding in entry.codings] == ["local", "72148"]


def test_all_items_of_an_old_order_are_ordered() -> None:
    items = [
        {"code": {"text": "MRI lumbar"}, "bodySite": {"text": "back"}},
        {"code": {"text": "MRI neck"}},
        None,
        {},
    ]
    chart = a_chart(a_resource("DiagnosticOrder", status="requested", item=items))
    [entry] = chart.entries
    assert (entry.label, entry.status) == ("MRI lumbar, back; MRI neck", "active")
    assert [(p.element, p.text) for p in chart.passages] == [
        ("item[0].code", "MRI lumbar, back"),
        ("item[1].code", "MRI neck"),
    ]


def test_an_order_without_id_goes_by_its_full_url() -> None:
    order = {"resourceType": "ServiceRequest", "code": CODED}
    assert read_order(order, "urn:uuid:7").reference == "urn:uuid:7"
    assert read_order(order).reference == ""


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ({"resourceType": "ServiceRequest", "status": " Active "}, "active"),
        ({"resourceType": "ServiceRequest", "status": "revoked"}, "revoked"),
        ({"resourceType": "ServiceRequest"}, ""),
        ({"resourceType": "ServiceRequest", "status": ["x"]}, ""),
        ({"resourceType": "ProcedureRequest", "status": "suspended"}, "on-hold"),
        ({"resourceType": "ProcedureRequest", "status": "cancelled"}, "revoked"),
        ({"resourceType": "DiagnosticOrder", "status": "in-progress"}, "active"),
    ],
)
def test_the_status_is_said_in_the_words_of_r4(resource: dict[str, object], status: str) -> None:
    assert read_order(resource).status == status


def test_a_draft_is_marked_and_its_words_are_of_today() -> None:
    chart = a_chart(drafts=(an_order("MRI lumbar", reason="leg pain", days=40),))
    [order] = chart.entries
    assert (order.drafted, order.date) == (True, FhirDate.on(date(2026, 10, 12)))
    assert [(p.kind, p.element, p.text, p.date, p.entry) for p in chart.passages] == [
        ("ServiceRequest", "code", "MRI lumbar", TODAY, order),
        ("ServiceRequest", "reasonCode[0].text", "leg pain", TODAY, order),
    ]


def test_a_recorded_order_is_not_marked_and_keeps_its_date() -> None:
    chart = a_chart(an_order("MRI lumbar", reason="leg pain", status="active", days=40))
    assert [entry.drafted for entry in chart.entries] == [False]
    assert {str(passage.date) for passage in chart.passages} == {days_ago(40)}


def test_an_order_signed_again_is_a_draft_and_is_not_read_a_second_time() -> None:
    chart = a_chart(an_order(id="o1", status="active"), drafts=(an_order(id="o1", status="active"),))
    assert [(entry.drafted, entry.status) for entry in chart.entries] == [(True, "active")]


@pytest.mark.parametrize(
    "elements",
    [
        {"reasonCode": {"text": "leg pain"}},
        {"reasonCode": ["leg pain"]},
        {"reasonCode": [{"coding": [{}, {"display": "leg pain"}]}]},
        {"reasonCode": [None, 7, {}, {"text": "leg pain"}]},
        {"reasonCodeableConcept": {"text": "leg pain"}},
        {"reasonReference": [{"reference": "Condition/1", "display": "leg pain"}]},
        {
            "reasonReference": [{"reference": "#c"}],
            "contained": [{"resourceType": "Condition", "id": "c", "code": {"text": "leg pain"}}],
        },
        {"reason": [{"concept": {"text": "leg pain"}}]},
        {"reason": [{"reference": {"reference": "Condition/1", "display": "leg pain"}}]},
        {
            "reason": [{"reference": {"reference": "#c"}}],
            "contained": {"id": "#c", "code": {"text": "leg pain"}},
        },
        {"note": [{"text": "leg pain"}]},
        {"note": "leg pain"},
        {"notes": [{"text": "leg pain"}]},
        {"orderDetail": [{"text": "leg pain"}]},
        {"orderDetail": [{"parameter": [{"valueString": "leg pain"}]}]},
        {"supportingInfo": [{"display": "leg pain"}]},
        {"supportingInformation": [{"display": "leg pain"}]},
    ],
    ids=str,
)
def test_why_it_is_ordered_is_read_wherever_it_stands(elements: dict[str, object]) -> None:
    [said] = [p for p in a_chart(drafts=({**an_order("MRI"), **elements},)).passages if p.text != "MRI"]
    assert (said.text, said.kind, said.date) == ("leg pain", "ServiceRequest", TODAY)


def test_a_reason_with_codes_and_no_words_is_kept_as_an_entry_of_its_own() -> None:
    reason = [{"coding": [{"system": "http://snomed.info/sct", "code": "161894002"}]}]
    order, found = a_chart(drafts=(an_order("MRI", reasonCode=reason),)).entries
    assert (order.drafted, found.drafted, found.date) == (True, False, TODAY)
    assert (found.kind, found.codings[0].code) == ("ServiceRequest.reasonCode", "161894002")


def test_what_the_patient_is_told_is_not_read() -> None:
    chart = a_chart(
        drafts=(an_order("MRI", patientInstruction="Return if numb", category={"text": "Imaging"}),)
    )
    assert [passage.text for passage in chart.passages] == ["MRI"]


def test_to_whom_a_referral_goes_is_read() -> None:
    chart = a_chart(an_order("Referral", status="active", performerType={"text": "Cardiology"}))
    assert [passage.text for passage in chart.passages] == ["Referral", "Cardiology"]


@pytest.mark.parametrize("elements", [{"doNotPerform": True}, {"status": "entered-in-error"}])
def test_an_order_not_to_do_something_or_made_in_error_is_no_order(elements: dict[str, object]) -> None:
    assert a_chart(an_order("MRI", **elements)).entries == ()


def test_the_order_that_the_sandbox_sends_before_a_study_is_chosen_is_read() -> None:
    order = an_order(id="example-request-id", intent="plan", code={"coding": [{}]}, reasonCode=[])
    chart = a_chart(drafts=(order,))
    assert [(entry.label, entry.codings) for entry in chart.entries] == [("", ())]
    assert chart.passages == ()


def test_a_drug_order_with_objects_in_place_of_lists_is_read() -> None:
    drug = {
        "resourceType": "MedicationRequest",
        "category": {"text": "x"},
        "reasonCode": {"text": "y"},
        "medicationCodeableConcept": {"text": "Baclofen"},
        "requester": {"extension": [{}]},
    }
    assert [(entry.kind, entry.label, entry.drafted) for entry in a_chart(drafts=(drug,)).entries] == [
        ("MedicationRequest", "Baclofen", True)
    ]

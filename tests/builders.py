"""Builders of FHIR resources, charts and requests: plain values, always the same, read by the real reader."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from hashlib import sha1
from typing import Any

from cds_service.chart.model import Chart, Gap
from cds_service.chart.read import read_chart

AS_OF = date(2026, 11, 21)
PATIENT = "pat-1"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CPT = "http://www.ama-assn.org/go/cpt"

Resource = dict[str, Any]


def days_ago(days: int) -> str:
    """Return the FHIR date *days* before ``AS_OF``."""
    return (AS_OF - timedelta(days=days)).isoformat()


def a_concept(text: str = "", *codings: tuple[str, str]) -> Resource:
    """Return a CodeableConcept with *text* and (system, code) pairs."""
    concept: Resource = {"text": text} if text else {}
    if codings:
        concept["coding"] = [{"system": system, "code": code} for system, code in codings]
    return concept


def a_resource(kind: str, *, id: str = "", patient: str = PATIENT, **elements: object) -> Resource:  # noqa: A002
    """Return a resource of the patient, without elements that are None; its id follows from its content."""
    given = {name: value for name, value in elements.items() if value is not None}
    own_id = id or f"{kind.lower()}-{sha1(repr((patient, given)).encode()).hexdigest()[:8]}"  # noqa: S324
    subject = {} if kind == "Patient" else {"subject": {"reference": f"Patient/{patient}"}}
    return {"resourceType": kind, "id": own_id, **subject, **given}


def a_patient(*, id: str = PATIENT, born: str | None = "1960-05-04", **elements: object) -> Resource:  # noqa: A002
    return a_resource("Patient", id=id, birthDate=born, **elements)


def a_condition(
    text: str,
    *codings: tuple[str, str],
    days: int = 30,
    status: str = "active",
    verification: str = "confirmed",
    **elements: object,
) -> Resource:
    return a_resource(
        "Condition",
        **{
            "clinicalStatus": {"coding": [{"system": CLINICAL, "code": status}]},
            "verificationStatus": {"coding": [{"system": VERIFICATION, "code": verification}]},
            "code": a_concept(text, *codings),
            "onsetDateTime": days_ago(days),
            **elements,
        },
    )


def an_observation(
    text: str,
    *codings: tuple[str, str],
    value: object = None,
    days: int = 0,
    status: str = "final",
    **elements: object,
) -> Resource:
    """Return an observation; a number becomes a Quantity, a dict is taken as ``value[x]`` elements."""
    values: dict[str, object] = {}
    if isinstance(value, dict):
        values = value
    elif isinstance(value, bool):
        values = {"valueBoolean": value}
    elif isinstance(value, (int, float)):
        values = {"valueQuantity": {"value": value}}
    elif value is not None:
        values = {"valueString": value}
    code = a_concept(text, *codings)
    return a_resource(
        "Observation",
        **{"status": status, "code": code, "effectiveDateTime": days_ago(days), **values, **elements},
    )


def an_attachment(data: str | bytes, content_type: str | None = "text/plain; charset=utf-8") -> Resource:
    raw = data.encode() if isinstance(data, str) else data
    attachment: Resource = {"data": base64.b64encode(raw).decode()}
    return attachment if content_type is None else {"contentType": content_type, **attachment}


def a_note(
    text: str | bytes,
    *,
    days: int = 0,
    content_type: str | None = "text/plain; charset=utf-8",
    **elements: object,
) -> Resource:
    content = [{"attachment": an_attachment(text, content_type)}]
    return a_resource(
        "DocumentReference", **{"status": "current", "date": days_ago(days), "content": content, **elements}
    )


def a_report(
    text: str, *codings: tuple[str, str], conclusion: str | None = None, days: int = 30, **elements: object
) -> Resource:
    return a_resource(
        "DiagnosticReport",
        **{
            "status": "final",
            "code": a_concept(text, *codings),
            "effectiveDateTime": days_ago(days),
            "conclusion": conclusion,
            **elements,
        },
    )


def an_order(
    text: str = "MRI lumbar spine without contrast",
    *codings: tuple[str, str],
    reason: str | None = None,
    status: str = "draft",
    days: int = 0,
    **elements: object,
) -> Resource:
    return a_resource(
        "ServiceRequest",
        **{
            "status": status,
            "intent": "order",
            "code": a_concept(text, *codings),
            "authoredOn": days_ago(days),
            "reasonCode": None if reason is None else [{"text": reason}],
            **elements,
        },
    )


def a_bundle(*resources: object, **elements: object) -> Resource:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": r} for r in resources],
        **elements,
    }


def a_chart(
    *resources: object,
    drafts: tuple[object, ...] = (),
    as_of: date = AS_OF,
    gaps: tuple[Gap, ...] = (),
    note_days: int | None = None,
) -> Chart:
    """Return the chart of ``PATIENT`` as the real reader reads it."""
    return read_chart(PATIENT, resources, as_of, gaps, drafts, note_days)


def a_request(
    *resources: Resource,
    drafts: tuple[Resource, ...] | None = None,
    hook: str = "order-sign",
    **elements: object,
) -> Resource:
    """Return the JSON of a hook request whose prefetch holds *resources*, a Bundle for each type.

    The drafts are one lumbar MRI when none are given; on order-select they are all selected.
    """
    orders = (an_order(id="draft-1"),) if drafts is None else drafts
    context: Resource = {"userId": "Practitioner/p1", "patientId": PATIENT, "draftOrders": a_bundle(*orders)}
    if hook == "order-select":
        context["selections"] = [f"{order['resourceType']}/{order['id']}" for order in orders]
    kinds = dict.fromkeys(
        resource["resourceType"] for resource in resources if resource["resourceType"] != "Patient"
    )
    prefetch: Resource = {
        kind: a_bundle(*(r for r in resources if r["resourceType"] == kind)) for kind in kinds
    }
    patients = [resource for resource in resources if resource["resourceType"] == "Patient"]
    return {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": context,
        "prefetch": {"patient": patients[0] if patients else a_patient(), **prefetch},
        **elements,
    }

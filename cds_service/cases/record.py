"""A worked case as FHIR resources and as the hook request that carries them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cds_service.cases.shape import Case, Item, OrderEntry
from cds_service.hooks.prefetch import Prefetched, Sent, SentEmpty
from cds_service.hooks.request import HookRequest

AS_OF = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PATIENT = "case"
SYSTEMS = {
    "cpt": "http://www.ama-assn.org/go/cpt",
    "hcpcs": "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "icd10": "http://hl7.org/fhir/sid/icd-10-cm",
    "icd-10-cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "loinc": "http://loinc.org",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "snomed": "http://snomed.info/sct",
}
"""Short names that a case may use; any other text before the bar is the system itself."""

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
Resource = dict[str, Any]


def request_of(case: Case, orders: Mapping[str, OrderEntry], had: Iterable[str] = ()) -> HookRequest:
    """Return the hook request of *case*, with everything on record in its prefetch.

    Args:
        case: the case.
        orders: the draft orders that a case may name.
        had: prefetch keys that were answered, so that what is not on record does not exist.
    """
    order = orders[case.order] if case.order else next(iter(orders.values()))
    drafts = [_draft(order, case), *_other_drafts(case)]
    resources = [_patient(case.age), *(_resource(number, item) for number, item in _recorded(case))]
    return HookRequest(
        hook=case.hook,
        hook_instance=f"case: {case.case}",
        user_id="Practitioner/p1",
        patient_id=PATIENT,
        received_at=AS_OF,
        selections=("ServiceRequest/draft",) if case.hook == "order-select" else (),
        draft_orders=tuple(drafts),
        prefetch={**dict.fromkeys(had, SentEmpty()), "record": _bundle(resources)},
    )


def _bundle(resources: Iterable[Resource]) -> Prefetched:
    entries = [{"resource": resource} for resource in resources]
    return Sent({"resourceType": "Bundle", "type": "searchset", "entry": entries}) if entries else SentEmpty()


def _recorded(case: Case) -> list[tuple[int, Item]]:
    return [
        (number, item)
        for number, item in enumerate(case.chart)
        if item.kind != "reason" and not _is_other_draft(item)
    ]


def _is_other_draft(item: Item) -> bool:
    return item.kind == "order" and item.status == "draft"


def _patient(age: int | None) -> Resource:
    patient: Resource = {"resourceType": "Patient", "id": PATIENT}
    if age is not None:
        patient["birthDate"] = AS_OF.date().replace(year=AS_OF.year - age).isoformat()
    return patient


def _draft(order: OrderEntry, case: Case) -> Resource:
    reasons = [_concept(item.text, item.code) for item in case.chart if item.kind == "reason"]
    draft = _order("draft", order.text, order.code, "draft", AS_OF.date())
    return {**draft, "reasonCode": reasons} if reasons else draft


def _other_drafts(case: Case) -> list[Resource]:
    return [
        _order(f"draft-{number}", item.text, item.code, "draft", AS_OF.date())
        for number, item in enumerate(case.chart)
        if _is_other_draft(item)
    ]


def _order(name: str, text: str, code: str, status: str, day: date) -> Resource:
    return {
        "resourceType": "ServiceRequest",
        "id": name,
        "status": status,
        "intent": "order",
        "code": _concept(text, code),
        "subject": {"reference": f"Patient/{PATIENT}"},
        "authoredOn": day.isoformat(),
    }


def _resource(number: int, item: Item) -> Resource:
    """Return the FHIR R4 resource that holds *item*."""
    day = AS_OF.date() - timedelta(days=item.days)
    resource = _READERS[item.kind](item, day)
    subject = {"reference": f"Patient/{item.patient or PATIENT}"}
    whose = "patient" if resource["resourceType"] in ("Device", "FamilyMemberHistory") else "subject"
    return {**resource, "id": f"{item.kind}-{number}", whose: subject}


def _note(item: Item, day: date) -> Resource:
    attachment = {
        "contentType": "text/plain; charset=utf-8",
        "data": base64.b64encode(item.text.encode()).decode(),
    }
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "date": f"{day.isoformat()}T09:00:00Z",
        "content": [{"attachment": attachment}],
    }


def _observation(item: Item, day: date) -> Resource:
    category = "survey" if item.kind == "questionnaire" else "exam"
    coding = {"system": f"{_TERMINOLOGY}/observation-category", "code": category}
    value: Resource = {}
    if isinstance(item.value, str):
        value = {"valueString": item.value}
    elif item.value is not None:
        value = {"valueQuantity": {"value": item.value}}
    return {
        "resourceType": "Observation",
        "status": item.status or "final",
        "category": [{"coding": [coding]}],
        "code": _concept(item.text, item.code),
        "effectiveDateTime": day.isoformat(),
        **value,
    }


def _condition(item: Item, day: date) -> Resource:
    clinical = {"system": f"{_TERMINOLOGY}/condition-clinical", "code": item.status or "active"}
    verification = {
        "system": f"{_TERMINOLOGY}/condition-ver-status",
        "code": item.verification or "confirmed",
    }
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [clinical]},
        "verificationStatus": {"coding": [verification]},
        "code": _concept(item.text, item.code),
        "onsetDateTime": day.isoformat(),
        "recordedDate": day.isoformat(),
    }


def _imaging(item: Item, day: date) -> Resource:
    conclusion = {"conclusion": item.value} if isinstance(item.value, str) else {}
    return {
        "resourceType": "DiagnosticReport",
        "status": item.status or "final",
        "category": [{"coding": [{"system": f"{_TERMINOLOGY}/v2-0074", "code": "RAD"}]}],
        "code": _concept(item.text, item.code),
        "effectiveDateTime": day.isoformat(),
        **conclusion,
    }


def _procedure(item: Item, day: date) -> Resource:
    return {
        "resourceType": "Procedure",
        "status": item.status or "completed",
        "code": _concept(item.text, item.code),
        "performedDateTime": day.isoformat(),
    }


def _recorded_order(item: Item, day: date) -> Resource:
    return _order("", item.text, item.code, item.status or "active", day)


def _referral(item: Item, day: date) -> Resource:
    order = _order("", f"Referral: {item.text}", item.code, item.status or "active", day)
    return {**order, "category": [{"text": "Referral"}]}


def _device(item: Item, day: date) -> Resource:
    return {
        "resourceType": "Device",
        "status": item.status or "active",
        "type": _concept(item.text, item.code),
        "manufactureDate": day.isoformat(),
    }


def _medication(item: Item, day: date) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "status": item.status or "active",
        "intent": "order",
        "medicationCodeableConcept": _concept(item.text, item.code),
        "authoredOn": day.isoformat(),
    }


def _family(item: Item, day: date) -> Resource:
    relation, _, rest = item.text.partition(":")
    return {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "date": day.isoformat(),
        "relationship": {"text": relation},
        "condition": [{"code": {"text": rest.strip() or relation}}],
    }


_READERS: Mapping[str, Callable[[Item, date], Resource]] = {
    "note": _note,
    "observation": _observation,
    "questionnaire": _observation,
    "condition": _condition,
    "imaging": _imaging,
    "procedure": _procedure,
    "order": _recorded_order,
    "referral": _referral,
    "device": _device,
    "medication": _medication,
    "family": _family,
}


def _concept(text: str, code: str) -> Resource:
    system, bar, value = code.partition("|")
    if not bar:
        return {"text": text}
    return {"coding": [{"system": SYSTEMS.get(system, system), "code": value, "display": text}], "text": text}

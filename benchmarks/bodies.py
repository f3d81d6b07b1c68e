"""Request bodies with a given number of prefetched resources, every note of every body new."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from random import Random
from typing import Any

import orjson

from benchmarks.words import Notes

SERVICE = "cervical-cord-check"
NOTE_WORDS = 200
_PATIENT = "bench-patient"

Json = dict[str, Any]

_CONDITIONS = (
    ("M54.50", "Low back pain"),
    ("I10", "Essential hypertension"),
    ("E11.9", "Type 2 diabetes mellitus"),
    ("E78.5", "Hyperlipidemia"),
    ("M17.11", "Osteoarthritis of the right knee"),
    ("J45.909", "Asthma"),
    ("K21.9", "Gastro-esophageal reflux"),
    ("M48.061", "Spinal stenosis, lumbar region"),
    ("F41.1", "Generalized anxiety disorder"),
    ("H25.9", "Cataract"),
)
_MEASURED = (
    ("8480-6", "Systolic blood pressure", "mm[Hg]", 90, 180),
    ("8867-4", "Heart rate", "/min", 50, 110),
    ("29463-7", "Body weight", "kg", 45, 120),
    ("4548-4", "Hemoglobin A1c", "%", 5, 11),
    ("2160-0", "Creatinine", "mg/dL", 1, 3),
    ("2951-2", "Sodium", "mmol/L", 130, 146),
    ("718-7", "Hemoglobin", "g/dL", 9, 17),
    ("2093-3", "Cholesterol", "mg/dL", 120, 280),
)
_EXAMINED = (
    ("Babinski reflex", "Negative"),
    ("Patellar reflex", "2+"),
    ("Muscle strength, hip flexion", "5/5"),
    ("Romberg test", "Negative"),
    ("Gait", "Steady"),
)
_REPORTS = ("Chest X-ray", "Lumbar spine X-ray", "Echocardiogram", "Abdominal ultrasound", "Knee X-ray")
_ORDERS = ("Physical therapy", "Lipid panel", "Colonoscopy", "Sleep study", "Dermatology referral")


def bodies(resources: int, seed: int) -> Iterator[bytes]:
    """Yield request bodies with *resources* prefetched resources, the same ones for the same *seed*."""
    number = 0
    while True:
        own_seed = (seed * 1_009 + resources) * 1_000_003 + number
        yield orjson.dumps(_request(resources, f"{seed}-{resources}-{number}", own_seed))
        number += 1


def _request(resources: int, name: str, seed: int) -> Json:
    random, notes = Random(seed), Notes(seed)
    held: dict[str, list[Json]] = {
        key: [] for key in ("conditions", "exam", "documents", "reports", "orders")
    }
    for number in range(resources - 1):  # the patient is one of them
        key, resource = _resource(number, random, notes)
        held[key].append(resource)
    patient = {"resourceType": "Patient", "id": _PATIENT, "gender": "female", "birthDate": "1959-03-14"}
    return {
        "hook": "order-select",
        "hookInstance": f"00000000-0000-4000-8000-{abs(hash_of(name)):012x}",
        "context": _context(),
        "prefetch": {"patient": patient, **{key: _bundle(found) for key, found in held.items()}},
    }


def hash_of(name: str) -> int:
    """Return 48 bits that are the same in every process, unlike those of ``hash``."""
    out = 0
    for byte in name.encode():
        out = (out * 1_000_003 + byte) & 0xFFFFFFFFFFFF
    return out


def _context() -> Json:
    draft = {
        "resourceType": "ServiceRequest",
        "id": "draft-1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{_PATIENT}"},
        "code": _concept("http://www.ama-assn.org/go/cpt", "72148", "MRI lumbar spine without contrast"),
        "reasonCode": [{"text": "Low back pain"}],
    }
    return {
        "userId": "Practitioner/bench-doctor",
        "patientId": _PATIENT,
        "selections": ["ServiceRequest/draft-1"],
        "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft}]},
    }


def _resource(number: int, random: Random, notes: Notes) -> tuple[str, Json]:
    """Return one resource and its prefetch key: of ten, one note, two conditions, five observations, ..."""
    common = _common(number, random)
    place = number % 10
    if place == 0:
        return "documents", common | _note(random, notes)
    if place in (1, 2):
        return "conditions", common | _condition(random)
    if place == 3:
        return "reports", common | _report(random, notes)
    if place == 4:
        return "orders", common | _order(random)
    return "exam", common | (_examined(random) if place == 5 else _measured(random))


def _common(number: int, random: Random) -> Json:
    """Return what records carry beside the clinical facts."""
    return {
        "id": f"r{number}",
        "meta": {
            "versionId": str(random.randint(1, 9)),
            "lastUpdated": f"{_day(random)}T16:02:11.123Z",
            "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-bench"],
        },
        "identifier": [
            {"use": "usual", "system": "urn:oid:2.16.840.1.113883.19.5", "value": f"A{number:08d}"}
        ],
        "subject": {"reference": f"Patient/{_PATIENT}", "display": "Synthetic, Ines"},
        "encounter": {"reference": f"Encounter/e{random.randint(1, 99)}", "display": "Office visit"},
        "performer": [{"reference": "Practitioner/bench-doctor", "display": "Stone, Synthetic, MD"}],
    }


def _note(random: Random, notes: Notes) -> Json:
    data = b64encode(notes.note(NOTE_WORDS).encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "final",
        "type": _concept("http://loinc.org", "11506-3", "Progress note"),
        "date": f"{_day(random)}T15:30:00Z",
        "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}],
    }


def _condition(random: Random) -> Json:
    code, label = random.choice(_CONDITIONS)
    return {
        "resourceType": "Condition",
        "clinicalStatus": _status("condition-clinical", "active"),
        "verificationStatus": _status("condition-ver-status", "confirmed"),
        "code": _concept("http://hl7.org/fhir/sid/icd-10-cm", code, label),
        "onsetDateTime": _day(random),
    }


def _measured(random: Random) -> Json:
    code, label, unit, low, high = random.choice(_MEASURED)
    value = {
        "value": random.randint(low, high),
        "unit": unit,
        "system": "http://unitsofmeasure.org",
        "code": unit,
    }
    return _observation(random, "laboratory") | {
        "code": _concept("http://loinc.org", code, label),
        "valueQuantity": value,
    }


def _examined(random: Random) -> Json:
    label, value = random.choice(_EXAMINED)
    site = {"text": random.choice(("Left", "Right"))}
    return _observation(random, "exam") | {"code": {"text": label}, "bodySite": site, "valueString": value}


def _observation(random: Random, category: str) -> Json:
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [_concept(system, category, category)],
        "effectiveDateTime": f"{_day(random)}T10:00:00Z",
    }


def _report(random: Random, notes: Notes) -> Json:
    return {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": {"text": random.choice(_REPORTS)},
        "effectiveDateTime": f"{_day(random)}T11:00:00Z",
        "conclusion": notes.note(15),
    }


def _order(random: Random) -> Json:
    return {
        "resourceType": "ServiceRequest",
        "status": "completed",
        "intent": "order",
        "code": {"text": random.choice(_ORDERS)},
        "authoredOn": _day(random),
    }


def _day(random: Random) -> str:
    """Return a day of the half year before now, so that notes are inside every window that has an end."""
    return f"2026-{random.randint(6, 11):02d}-{random.randint(1, 20):02d}"


def _concept(system: str, code: str, label: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": label}], "text": label}


def _status(system: str, code: str) -> Json:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def _bundle(resources: list[Json]) -> Json:
    entries = [
        {
            "fullUrl": f"https://ehr.example.org/fhir/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in resources
    ]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}

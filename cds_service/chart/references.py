"""Whom and what a FHIR reference names, however it is written."""

from __future__ import annotations

import re

from cds_service.chart.fhir_json import Json, code, fields, objects, text

_LOCAL = re.compile(r"(?:.*/)?([A-Za-z]+/[^/?#\s]+)(?:/_history/[^/]*)?/?(?:[?#].*)?\Z", re.DOTALL)
_ANOTHER_PERSON = ("RelatedPerson/", "Person/", "Group/")


def own_reference(resource: Json, full_url: str = "") -> str:
    """Return "Type/id" of *resource*, *full_url* when it has no id, "" when there is neither."""
    name, own_id = resource.get("resourceType"), code(resource.get("id"))
    return f"{name}/{own_id}" if name and own_id else full_url


def local(reference: object) -> str:
    """Return "Type/id" of a relative, absolute or versioned reference; others (urn:, #) as they are.

    Absence, or a reference that is not text, gives "".
    """
    written = text(reference)
    if written.startswith(("urn:", "#")):
        return written
    match = _LOCAL.match(written)
    return match.group(1) if match else written


def bare_id(patient_id: str) -> str:
    """Return the id without the "Patient/" (or server address) that some clients put before it."""
    return patient_id.strip().rstrip("/").rsplit("/", 1)[-1]


def is_about(resource: Json, patient_id: str) -> bool:
    """Whether *resource* is the patient's, as far as it says.

    A resource without a subject, or with one that has no name of its own ("#p"), counts as the patient's. A
    "urn:uuid:" that is not the patient's id could not be resolved by anybody and counts as somebody else.
    """
    if resource.get("resourceType") == "Patient":
        return code(resource.get("id")) in ("", patient_id)
    for name in ("subject", "patient"):
        if name in resource and not _names(resource[name], patient_id):
            return False
    if "focus" in resource or "participant" in resource:
        return _points_to_the_patient(resource, patient_id)
    return True


def _names(subject: object, patient_id: str) -> bool:
    """Whether *subject* is the patient or leaves open who it is."""
    written = subject.get("reference") if isinstance(subject, dict) else subject
    if written == f"Patient/{patient_id}":
        return True
    if isinstance(subject, list):
        return all(_names(item, patient_id) for item in objects(subject))
    target = local(written)
    if not target or target.startswith("#"):
        return True
    if target.startswith("urn:"):
        return target.rsplit(":", 1)[-1] == patient_id
    return target in (f"Patient/{patient_id}", patient_id)


def _points_to_the_patient(resource: Json, patient_id: str) -> bool:
    """Look at who an observation is focused on and at who takes part in an appointment."""
    focus = [local(item.get("reference")) for item in objects(resource.get("focus"))]
    actors = [local(fields(p.get("actor")).get("reference")) for p in objects(resource.get("participant"))]
    if any(name.startswith(_ANOTHER_PERSON) for name in focus):
        return False
    patients = [name for name in focus + actors if name.startswith("Patient/")]
    return not patients or f"Patient/{patient_id}" in patients


def contained(resource: Json, reference: object) -> Json:
    """Return the contained resource that "#x" names; an empty object when there is none."""
    name = text(reference)
    if name.startswith("#"):
        for item in objects(resource.get("contained")):
            if code(item.get("id")).lstrip("#") == name[1:]:
                return item
    return {}

"""What was done, given, implanted or visited: procedures, drugs, devices, encounters, appointments."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart.fhir_json import (
    Json,
    codings,
    concept_of,
    each,
    first_date,
    label,
    objects,
    status,
    text,
)
from cds_service.chart.model import Coding, Entry
from cds_service.chart.parts import (
    Part,
    concepts,
    contained_target,
    display_of,
    labelled,
    labels,
    notes_of,
    passage_of,
    sited,
)

_DONE = ("performedDateTime", "performedPeriod", "occurrenceDateTime", "occurrencePeriod", "performedString")
_DRUG = ("medicationCodeableConcept", "medication", "medicationReference")
_DRUG_DATES = ("authoredOn", "dateWritten", "effectiveDateTime", "effectivePeriod", "dateAsserted")
_REASONS = ("reasonCode", "reason", "reasonReference", "reasonCodeableConcept", "indication")


def read_procedure(resource: Json, reference: str) -> Iterator[Part]:
    """Yield a procedure, why it was done, and its notes; nothing when it was not done."""
    if resource.get("notDone") is True or resource.get("notPerformed") is True:
        return
    entry = Entry(
        kind="Procedure",
        reference=reference,
        label=sited(label(resource.get("code")), labels(resource, "bodySite")),
        codings=codings(resource.get("code")),
        status=status(resource.get("status")),
        date=first_date(resource, *_DONE),
    )
    yield from labelled(entry)
    yield from concepts(entry, resource, *_REASONS)
    yield from notes_of(entry, resource, "note", "notes")


def read_medication(resource: Json, reference: str) -> Iterator[Part]:
    """Yield a drug that was ordered or is taken, by its name; nothing for "do not give" or "not taken"."""
    not_given = (
        resource.get("doNotPerform"),
        resource.get("wasNotTaken"),
        text(resource.get("taken")) == "n",
    )
    if any(word is True for word in not_given):
        return
    name, found = _named(resource, *_DRUG)
    kind = text(resource.get("resourceType"))
    entry = Entry(
        kind={"MedicationOrder": "MedicationRequest", "MedicationUsage": "MedicationStatement"}.get(
            kind, kind
        ),
        reference=reference,
        label=name,
        codings=found,
        status=status(resource.get("status")),
        date=first_date(resource, *_DRUG_DATES),
    )
    yield from labelled(entry, "medication")


def read_device(resource: Json, reference: str) -> Iterator[Part]:
    """Yield a device of the patient by type or name, with what its label says about safety."""
    kind, names = labels(resource, "type"), _device_names(resource)
    entry = Entry(
        kind="Device",
        reference=reference,
        label=kind or next(iter(names), text(resource.get("model"))),
        codings=tuple(coding for item in each(resource.get("type")) for coding in codings(item)),
        status=status(resource.get("status")),
        date=first_date(resource, "manufactureDate"),
    )
    yield from labelled(entry, "type")
    yield from concepts(entry, resource, "safety")
    yield from notes_of(entry, resource, "note")
    yield from (passage_of(entry, "deviceName", words) for words in names if words != entry.label)


def _device_names(resource: Json) -> list[str]:
    """Return the names given to a device, in R4 ("name") or R5 ("value")."""
    items = [item for name in ("deviceName", "name") for item in objects(resource.get(name))]
    return [words for item in items if (words := text(item.get("name")) or text(item.get("value")))]


def read_device_use(resource: Json, reference: str) -> Iterator[Part]:
    """Yield a device that is used or ordered for the patient."""
    name, found = _named(resource, "device", "codeCodeableConcept", "codeReference", "code")
    kind = text(resource.get("resourceType"))
    entry = Entry(
        kind={"DeviceUsage": "DeviceUseStatement", "DeviceUseRequest": "DeviceRequest"}.get(kind, kind),
        reference=reference,
        label=name,
        codings=found,
        status=status(resource.get("status")),
        date=first_date(
            resource, "authoredOn", "timingDateTime", "timingPeriod", "recordedOn", "dateAsserted"
        ),
    )
    yield from labelled(entry, "device")
    yield from concepts(entry, resource, *_REASONS)
    yield from notes_of(entry, resource, "note")


def read_encounter(resource: Json, reference: str) -> Iterator[Part]:
    """Yield a visit by what kind of service it was and where, and what it was about."""
    who = [labels(item, "type") for item in objects(resource.get("participant"))]
    where = [display_of(item, "location") for item in objects(resource.get("location"))]
    names = [labels(resource, "serviceType", "type"), display_of(resource, "serviceProvider"), *who, *where]
    kinds = [concept_of(item) for name in ("serviceType", "type") for item in each(resource.get(name))]
    entry = Entry(
        kind="Encounter",
        reference=reference,
        label=", ".join(dict.fromkeys(filter(None, names))),
        codings=tuple(coding for item in kinds for coding in codings(item)),
        status=status(resource.get("status")),
        date=first_date(resource, "period", "actualPeriod", "plannedStartDate"),
    )
    yield from labelled(entry, "type")
    yield from concepts(entry, resource, "reasonCode", "reasonReference", "reason")
    for index, reason in enumerate(objects(resource.get("reason"))):
        if "value" in reason:
            yield from concepts(entry, {f"reason[{index}].value": reason["value"]}, f"reason[{index}].value")


def read_appointment(resource: Json, reference: str) -> Iterator[Part]:
    """Yield an appointment by its service or specialty, and what it is about."""
    kinds = [item for name in ("serviceType", "specialty") for item in each(resource.get(name))]
    entry = Entry(
        kind="Appointment",
        reference=reference,
        label=labels(resource, "serviceType", "specialty") or text(resource.get("description")),
        codings=tuple(coding for item in kinds for coding in codings(item)),
        status=status(resource.get("status")),
        date=first_date(resource, "start", "requestedPeriod", "created"),
    )
    yield from labelled(entry, "serviceType")
    yield from concepts(entry, resource, "reasonCode", "reason", "reasonReference")
    yield from notes_of(entry, resource, "comment", "note", "description")


def _named(resource: Json, *names: str) -> tuple[str, tuple[Coding, ...]]:
    """Return label and codings of a concept, or of the contained resource that a reference points to."""
    for name in names:
        value = resource.get(name)
        held = contained_target(resource, value)
        concepts_in_it = (value, held.get("code"), *each(held.get("type")))
        words = next(filter(None, map(label, concepts_in_it)), "")
        found = tuple(coding for concept in concepts_in_it for coding in codings(concept))
        if words or found:
            return words, found
    return "", ()

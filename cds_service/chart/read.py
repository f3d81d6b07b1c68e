"""FHIR resources of one patient, each read once into a chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from cds_service.chart.care import (
    read_appointment,
    read_device,
    read_device_use,
    read_encounter,
    read_medication,
    read_procedure,
)
from cds_service.chart.conditions import read_condition, read_flag
from cds_service.chart.dates import FhirDate
from cds_service.chart.documents import (
    date_written,
    read_answers,
    read_composition,
    read_document,
    read_impression,
)
from cds_service.chart.fhir_json import Json, code, status
from cds_service.chart.model import Chart, Entry, Gap, Passage, Patient
from cds_service.chart.observations import read_observation
from cds_service.chart.orders import read_order_parts
from cds_service.chart.parts import Part
from cds_service.chart.references import bare_id, is_about, own_reference
from cds_service.chart.reports import read_imaging_study, read_report

_ERROR = frozenset(("entered-in-error", "entered in error"))
_NEVER_WAS = _ERROR | {"cancelled", "not-done", "not-taken", "noshow"}
_REPLACED = _ERROR | {"superseded", "deprecated"}


@dataclass(frozen=True, slots=True)
class Source:
    """How one resource type is read.

    Attributes:
        read: takes a resource and its "Type/id", yields what it gives to the chart.
        without: statuses that make it say nothing.
        is_note: a text, which is not even decoded when it is older than the notes that are asked for.
    """

    read: Callable[[Json, str], Iterable[Part]]
    without: frozenset[str] = _ERROR
    is_note: bool = False


_ORDER = Source(read_order_parts)
_DRUG = Source(read_medication, _NEVER_WAS)
_USE = Source(read_device_use, _NEVER_WAS)

SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "Condition": Source(read_condition),
        "Observation": Source(read_observation, _NEVER_WAS),
        "DiagnosticReport": Source(read_report, _NEVER_WAS),
        "ImagingStudy": Source(read_imaging_study, _NEVER_WAS),
        "Procedure": Source(read_procedure, _NEVER_WAS),
        "ServiceRequest": _ORDER,
        "ProcedureRequest": _ORDER,
        "DiagnosticOrder": _ORDER,
        "ReferralRequest": _ORDER,
        "MedicationRequest": _DRUG,
        "MedicationOrder": _DRUG,
        "MedicationStatement": _DRUG,
        "MedicationUsage": _DRUG,
        "Device": Source(read_device),
        "DeviceUseStatement": _USE,
        "DeviceUsage": _USE,
        "DeviceRequest": _USE,
        "DeviceUseRequest": _USE,
        "Encounter": Source(read_encounter, _NEVER_WAS),
        "Appointment": Source(read_appointment, _NEVER_WAS),
        "Flag": Source(read_flag),
        "DocumentReference": Source(read_document, _REPLACED, is_note=True),
        "Composition": Source(read_composition, _NEVER_WAS | _REPLACED, is_note=True),
        "ClinicalImpression": Source(read_impression, _NEVER_WAS, is_note=True),
        "QuestionnaireResponse": Source(read_answers, _NEVER_WAS),
    }
)
"""Every resource type that is read, by its name in any FHIR version; all others say nothing here."""


def read_chart(
    patient_id: str,
    resources: Iterable[object],
    as_of: date,
    gaps: tuple[Gap, ...] = (),
    drafts: Iterable[object] = (),
    note_days: int | None = None,
) -> Chart:
    """Read what the record says about one patient; no input raises, and one odd resource spoils no other.

    Args:
        patient_id: of the request, with or without "Patient/".
        resources: from prefetch and FHIR server, any FHIR version; the same resource may come twice.
        as_of: the day on which the question is asked.
        gaps: what could not be had at all; what cannot be read is added.
        drafts: draft orders of the request; their words count as said on *as_of*, and a recorded copy
            of a draft is not read beside it.
        note_days: texts written more than so many days before *as_of* are left out unread; None reads all.
    """
    reading = _Reading(bare_id(patient_id), as_of, note_days)
    for resource in drafts:
        reading.add_draft(resource)
    for resource in resources:
        reading.add(resource)
    return Chart(
        patient=Patient(reading.patient_id, reading.birth_date),
        as_of=as_of,
        entries=tuple(reading.entries),
        passages=tuple(reading.passages),
        gaps=gaps + tuple(reading.gaps),
        dropped=reading.dropped,
    )


class _Reading:
    """What has been read so far for one chart; lives as long as one call of ``read_chart``."""

    def __init__(self, patient_id: str, as_of: date, note_days: int | None) -> None:
        self.patient_id = patient_id
        self.as_of = as_of
        self.note_days = note_days
        self.birth_date: FhirDate | None = None
        self.entries: list[Entry] = []
        self.passages: list[Passage] = []
        self.gaps: list[Gap] = []
        self.dropped = 0
        self._seen: set[str] = set()

    def add(self, resource: object) -> None:
        self._keep(self._parts(resource))

    def add_draft(self, resource: object) -> None:
        self._keep(_drafted(self._parts(resource), FhirDate.on(self.as_of)))

    def _parts(self, resource: object) -> Iterable[Part]:
        """Return what *resource* gives: nothing when unknown, withdrawn, old, repeated or somebody else's."""
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if not isinstance(resource, dict) or not isinstance(kind, str):
            return ()
        source = SOURCES.get(kind)
        if source is None and kind != "Patient":
            return ()
        reference = own_reference(resource)
        if reference in self._seen or not self._is_ours(resource, reference):
            return ()
        if source is None:
            self._meet(resource)
            return ()
        return source.read(resource, reference) if self._is_asked_for(resource, source) else ()

    def _is_ours(self, resource: Json, reference: str) -> bool:
        """Whether it is the patient's; a resource met once is not looked at again."""
        if reference:
            self._seen.add(reference)
        ours = is_about(resource, self.patient_id)
        self.dropped += not ours
        return ours

    def _is_asked_for(self, resource: Json, source: Source) -> bool:
        if status(resource.get("status")) in source.without:
            return False
        if not source.is_note:
            return True
        if status(resource.get("docStatus")) in source.without:
            return False
        written = date_written(resource) if self.note_days is not None else None
        return written is None or written.days_before(self.as_of) <= (self.note_days or 0)

    def _meet(self, patient: Json) -> None:
        """Take the birth date from the patient's own resource, rather than from one without an id."""
        born = FhirDate.parse(patient.get("birthDate"))
        if born and (self.birth_date is None or code(patient.get("id"))):
            self.birth_date = born

    def _keep(self, parts: Iterable[Part]) -> None:
        for part in parts:
            if type(part) is Passage:
                self.passages.append(part)
            elif type(part) is Entry:
                self.entries.append(part)
            elif type(part) is Gap:
                self.gaps.append(part)


def _drafted(parts: Iterable[Part], today: FhirDate) -> Iterator[Part]:
    """Yield the parts of a draft order: the order marked as such, its words as said today."""
    order: Entry | None = None
    for part in parts:
        if isinstance(part, Passage):
            yield part._replace(date=today, entry=order)
        elif isinstance(part, Entry) and order is None:
            order = part._replace(drafted=True, date=part.date or today)
            yield order
        elif isinstance(part, Entry):
            yield part._replace(date=today)
        else:
            yield part

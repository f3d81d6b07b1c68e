"""Conditions and flags: what the record says the patient has."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart.fhir_json import Json, codings, first_date, label, status
from cds_service.chart.model import Entry
from cds_service.chart.parts import Part, concepts, labelled, labels, notes_of, sited

_WITHDRAWN = ("refuted", "entered-in-error")
_TENTATIVE = ("provisional", "differential", "unconfirmed")
_OVER = ("resolved", "inactive", "remission")
_ABATEMENTS = frozenset(
    (
        *("abatementDateTime", "abatementPeriod", "abatementAge", "abatementRange"),
        *("abatementString", "abatementBoolean", "abatementDate"),
    )
)
_ONSETS = ("onsetDateTime", "onsetPeriod", "onsetDate")
_RECORDED = ("recordedDate", "assertedDate", "dateRecorded", "dateAsserted")


def read_condition(resource: Json, reference: str) -> Iterator[Part]:
    """Yield the condition, its label and its notes; nothing when it was refuted or entered in error."""
    verification = status(resource.get("verificationStatus"))
    if verification in _WITHDRAWN:
        return
    entry = Entry(
        kind="Condition",
        reference=reference,
        label=sited(label(resource.get("code")), labels(resource, "bodySite")),
        codings=codings(resource.get("code")),
        status=_clinical_status(resource),
        uncertain=verification in _TENTATIVE,
        date=first_date(resource, *_ONSETS, *_RECORDED),
    )
    yield from labelled(entry)
    yield from notes_of(entry, resource, "note", "notes")


def _clinical_status(resource: Json) -> str:
    """Return the clinical status; a condition with an end is resolved, unless it says how it ended."""
    stated = status(resource.get("clinicalStatus"))
    if stated in _OVER or _ABATEMENTS.isdisjoint(resource):
        return stated
    ended = any(resource.get(name) not in (None, False, "") for name in _ABATEMENTS)
    return "resolved" if ended else stated


def read_flag(resource: Json, reference: str) -> Iterator[Part]:
    """Yield a flag on the chart with its words."""
    entry = Entry(
        kind="Flag",
        reference=reference,
        label=label(resource.get("code")),
        codings=codings(resource.get("code")),
        status=status(resource.get("status")),
        date=first_date(resource, "period"),
    )
    yield from labelled(entry)
    yield from concepts(entry, resource, "reason")

"""Orders of every FHIR version, draft or recorded: ServiceRequest and its ancestors."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cds_service.chart.fhir_json import (
    Json,
    codings,
    fields,
    first_date,
    label,
    numbered,
    status,
    verbatim,
)
from cds_service.chart.model import Coding, Entry
from cds_service.chart.parts import Part, concepts, labels, notes_of, passage_of, sited
from cds_service.chart.references import own_reference

_WRITTEN = ("authoredOn", "orderedOn", "dateSent", "date")
_PLANNED = ("occurrenceDateTime", "occurrencePeriod", "scheduledDateTime", "scheduledPeriod")
_REASONS = ("reasonCode", "reasonReference", "reason", "reasonCodeableConcept")
_NOTES = ("note", "notes", "description")
_CONTEXT = ("orderDetail", "supportingInfo", "supportingInformation", "performerType")

# DSTU2 and STU3 words for what R4 says otherwise.
_TODAY = MappingProxyType(
    {
        "proposed": "draft",
        "planned": "draft",
        "requested": "active",
        "received": "active",
        "accepted": "active",
        "in-progress": "active",
        "review": "active",
        "suspended": "on-hold",
        "cancelled": "revoked",
        "rejected": "revoked",
        "failed": "revoked",
        "aborted": "revoked",
    }
)


def read_order(resource: Json, full_url: str = "") -> Entry:
    """Return one order as an entry of kind "ServiceRequest", whatever its FHIR version.

    Args:
        resource: ServiceRequest, ProcedureRequest, DiagnosticOrder or ReferralRequest.
        full_url: its name in the Bundle, which stands in for a missing id.

    Returns:
        Label and codings of all that is ordered (a DSTU2 order may hold several items); the status in the
        words of R4; the date it was written, else for when it is planned.
    """
    ordered = [concept for _, concept, _ in _ordered(resource)]
    names = [sited(label(concept), site) for _, concept, site in _ordered(resource)]
    stated = status(resource.get("status"))
    own = resource.get("resourceType") == "ServiceRequest"
    return Entry(
        kind="ServiceRequest",
        reference=own_reference(resource, full_url),
        label="; ".join(dict.fromkeys(filter(None, names))),
        codings=_all_codings(ordered),
        status=stated if own else _TODAY.get(stated, stated),
        date=first_date(resource, *_WRITTEN, *_PLANNED),
    )


def read_order_parts(resource: Json, reference: str) -> Iterator[Part]:
    """Yield an order, what is ordered, why, and what the orderer noted; nothing for "do not perform"."""
    if resource.get("doNotPerform") is True:
        return
    entry = read_order(resource, reference)
    yield entry
    for path, concept, site in _ordered(resource):
        words = sited(label(concept), site)
        if words:
            yield passage_of(entry, path, words)
    yield from concepts(entry, resource, *_REASONS, *_CONTEXT)
    yield from notes_of(entry, resource, *_NOTES)
    yield from _details(entry, resource)


def _ordered(resource: Json) -> Iterator[tuple[str, object, str]]:
    """Yield what is ordered, its path and body site: one code, or (DSTU2, STU3) several items or services."""
    site = labels(resource, "bodySite")
    if resource.get("code") is not None:
        yield "code", resource["code"], site
        return
    for path, item in numbered(resource, "item"):
        if fields(item).get("code") is not None:
            yield f"{path}.code", fields(item)["code"], labels(fields(item), "bodySite") or site
    names = ("serviceRequested",) if "serviceRequested" in resource else ("specialty", "type")
    for name in names:
        for path, service in numbered(resource, name):
            yield path, service, site


def _all_codings(ordered: list[object]) -> tuple[Coding, ...]:
    return tuple(dict.fromkeys(coding for concept in ordered for coding in codings(concept)))


def _details(entry: Entry, resource: Json) -> Iterator[Part]:
    """Yield the words of R5 order details, which are parameters."""
    for path, detail in numbered(resource, "orderDetail"):
        for place, parameter in numbered(fields(detail), "parameter"):
            value = fields(parameter)
            words = verbatim(value.get("valueString")) or label(value.get("valueCodeableConcept"))
            if words:
                yield passage_of(entry, f"{path}.{place}", words)

"""Observations: a label, where on the body, and what was found, as an entry and as one passage."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart.dates import FhirDate
from cds_service.chart.fhir_json import Json, codings, first_date, label, objects, status
from cds_service.chart.model import Entry, Passage
from cds_service.chart.parts import Part, labels, notes_of
from cds_service.chart.references import own_reference
from cds_service.chart.values import interpretation_of, value_of

_SIDES = frozenset(("left", "right", "both", "bilateral", "l", "r", "left side", "right side", "both sides"))
_WHEN = (
    "effectiveDateTime",
    "effectivePeriod",
    "effectiveInstant",
    "appliesDateTime",
    "appliesPeriod",
    "issued",
)


def read_observation(resource: Json) -> Iterator[Part]:
    """Yield the observation, each of its components, and its notes.

    What has no value speaks by its label alone ("absent, left"), unless the record says that
    there is no result yet or why the value is absent: then it says nothing.
    """
    date = first_date(resource, *_WHEN)
    reference = own_reference(resource)
    stated = status(resource.get("status"))
    site = labels(resource, "bodySite") if "bodySite" in resource else ""
    name = label(resource.get("code"))
    parts = objects(resource.get("component"))
    yield from _finding(resource, reference, name, site, stated, date, "", bool(parts))
    for index, part in enumerate(parts):
        own_name, own_site = label(part.get("code")), site
        if own_name.lower() in _SIDES:
            own_name, own_site = name, own_name
        place = f"component[{index}]."
        yield from _finding(part, reference, own_name, own_site, stated, date, place, False)
    if "note" in resource or "comments" in resource or "comment" in resource:
        about = Entry("Observation", reference, name, codings(resource.get("code")), stated, False, date)
        yield from notes_of(about, resource, "note", "comments", "comment")


def _finding(
    node: Json,
    reference: str,
    name: str,
    site: str,
    stated: str,
    date: FhirDate | None,
    place: str,
    has_parts: bool,
) -> Iterator[Part]:
    """Yield one finding of an observation as an entry and a passage; nothing when it says nothing."""
    quantity, words = value_of(node)
    if not words and "interpretation" in node:
        quantity, words = interpretation_of(node)
    if not words and (has_parts or stated == "registered" or node.get("dataAbsentReason")):
        return
    found = codings(node.get("code"))
    if not (name or words or found):
        return
    entry = Entry("Observation", reference, name, found, stated, False, date, quantity, words, site)
    yield entry
    said = f"{name}, {site}" if name and site else name or site
    said = f"{said}: {words}" if said and words else said or words
    if said:
        yield Passage("Observation", reference, f"{place}code+value", said, date, entry)

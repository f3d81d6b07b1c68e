"""Observations: a label, where on the body, and what was found, as an entry and as one passage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cds_service.chart.dates import FhirDate
from cds_service.chart.fhir_json import Json, codings, first_date, label, objects, status
from cds_service.chart.model import Entry, Passage
from cds_service.chart.parts import Part, labels, notes_of
from cds_service.chart.values import interpretation_of, value_of

_SIDES = frozenset(("left", "right", "both", "bilateral", "l", "r", "left side", "right side", "both sides"))
_WHEN = (
    *("effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming"),
    *("appliesDateTime", "appliesPeriod", "issued"),
)
_NOTES = frozenset(("note", "comments", "comment"))


class _Frame(NamedTuple):
    """What an observation and its components share."""

    reference: str
    status: str
    date: FhirDate | None
    place: str = ""


def read_observation(resource: Json, reference: str) -> Iterable[Part]:
    """Return the observation, each of its components, and its notes.

    What has no value speaks by its label alone ("absent, left"), unless the record says that there is no
    result yet or why the value is absent: then it says nothing.
    """
    name = label(resource.get("code"))
    site = labels(resource, "bodySite") if "bodySite" in resource else ""
    frame = _Frame(reference, status(resource.get("status")), first_date(resource, *_WHEN))
    found = _finding(resource, name, site, frame)
    if "component" in resource:
        found += tuple(_components(resource, name, site, frame))
    if not _NOTES.isdisjoint(resource):
        about = Entry(
            "Observation", reference, name, codings(resource.get("code")), frame.status, date=frame.date
        )
        found += tuple(notes_of(about, resource, *sorted(_NOTES)))
    return found


def _components(resource: Json, name: str, site: str, frame: _Frame) -> Iterator[Part]:
    """Yield the findings of the components; one that is named by a side is the whole, on that side."""
    for index, part in enumerate(objects(resource["component"])):
        own_name, own_site = label(part.get("code")), site
        if own_name.lower() in _SIDES:
            own_name, own_site = name, own_name
        yield from _finding(part, own_name, own_site, frame._replace(place=f"component[{index}]."))


def _finding(node: Json, name: str, site: str, frame: _Frame) -> tuple[Part, ...]:
    """Return one finding as an entry and a passage; nothing when it says nothing."""
    quantity, words = value_of(node)
    if not words and "interpretation" in node:
        quantity, words = interpretation_of(node)
    if not words and _is_without_result(node, frame):
        return ()
    reference, stated, date, place = frame
    found = codings(node.get("code"))
    entry = Entry("Observation", reference, name, found, stated, False, date, quantity, words)
    said = f"{name}, {site}" if name and site else name or site
    said = f"{said}: {words}" if said and words else said or words
    if not said:
        return (entry,) if found else ()
    return entry, Passage("Observation", reference, f"{place}code+value", said, date, entry)


def _is_without_result(node: Json, frame: _Frame) -> bool:
    return "component" in node or "dataAbsentReason" in node or frame.status == "registered"

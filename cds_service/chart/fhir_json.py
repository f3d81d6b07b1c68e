"""Typed looks into FHIR JSON of any version and any oddity: what is of the wrong type counts as absent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import isfinite

from cds_service.chart.dates import FhirDate
from cds_service.chart.model import Coding

Json = Mapping[str, object]
"""A JSON object as parsed; its values may be anything."""

_NOTHING: Json = {}
_NUMBER = re.compile(r"\s*([-+]?\d{1,15}(?:\.\d{1,15})?)\s*\Z", re.ASCII)


def fields(value: object) -> Json:
    """Return *value* when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def text(value: object) -> str:
    """Return *value* without surrounding blanks when it is text, else ""."""
    return value.strip() if isinstance(value, str) else ""


def verbatim(value: object) -> str:
    """Return *value* untouched when it is text with something in it, else ""."""
    return value if isinstance(value, str) and value and not value.isspace() else ""


def code(value: object) -> str:
    """Return a code or id as text without surrounding blanks; a whole number counts as its digits."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if type(value) is int and abs(value) < 10**18 else ""


def status(value: object) -> str:
    """Return a status in lower case, whether sent as a code or (R4 Condition) as a concept."""
    if isinstance(value, str):
        return value.strip().lower()
    if not isinstance(value, dict):
        return ""
    for item in objects(value.get("coding")):
        stated = code(item.get("code"))
        if stated:
            return stated.lower()
    return text(value.get("text")).lower()


def number(value: object) -> float | None:
    """Return a finite number, also from text that is nothing but one; None otherwise."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value) if abs(value) < 10**18 else None
    match = _NUMBER.match(value) if isinstance(value, str) else None
    return float(match.group(1)) if match else None


def each(value: object) -> list[object]:
    """Return the items of a list; a single value where a list is due counts as a list of one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def objects(value: object) -> list[Json]:
    """Return the JSON objects in a list, or the single one sent in place of a list."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    return [value] if isinstance(value, dict) else []


def numbered(resource: Json, name: str) -> Iterator[tuple[str, object]]:
    """Return the items of the element *name*, each with its path ("reasonCode[1]")."""
    value = resource.get(name)
    if value is not None:
        for index, item in enumerate(each(value)):
            yield f"{name}[{index}]", item


def concept_of(value: object) -> object:
    """Return the concept inside an R5 CodeableReference; anything else comes back as it is."""
    return value.get("concept", value) if isinstance(value, dict) else value


def codings(value: object) -> tuple[Coding, ...]:
    """Return every coding with a code of a CodeableConcept, CodeableReference or bare Coding."""
    if not isinstance(value, dict):
        return ()
    sent = value.get("coding")
    if not isinstance(sent, list):
        sent = _coding_elsewhere(value)
    found = []
    for item in sent:
        own_code = code(item.get("code")) if isinstance(item, dict) else ""
        if own_code:
            found.append(Coding(text(item.get("system")), own_code, text(item.get("display"))))
    return tuple(found)


def _coding_elsewhere(value: Json) -> list[Json]:
    """Return the codings of an R5 CodeableReference, of a single coding, or of one without a concept."""
    if "coding" in value or "concept" in value:
        return objects(value.get("coding") or fields(value.get("concept")).get("coding"))
    return [value] if "code" in value else []


def label(value: object) -> str:
    """Return what a person reads of a concept, coding or reference: its text, else the first display."""
    words = text(value.get("text")) if isinstance(value, dict) else ""
    return words or spoken(value)[1]


def spoken(value: object) -> tuple[str, str]:
    """Return where the words of a concept, coding or reference stand (".text"), and the words, "" if none."""
    concept = concept_of(value)
    if isinstance(concept, str):
        return "", concept.strip()
    if not isinstance(concept, dict):
        return "", ""
    inside = ".concept" if concept is not value else ""
    for name in ("text", "display"):
        words = text(concept.get(name))
        if words:
            return f"{inside}.{name}", words
    for index, item in enumerate(each(concept.get("coding"))):
        words = text(fields(item).get("display"))
        if words:
            return f"{inside}.coding[{index}].display", words
    return ".reference.display", text(fields(fields(value).get("reference")).get("display"))


def first_date(resource: Json, *names: str) -> FhirDate | None:
    """Return the first date among the elements *names*; of a period, its start."""
    for name in names:
        value = resource.get(name)
        if value is not None:
            date = FhirDate.parse(value if isinstance(value, str) else _start(value))
            if date is not None:
                return date
    return None


def _start(value: object) -> object:
    """Return the start of a Period, the first event of a Timing, the first item of a list."""
    if isinstance(value, list):
        return value[0] if value else None
    sent = fields(value)
    return sent.get("start") or next(iter(each(sent.get("event"))), None)

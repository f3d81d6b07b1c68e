"""The resources inside a prefetch value or a FHIR answer, whatever shape it came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cds_service.chart.fhir_json import Json, code, each, fields, objects, text

_DEEPEST = 8  # Bundles within Bundles; no sender means more
_GRAVE = ("fatal", "error")


@dataclass(frozen=True, slots=True)
class Unbundled:
    """What one value held.

    Attributes:
        resources: in the order sent, nested Bundles opened, OperationOutcomes taken out.
        failures: a short fixed phrase for each failure that the value reports or is; empty when none.
        next_url: where the next page is, None when this was the last.
    """

    resources: tuple[dict[str, Any], ...] = ()
    failures: tuple[str, ...] = ()
    next_url: str | None = None


def unbundle(value: object) -> Unbundled:
    """Open a Bundle, list, single resource or anything sent in its place.

    Absence (null, {}, [], a Bundle without entries) is no failure: it says that there is no data.
    """
    resources: list[dict[str, Any]] = []
    failures: list[str] = []
    _open(value, resources, failures, 0)
    names = _names_of_patients(value)
    if names:
        resources = [_with_resolved_subject(resource, names) for resource in resources]
    return Unbundled(tuple(resources), tuple(failures), _next_url(value))


def _open(value: object, resources: list[dict[str, Any]], failures: list[str], depth: int) -> None:
    if value is None or depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            _open(item, resources, failures, depth + 1)
    elif isinstance(value, dict):
        _open_object(value, resources, failures, depth)
    else:
        failures.append("text instead of FHIR" if isinstance(value, str) else "not a FHIR resource")


def _open_object(
    value: dict[str, Any], resources: list[dict[str, Any]], failures: list[str], depth: int
) -> None:
    kind = value.get("resourceType")
    if kind == "OperationOutcome":
        failures.append(f"client reported a failure ({_issue(value)})")
    elif kind == "Bundle" or "entry" in value:
        for entry in each(value.get("entry")):
            _open_entry(fields(entry), resources, failures, depth)
    elif isinstance(kind, str):
        resources.append(value)
    elif "resource" in value:
        _open(value["resource"], resources, failures, depth + 1)
    elif value:
        failures.append("not a FHIR resource")


def _open_entry(entry: Json, resources: list[dict[str, Any]], failures: list[str], depth: int) -> None:
    """Open one entry; an OperationOutcome in it is a failure only when it is an error."""
    held = entry.get("resource", entry if "resourceType" in entry else None)
    if not isinstance(held, dict):
        outcome = fields(entry.get("response"))
        if text(outcome.get("status"))[:1] in ("4", "5"):
            failures.append(f"FHIR server answered {text(outcome.get('status'))[:3]}")
        return
    if held.get("resourceType") != "OperationOutcome":
        _open(held, resources, failures, depth + 1)
    elif any(text(issue.get("severity")).lower() in _GRAVE for issue in objects(held.get("issue"))):
        failures.append(f"client reported a failure ({_issue(held)})")


def _issue(outcome: Json) -> str:
    """Return the code of the first issue: a fixed word, unlike diagnostics, which may name the patient."""
    codes = [code(issue.get("code")) for issue in objects(outcome.get("issue"))]
    return next((c for c in codes if c.replace("-", "").isalpha() and len(c) < 30), "no reason given")


def _next_url(value: object) -> str | None:
    for link in objects(fields(value).get("link")):
        if text(link.get("relation")).lower() == "next" and text(link.get("url")):
            return text(link.get("url"))
    return None


def _names_of_patients(value: object) -> dict[str, str]:
    """Return "Patient/id" by the "urn:" name that the Bundle gives the patient; mostly empty."""
    names = {}
    for entry in objects(fields(value).get("entry")):
        full_url, held = text(entry.get("fullUrl")), fields(entry.get("resource"))
        if full_url.startswith("urn:") and held.get("resourceType") == "Patient" and code(held.get("id")):
            names[full_url] = f"Patient/{code(held.get('id'))}"
    return names


def _with_resolved_subject(resource: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    for element in ("subject", "patient"):
        reference = text(fields(resource.get(element)).get("reference"))
        if reference in names:
            resource = {**resource, element: {**resource[element], "reference": names[reference]}}
    return resource

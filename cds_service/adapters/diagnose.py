"""What is wrong with a resource, in the words of the FHIR models; for reports, never while somebody waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from cds_service.chart.read import SOURCES

_MOST_FAULTS = 20
_UNKNOWN_ELEMENT = "extra_forbidden"


def diagnose(resource: Mapping[str, Any], *, foreign_names: bool = True) -> tuple[str, ...]:
    """Return the faults of *resource* against FHIR R4B, empty when there is none.

    Each names the element and what is wrong with it, never its value, so that a report holds nothing of the
    patient's. A fault is a remark on data quality: the chart reader may well have understood the resource.

    Args:
        resource: as sent; nothing in it raises.
        foreign_names: name elements and types that FHIR does not know, too. The sender made them up, so a
            report that is kept goes without.
    """
    # Imported here: the models take a third of a second, which no start should wait for.
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415

    kind = resource.get("resourceType")
    try:
        model = get_fhir_model_class(str(kind))
    except ValueError:
        shown = _shown(kind) if foreign_names or kind in SOURCES else "what was sent"
        return (f"resourceType: {shown} is no resource type of FHIR R4",)
    try:
        model.model_validate(dict(resource))
    except ValidationError as problem:
        faults = problem.errors(include_input=False, include_context=False, include_url=False)
        return tuple(dict.fromkeys(_named(fault, foreign_names) for fault in faults[:_MOST_FAULTS]))
    return ()


def _named(fault: Mapping[str, Any], foreign_names: bool) -> str:
    location = fault["loc"]
    if fault["type"] == _UNKNOWN_ELEMENT and not foreign_names:
        location = (*location[:-1], "?")
    return f"{_path(location)}: {_what(fault['type'])}"


def _path(location: tuple[int | str, ...]) -> str:
    """Return the elements on the way to a fault, without indexes."""
    names = (part if part.isidentifier() else "?" for part in location if isinstance(part, str))
    return ".".join(names) or "resource"


def _what(kind: str) -> str:
    known = {
        "missing": "is missing",
        "json_invalid": "has another shape in FHIR R4",
        _UNKNOWN_ELEMENT: "is not known in FHIR R4",
        "model_field_validation.missing": "is missing",
    }
    return known.get(
        kind, kind.replace("_", " ").replace("value error", "has a value that FHIR does not allow")
    )


def _shown(kind: object) -> str:
    return kind if isinstance(kind, str) and kind.isalpha() and len(kind) < 40 else "what was sent"

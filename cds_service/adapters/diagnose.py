"""What is wrong with a resource, in the words of the FHIR models; for reports, never while somebody waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

_MOST_FAULTS = 20


def diagnose(resource: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the faults of *resource* against FHIR R4B, empty when there is none.

    Each names the element and what is wrong with it, never its value, so that a report holds nothing of the
    patient's. A fault is a remark on data quality: the chart reader may well have understood the resource.
    """
    kind = resource.get("resourceType")
    try:
        model = get_fhir_model_class(str(kind))
    except ValueError:
        return (f"resourceType: {_shown(kind)} is no resource type of FHIR R4",)
    try:
        model.model_validate(dict(resource))
    except ValidationError as problem:
        faults = problem.errors(include_input=False, include_context=False, include_url=False)
        named = (f"{_path(fault['loc'])}: {_what(fault['type'])}" for fault in faults[:_MOST_FAULTS])
        return tuple(dict.fromkeys(named))
    return ()


def _path(location: tuple[int | str, ...]) -> str:
    """Return the elements on the way to a fault, without indexes."""
    names = (part if part.isidentifier() else "?" for part in location if isinstance(part, str))
    return ".".join(names) or "resource"


def _what(kind: str) -> str:
    known = {
        "missing": "is missing",
        "extra_forbidden": "is not known in FHIR R4",
        "model_field_validation.missing": "is missing",
    }
    return known.get(
        kind, kind.replace("_", " ").replace("value error", "has a value that FHIR does not allow")
    )


def _shown(kind: object) -> str:
    return kind if isinstance(kind, str) and kind.isalpha() and len(kind) < 40 else "what was sent"

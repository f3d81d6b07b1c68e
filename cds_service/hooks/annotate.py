"""A note of the consult on the order itself, as a system action, for clients that ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.chart.fhir_json import each


def consult_url(canonical: str) -> str:
    """Return the URL of the extension; *canonical* is the base of our own code systems."""
    return f"{canonical}/StructureDefinition/consult"


def annotate_order(order: Mapping[str, Any], consult: Mapping[str, str], canonical: str) -> dict[str, Any]:
    """Return the system action that adds *consult* to *order* and changes nothing else of it.

    Args:
        order: the draft order, as the client sent it; it is not changed.
        consult: what to note, as the response extension says it (consultId, tier, …).
        canonical: base of the extension's URL.

    Returns:
        An ``update`` whose resource equals *order* except for one extension in our namespace;
        an older one of ours is replaced, all others stay in place.
    """
    url = consult_url(canonical)
    others = [item for item in each(order.get("extension")) if not _is(item, url)]
    parts = [{"url": name, "valueString": value} for name, value in consult.items() if value]
    resource = {**order, "extension": [*others, {"url": url, "extension": parts}]}
    return {"type": "update", "description": "Note the consult on the order", "resource": resource}


def _is(extension: object, url: str) -> bool:
    return isinstance(extension, Mapping) and extension.get("url") == url

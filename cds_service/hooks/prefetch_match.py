"""Which of our prefetch keys a client's own keys stand for: by name, by alias, by what is inside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cds_service.errors import PrefetchMissing
from cds_service.hooks.prefetch import Failed, Prefetched, Sent, SentEmpty, prefetched

_OLDER_NAMES = {
    "ProcedureRequest": "ServiceRequest",
    "DiagnosticOrder": "ServiceRequest",
    "MedicationOrder": "MedicationRequest",
    "MedicationStatement": "MedicationRequest",
}


@dataclass(frozen=True, slots=True)
class Matched:
    """The prefetch under the service's own keys.

    Attributes:
        prefetch: a value for every template key (``NotSent`` where nothing fits), then what the client
            sent beyond that, under the client's keys, so that nothing readable is lost.
        quirks: which way of matching was needed, "" never; fit for the trace.
    """

    prefetch: Mapping[str, Prefetched]
    quirks: tuple[str, ...] = ()


def match_prefetch(
    templates: Mapping[str, str],
    sent: Mapping[str, Prefetched],
    aliases: Mapping[str, tuple[str, ...]] | None = None,
) -> Matched:
    """Lay what a client sent under the service's keys.

    Args:
        templates: the service's prefetch templates ("Patient/{{context.patientId}}"), by key.
        sent: what came, by the client's keys.
        aliases: keys of the client, by the key of ours that they stand for.

    Returns:
        First the same key, then an alias, then the same key in another spelling, then a value that holds
        the resource type (and the category, where the template asks for one) that the template wants.
        One value may stand for several keys; the chart reader counts a resource once.
    """
    found: dict[str, Prefetched] = {}
    quirks: set[str] = set()
    free = dict(sent)
    for key in templates:
        theirs, quirk = _by_name(key, free, (aliases or {}).get(key, ()))
        if theirs is not None:
            found[key] = free.pop(theirs)
            quirks.update({quirk} if quirk else ())
    used = _by_content({k: t for k, t in templates.items() if k not in found}, free, found)
    quirks.update({"prefetch-by-content"} if used else ())
    rest = {key: value for key, value in free.items() if key not in used}
    whole = {key: prefetched(found, key) for key in templates} | rest
    return Matched(MappingProxyType(whole), tuple(sorted(quirks)))


def require_any(prefetch: Mapping[str, Prefetched], templates: Iterable[str]) -> None:
    """Refuse a request about whose patient nothing at all could be had.

    A single readable or empty value is enough to evaluate, and says the rest as gaps.

    Raises:
        PrefetchMissing: names all keys of *templates*; none was sent and none could be fetched.
    """
    if any(isinstance(value, (Sent, SentEmpty)) for value in prefetch.values()):
        return
    reasons = {value.reason for value in prefetch.values() if isinstance(value, Failed)}
    why = "; ".join(sorted(reasons)) or "not sent, and there is no FHIR server to ask"
    raise PrefetchMissing(tuple(templates), f"nothing about the patient could be had ({why})")


def _by_name(key: str, free: Mapping[str, Prefetched], aliases: tuple[str, ...]) -> tuple[str | None, str]:
    if key in free:
        return key, ""
    for alias in aliases:
        if alias in free:
            return alias, "prefetch-alias"
    spelled = {_letters(theirs): theirs for theirs in free}
    theirs = spelled.get(_letters(key))
    return theirs, "prefetch-key-spelling"


def _letters(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


def _by_content(
    templates: Mapping[str, str], free: Mapping[str, Prefetched], found: dict[str, Prefetched]
) -> set[str]:
    """Add to *found* what fits by content; return the client's keys that were used."""
    inside = {key: _resources(value) for key, value in free.items() if isinstance(value, Sent)}
    used: set[str] = set()
    for key, template in templates.items():
        kind, categories = _asked(template)
        fitting = [theirs for theirs, held in inside.items() if _fits(held, kind, categories)]
        if fitting:
            found[key] = _together([free[theirs] for theirs in fitting])
            used.update(fitting)
    return used


@cache  # the templates are those of the content
def _asked(template: str) -> tuple[str, frozenset[str]]:
    """Return resource type and category codes that a template asks for."""
    parts = urlsplit(template.replace("{{", "").replace("}}", ""))
    values = parse_qs(parts.query).get("category", [])
    codes = (code.rpartition("|")[2] for value in values for code in value.split(","))
    return parts.path.split("/")[0], frozenset(code.lower() for code in codes if code)


def _resources(value: Sent) -> tuple[Mapping[str, Any], ...]:
    if value.resource.get("resourceType") != "Bundle":
        return (value.resource,)
    entries = value.resource.get("entry")
    found = [e.get("resource") for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    return tuple(resource for resource in found if isinstance(resource, dict))


def _fits(held: tuple[Mapping[str, Any], ...], kind: str, categories: frozenset[str]) -> bool:
    same = [resource for resource in held if _kind(resource) == kind]
    if not same or not categories:
        return bool(same)
    known = [codes for codes in map(_categories, same) if codes]
    return not known or any(codes & categories for codes in known)


def _kind(resource: Mapping[str, Any]) -> str:
    kind = str(resource.get("resourceType"))
    return _OLDER_NAMES.get(kind, kind)


def _categories(resource: Mapping[str, Any]) -> frozenset[str]:
    concepts = resource.get("category")
    concepts = concepts if isinstance(concepts, list) else [concepts]
    lists = [concept.get("coding") for concept in concepts if isinstance(concept, dict)]
    codings = [coding for codings in lists if isinstance(codings, list) for coding in codings]
    return frozenset(str(c.get("code")).lower() for c in codings if isinstance(c, dict) and c.get("code"))


def _together(values: list[Prefetched]) -> Prefetched:
    if len(values) == 1:
        return values[0]
    resources = [r for value in values if isinstance(value, Sent) for r in _resources(value)]
    return Sent({"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources]})

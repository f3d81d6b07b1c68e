"""The specialty of the user, where the client sent the role along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.hooks.prefetch import Sent
from cds_service.hooks.request import HookRequest


def specialties_of(request: HookRequest) -> frozenset[str]:
    """Return the codes of ``PractitionerRole.specialty`` of the user of *request*; empty when not known.

    A role counts when it is the user itself, or names the user as its practitioner.
    """
    user = request.requester
    roles = [role for role in _roles(request) if user and _is_of(role, user)]
    return frozenset(code for role in roles for code in _codes(role))


def _roles(request: HookRequest) -> Iterator[Mapping[str, Any]]:
    for value in request.prefetch.values():
        if isinstance(value, Sent):
            for resource in _resources(value.resource):
                if isinstance(resource, dict) and resource.get("resourceType") == "PractitionerRole":
                    yield resource


def _resources(value: Mapping[str, Any]) -> Iterator[Any]:
    yield value
    entries = value.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        yield entry.get("resource") if isinstance(entry, dict) else None


def _is_of(role: Mapping[str, Any], user: str) -> bool:
    practitioner = role.get("practitioner")
    reference = practitioner.get("reference") if isinstance(practitioner, dict) else None
    named = reference if isinstance(reference, str) else ""
    return f"PractitionerRole/{role.get('id')}" == user or named == user or named.endswith(f"/{user}")


def _codes(role: Mapping[str, Any]) -> Iterator[str]:
    listed = role.get("specialty")
    for concept in listed if isinstance(listed, list) else ():
        codings = concept.get("coding") if isinstance(concept, dict) else None
        for coding in codings if isinstance(codings, list) else ():
            code = coding.get("code") if isinstance(coding, dict) else None
            if isinstance(code, str) and code.strip():
                yield code.strip()

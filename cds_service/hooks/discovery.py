"""The services as discovery lists them, with prefetch templates that every client can resolve."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

SPECIFICATION_VERSION = "2.0"
HOOK_VERSION = "1.0"

_TOKEN = re.compile(r"\{\{(.*?)\}\}")
_KNOWN_TOKEN = re.compile(
    r"context\.(?:patientId|userId|encounterId)|user(?:Practitioner|PractitionerRole|Patient|RelatedPerson)Id\Z"
)
_SHAPE = re.compile(r"[A-Z][A-Za-z]+(?:/[^/?]+|\?[^?]+)\Z")
_DATE = re.compile(r"(?:eq|lt|gt|ge|le)\d{4}(?:-\d{2}){0,2}\Z")
_MODIFIER = re.compile(r"[:.]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDescription:
    """One service: an id, a hook, and what the client should send along.

    Raises:
        ValueError: a required text is empty or a prefetch template is outside what clients must support.
    """

    id: str
    hook: str
    title: str
    description: str
    usage_requirements: str = ""
    prefetch: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for name in ("id", "hook", "title", "description"):
            if not getattr(self, name).strip():
                raise ValueError(f"service.{name}: must not be empty")
        for key, template in self.prefetch.items():
            check_template(key, template)

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the discovery response; what is empty is left out."""
        parts = {
            "id": self.id,
            "hook": self.hook,
            "title": self.title,
            "description": self.description,
            "usageRequirements": self.usage_requirements,
            "version": SPECIFICATION_VERSION,
            "hookVersion": HOOK_VERSION,
            "prefetch": dict(self.prefetch),
        }
        return {name: part for name, part in parts.items() if part}


def discovery(services: Iterable[ServiceDescription]) -> dict[str, Any]:
    """Return the body of the discovery response.

    Raises:
        ValueError: two services share an id; one id per hook is what every client understands.
    """
    listed = [service.as_json() for service in services]
    ids = [service["id"] for service in listed]
    if len(set(ids)) != len(ids):
        raise ValueError("services: two have the same id")
    return {"services": listed}


def check_template(key: str, template: str) -> None:
    """Refuse a prefetch template that a client need not be able to resolve.

    Raises:
        ValueError: not a read or search; another token than of context or user; two ``date`` limits;
            a modifier or chain in a search parameter.
    """
    if not _SHAPE.match(_TOKEN.sub("x", template)):
        raise ValueError(f"prefetch {key}: not a FHIR read or search")
    for token in _TOKEN.findall(template):
        if not _KNOWN_TOKEN.match(token):
            raise ValueError(f"prefetch {key}: token {token} is not one of context or user")
    names = []
    for part in template.partition("?")[2].split("&") if "?" in template else ():
        name, _, value = part.partition("=")
        names.append(name)
        if not value or _MODIFIER.search(name):
            raise ValueError(f"prefetch {key}: parameter {name} is not a plain name=value")
        if name == "date" and not _DATE.match(value):
            raise ValueError(f"prefetch {key}: date is not eq, lt, gt, ge or le with a date")
    if len(set(names)) != len(names):
        raise ValueError(f"prefetch {key}: a parameter occurs twice")

"""What a client sent for one prefetch key: data, word that there is none, nothing, or its own failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Sent:
    """Data came: a resource, or a Bundle whose odd entries are left to the chart reader."""

    resource: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SentEmpty:
    """The key came with null or an empty value: the client looked, and there is no data."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """The key did not come: the service may fetch it itself."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The client tried and failed.

    Attributes:
        reason: a short fixed phrase without anything from the value itself.
    """

    reason: str


Prefetched = Sent | SentEmpty | NotSent | Failed


def read_prefetched(value: object) -> Prefetched:
    """Classify one prefetch value of any shape.

    Returns:
        ``Sent`` for an object that is a resource, or for a list of them (as a Bundle);
        ``SentEmpty`` for null, ``{}`` and ``[]``; ``Failed`` for an OperationOutcome, for text
        (a server's error page) and for whatever else is no resource.
    """
    if value is None or value in ({}, []):
        return SentEmpty()
    if isinstance(value, list):
        return Sent({"resourceType": "Bundle", "entry": [{"resource": item} for item in value]})
    if not isinstance(value, dict):
        return Failed("client sent something that is not FHIR JSON")
    if value.get("resourceType") == "OperationOutcome":
        return Failed("client reported a failure")
    if isinstance(value.get("resourceType"), str):
        return Sent(value)
    if "entry" in value:
        return Sent({**value, "resourceType": "Bundle"})
    return Failed("client sent an object without resourceType")


def read_prefetch(value: object) -> Mapping[str, Prefetched]:
    """Classify the whole ``prefetch`` of a request; absent, null and odd shapes give an empty mapping."""
    if not isinstance(value, dict):
        return MappingProxyType({})
    return MappingProxyType({str(key): read_prefetched(item) for key, item in value.items()})


def prefetched(prefetch: Mapping[str, Prefetched], key: str) -> Prefetched:
    """Return what came for *key*, ``NotSent`` when the key is absent."""
    return prefetch.get(key, NotSent())

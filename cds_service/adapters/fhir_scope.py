"""Which resource types a token's scopes let us read."""

from __future__ import annotations

import re

_SMART = re.compile(r"(?:patient|user|system)/([A-Za-z]+|\*)\.([a-z*]+)(?:\?\S*)?\Z")


def readable_types(scope: str) -> frozenset[str] | None:
    """Return the resource types that SMART scopes (v1 or v2) let us read.

    Returns:
        ``{"*"}`` for all of them; None when the text holds no SMART resource scope at all, as with the long
        permission names of some vendors: then nothing is known, and asking is the way to find out.
    """
    granted = [match for match in map(_SMART.match, scope.split()) if match]
    if not granted:
        return None
    return frozenset(kind for kind, rights in (match.groups() for match in granted) if _reads(rights))


def may_read(kind: str, scope: str) -> bool:
    """Say whether resources of type *kind* are worth asking for."""
    types = readable_types(scope)
    return types is None or "*" in types or kind in types


def _reads(rights: str) -> bool:
    if rights in ("write", "create", "update", "delete"):
        return False
    return rights in ("*", "read") or bool({"r", "s"} & set(rights))

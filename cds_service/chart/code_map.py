"""A site's own codes translated into ours, as its FHIR ConceptMap files say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cds_service.chart.model import Coding

_NO_TRANSLATION = frozenset({"unmatched", "disjoint", "not-related-to"})
_ANY_PART = r"[0-9A-Za-z.\-]+"


@dataclass(frozen=True)
class CodeMap:
    """Translations of local codes.

    Attributes:
        exact: targets by (system, code).
        patterns: targets by code, for systems with ``*`` in place of a part that differs between sites.
    """

    exact: Mapping[tuple[str, str], tuple[Coding, ...]] = field(default_factory=dict)
    patterns: tuple[tuple[str, Mapping[str, tuple[Coding, ...]]], ...] = ()

    @cached_property
    def _compiled(self) -> tuple[tuple[re.Pattern[str], Mapping[str, tuple[Coding, ...]]], ...]:
        return tuple((_pattern(system), codes) for system, codes in self.patterns)

    def targets(self, system: str, code: str) -> tuple[Coding, ...]:
        """Return our codings for a local code, empty when the site has not mapped it."""
        found = self.exact.get((system, code), ())
        for pattern, codes in self._compiled:
            if not found and code in codes and pattern.fullmatch(system):
                found = codes[code]
        return found


def _pattern(system: str) -> re.Pattern[str]:
    return re.compile(_ANY_PART.join(re.escape(part) for part in system.split("*")))


def read_concept_maps(resources: Iterable[Mapping[str, Any]]) -> CodeMap:
    """Read FHIR ConceptMap resources (R4 ``equivalence`` or R5 ``relationship``).

    A ``*`` in ``group.source`` stands for one or more parts of an OID, so that
    ``urn:oid:1.2.840.114350.1.13.*.7.2.696580`` covers every customer and environment.

    Raises:
        ValueError: a resource that is no ConceptMap, or a group without source or target;
            the message says which.
    """
    exact: dict[tuple[str, str], tuple[Coding, ...]] = {}
    patterns: dict[str, dict[str, tuple[Coding, ...]]] = {}
    for resource in resources:
        for source, code, targets in _lines(resource):
            if "*" in source:
                known = patterns.setdefault(source, {})
                known[code] = known.get(code, ()) + targets
            else:
                exact[source, code] = exact.get((source, code), ()) + targets
    return CodeMap(exact, tuple(patterns.items()))


def _lines(resource: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[Coding, ...]]]:
    if resource.get("resourceType") != "ConceptMap":
        raise ValueError(f"resourceType is {resource.get('resourceType')!r}, it has to be ConceptMap")
    for number, group in enumerate(resource.get("group", [])):
        source, target = _system(group.get("source")), _system(group.get("target"))
        if not source or not target:
            raise ValueError(f"group[{number}] names no source or no target system")
        for element in group.get("element", []):
            targets = tuple(_targets(element, target))
            if element.get("code") and targets:
                yield source, str(element["code"]).strip(), targets


def _system(canonical: object) -> str:
    return str(canonical).split("|")[0].strip() if canonical else ""


def _targets(element: Mapping[str, Any], system: str) -> Iterator[Coding]:
    for target in element.get("target", []):
        relation = target.get("relationship") or target.get("equivalence") or "equivalent"
        if target.get("code") and relation not in _NO_TRANSLATION:
            yield Coding(system, str(target["code"]).strip(), str(target.get("display", "")))


def add_mapped(codings: Iterable[Coding], code_map: CodeMap) -> tuple[Coding, ...]:
    """Return *codings*, then our codings for those of them that the site has mapped, without repeats."""
    kept = list(codings)
    seen = {(coding.system, coding.code) for coding in kept}
    for coding in tuple(kept):
        for target in code_map.targets(coding.system.strip(), coding.code.strip()):
            if (target.system, target.code) not in seen:
                seen.add((target.system, target.code))
                kept.append(target)
    return tuple(kept)

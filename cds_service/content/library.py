"""The clinical content as one frozen value, with the version and the hash that identify it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from cds_service.content.findings_format import Examples
from cds_service.criteria.plan import Plan
from cds_service.criteria.recommendation import Recommendation
from cds_service.criteria.shapes import Silence
from cds_service.evidence.definition import Findings
from cds_service.evidence.find import Finder
from cds_service.hooks.service import Service
from cds_service.wording.definitions import Catalogue, Reference


@dataclass(frozen=True, slots=True)
class CodeOf:
    """One code of a value set.

    Attributes:
        label: short words of our own.
        likely: the code was seen in a weaker source only.
        prefix: every code that begins with it is meant.
        side: "left", "right", "both" or "".
    """

    system: str
    code: str
    label: str
    likely: bool = False
    prefix: bool = False
    side: str = ""


@dataclass(frozen=True, slots=True)
class ValueSet:
    """A named set of codes."""

    id: str
    title: str
    codes: tuple[CodeOf, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """Whether a kind of patient information is used, and how."""

    attribute: str
    used: bool
    how: str


@dataclass(frozen=True, slots=True)
class About:
    """Who made the content, when, and what it is meant for; "" where content.yaml says nothing."""

    title: str
    developer: str
    funding: str
    released: date
    revised: date
    contact: str = ""
    intended_use: str = ""
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceStatement:
    """Where one statement of the source documents went."""

    id: str
    classes: tuple[str, ...]
    used_by: tuple[str, ...]
    left_out: str


@dataclass(frozen=True, slots=True)
class Library:
    """Everything under the content folder, checked and cross-referenced.

    Attributes:
        version: released version with the first eight digits of the hash, "2026.11.0+1a2b3c4d".
        content_hash: SHA-256 over the relative paths and the bytes of all content files.
        services: by service id.
        examples: sentences that prove the findings, by finding id.
        finder: the findings, compiled for search.
        silences: for each finding, what it means that the record is silent.
        recommendations: by recommendation id, as are ``catalogues``.
        plans: the criteria of each recommendation, compiled, by recommendation id.
        windows: named numbers of days.
    """

    version: str
    content_hash: str
    about: About
    services: Mapping[str, Service]
    findings: Findings
    examples: Mapping[str, Examples]
    finder: Finder
    silences: Mapping[str, Silence]
    recommendations: Mapping[str, Recommendation]
    catalogues: Mapping[str, Catalogue]
    references: Mapping[str, Reference]
    statements: tuple[SourceStatement, ...]
    value_sets: Mapping[str, ValueSet]
    windows: Mapping[str, int]
    plans: Mapping[str, Plan] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        plans = {name: Plan(one, self.silences) for name, one in self.recommendations.items()}
        object.__setattr__(self, "plans", MappingProxyType(plans))

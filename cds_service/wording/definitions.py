"""What content says about cards, suggestions and references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.criteria.recommendation import Tier
from cds_service.criteria.shapes import Criterion
from cds_service.hooks.card import Indicator


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of the bibliography.

    Attributes:
        figure: what it found, in our own words; printed on a card.
        seen: the figure was read in the source itself; only such figures are printed.
        about: findings of which the figure speaks: printed only where one of them is asserted. Empty: always.
    """

    id: str
    citation: str
    figure: str
    population: str
    limits: str
    seen: bool
    checked: str
    doi: str = ""
    pmid: str = ""
    url: str = ""
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence on a card when its criterion is met; ``{number}`` is the number of the finding asked for."""

    when: Criterion
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind of suggestion, offered when its criterion is met (always when there is none)."""

    kind: str
    when: Criterion | None = None


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The first of these offers whose criterion is met."""

    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """A reason to dismiss a card; without a system the code is one of our own."""

    code: str
    display: str
    system: str = ""


@dataclass(frozen=True, slots=True)
class CardDefinition:
    """One card of the catalogue.

    Attributes:
        tier: the tier that shows it; None for a card shown by a suppression or in company.
        companion_when: shown beside the main card when met; None for a main card.
        lead: first line of the detail.
        exam: findings printed as documented absent or as not recorded.
        overrides: the reasons offered when the card is dismissed.
    """

    id: str
    title: str
    tier: Tier | None
    companion_when: Criterion | None
    indicator: Indicator
    summary: str
    lead: str
    suggests: tuple[Offer | FirstOf, ...]
    exam: tuple[str, ...]
    notes: tuple[Note, ...]
    overrides: tuple[Override, ...]


@dataclass(frozen=True, slots=True)
class SuggestionDefinition:
    """One kind of suggestion.

    Attributes:
        resource: members of the ServiceRequest that content decides.
        priority: FHIR request priority; "by-tier" takes it from the tier of the answer.
    """

    kind: str
    label: str
    description: str
    resource: Mapping[str, Any]
    priority: str
    imaging: str = "none"


@dataclass(frozen=True, slots=True)
class Replacement:
    """When met, each of these kinds gives way to another one."""

    when: Criterion
    kinds: frozenset[str]
    instead: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that one recommendation can put on a card.

    Attributes:
        names: finding id → (name, name when absent).
        cards: by id.
        suggestions: by kind.
        references: by id.
    """

    names: Mapping[str, tuple[str, str]]
    cards: Mapping[str, CardDefinition]
    suggestions: Mapping[str, SuggestionDefinition]
    replacements: tuple[Replacement, ...]
    references: Mapping[str, Reference]


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who speaks on the cards.

    Attributes:
        canonical: base of the code systems of cards, suggestions and override reasons.
        url: where the service is found; links of cards begin with it.
        label: the name on the cards.
    """

    canonical: str
    url: str
    label: str = "CordCheck"

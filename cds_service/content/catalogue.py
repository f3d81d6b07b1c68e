"""Build what a recommendation can put on a card: cards, suggestions and their replacements."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cds_service.content.criterion import Vocabulary
from cds_service.content.recommendation import Reading
from cds_service.content.schema import CardEntry, OfferEntry, SuggestionEntry
from cds_service.content.sources import RecommendationFiles
from cds_service.criteria.recommendation import Tier
from cds_service.errors import ContentError
from cds_service.hooks.card import Indicator
from cds_service.wording.definitions import (
    CardDefinition,
    Catalogue,
    FirstOf,
    Note,
    Offer,
    Override,
    Reference,
    Replacement,
    SuggestionDefinition,
)


def build_catalogue(
    files: RecommendationFiles,
    vocabulary: Vocabulary,
    names: Mapping[str, tuple[str, str]],
    references: Mapping[str, Reference],
    mistakes: list[ContentError],
) -> Catalogue:
    """Return the catalogue; what is wrong with its criteria is added to *mistakes*.

    Args:
        files: the files of the recommendation.
        vocabulary: the ids that criteria may use.
        names: finding id → (name, name when absent).
        references: the bibliography.
        mistakes: where mistakes are noted.
    """
    cards = Reading(f"{files.id}/cards.yaml", vocabulary, mistakes)
    suggestions = Reading(f"{files.id}/suggestions.yaml", vocabulary, mistakes)
    overrides = {one.code: Override(one.code, one.display, one.system) for one in files.overrides}
    return Catalogue(
        names=names,
        cards=MappingProxyType({entry.id: _card(entry, overrides, cards) for entry in files.cards}),
        suggestions=MappingProxyType({one.kind: _suggestion(one) for one in files.suggestions.suggestions}),
        replacements=tuple(
            Replacement(
                suggestions.criterion(one.when, f"replace, {one.instead}"), frozenset(one.kinds), one.instead
            )
            for one in files.suggestions.replace
        ),
        references=references,
    )


def _card(entry: CardEntry, overrides: Mapping[str, Override], reading: Reading) -> CardDefinition:
    return CardDefinition(
        id=entry.id,
        title=entry.title,
        tier=Tier(entry.tier) if entry.tier else None,
        companion_when=reading.optional(entry.companion_when, f"{entry.id}, companion_when"),
        indicator=Indicator(entry.indicator),
        summary=entry.summary,
        lead=entry.lead,
        suggests=tuple(_offer(one, f"{entry.id}, suggests", reading) for one in entry.suggests),
        exam=tuple(entry.exam),
        notes=tuple(Note(reading.criterion(one.when, f"{entry.id}, notes"), one.text) for one in entry.notes),
        overrides=tuple(overrides[code] for code in entry.overrides if code in overrides),
    )


def _offer(entry: OfferEntry, place: str, reading: Reading) -> Offer | FirstOf:
    if entry.first_of:
        return FirstOf(tuple(_one_offer(one, place, reading) for one in entry.first_of))
    return _one_offer(entry, place, reading)


def _one_offer(entry: OfferEntry, place: str, reading: Reading) -> Offer:
    return Offer(entry.kind, reading.optional(entry.when, f"{place}, {entry.kind}"))


def _suggestion(entry: SuggestionEntry) -> SuggestionDefinition:
    return SuggestionDefinition(
        kind=entry.kind,
        label=entry.label,
        description=entry.description,
        resource=MappingProxyType(dict(entry.resource)),
        priority=entry.priority,
        imaging=entry.imaging,
    )

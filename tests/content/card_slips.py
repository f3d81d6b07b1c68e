"""Slips of what decides when a card is shown beside another, and what a card says, offers and quotes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from cds_service.criteria.shapes import AllOf, AnyOf, Criterion, FindingIs
from cds_service.wording.definitions import CardDefinition, Catalogue, FirstOf, Note, Offer
from tests.content.slips import Slip, slipped, with_item

ALWAYS = AllOf(())
NEVER = AnyOf(())
T = TypeVar("T")


def slips_of_cards(catalogue: Catalogue) -> Iterator[Slip]:
    """Yield every slip in when notes, offers, companions, replacements and figures apply.

    A note or an offer that several cards share is written once, so it slips in all of them.
    """
    for part, place in _offers_and_notes(catalogue).items():
        for what, before, after in _slipped_when(part.when):
            cards = [_exchanged(card, part, replace(part, when=after)) for card in catalogue.cards.values()]
            yield Slip(place, what, _with_cards(catalogue, cards), before, after)
    yield from _of_companions(catalogue)
    yield from _of_replacements(catalogue)
    yield from _of_references(catalogue)


def _slipped_when(when: Criterion | None) -> Iterator[tuple[str, Criterion, Criterion]]:
    """Yield what the slip was, the criterion and what became of it; nothing where none is written."""
    if when is not None:
        yield from ((what, when, after) for what, after in slipped(when))
        yield "always", when, ALWAYS
        yield "never", when, NEVER


def _offers_and_notes(catalogue: Catalogue) -> dict[Offer | Note, str]:
    """Return each offer and note with the first place where it stands."""
    places: dict[Offer | Note, str] = {}
    for card in catalogue.cards.values():
        for offer in _offers(card):
            places.setdefault(offer, f"{card.id}, {offer.kind}")
        for number, note in enumerate(card.notes, 1):
            places.setdefault(note, f"{card.id}, note {number}")
    return places


def _offers(card: CardDefinition) -> Iterator[Offer]:
    for one in card.suggests:
        yield from one.offers if isinstance(one, FirstOf) else (one,)


def _exchanged(card: CardDefinition, before: Offer | Note, after: Offer | Note) -> CardDefinition:
    """Return *card* with *after* wherever *before* stands."""

    def exchange(items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(after if one == before else one for one in items)

    suggests = (
        replace(one, offers=exchange(one.offers)) if isinstance(one, FirstOf) else one
        for one in exchange(card.suggests)
    )
    return replace(card, suggests=tuple(suggests), notes=exchange(card.notes))


def _of_companions(catalogue: Catalogue) -> Iterator[Slip]:
    for card in catalogue.cards.values():
        for what, before, after in _slipped_when(card.companion_when):
            changed = replace(card, companion_when=after)
            cards = [changed if one is card else one for one in catalogue.cards.values()]
            yield Slip(f"{card.id}, companion", what, _with_cards(catalogue, cards), before, after)


def _of_replacements(catalogue: Catalogue) -> Iterator[Slip]:
    for number, one in enumerate(catalogue.replacements):
        for what, before, after in _slipped_when(one.when):
            others = with_item(catalogue.replacements, number, replace(one, when=after))
            yield Slip(
                f"replace with {one.instead}", what, replace(catalogue, replacements=others), before, after
            )


def _of_references(catalogue: Catalogue) -> Iterator[Slip]:
    """Yield each loss of a finding of which a figure speaks; without any the figure is always shown."""
    for one in catalogue.references.values():
        for finding in one.about:
            rest = tuple(name for name in one.about if name != finding)
            references = MappingProxyType({**catalogue.references, one.id: replace(one, about=rest)})
            yield Slip(
                one.id,
                f"not about {finding}",
                replace(catalogue, references=references),
                _speaks_of(one.about),
                _speaks_of(rest),
            )


def _speaks_of(findings: tuple[str, ...]) -> Criterion:
    return AnyOf(tuple(map(FindingIs, findings))) if findings else ALWAYS


def _with_cards(catalogue: Catalogue, cards: list[CardDefinition]) -> Catalogue:
    return replace(catalogue, cards=MappingProxyType({card.id: card for card in cards}))

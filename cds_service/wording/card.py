"""The cards of one answer: a main card, and at most the cards that keep it company."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.criteria.decide import Verdict
from cds_service.criteria.explanation import Explanation
from cds_service.criteria.recommendation import Redirect, Tier, Without
from cds_service.hooks.card import (
    Card,
    Indicator,
    Link,
    OverrideReason,
    SelectionBehavior,
    Source,
    Topic,
    stable_id,
)
from cds_service.hooks.request import HookRequest
from cds_service.wording.definitions import CardDefinition, Override, Publisher
from cds_service.wording.detail import Grounds, because_of, word_detail
from cds_service.wording.found import found_in
from cds_service.wording.suggestions import offered_kinds, word_suggestions


def word_cards(request: HookRequest, on: Grounds, publisher: Publisher) -> tuple[Card, ...]:
    """Return the cards of one answer, the main card first; none when nothing fired or it is withheld."""
    main = main_card(on)
    if main is None:
        return ()
    because = because_of(on.verdict)
    cards = [_word(main, because, request, on, publisher)]
    if on.verdict.tier is not Tier.EMERGENCY:
        cards += [_word(card, (why,), request, on, publisher) for card, why in _companions(on)]
    return tuple(cards)


def main_card(on: Grounds) -> CardDefinition | None:
    """Return the card to which the verdict leads, None when it leads to none."""
    verdict = on.verdict
    if verdict.silenced:
        return None
    if verdict.suppression is not None and isinstance(verdict.suppression.then, Redirect):
        return on.catalogue.cards[verdict.suppression.then.card]
    return next((card for card in on.catalogue.cards.values() if card.tier is verdict.tier), None)


def _companions(on: Grounds) -> Iterator[tuple[CardDefinition, Explanation]]:
    for card in on.catalogue.cards.values():
        if card.companion_when is not None:
            why = on.assessor.assess(card.companion_when)
            if why.met:
                yield card, why


def _word(
    card: CardDefinition,
    because: tuple[Explanation, ...],
    request: HookRequest,
    on: Grounds,
    publisher: Publisher,
) -> Card:
    found = found_in((*because, *(rule for rule in on.verdict.fired if card.companion_when is None)))
    kinds = offered_kinds(card, on.catalogue, on.assessor, _taken_away(on.verdict))
    suggestions = word_suggestions(
        kinds, card, on.catalogue, request, publisher, tier=on.verdict.reported, found=found
    )
    return Card(
        uuid=stable_id(request.hook_instance, "card", card.id),
        summary=card.summary,
        indicator=_indicator(card, on.verdict),
        source=_source(card, publisher),
        detail=word_detail(card, because, found, on),
        suggestions=suggestions,
        selection_behavior=SelectionBehavior.ANY if suggestions else None,
        override_reasons=tuple(_override(one, publisher) for one in card.overrides),
        links=(Link(label="Sources and intended use", url=f"{publisher.url}/source-attributes"),),
    )


def _taken_away(verdict: Verdict) -> frozenset[str]:
    if verdict.suppression is not None and isinstance(verdict.suppression.then, Without):
        return verdict.suppression.then.kinds
    return frozenset()


def _indicator(card: CardDefinition, verdict: Verdict) -> Indicator:
    """Return the card's own indicator, unless what turned the answer into this card says another one."""
    then = verdict.suppression.then if verdict.suppression else None
    if isinstance(then, Redirect) and then.card == card.id and then.indicator:
        return Indicator(then.indicator)
    return card.indicator


def _source(card: CardDefinition, publisher: Publisher) -> Source:
    topic = Topic(system=f"{publisher.canonical}/CodeSystem/card", code=card.id, display=card.title)
    return Source(label=publisher.label, url=publisher.url, topic=topic)


def _override(one: Override, publisher: Publisher) -> OverrideReason:
    system = one.system or f"{publisher.canonical}/CodeSystem/override-reason"
    return OverrideReason(code=one.code, system=system, display=one.display)

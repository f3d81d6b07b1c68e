"""The main path: from the draft orders of one hook request to advisory cards, and the proof of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from cds_service.consult import (
    consult_response,
    evidence_key,
    find_grounds,
    not_applicable,
    trace_of,
    trace_of_nothing,
)
from cds_service.content.library import Library
from cds_service.criteria.recommendation import Tier
from cds_service.evidence.find import find_evidence
from cds_service.evidence.weigh import weigh
from cds_service.gathering import Asked, Fetch, Site, find_orders, gather_chart, without_fetching
from cds_service.hooks.card import HookResponse
from cds_service.hooks.prefetch_match import require_any
from cds_service.hooks.request import HookRequest
from cds_service.hooks.service import Service
from cds_service.memory import Withheld
from cds_service.trace import Trace
from cds_service.wording.card import main_card, word_cards
from cds_service.wording.definitions import Publisher
from cds_service.wording.detail import Grounds


def respond(request: HookRequest, service: Service, library: Library, ports: Ports) -> HookResponse:
    """Turn the draft orders of one hook request into advisory cards, and keep the proof.

    Raises:
        PrefetchMissing: see ``respond_about``.
    """
    asked = find_orders(request, service, ports.site, library.finder)
    return respond_about(asked, request, service, library, ports)


def respond_about(
    asked: Asked, request: HookRequest, service: Service, library: Library, ports: Ports
) -> HookResponse:
    """Do what ``respond`` does, once its draft orders are found.

    Raises:
        PrefetchMissing: nothing about the patient could be had, and the orders alone lead to no card.
    """
    if not asked.orders:
        response = not_applicable(request, library.version)
        ports.keep_trace(trace_of_nothing(request, response, service, ports.site.client))
        return response
    gathered = gather_chart(request, service, ports.site, ports.fetch)
    request = replace(request, oddities=request.oddities + gathered.quirks)
    weighed = weigh(find_evidence(gathered.chart, library.finder), library.findings.definitions)
    on = find_grounds(gathered.chart, weighed, asked, service, library, ports.rules_off)
    if on.verdict.tier is Tier.NONE:
        require_any(gathered.prefetch, service.prefetch)
    cards = word_cards(request, on, ports.publisher)
    withheld = ports.withhold(request, _due(on, service, asked)) if cards else None
    response = consult_response(request, on, cards, withheld)
    ports.keep_trace(
        trace_of(
            request,
            response,
            on,
            cards,
            service=service,
            asked=asked,
            client=ports.site.client,
            withheld=withheld,
        )
    )
    return response


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCard:
    """The main card that is due.

    Attributes:
        tier: the tier reported.
        evidence: fingerprint of the evidence that led to it, "" when there is none.
        orders: references of the draft orders that it is about.
        shadow: the content itself says that nobody is to see this service's cards yet.
    """

    card_id: str
    tier: Tier
    evidence: str
    orders: tuple[str, ...] = ()
    shadow: bool = False


class Withhold(Protocol):
    """What knows whether a card that is due is shown: switches, shadow mode, what was shown before."""

    def __call__(self, request: HookRequest, due: DueCard, /) -> Withheld | None:
        """Return why the card is not shown, None when it is."""
        ...


class TraceStore(Protocol):
    """Where the proof of each answer is kept."""

    def __call__(self, trace: Trace, /) -> None:
        """Keep *trace*; a store that is away is no reason to withhold an answer, so this never raises."""
        ...


def show_unless_shadow(request: HookRequest, due: DueCard) -> Withheld | None:
    """Withhold the cards of a service in shadow, and no others."""
    return Withheld("shadow mode of the service", shadow=True) if due.shadow else None


def keep_nothing(trace: Trace) -> None:
    """Forget the trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the main path needs from outside, for one client.

    Attributes:
        rules_off: rules that a person has switched off.
    """

    publisher: Publisher
    site: Site = field(default_factory=Site)
    fetch: Fetch = without_fetching
    withhold: Withhold = show_unless_shadow
    keep_trace: TraceStore = keep_nothing
    rules_off: frozenset[str] = frozenset()


def _due(on: Grounds, service: Service, asked: Asked) -> DueCard:
    card = main_card(on)
    return DueCard(
        card_id=card.id if card else "",
        tier=on.verdict.reported,
        evidence=evidence_key(on.verdict),
        orders=asked.references,
        shadow=service.shadow,
    )

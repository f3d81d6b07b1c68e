"""One consult between its chart and its answer: the grounds, the disposition, the response, the trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cds_service.chart.model import Chart
from cds_service.content.library import Library
from cds_service.criteria.assess import Assessor
from cds_service.criteria.decide import Verdict, decide
from cds_service.criteria.explanation import Explanation
from cds_service.criteria.plan import Facts
from cds_service.criteria.recommendation import SPEAKING, Silent, Suppression, Tier
from cds_service.criteria.shapes import FindingIs
from cds_service.criteria.truth import Truth
from cds_service.evidence.model import State
from cds_service.evidence.weigh import SILENT, Weighed
from cds_service.gathering import Asked
from cds_service.hooks.card import Card, Consult, Disposition, HookResponse, stable_id
from cds_service.hooks.card import Tier as ReportedTier
from cds_service.hooks.request import HookRequest
from cds_service.hooks.service import Service
from cds_service.memory import Withheld, fingerprint
from cds_service.trace import Trace
from cds_service.wording.detail import Grounds
from cds_service.wording.found import found_in


def find_grounds(
    chart: Chart,
    weighed: Mapping[str, Weighed],
    asked: Asked,
    service: Service,
    library: Library,
    rules_off: frozenset[str] = frozenset(),
) -> Grounds:
    """Return the verdict on what the chart says, with all that the words on the cards rest on."""
    recommendation = library.recommendations[service.recommendation]
    facts = Facts(chart.as_of, chart.patient.age_on(chart.as_of), weighed)
    assessor = Assessor(library.plans[recommendation.id], facts)
    verdict = decide(recommendation, assessor, rules_off, (gap.what for gap in chart.gaps))
    return Grounds(
        recommendation=recommendation,
        catalogue=library.catalogues[service.recommendation],
        assessor=assessor,
        verdict=verdict if asked.left else answered_by_order(verdict, service),
        weighed=weighed,
        gaps=chart.gaps,
        content_version=library.version,
        content_hash=library.content_hash,
    )


def answered_by_order(verdict: Verdict, service: Service) -> Verdict:
    """Withhold *verdict* because each order already does what a card would ask for; an emergency stands."""
    if verdict.tier is Tier.EMERGENCY:
        return verdict
    name, states = service.orders_unless, "The order itself already does it"
    asked = FindingIs(name)
    tiers = frozenset((*SPEAKING[1:], Tier.NONE))
    suppression = Suppression(name, states, tiers=tiers, when=asked, then=Silent())
    because = Explanation(name, states, Truth.MET)
    return replace(verdict, suppression=suppression, because=because, insufficient=False)


def disposition_of(verdict: Verdict, cards: tuple[Card, ...], withheld: Withheld | None) -> Disposition:
    """Return how the evaluation ended."""
    if withheld is not None:
        return Disposition.SHADOW if withheld.shadow else Disposition.SUPPRESSED
    if cards:
        return Disposition.ADVISORY_SHOWN
    if verdict.silenced:
        return Disposition.SUPPRESSED
    return Disposition.INSUFFICIENT_DATA if verdict.insufficient else Disposition.NO_CONCERN


def consult_response(
    request: HookRequest, on: Grounds, cards: tuple[Card, ...], withheld: Withheld | None
) -> HookResponse:
    """Return the answer; cards that are withheld are not in it, and only a shadowed answer keeps its tier."""
    hidden = withheld is not None and not withheld.shadow
    tier = Tier.NONE if hidden else on.verdict.reported
    disposition = disposition_of(on.verdict, cards, withheld)
    consult = Consult(
        consult_id=consult_id(request),
        tier=ReportedTier(tier),
        disposition=disposition,
        content_version=on.content_version,
        would_settle=would_settle(on) if disposition is Disposition.INSUFFICIENT_DATA else (),
    )
    return HookResponse(cards=() if withheld else cards, consult=consult, gaps=len(on.gaps))


def would_settle(on: Grounds) -> tuple[str, ...]:
    """Return what would settle the question: parts of the record to be had, then findings to be examined."""
    asked, names = on.recommendation.insufficient, on.catalogue.names
    unread = dict.fromkeys(f"record: {gap.what}" for gap in on.gaps if gap.what in asked.without)
    open_ = (State.SILENT, State.UNCERTAIN)
    unseen = (name for name in asked.settles if on.weighed.get(name, SILENT).state in open_)
    return (*unread, *(f"examination: {names[name][0]}" for name in unseen))


def not_applicable(request: HookRequest, content_version: str) -> HookResponse:
    """Return the answer to orders that the service is not about."""
    consult = Consult(
        consult_id=consult_id(request),
        tier=ReportedTier.NONE,
        disposition=Disposition.NOT_APPLICABLE,
        content_version=content_version,
    )
    return HookResponse(cards=(), consult=consult)


def trace_of_nothing(request: HookRequest, response: HookResponse, service: Service, client: str) -> Trace:
    """Return the proof that no order of the request concerned the service."""
    return Trace(
        consult_id=response.consult.consult_id,
        at=request.received_at,
        client=client,
        service=service.id,
        hook=request.hook,
        patient_id=request.patient_id,
        user_id=request.user_id,
        tier=str(response.consult.tier),
        disposition=str(response.consult.disposition),
        content_version=response.consult.content_version,
        oddities=request.oddities,
    )


def consult_id(request: HookRequest) -> str:
    """Return the id of the consult, the same for a retry."""
    return stable_id(request.hook_instance, "consult", request.hook)


def evidence_key(verdict: Verdict) -> str:
    """Return the fingerprint of the evidence that led to the answer, "" when there is none."""
    because = (verdict.because,) if verdict.because else ()
    return fingerprint(item for found in found_in((*verdict.fired, *because)) for item in found.items)


def trace_of(
    request: HookRequest,
    response: HookResponse,
    on: Grounds,
    cards: tuple[Card, ...],
    *,
    service: Service,
    asked: Asked,
    client: str,
    withheld: Withheld | None,
) -> Trace:
    """Return the proof of one answer."""
    verdict = on.verdict
    return Trace(
        consult_id=response.consult.consult_id,
        at=request.received_at,
        client=client,
        service=service.id,
        hook=request.hook,
        patient_id=request.patient_id,
        user_id=request.user_id,
        orders=asked.references,
        tier=str(response.consult.tier),
        tier_before=str(verdict.tier),
        disposition=str(response.consult.disposition),
        content_version=on.content_version,
        content_hash=on.content_hash,
        explanation=verdict.root,
        suppressions=(verdict.because,) if verdict.because else (),
        gaps=on.gaps,
        cards=cards,
        withheld=withheld.why if withheld else "",
        fingerprint=evidence_key(verdict),
        oddities=request.oddities,
    )

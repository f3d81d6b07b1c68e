"""Run worked cases through the real reader and the real main path, and say how the answer differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cds_service.cases.record import request_of
from cds_service.cases.shape import Case, Cases, Expect, expected_ids
from cds_service.chart.model import Chart
from cds_service.consult import consult_response, find_grounds, not_applicable
from cds_service.content.library import Library
from cds_service.content.mistakes import nearest
from cds_service.errors import ContentError
from cds_service.evidence.find import find_evidence
from cds_service.evidence.weigh import Weighed, weigh
from cds_service.gathering import Asked, Site, find_orders, gather_chart, without_fetching
from cds_service.hooks.card import Card, HookResponse
from cds_service.hooks.request import HookRequest
from cds_service.hooks.service import Service
from cds_service.wording.card import word_cards
from cds_service.wording.definitions import Publisher

_PUBLISHER = Publisher("https://cases.example.org/fhir", "https://cases.example.org")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case whose record is read and weighed: what is left depends on rules and cards alone."""

    case: Case
    file: str
    request: HookRequest
    service: Service
    asked: Asked
    chart: Chart
    weighed: Mapping[str, Weighed]


def prepare(case: Case, file: str, cases: Cases, library: Library) -> Prepared:
    """Return *case* with its evidence found.

    Raises:
        ContentError: no service of the recommendation has the hook of the case.
    """
    service = _service(case, file, cases, library)
    request = request_of(case, cases.orders, [key for key in service.prefetch if key not in case.unread])
    chart = gather_chart(request, service, Site(), without_fetching).chart
    weighed = weigh(find_evidence(chart, library.finder), library.findings.definitions)
    return Prepared(
        case, file, request, service, find_orders(request, service, Site(), library.finder), chart, weighed
    )


def _service(case: Case, file: str, cases: Cases, library: Library) -> Service:
    for service in library.services.values():
        if service.hook == case.hook and service.recommendation == cases.recommendation:
            return service
    raise ContentError(file, case.case, f"no service answers {case.hook}; add one to services.yaml")


def differences(prepared: Prepared, library: Library) -> tuple[str, ...]:
    """Return how the answer differs from what the case expects, each in a few words."""
    expect = prepared.case.expect
    response, fired = _answer(prepared, library)
    return (
        *_different("tier", expect.tier, str(response.consult.tier)),
        *_different("disposition", expect.disposition, str(response.consult.disposition)),
        *(f"{rule} does not fire" for rule in expect.fires if rule not in fired),
        *(f"{rule} fires" for rule in expect.not_ if rule in fired),
        *_card_differences(expect, response.cards),
        *_unsettled(expect, response.consult.would_settle),
    )


def _answer(prepared: Prepared, library: Library) -> tuple[HookResponse, set[str]]:
    """Return the answer, as ``guidance.respond`` gives it, and the ids of the rules that fired."""
    if not prepared.asked.orders:
        return not_applicable(prepared.request, library.version), set()
    on = find_grounds(prepared.chart, prepared.weighed, prepared.asked, prepared.service, library)
    cards = word_cards(prepared.request, on, _PUBLISHER)
    response = consult_response(prepared.request, on, cards, None)
    return response, {rule.criterion for rule in on.verdict.fired}


def _card_differences(expect: Expect, cards: tuple[Card, ...]) -> Iterator[str]:
    shown = [card.source.topic.code for card in cards if card.source.topic]
    if expect.card != "":
        yield from _different("card", expect.card or "none", shown[0] if shown else "none")
    yield from _companion_differences(expect.companion, shown[1:])
    offered = {kind for card in cards for kind in offered_kinds_of(card)}
    yield from (f"{kind} is not offered" for kind in expect.suggests if kind not in offered)
    yield from (f"{kind} is offered" for kind in expect.never if kind in offered)
    if expect.indicator:
        yield from _different("indicator", expect.indicator, str(cards[0].indicator) if cards else "none")
    detail = cards[0].detail if cards else ""
    yield from (f"the detail does not say {words!r}" for words in expect.says if words not in detail)
    yield from (f"the detail says {words!r}" for words in expect.omits if words in detail)


def _companion_differences(companion: str | None, shown: list[str]) -> Iterator[str]:
    if companion is None:
        yield from (f"the card {card} is shown beside the main one" for card in shown)
    elif companion and companion not in shown:
        yield f"the card {companion} is not shown beside the main one"


def _unsettled(expect: Expect, would_settle: tuple[str, ...]) -> Iterator[str]:
    said = "; ".join(would_settle)
    yield from (f"{words!r} is not said to settle it" for words in expect.settles if words not in said)


def offered_kinds_of(card: Card) -> tuple[str, ...]:
    """Return the kinds of the suggestions of a card, as their resources are tagged."""
    actions = (action for suggestion in card.suggestions for action in suggestion.actions)
    return tuple(
        tag["code"] for action in actions if action.resource for tag in action.resource["meta"]["tag"]
    )


def _different(what: str, expected: str | None, actual: str) -> Iterator[str]:
    if expected is not None and expected != actual:
        yield f"{what} is {actual}, expected {expected}"


def run_cases(cases: Cases, library: Library) -> list[ContentError]:
    """Return one mistake for each case whose answer differs or that expects what does not exist."""
    mistakes = []
    for file, case in cases:
        unknown = tuple(_unknown(case.expect, cases, library))
        wrong = unknown or differences(prepare(case, file, cases, library), library)
        if wrong:
            mistakes.append(ContentError(file, case.case, "; ".join(wrong)))
    return mistakes


def _unknown(expect: Expect, cases: Cases, library: Library) -> Iterator[str]:
    """Name the ids that a case expects and that do not exist: a misspelt one would never be red."""
    catalogue = library.catalogues[cases.recommendation]
    known = {
        "rule": [rule.id for rule in library.recommendations[cases.recommendation].rules],
        "card": list(catalogue.cards),
        "suggestion": list(catalogue.suggestions),
    }
    for what, names in expected_ids(expect).items():
        yield from (
            f"unknown {what} {name!r}; {nearest(name, known[what])}"
            for name in names
            if name not in known[what]
        )

"""Gather the chart of one request: from prefetch, and from the FHIR server where prefetch left gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from cds_service.chart.code_map import CodeMap, add_mapped
from cds_service.chart.model import Chart, Entry, Gap, Passage
from cds_service.chart.read import read_chart
from cds_service.chart.unbundle import unbundle
from cds_service.evidence.find import Finder
from cds_service.hooks.prefetch import Failed, Prefetched, Sent, SentEmpty, prefetched
from cds_service.hooks.prefetch_match import match_prefetch
from cds_service.hooks.request import HookRequest
from cds_service.hooks.service import Service

MOST_TEXT = 400_000  # characters of notes and labels in one request
MOST_TEXTS = 4_000  # notes and labels in one request


class Fetch(Protocol):
    """The client's FHIR server."""

    def __call__(self, request: HookRequest, wanted: Mapping[str, str], /) -> Mapping[str, Prefetched]:
        """Return a value for every key of *wanted*: what came, completed by what could be fetched."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """Where a request comes from.

    Attributes:
        client: id of the CDS client.
        aliases: prefetch keys that it sends, by the key of ours that they stand for.
        code_map: translations of its own codes.
    """

    client: str = "open"
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    code_map: CodeMap = field(default_factory=CodeMap)


def without_fetching(request: HookRequest, wanted: Mapping[str, str]) -> Mapping[str, Prefetched]:
    """Return what came by prefetch: the ``Fetch`` of a service that asks no FHIR server."""
    return {key: prefetched(request.prefetch, key) for key in wanted}


@dataclass(frozen=True, slots=True)
class Gathered:
    """A chart, and what it was read from.

    Attributes:
        quirks: which ways of matching the client's prefetch keys were needed.
    """

    chart: Chart
    prefetch: Mapping[str, Prefetched]
    quirks: tuple[str, ...] = ()


def gather_chart(request: HookRequest, service: Service, site: Site, fetch: Fetch) -> Gathered:
    """Return what the record says about the patient, with a gap for everything that could not be had."""
    matched = match_prefetch(service.prefetch, request.prefetch, site.aliases)
    sent = matched.prefetch
    prefetch = {**sent, **fetch(replace(request, prefetch=sent), service.prefetch)}
    resources: list[dict[str, Any]] = []
    gaps: list[Gap] = []
    for key, value in prefetch.items():
        if isinstance(value, Sent):
            held = unbundle(value.resource)
            resources.extend(held.resources)
            gaps.extend(Gap(key, failure) for failure in held.failures)
        elif not isinstance(value, SentEmpty):
            gaps.append(Gap(key, value.reason if isinstance(value, Failed) else "not sent"))
    day = request.received_at.date()
    chart = read_chart(request.patient_id, resources, day, tuple(gaps), drafts=request.draft_orders)
    chart = without_too_much_text(with_mapped_codes(chart, site.code_map))
    return Gathered(chart, prefetch, matched.quirks)


def without_too_much_text(chart: Chart) -> Chart:
    """Return *chart* with its newest texts, as many as there is time to read, and a gap for the rest."""
    few = len(chart.passages) <= MOST_TEXTS
    if few and sum(len(passage.text) for passage in chart.passages) <= MOST_TEXT:
        return chart
    kept: set[int] = set()
    left = MOST_TEXT
    for at, passage in sorted(enumerate(chart.passages), key=_newest_first):
        if len(passage.text) <= left and len(kept) < MOST_TEXTS:
            left -= len(passage.text)
            kept.add(at)
    gap = Gap("texts", f"{len(chart.passages) - len(kept)} not read, too much text")
    passages = tuple(passage for at, passage in enumerate(chart.passages) if at in kept)
    return replace(chart, passages=passages, gaps=(*chart.gaps, gap))


def _newest_first(numbered: tuple[int, Passage]) -> int:
    written = numbered[1].date
    return -written.latest.toordinal() if written else -date.max.toordinal()


def with_mapped_codes(chart: Chart, code_map: CodeMap) -> Chart:
    """Return *chart* with our codes beside the site's own."""
    if not code_map.exact and not code_map.patterns:
        return chart
    entries = {entry: entry._replace(codings=add_mapped(entry.codings, code_map)) for entry in chart.entries}
    passages = (
        passage
        if passage.entry is None
        else passage._replace(entry=entries.get(passage.entry, passage.entry))
        for passage in chart.passages
    )
    return replace(chart, entries=tuple(entries.values()), passages=tuple(passages))


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """A newly selected draft order, or one item of it.

    Attributes:
        entry: with the codes that the site sent.
        coded: the findings that its codes assert, those that the site's concept map adds among them.
        said: the findings that its codes or, where no code does, its names assert.
    """

    entry: Entry
    coded: frozenset[str]
    said: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """The draft orders that the question is about.

    Attributes:
        drafts: all that were newly selected.
        orders: those that assert the service's finding; empty when the service has nothing to say here.
        left: of these, the ones that do not themselves make the question pointless.
    """

    drafts: tuple[DraftOrder, ...]
    orders: tuple[Entry, ...]
    left: tuple[Entry, ...]

    @property
    def references(self) -> tuple[str, ...]:
        """Return "Type/id" of each order that has an id."""
        return tuple(order.reference for order in self.orders if order.reference)


def find_orders(request: HookRequest, service: Service, site: Site, finder: Finder) -> Asked:
    """Return the newly selected draft orders that the service is about, by code and by name."""
    drafts = tuple(_drafts(request, site, finder))
    orders = [draft for draft in drafts if service.orders in draft.said]
    return Asked(
        drafts=drafts,
        orders=tuple(draft.entry for draft in orders),
        left=tuple(draft.entry for draft in orders if service.orders_unless not in draft.said),
    )


def _drafts(request: HookRequest, site: Site, finder: Finder) -> Iterator[DraftOrder]:
    """Yield each draft order with what it asserts by code and name; its reasons do not say what it is."""
    day = request.received_at.date()
    chart = read_chart(request.patient_id, (), day, drafts=request.newly_selected())
    for entry in chart.entries:
        if entry.drafted:
            mapped = entry._replace(codings=add_mapped(entry.codings, site.code_map))
            names = [
                passage._replace(entry=mapped)
                for passage in chart.passages
                if passage.entry == entry and not _is_why(passage.element)
            ]
            yield DraftOrder(entry, finder.find_in_entry(mapped, ()), finder.find_in_entry(mapped, names))


def _is_why(element: str) -> bool:
    return element.startswith(("reason", "note", "description", "orderDetail", "supporting"))

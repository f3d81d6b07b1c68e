"""What the service keeps and remembers, built once over one store and wired into the main path's ports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cds_service.adapters.metrics import Metrics
from cds_service.adapters.recorder import Recorder, Shelves
from cds_service.adapters.sealing import Sealing
from cds_service.adapters.store import Store, now_ms
from cds_service.adapters.store_counts import StoredCodes, StoredTallies
from cds_service.adapters.store_feedback import StoredFeedback
from cds_service.adapters.store_schema import prepare
from cds_service.adapters.store_shown import SIGN, ShownCard, StoredShown
from cds_service.adapters.store_switches import StoredSwitches
from cds_service.adapters.store_tokens import StoredTokens
from cds_service.adapters.store_traces import StoredTraces
from cds_service.adapters.trace_form import gap_name
from cds_service.clients import Client
from cds_service.clock import Clock, system_clock
from cds_service.errors import StoreUnavailable
from cds_service.guidance import DueCard, Withhold
from cds_service.hooks.feedback import FeedbackItem
from cds_service.hooks.request import HookRequest
from cds_service.hooks.specialty import specialties_of
from cds_service.memory import NOTHING, Due, Policy, Remembered, Withheld, withheld
from cds_service.settings import Settings
from cds_service.trace import Trace, fired_rules

REQUESTS = "requests"
"""The tally that says how many evaluations the other tallies are a share of."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Everything on the store of one process."""

    store: Store
    sealing: Sealing
    feedback: StoredFeedback
    traces: StoredTraces
    shown: StoredShown
    switches: StoredSwitches
    tokens: StoredTokens
    codes: StoredCodes
    tallies: StoredTallies
    recorder: Recorder
    remembers: bool
    gap_names: frozenset[str]
    clock: Clock = system_clock

    def keep_feedback(self, service_id: str, items: tuple[FeedbackItem, ...], client: Client) -> None:
        """Return once *items* are on disk (the port ``KeepFeedback``).

        Raises:
            StoreUnavailable: none of them is kept.
        """
        self.store.for_feedback(lambda: self.feedback.keep(client.id, service_id, items))

    def count(self, client: str, whats: Iterable[str]) -> None:
        """Count each of *whats* once for the data-quality report."""
        self.recorder.tally(client, whats)

    def keep_trace(self, trace: Trace) -> None:
        """Hand the proof of an answer to the writer (the port ``TraceStore``)."""
        spent = (self.clock() - trace.at).total_seconds()
        trace = replace(trace, timings={**trace.timings, "total": round(spent * 1000, 1)})
        gaps = {f"gap: {gap_name(gap, self.gap_names)}: {gap.reason}" for gap in trace.gaps}
        self.recorder.keep(trace, *self._shown(trace))
        self.count(trace.client, (REQUESTS, *(f"oddity: {odd}" for odd in trace.oddities), *sorted(gaps)))

    def _shown(self, trace: Trace) -> list[ShownCard]:
        shadow = trace.disposition == "shadow"
        if trace.withheld and not shadow:
            return []
        return [
            ShownCard(
                client=trace.client,
                card=card.uuid,
                shown_ms=int(trace.at.timestamp() * 1000),
                service=trace.service,
                hook=trace.hook,
                card_id=card.source.topic.code if card.source.topic else "",
                tier=trace.tier,
                rules=" ".join(fired_rules(trace.explanation)),
                content_version=trace.content_version,
                patient_key=self._patient(trace.client, trace.patient_id),
                order_keys=" ".join(sorted(self._orders(trace.client, trace.patient_id, trace.orders))),
                user_key=self.sealing.pseudonym("user", trace.client, trace.user_id),
                fingerprint=self._evidence(trace.client, trace.fingerprint),
                shadow=shadow,
            )
            for card in trace.cards
        ]

    def withhold_for(self, client: Client) -> Withhold:
        """Return what decides whether a due card is shown to *client* (the port ``Withhold``)."""

        def withhold(request: HookRequest, due: DueCard) -> Withheld | None:
            policy = self.policy(client, shadow=due.shadow)
            at_ms = int(request.received_at.timestamp() * 1000)
            asked = Due(
                client=client.id,
                card_id=due.card_id,
                tier=due.tier,
                at_ms=at_ms,
                sign=request.hook == SIGN,
                order_keys=self._orders(client.id, request.patient_id, due.orders),
                fingerprint=self._evidence(client.id, due.evidence),
                specialties=specialties_of(request) if policy.quiet_specialties else frozenset(),
            )
            return withheld(
                asked, policy, self.switches.now(), self._remembered(request, client, policy, at_ms)
            )

        return withhold

    def policy(self, client: Client, *, shadow: bool) -> Policy:
        """Return how *client* wants to be spoken to; *shadow* is what the content says of the service."""
        return Policy(
            remembers=self.remembers,
            shadow=client.shadow or shadow,
            cards_per_user_day=client.cards_per_user_day,
            quiet_specialties=client.quiet_specialties,
        )

    def _remembered(self, request: HookRequest, client: Client, policy: Policy, at_ms: int) -> Remembered:
        """Return what the store knows; a store that is away forgets, which shows the card."""
        if not policy.remembers and policy.cards_per_user_day is None:
            return NOTHING
        patient = self._patient(client.id, request.patient_id)
        user = self.sealing.pseudonym("user", client.id, request.user_id)
        try:
            return self.store.for_cards(lambda: self.shown.remembered(patient, user, at_ms, policy.budgeted))
        except StoreUnavailable:
            return NOTHING

    def _patient(self, client: str, patient_id: str) -> str:
        return self.sealing.pseudonym("patient", client, patient_id)

    def _orders(self, client: str, patient_id: str, orders: tuple[str, ...]) -> frozenset[str]:
        return frozenset(self.sealing.pseudonym("order", client, patient_id, one)[:32] for one in orders)

    def _evidence(self, client: str, fingerprint: str) -> str:
        return self.sealing.pseudonym("evidence", client, fingerprint) if fingerprint else ""

    def is_ready(self) -> bool:
        """Return whether feedback would be taken now; makes the schema of our own file if need be."""
        try:
            prepare(self.store)
        except StoreUnavailable:
            return False
        return self.store.is_ready()

    def is_ready_soon(self) -> bool:
        """Return the same for a probe, which waits for the store no longer than feedback does."""
        try:
            return self.store.for_feedback(self.is_ready)
        except StoreUnavailable:
            return False

    def find_traces(self, consult_id: str, client: str | None) -> tuple[dict[str, Any], ...]:
        """Return the traces of one consult that *client* may read (the port ``FindTraces``).

        Raises:
            StoreUnavailable: they cannot be read now.
        """
        return self.store.for_feedback(lambda: self.traces.find(consult_id, client))

    def purge(self, days: int) -> int:
        """Delete traces older than *days* and return how many.

        Raises:
            StoreUnavailable: none is deleted.
        """
        return self.traces.purge(now_ms() - days * 24 * 3600 * 1000)


def open_keeping(
    settings: Settings,
    metrics: Metrics | None = None,
    gap_names: frozenset[str] = frozenset(),
    clock: Clock = system_clock,
) -> Keeping:
    """Return everything on the store that *settings* name; nothing is read or written yet.

    Raises:
        SettingError: the database URL, the trace key or the folder cannot be used.
    """
    store = Store(settings.store_url)
    sealing = Sealing.read(settings.trace_key, Path(settings.var))
    traces, shown = StoredTraces(store, sealing, gap_names), StoredShown(store)
    codes, tallies, tokens = StoredCodes(store), StoredTallies(store), StoredTokens(store)
    shelves = Shelves(traces, shown, codes, tallies, tokens)
    recorder = Recorder(shelves, on_dropped=metrics.lost) if metrics else Recorder(shelves)
    return Keeping(
        store=store,
        sealing=sealing,
        feedback=StoredFeedback(store, sealing),
        traces=traces,
        shown=shown,
        switches=StoredSwitches(store),
        tokens=tokens,
        codes=codes,
        tallies=tallies,
        recorder=recorder,
        remembers=settings.memory,
        gap_names=gap_names,
        clock=clock,
    )

"""Numbers for Prometheus, added up over all workers; labels come from configuration, never from patients."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

from cds_service.hooks.card import HookResponse

MULTIPROCESS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Variable that names the folder where several workers meet; ``serve`` sets it."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_log = logging.getLogger(__name__)
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)


_ROOM_BYTES = 1 << 20
"""Room for thousands of numbers of one kind; their labels come from configuration."""


def meet_in(folder: Path) -> None:
    """Make the workers of this start meet in *folder*; numbers of an earlier start are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink()
    os.environ[MULTIPROCESS_FOLDER] = str(folder)


def _has_room(folder: Path) -> bool:
    """Reserve the room of this process's numbers on disk, and say whether there was any.

    The numbers are files mapped into memory. Where such a file has to grow on a full disk the system ends
    the process, and with it the cards: a worker that finds no room counts for itself, on nobody's page.
    """
    files = [folder / f"{kind}_{os.getpid()}.db" for kind in ("counter", "histogram")]
    try:
        for file in files:
            if not file.exists():
                file.write_bytes(bytes(_ROOM_BYTES))
    except OSError as problem:
        for file in files:
            file.unlink(missing_ok=True)
        _log.error(
            "no room in %s: /metrics will lack the numbers of one worker (%s)", folder, problem.strerror
        )
        return False
    return True


class Metrics:
    """All counters of one process."""

    def __init__(self) -> None:
        """Declare them; every name begins with ``cordcheck_``."""
        if folder := os.environ.get(MULTIPROCESS_FOLDER):
            is_shared = _has_room(Path(folder))
            # The library chose when it was imported, which was too early.
            values.ValueClass = values.get_value_class() if is_shared else values.MutexValue  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._requests = self._counter(
            "requests", "Requests answered.", "route", "method", "status", "client"
        )
        self._seconds = Histogram(
            "cordcheck_request_seconds",
            "Time to answer.",
            ("route",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._seconds.labels("none")  # opens its file now, while the folder is there
        self._cards = self._counter("cards", "Cards in answers.", "card", "tier", "client")
        self._consults = self._counter(
            "consults", "Evaluations by how they ended.", "service", "tier", "disposition", "client"
        )
        self._gaps = self._counter("gaps", "Things that could not be read or fetched.", "service", "client")
        self._fetches = self._counter("fetch_failures", "FHIR reads that failed.", "reason", "client")
        self._refusals = self._counter("auth_failures", "Requests refused for their credentials.", "status")
        self._lost = self._counter(
            "records_lost", "Traces, shown cards and counts that could not be written."
        )
        self._lines_lost = self._counter("log_lines_lost", "Lines of the log that could not be written.")
        self._keys = self._counter("key_fetch_failures", "Key sets that could not be fetched.", "reason")
        self._unchecked = self._counter(
            "replay_unchecked", "Tokens checked for replay in one process only, the store being away."
        )
        self._oddities = self._counter("oddities", "Deviations that were tolerated.", "what", "client")

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"cordcheck_{name}", about, labels, registry=self._registry)

    def observe(self, facts: Mapping[str, object]) -> None:
        """Count one request from the facts that the log gets."""
        route, status, client = str(facts["route"]), str(facts["status"]), str(facts.get("client") or "")
        self._requests.labels(route, str(facts["method"]), status, client).inc()
        milliseconds = facts["milliseconds"]
        if isinstance(milliseconds, int | float):
            self._seconds.labels(route).observe(milliseconds / 1000)
        if status in ("401", "403"):
            self._refusals.labels(status).inc()

    def answered(self, service: str, client: str, answer: HookResponse, oddities: tuple[str, ...]) -> None:
        """Count one evaluation that ran to its end."""
        consult = answer.consult
        self._consults.labels(service, str(consult.tier), str(consult.disposition), client).inc()
        for card in answer.cards:
            topic = card.source.topic
            self._cards.labels(topic.code if topic else "", str(consult.tier), client).inc()
        if answer.gaps:
            self._gaps.labels(service, client).inc(answer.gaps)
        for what in oddities:
            self._oddities.labels(what, client).inc()

    def fetch_failed(self, client: str, reason: str) -> None:
        """Count one FHIR read that failed; *reason* is one of the service's own fixed phrases."""
        self._fetches.labels(reason, client).inc()

    def keys_not_fetched(self, reason: str) -> None:
        """Count one key set that could not be fetched; *reason* is one of the service's own phrases."""
        self._keys.labels(reason).inc()

    def lost(self, number: int) -> None:
        """Count records that could not be written."""
        self._lost.inc(number)

    def line_lost(self) -> None:
        """Count one line that the log did not take."""
        self._lines_lost.inc()

    def replay_unchecked(self) -> None:
        """Count one token whose replay could be checked in this process only."""
        self._unchecked.inc()

    def page(self) -> bytes:
        """Return the numbers of all workers in the text format of Prometheus."""
        if not os.environ.get(MULTIPROCESS_FOLDER):
            return generate_latest(self._registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone)  # type: ignore[no-untyped-call]
        return generate_latest(everyone)

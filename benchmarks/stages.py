"""Where the time of one answer goes: the steps of the main path, one after the other, in this process."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

import orjson

from benchmarks.bodies import SERVICE
from cds_service.adapters.sealing import Sealing
from cds_service.adapters.store import Store
from cds_service.adapters.store_schema import prepare
from cds_service.adapters.store_traces import StoredTraces
from cds_service.consult import consult_response, find_grounds, trace_of
from cds_service.content.load import load_library
from cds_service.evidence.find import find_evidence
from cds_service.evidence.weigh import weigh
from cds_service.gathering import Site, find_orders, gather_chart, without_fetching
from cds_service.hooks.request import read_request
from cds_service.web.body import parse
from cds_service.web.contract import load_contract
from cds_service.wording.card import word_cards
from cds_service.wording.definitions import Publisher

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("parse", "validate", "read", "evidence", "weigh", "assess", "word", "store")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Stopwatch:
    """The laps of one answer, in milliseconds by stage."""

    def __init__(self) -> None:
        """Start the first lap."""
        self.laps: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, stage: str) -> None:
        """End the lap of *stage*."""
        now = perf_counter()
        self.laps[stage] = (now - self._last) * 1000
        self._last = now


def open_path(folder: Path) -> Callable[[bytes], dict[str, float]]:
    """Return the main path, taken apart; its store is in *folder*."""
    library = load_library(ROOT / "cards")
    contract = load_contract(ROOT / "openapi.yaml")
    service, site = library.services[SERVICE], Site()
    publisher = Publisher("https://cordcheck.example.org/fhir", "http://127.0.0.1:8000")
    store = Store(f"sqlite:///{folder}/stages.db")
    prepare(store)
    traces = StoredTraces(store, Sealing.read("", folder))

    def answer(raw: bytes) -> dict[str, float]:
        watch = Stopwatch()
        body = parse(raw)
        watch.lap("parse")
        contract.check("OrderSelectRequest", body)
        request = read_request(body, NOW)
        watch.lap("validate")
        asked = find_orders(request, service, site, library.finder)
        gathered = gather_chart(request, service, site, without_fetching)
        request = replace(request, oddities=request.oddities + gathered.quirks)
        watch.lap("read")
        evidence = find_evidence(gathered.chart, library.finder)
        watch.lap("evidence")
        weighed = weigh(evidence, library.findings.definitions)
        watch.lap("weigh")
        on = find_grounds(gathered.chart, weighed, asked, service, library)
        watch.lap("assess")
        cards = word_cards(request, on, publisher)
        response = consult_response(request, on, cards, None)
        orjson.dumps(response.as_json())
        watch.lap("word")
        trace = trace_of(
            request, response, on, cards, service=service, asked=asked, client="open", withheld=None
        )
        traces.keep((trace,))
        watch.lap("store")
        return watch.laps

    gc.collect()
    gc.freeze()
    return answer


def measure(answer: Callable[[bytes], dict[str, float]], bodies: Iterable[bytes]) -> dict[str, float]:
    """Return the median milliseconds of each stage over *bodies*."""
    laps = [answer(body) for body in bodies]
    return {stage: median(lap[stage] for lap in laps) for stage in STAGES}

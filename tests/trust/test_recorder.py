"""What no answer waits for is written soon, or counted as lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cds_service.adapters.recorder import QUEUE_ITEMS, Recorder, Shelves
from cds_service.adapters.sealing import Sealing
from cds_service.adapters.store import Store
from cds_service.adapters.store_counts import StoredCodes, StoredTallies
from cds_service.adapters.store_shown import StoredShown
from cds_service.adapters.store_tokens import StoredTokens
from cds_service.adapters.store_traces import StoredTraces
from cds_service.chart.local_codes import LocalCode
from cds_service.errors import StoreUnavailable
from tests.trust.made import a_trace

SEALING = Sealing([], b"p")


def shelves(store: Store) -> Shelves:
    traces = StoredTraces(store, SEALING)
    return Shelves(traces, StoredShown(store), StoredCodes(store), StoredTallies(store), StoredTokens(store))


def soon(is_so: Callable[[], bool]) -> bool:
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def test_what_is_kept_is_written_soon(store: Store) -> None:
    recorder = Recorder(shelves(store))
    recorder.keep(a_trace("a"), LocalCode("ehr", "urn:local", "1"))
    for _ in range(2):
        recorder.tally("ehr", ("stripped",))
    assert soon(lambda: bool(StoredTraces(store, SEALING).find("a")) and len(recorder.ranked()) == 1)
    assert soon(lambda: StoredTallies(store).since("2026") == {("ehr", "stripped"): 2})
    recorder.close()


def test_closing_writes_what_still_waits(store: Store) -> None:
    recorder = Recorder(shelves(store))
    for number in range(500):
        recorder.keep(a_trace(str(number)))
        recorder.tally("ehr", ("stripped",))
    recorder.close()
    assert StoredTraces(store, SEALING).verify().rows == 500
    assert StoredTallies(store).since("2026") == {("ehr", "stripped"): 500}


class Away(StoredTraces):
    """Traces that cannot be written for a while."""

    is_away = True

    def keep(self, items: Any) -> None:
        if self.is_away and (items := list(items)):
            raise StoreUnavailable("away")
        super().keep(items)


def test_an_answer_never_waits_and_losses_are_counted(store: Store) -> None:
    lost: list[int] = []
    usual = shelves(store)
    away = Away(store, SEALING)
    recorder = Recorder(
        Shelves(away, usual.shown, usual.codes, usual.tallies, usual.tokens), on_dropped=lost.append
    )
    started = time.perf_counter()
    for number in range(QUEUE_ITEMS + 500):
        recorder.keep(a_trace(str(number)))
    assert time.perf_counter() - started < 1.0
    assert 200 <= sum(lost) <= 500
    away.is_away = False
    assert soon(lambda: away.verify().rows == QUEUE_ITEMS + 500 - sum(lost))
    recorder.close()


def test_closing_does_not_wait_for_a_store_that_is_away(store: Store) -> None:
    lost: list[int] = []
    usual = shelves(store)
    away = Shelves(Away(store, SEALING), usual.shown, usual.codes, usual.tallies, usual.tokens)
    recorder = Recorder(away, on_dropped=lost.append)
    recorder.keep(a_trace("a"))
    recorder.tally("ehr", ("stripped", "odd"))
    started = time.perf_counter()
    recorder.close()
    assert time.perf_counter() - started < 3
    assert sum(lost) == 3

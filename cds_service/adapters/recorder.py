"""Writes that no answer waits for: a bounded queue, one thread that writes batches, a count of losses."""

from __future__ import annotations

import atexit
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing import util
from queue import Empty, Full, Queue

from cds_service.adapters.store_counts import StoredCodes, StoredTallies
from cds_service.adapters.store_shown import ShownCard, StoredShown
from cds_service.adapters.store_tokens import StoredTokens
from cds_service.adapters.store_traces import StoredTraces
from cds_service.chart.local_codes import CountedCode, LocalCode, rank
from cds_service.errors import StoreUnavailable
from cds_service.trace import Trace

QUEUE_ITEMS = 2_000
BATCH_ITEMS = 200
LINGER_SECONDS = 0.1
"""How long the writer collects before it writes: more per transaction, and fewer turns of the interpreter."""

TALLY_SECONDS = 1.0
"""How long counts are added up here: the same few are counted in every request."""

RETRY_SECONDS = 1.0
CLEANING_SECONDS = 300.0
CLOSING_SECONDS = 10.0


Item = Trace | ShownCard | LocalCode


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where the items go."""

    traces: StoredTraces
    shown: StoredShown
    codes: StoredCodes
    tallies: StoredTallies
    tokens: StoredTokens


class Recorder:
    """Takes items at once and writes them soon; what the queue cannot hold is counted and lost."""

    def __init__(self, shelves: Shelves, *, on_dropped: Callable[[int], None] = lambda number: None) -> None:
        """Start no thread yet: the first item does, in the process that answers.

        Args:
            shelves: where the items go.
            on_dropped: called with the number of items lost.
        """
        self._shelves = shelves
        self._on_dropped = on_dropped
        self._queue: Queue[Item] = Queue(QUEUE_ITEMS)
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._tallies: Counter[tuple[str, str]] = Counter()
        self._tallied_at = time.monotonic()
        self._cleaned_at = time.monotonic()

    def keep(self, *items: Item) -> None:
        """Take *items*; never waits and never fails."""
        self._start()
        for item in items:
            try:
                self._queue.put_nowait(item)
            except Full:
                self._on_dropped(1)

    def tally(self, client: str, whats: Iterable[str]) -> None:
        """Count each of *whats* once for the data-quality report; never waits and never fails."""
        self._start()
        with self._lock:
            self._tallies.update((client, what) for what in whats)

    def close(self, seconds: float = CLOSING_SECONDS) -> None:
        """Write what is still waiting, for at most *seconds*; the rest is counted as dropped."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def count(self, codes: Iterable[LocalCode]) -> None:
        """Count one order for each of *codes*."""
        self.keep(*codes)

    def ranked(self) -> tuple[CountedCode, ...]:
        """Return the counted codes that are written already."""
        return rank(self._shelves.codes.ranked())

    def _start(self) -> None:
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                self._thread.start()
                # A worker process of the server ends through multiprocessing, which runs no atexit functions.
                atexit.register(self.close)
                util.Finalize(self, self.close, exitpriority=10)

    def _run(self) -> None:
        while True:
            batch, tallies = self._batch(), self._due_tallies()
            if batch or tallies:
                self._write_surely(batch, tallies)
            elif self._closing.is_set():
                return
            self._clean()

    def _batch(self) -> list[Item]:
        try:
            batch = [self._queue.get(timeout=0.5 if not self._closing.is_set() else 0.01)]
        except Empty:
            return []
        self._closing.wait(LINGER_SECONDS)
        while len(batch) < BATCH_ITEMS:
            try:
                batch.append(self._queue.get_nowait())
            except Empty:
                break
        return batch

    def _due_tallies(self) -> Counter[tuple[str, str]]:
        if time.monotonic() - self._tallied_at < TALLY_SECONDS and not self._closing.is_set():
            return Counter()
        self._tallied_at = time.monotonic()
        with self._lock:
            due, self._tallies = self._tallies, Counter()
        return due

    def _write_surely(self, batch: list[Item], tallies: Counter[tuple[str, str]]) -> None:
        """Write until it is written; while the store is away the queue fills, then losses are counted."""
        steps = self._steps(batch, tallies)
        while steps:
            try:
                steps[0]()
                steps.pop(0)
            except StoreUnavailable:
                if self._closing.wait(RETRY_SECONDS):
                    self._on_dropped(len(batch) + tallies.total())
                    return

    def _steps(self, batch: list[Item], tallies: Counter[tuple[str, str]]) -> list[Callable[[], None]]:
        shelves = self._shelves
        traces = [item for item in batch if isinstance(item, Trace)]
        shown = [item for item in batch if isinstance(item, ShownCard)]
        codes = [item for item in batch if isinstance(item, LocalCode)]
        return [
            lambda: shelves.shown.keep(shown),
            lambda: shelves.traces.keep(traces),
            lambda: shelves.codes.count(codes),
            lambda: shelves.tallies.add(tallies),
        ]

    def _clean(self) -> None:
        if time.monotonic() - self._cleaned_at < CLEANING_SECONDS:
            return
        self._cleaned_at = time.monotonic()
        try:
            self._shelves.tokens.forget_expired()
        except StoreUnavailable:
            return

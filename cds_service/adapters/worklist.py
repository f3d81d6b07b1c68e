"""The worklist of local codes in memory: for development, and for tests of what counts into it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable

from cds_service.chart.local_codes import CountedCode, LocalCode, rank


class MemoryWorklist:
    """The port ``CodeWorklist`` without a store; it forgets everything when the process ends."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._orders: Counter[LocalCode] = Counter()
        self._lock = threading.Lock()

    def count(self, codes: Iterable[LocalCode]) -> None:
        """Count one order for each of *codes*."""
        with self._lock:
            self._orders.update(codes)

    def ranked(self) -> tuple[CountedCode, ...]:
        """Return all counted codes, recognised by their words first, then the most frequent."""
        with self._lock:
            return rank(CountedCode(code, orders) for code, orders in self._orders.items())

"""A server that fails again and again is left alone for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Breaker:
    """Counts failures in a row; one trial call is let through when the pause is over.

    Attributes:
        failures: so many in a row open the breaker.
        pause_seconds: so long nothing is asked then.
        clock: monotonic seconds.
    """

    failures: int = 3
    pause_seconds: float = 15.0
    clock: Callable[[], float] = time.monotonic
    _in_a_row: int = 0
    _closed_again_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lets_through(self) -> bool:
        """Say whether the server may be asked now; during the pause it may not."""
        with self._lock:
            if self._in_a_row < self.failures:
                return True
            if self.clock() < self._closed_again_at:
                return False
            self._closed_again_at = self.clock() + self.pause_seconds
            return True

    def report(self, well: bool) -> None:
        """Count one round: *well* when the server answered anything usable."""
        with self._lock:
            self._in_a_row = 0 if well else self._in_a_row + 1
            if self._in_a_row >= self.failures:
                self._closed_again_at = self.clock() + self.pause_seconds

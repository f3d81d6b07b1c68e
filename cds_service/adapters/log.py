"""One JSON line per request, from an allow-list of fields: nothing of patients, users or tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TextIO

import orjson

from cds_service.clock import Clock, system_clock

FIELDS = (
    "trace",
    "method",
    "route",
    "status",
    "milliseconds",
    "client",
    "service",
    "hook",
    "cards",
    "tier",
    "disposition",
    "gaps",
    "content",
    "items",
    "oddities",
    "error",
    "where",
)
_LONGEST = 120


class RequestLog:
    """Writes the canonical line.

    Attributes:
        dropped: number of fields that were not on the list, or too long, since the start.
    """

    def __init__(
        self, stream: TextIO, now: Clock = system_clock, on_lost: Callable[[], None] = lambda: None
    ) -> None:
        """Write nothing yet.

        Args:
            stream: takes the lines.
            now: the clock.
            on_lost: called for each line that the stream did not take.
        """
        self._stream, self._now, self._on_lost = stream, now, on_lost
        self.dropped = 0

    def write(self, facts: Mapping[str, object]) -> None:
        """Write one line with those of *facts* that are on the list; blank ones are left out.

        A stream that takes no line (a full disk, a reader that went away) costs the line, never the answer.
        """
        allowed = {name: facts[name] for name in FIELDS if name in facts and _is_short(facts[name])}
        self.dropped += len(facts) - len(allowed)
        line: dict[str, object] = {"time": self._now().isoformat(timespec="milliseconds"), "event": "request"}
        line |= {name: value for name, value in allowed.items() if value not in ("", (), None)}
        try:
            self._stream.write(orjson.dumps(line).decode() + "\n")
            self._stream.flush()
        except OSError:
            self._on_lost()


def _is_short(value: object) -> bool:
    if isinstance(value, tuple):
        return all(isinstance(item, str) and len(item) <= _LONGEST for item in value)
    return (
        value is None
        or isinstance(value, (int, float))
        or (isinstance(value, str) and len(value) <= _LONGEST)
    )

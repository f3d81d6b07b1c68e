"""The wall clock as a port, so that a test can say when it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment, with its time zone."""


def system_clock() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)

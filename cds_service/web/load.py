"""A bounded number of requests at work and waiting; the rest is told at once to come back."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask, g, request

from cds_service.errors import Overloaded


class Gate:
    """Lets *at_work* requests work and *waiting* more wait, each for at most *wait_seconds*."""

    def __init__(self, at_work: int, waiting: int, wait_seconds: float) -> None:
        """Open the gate.

        Args:
            at_work: requests that are worked on at once in this process.
            waiting: requests that may wait for their turn.
            wait_seconds: longest wait; a clinician is waiting, too.
        """
        self._turns = threading.Semaphore(at_work)
        self._room = threading.Semaphore(at_work + waiting)
        self._wait_seconds = wait_seconds

    def enter(self) -> None:
        """Wait for a turn.

        Raises:
            Overloaded: there is no room to wait, or the turn did not come.
        """
        if not self._room.acquire(blocking=False):
            raise Overloaded("no room to wait")
        if not self._turns.acquire(timeout=self._wait_seconds):
            self._room.release()
            raise Overloaded("the turn did not come")

    def leave(self) -> None:
        """Give the turn to the next."""
        self._turns.release()
        self._room.release()


def guard(app: Flask, gate: Gate, is_exempt: Callable[[str | None], bool]) -> None:
    """Put *gate* before every request of *app* but those whose endpoint is exempt (health, metrics)."""

    def enter() -> None:
        if not is_exempt(request.endpoint):
            gate.enter()
            g.inside = True

    def leave(_error: BaseException | None) -> None:
        if g.pop("inside", False):
            gate.leave()

    app.before_request(enter)
    app.teardown_request(leave)

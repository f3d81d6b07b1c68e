"""Calls that are given up when they take too long; while one still hangs, the next are refused at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from cds_service.errors import StoreUnavailable

THREADS = 8
"""Calls at once; as many as there are connections."""

T = TypeVar("T")


class InTime:
    """Runs calls in threads of its own, so that whoever asks never waits for longer than *seconds*.

    A database that refuses says so at once, but one that hangs says nothing, and no setting of a
    driver bounds opening a connection and waiting for an answer alike.
    """

    def __init__(self, seconds: float) -> None:
        """Start no thread yet: the first call does.

        Args:
            seconds: longest wait for one call.
        """
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(THREADS, "store")
        self._late: set[Future[Any]] = set()

    def run(self, work: Callable[[], T]) -> T:
        """Return what *work* returns. What is given up may still come to its end, and is then forgotten.

        Raises:
            StoreUnavailable: it takes too long, or an earlier call that took too long still runs.
        """
        if self._late:
            raise StoreUnavailable("the store still owes an earlier answer")
        call = self._pool.submit(work)
        try:
            return call.result(self._seconds)
        except TimeoutError as error:
            if call.done():
                return call.result()
            self._late.add(call)
            call.add_done_callback(self._late.discard)
            call.cancel()
            raise StoreUnavailable("the store does not answer in time") from error

    def close(self) -> None:
        """Take no more calls; those under way end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)

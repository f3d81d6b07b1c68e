"""Bounds on requests at work and waiting, and on what their bodies hold; the rest is told to come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from cds_service.errors import Overloaded


class Gate:
    """Lets *at_work* requests work and *waiting* more wait, in the order they came, but not for long."""

    def __init__(self, at_work: int, waiting: int, wait_seconds: float) -> None:
        """Open the gate.

        Args:
            at_work: requests that are worked on at once in this process.
            waiting: requests that may wait for their turn.
            wait_seconds: longest wait; a clinician is waiting, too.
        """
        self._turns = asyncio.Semaphore(at_work)
        self._room = at_work + waiting
        self._inside = 0
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and have it until the end of the block.

        Raises:
            Overloaded: there is no room to wait, or the turn did not come.
        """
        if self._inside >= self._room:
            raise Overloaded("no room to wait")
        self._inside += 1
        try:
            await self._wait()
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._inside -= 1

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise Overloaded("the turn did not come") from None


class Room:
    """The bytes that large bodies may hold at once in this process."""

    def __init__(self, limit_bytes: int) -> None:
        """Begin with nothing held."""
        self._left_bytes = limit_bytes

    @contextmanager
    def share(self) -> Iterator[Callable[[int], None]]:
        """Yield what takes a number of bytes, or raises Overloaded; they are given back after the block."""
        taken = 0

        def take(count: int) -> None:
            nonlocal taken
            if count > self._left_bytes:
                raise Overloaded("no room for a body of this size")
            self._left_bytes -= count
            taken += count

        try:
            yield take
        finally:
            self._left_bytes += taken

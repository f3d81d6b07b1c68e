"""A bounded number of requests at work and waiting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from cds_service.errors import Overloaded
from cds_service.web.load import Gate


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 10))  # type: ignore[arg-type]


async def enter(gate: Gate) -> None:
    async with gate.turn():
        pass


def test_whoever_finds_no_room_is_told_at_once() -> None:
    async def test() -> None:
        gate = Gate(at_work=1, waiting=0, wait_seconds=5)
        async with gate.turn():
            started = time.perf_counter()
            with pytest.raises(Overloaded, match="room"):
                await enter(gate)
            assert time.perf_counter() - started < 1
        await enter(gate)

    run(test)


def test_whoever_waits_too_long_is_told_and_leaves_the_room() -> None:
    async def test() -> None:
        gate = Gate(at_work=1, waiting=1, wait_seconds=0.05)
        async with gate.turn():
            for _ in range(3):
                with pytest.raises(Overloaded, match="turn"):
                    await enter(gate)
        await enter(gate)

    run(test)


def test_whoever_waits_comes_in_turn() -> None:
    came: list[str] = []

    async def come(gate: Gate, name: str) -> None:
        async with gate.turn():
            came.append(name)
            await asyncio.sleep(0.01)

    async def test() -> None:
        gate = Gate(at_work=1, waiting=3, wait_seconds=5)
        await asyncio.gather(*(come(gate, name) for name in "abcd"))

    run(test)
    assert came == ["a", "b", "c", "d"]


def test_a_turn_that_fails_is_given_back() -> None:
    async def test() -> None:
        gate = Gate(at_work=1, waiting=0, wait_seconds=1)
        for _ in range(3):
            with pytest.raises(ValueError, match="broken"):
                async with gate.turn():
                    raise ValueError("broken")
        await enter(gate)

    run(test)

"""Whether a worker's memory stays flat over many requests."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from benchmarks.bodies import bodies
from benchmarks.load import run
from benchmarks.servers import service

_STEPS = 10
_GROWTH_MEGABYTES = 5.0
"""What the second half of the requests may add: the allocator's noise, not a leak."""


def flat_memory(folder: Path, workers: int, requests: int) -> int:
    """Send *requests* to the service, print its memory on the way, and return 0 when it stays flat."""
    (folder / "memory").mkdir()
    with service(folder / "memory", workers, next(bodies(10, seed=0))) as running:
        held = [running.megabytes()]
        for step in range(_STEPS):
            run(running.target, list(islice(bodies(10, seed=step), requests // _STEPS)), 8)
            held.append(running.megabytes())
            print(f"{(step + 1) * requests // _STEPS:>7} requests: {held[-1]:.1f} MB", flush=True)
    grown = held[-1] - held[_STEPS // 2]
    print(f"the second half of {requests} requests added {grown:.1f} MB")
    return 0 if grown <= _GROWTH_MEGABYTES else 1

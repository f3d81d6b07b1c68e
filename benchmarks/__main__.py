"""Run the benchmark: ``make bench``, or ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import report, stages
from benchmarks.around import around
from benchmarks.bodies import bodies
from benchmarks.load import Timed, run
from benchmarks.memory import flat_memory
from benchmarks.servers import Running, ceiling, service
from benchmarks.text import text_step

REQUESTS = {10: 1500, 100: 300, 1000: 40}
"""Requests of one round to one server at most, by number of resources."""

ROUND_SECONDS = 1.2
"""No request of a round is begun later."""

CONCURRENCY = (1, 8, 32)
COLD_STARTS = 3
STAGE_BODIES = {10: 60, 100: 30, 1000: 7}
LATEST = Path(__file__).with_name("latest.json")


def main() -> int:
    """Measure, print the tables, write ``latest.json``."""
    asked = _arguments()
    if asked.text:
        return text_step()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if asked.memory:
            return flat_memory(Path(folder), asked.workers, 100_000 if asked.long else 20_000)
        if asked.frame:
            return _measure_frame(Path(folder), asked)
        found = _measure(Path(folder), asked)
    found["details"]["seconds"] = round(time.perf_counter() - began, 1)
    asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"\n{found['details']['seconds']:.0f} s; written to {asked.out}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(REQUESTS), choices=list(REQUESTS))
    parser.add_argument("--at-once", type=int, nargs="+", default=list(CONCURRENCY), help="connections")
    parser.add_argument("--rounds", type=int, default=3, help="service and ceiling take turns so often")
    cores = os.cpu_count() or 1
    parser.add_argument(
        "--workers", type=int, default=cores, help="CDS_WORKERS of both servers; as advised, one a core"
    )
    parser.add_argument(
        "--memory", action="store_true", help="only whether memory stays flat, 20,000 requests"
    )
    parser.add_argument("--long", action="store_true", help="with --memory: 100,000 requests")
    parser.add_argument(
        "--frame", action="store_true", help="only intake and Flask without a service behind them"
    )
    parser.add_argument("--text", action="store_true", help="only the text step, in this process")
    parser.add_argument("--out", type=Path, default=LATEST, help="the file for the results")
    return parser.parse_args()


def _measure(folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    first = next(bodies(10, seed=0))
    cold = [_cold_start(folder / f"cold-{number}", asked.workers, first) for number in range(COLD_STARTS)]
    print(f"cold start to first answer: {', '.join(f'{one:.2f} s' for one in cold)}")
    with _both(folder, asked.workers, first) as (own, bare):
        pairs, peaks = {}, {}
        for at in sorted(asked.at_once):
            pairs |= _pairs(own, bare, at, asked)
            peaks[at] = round(own.peak_megabytes(), 1)
    print(report.table(pairs))
    print(
        "\npeak memory of a worker: "
        + ", ".join(f"{mb:.0f} MB with {at} at once" for at, mb in peaks.items())
    )
    taken_apart = _stages(folder, asked.sizes)
    print("\n" + report.stage_table(taken_apart))
    if all((size, 8) in pairs for size in asked.sizes):
        print("\n" + report.growth(pairs))
    beside = around(folder)
    print("\n" + report.around_line(beside))
    about = {
        "cold_start_s": round(median(cold), 2),
        "rss_mb": peaks.get(8, max(peaks.values())),
        "peak_mb_at_once": peaks,
        "workers": asked.workers,
        "around_ms": beside,
    }
    return report.as_json(pairs, taken_apart, about)


@contextmanager
def _both(folder: Path, workers: int, first: bytes) -> Iterator[tuple[Running, Running]]:
    """Run the service, and the ceiling with the answer of the service."""
    (folder / "own").mkdir()
    with (
        service(folder / "own", workers, first) as own,
        ceiling(folder, workers, first, own.first_answer) as bare,
    ):
        yield own, bare


def _measure_frame(folder: Path, asked: argparse.Namespace) -> int:
    """Print what is left of the ceiling when intake and Flask answer as it does."""
    first = next(bodies(10, seed=0))
    (folder / "own").mkdir()
    with service(folder / "own", asked.workers, first) as own:
        answer = own.first_answer
    with (
        ceiling(folder, asked.workers, first, answer, "frame") as frame,
        ceiling(folder, asked.workers, first, answer) as bare,
    ):
        pairs = {}
        for at in sorted(asked.at_once):
            pairs |= _pairs(frame, bare, at, asked)
    print(report.table(pairs))
    return 0


def _pairs(
    own: Running, bare: Running, at_once: int, asked: argparse.Namespace
) -> dict[tuple[int, int], report.Pair]:
    return {(size, at_once): _pair(own, bare, size, at_once, asked.rounds) for size in asked.sizes}


def _pair(own: Running, bare: Running, size: int, at_once: int, rounds: int) -> report.Pair:
    """Measure one cell; the two servers take turns on the same bodies, which neither has seen."""
    taken: dict[str, list[tuple[Timed, float]]] = {"own": [], "bare": []}
    for number in range(rounds):
        asked = list(islice(bodies(size, seed=1 + 100 * number + at_once), REQUESTS[size]))
        for name, server in (("bare", bare), ("own", own)):
            before = server.cpu_seconds()
            timed = run(server.target, asked, at_once, ROUND_SECONDS)
            taken[name].append((timed, server.cpu_seconds() - before))
    ratios = [
        mine.per_second / theirs.per_second
        for (mine, _), (theirs, _) in zip(taken["own"], taken["bare"], strict=True)
    ]
    return report.Pair(report.Cell.of(taken["own"]), report.Cell.of(taken["bare"]), median(ratios))


def _cold_start(folder: Path, workers: int, first: bytes) -> float:
    folder.mkdir()
    with service(folder, workers, first) as running:
        return running.cold_start_seconds


def _stages(folder: Path, sizes: list[int]) -> dict[int, dict[str, float]]:
    answer = stages.open_path(folder)
    for body in islice(bodies(100, seed=7), 3):
        answer(body)
    return {size: stages.measure(answer, islice(bodies(size, seed=8), STAGE_BODIES[size])) for size in sizes}


if __name__ == "__main__":
    sys.exit(main())

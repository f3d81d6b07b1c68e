"""What was measured as a table for people and as JSON for machines."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.load import Timed


@dataclass(frozen=True, slots=True)
class Cell:
    """One size at one concurrency on one server; the median of the rounds."""

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms: float

    @classmethod
    def of(cls, rounds: list[tuple[Timed, float]]) -> Cell:
        """Return the medians over *rounds*, each a run and the processor seconds that it took."""
        answers = [len(timed.latencies_ms) for timed, _ in rounds]
        together = Timed(1.0, tuple(ms for timed, _ in rounds for ms in timed.latencies_ms))
        return cls(
            per_second=median(timed.per_second for timed, _ in rounds),
            p50_ms=together.percentile(0.50),
            p95_ms=together.percentile(0.95),
            p99_ms=together.percentile(0.99),
            cpu_ms=1000 * sum(cpu for _, cpu in rounds) / sum(answers),
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """The service and the ceiling side by side; ``ratio`` is the median of the ratios of the rounds."""

    service: Cell
    ceiling: Cell
    ratio: float


def as_json(
    pairs: Mapping[tuple[int, int], Pair],
    stages: Mapping[int, Mapping[str, float]],
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what ``latest.json`` says.

    Args:
        pairs: by number of resources and concurrency.
        stages: milliseconds of each stage, by number of resources.
        about: cold_start_s, rss_mb (the peak of a worker with eight at once) and more of the run as a whole.
    """
    at_eight = {str(size): pair for (size, at_once), pair in sorted(pairs.items()) if at_once == 8}
    cells = [
        {"resources": size, "concurrency": at, **asdict(pair)} for (size, at), pair in sorted(pairs.items())
    ]
    return {
        "sizes": {
            size: {
                "ratio": round(pair.ratio, 3),
                "p50_ms": round(pair.service.p50_ms, 2),
                "p99_ms": round(pair.service.p99_ms, 2),
            }
            for size, pair in at_eight.items()
        },
        "cold_start_s": about["cold_start_s"],
        "rss_mb": about["rss_mb"],
        "machine": machine(),
        "details": {
            **about,
            "cells": cells,
            "cpu_ms_per_resource": {
                size: round(pair.service.cpu_ms / int(size), 4) for size, pair in at_eight.items()
            },
            "stages_ms": {str(size): shares for size, shares in stages.items()},
        },
    }


def table(pairs: Mapping[tuple[int, int], Pair]) -> str:
    """Return the cells as a Markdown table."""
    lines = [
        "| resources | at once | own/s | ceiling/s | ratio | p50 ms | p95 ms | p99 ms | p99/p50 | CPU ms |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for (size, at), pair in sorted(pairs.items()):
        own = pair.service
        lines.append(
            f"| {size} | {at} | {own.per_second:.1f} | {pair.ceiling.per_second:.1f} | {pair.ratio:.3f} "
            f"| {own.p50_ms:.2f} | {own.p95_ms:.2f} | {own.p99_ms:.2f} "
            f"| {own.p99_ms / own.p50_ms:.1f} | {own.cpu_ms:.2f} |"
        )
    return "\n".join(lines)


def stage_table(stages: Mapping[int, Mapping[str, float]]) -> str:
    """Return the stages as a Markdown table, each with its share of the whole."""
    names = list(next(iter(stages.values())))
    lines = ["| resources | " + " | ".join(names) + " | all |", "|--:|" + "--:|" * (len(names) + 1)]
    for size, laps in stages.items():
        whole = sum(laps.values())
        cells = [f"{laps[name]:.2f} ms, {100 * laps[name] / whole:.0f} %" for name in names]
        lines.append(f"| {size} | " + " | ".join(cells) + f" | {whole:.2f} ms |")
    return "\n".join(lines)


def around_line(took: Mapping[str, float]) -> str:
    """Return what stands around an answer, and its sum."""
    parts = " + ".join(f"{name} {cost:.2f}" for name, cost in took.items())
    return f"Processor time around an answer: {parts} = {sum(took.values()):.2f} ms"


def growth(pairs: Mapping[tuple[int, int], Pair]) -> str:
    """Return how the cost of one more resource grows, in processor time of the service at concurrency 8."""
    per_resource = {
        size: 1000 * pair.service.cpu_ms / size for (size, at), pair in sorted(pairs.items()) if at == 8
    }
    words = ", ".join(f"{cost:.0f} µs at {size}" for size, cost in per_resource.items())
    grows = (
        f"; 1,000 against 100: {per_resource[1000] / per_resource[100]:.2f}" if 1000 in per_resource else ""
    )
    return f"Processor time for each resource: {words}{grows}"


def machine() -> str:
    """Return what the machine is."""
    names = [line for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    cpu = names[0].partition(":")[2].strip() if names else platform.machine()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    python, granian = platform.python_version(), version("granian")
    return f"{os.cpu_count()} × {cpu}, Python {python}, granian {granian}, load average {load}"


def _lines(file: str) -> list[str]:
    path = Path(file)
    return path.read_text().splitlines() if path.exists() else []

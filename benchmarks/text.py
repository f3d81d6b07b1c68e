"""How long the text step takes, by how much of a text speaks of what the service looks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.words import Notes
from cds_service.chart.dates import FhirDate
from cds_service.chart.model import Chart, Passage, Patient
from cds_service.content.load import load_library

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2026, 11, 21)
WORDS = 2_000
SPOKEN = (0.0, 0.1, 0.2)
"""Shares of sentences that speak of findings."""

WARM_UP, ROUNDS = 300, 40


def text_step() -> int:
    """Print the milliseconds for 2,000 words as one note and as ten; every note is new."""
    finder = load_library(ROOT / "cards").finder
    print("| 2,000 words as | spoken sentences | least ms | median ms |\n|---|--:|--:|--:|")
    for notes, spoken in ((count, share) for share in SPOKEN for count in (1, 10)):
        charts = _charts(notes, spoken)
        for _ in range(WARM_UP // notes):  # the words of the language are met once
            finder.find(next(charts))
        taken = []
        for _ in range(ROUNDS):
            chart = next(charts)
            began = perf_counter()
            finder.find(chart)
            taken.append((perf_counter() - began) * 1000)
        name = "one note" if notes == 1 else f"{notes} notes"
        print(f"| {name} | {spoken:.0%} | {min(taken):.2f} | {median(taken):.2f} |", flush=True)
    return 0


def _charts(notes: int, spoken: float) -> Iterator[Chart]:
    supply = Notes(seed=notes, spoken=spoken)
    while True:
        texts = [supply.note(WORDS // notes) for _ in range(notes)]
        passages = tuple(
            Passage(
                "DocumentReference",
                f"DocumentReference/{at}",
                "content[0].attachment",
                text,
                FhirDate.on(DAY),
            )
            for at, text in enumerate(texts)
        )
        yield Chart(Patient("bench-patient"), DAY, passages=passages)

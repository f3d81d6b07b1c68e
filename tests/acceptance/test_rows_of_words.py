"""The reader of notes is never stopped by words that nobody would put in a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

import pytest

from cds_service.evidence.lexicon import Node
from tests.content.library import the_library
from tests.unit.evidence.tiny import read

ROWS = 1_500
DENIALS = ("no ", "denies ", "without ", "not ", "denied ", "never ", "neither ")
BETWEEN = (
    *(" ", ", ", " or ", " and ", " but ", ", which ", ": ", " - ", "/", " (", ") ", "; ", "\n", "? "),
    *(" no ", " denied", " 3+ ", " 4/5 ", " R+ L- ", " -/- ", " 2 weeks ago "),
)


def entries(following: Mapping[str, Node], before: str = "") -> Iterator[str]:
    for word, node in following.items():
        if node.meanings:
            yield f"{before}{word}"
        yield from entries(node.following, f"{before}{word} ")


@pytest.mark.parametrize("seed", range(4))
def test_no_row_of_entries_stops_the_reader(seed: int) -> None:
    library, random = the_library(), Random(seed)  # noqa: S311 - its chance is the same each time
    every = list(entries(library.findings.lexicon.entries))
    denials = [entry for entry in every if entry.startswith(DENIALS)]
    for _ in range(ROWS):
        row = [
            random.choice(denials if random.random() < 0.25 else every) + random.choice(BETWEEN)
            for _ in range(random.randint(1, 7))
        ]
        read("".join(row), library.finder)

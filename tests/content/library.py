"""The real content with its worked cases, read once for all tests of the content."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cds_service.cases.run import Prepared, prepare
from cds_service.cases.shape import Cases, read_cases
from cds_service.content.library import Library
from cds_service.content.load import load_library
from cds_service.content.read_yaml import read_yaml
from cds_service.errors import ContentError

FOLDER = Path(__file__).parents[2] / "cards"


@cache
def the_library() -> Library:
    """Return the content of ``cards/``."""
    return load_library(FOLDER)


@cache
def the_cases(recommendation: str) -> Cases:
    """Return the worked cases of *recommendation*.

    Raises:
        ContentError: a case file is not in its format.
    """
    mistakes: list[ContentError] = []
    cases = read_cases(FOLDER, recommendation, mistakes)
    if mistakes:
        raise mistakes[0]
    return cases


@cache
def prepared_cases(recommendation: str) -> tuple[Prepared, ...]:
    """Return the worked cases with their evidence found, which changed rules can use again."""
    cases = the_cases(recommendation)
    return tuple(prepare(case, file, cases, the_library()) for file, case in cases)


@cache
def window_names() -> dict[str, str]:
    """Return the window name of each finding, as its file says."""
    files = (read_yaml(FOLDER, f"findings/{path.name}") for path in (FOLDER / "findings").glob("*.yaml"))
    return {entry["id"]: entry["window"] for file in files if isinstance(file, list) for entry in file}

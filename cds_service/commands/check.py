"""Check the clinical content: formats, cross references, worked cases."""

from __future__ import annotations

import argparse
from pathlib import Path

from cds_service.cases.run import run_cases
from cds_service.cases.shape import read_cases
from cds_service.content.library import Library
from cds_service.content.load import read_library
from cds_service.errors import ContentError

HELP = "check the clinical content: every mistake on one line, with file, place and remedy"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path("cards"), help="content folder (default: cards)"
    )
    parser.add_argument("--without-cases", action="store_true", help="do not run the worked cases")


def run(arguments: argparse.Namespace) -> int:
    """Print each mistake on one line; return 1 when there is one, 0 when the content can be used."""
    library, mistakes = read_library(arguments.folder)
    cases = 0
    if library is not None and not mistakes and not arguments.without_cases:
        cases, mistakes = check_cases(arguments.folder, library)
    for mistake in mistakes:
        print(mistake)
    if mistakes or library is None:
        print(f"{len(mistakes)} mistake{'' if len(mistakes) == 1 else 's'}")
        return 1
    print(f"content {library.version}: {_counted(library)}, {cases} worked cases: no mistake")
    return 0


def check_cases(folder: Path, library: Library) -> tuple[int, list[ContentError]]:
    """Run the worked cases of every recommendation; return their number and what is wrong with them."""
    number, mistakes = 0, []
    for name in library.recommendations:
        wrong: list[ContentError] = []
        cases = read_cases(folder, name, wrong)
        number += len(list(cases))
        mistakes.extend(wrong or run_cases(cases, library))
    return number, mistakes


def _counted(library: Library) -> str:
    rules = sum(len(recommendation.rules) for recommendation in library.recommendations.values())
    cards = sum(len(catalogue.cards) for catalogue in library.catalogues.values())
    return f"{len(library.findings.definitions)} findings, {rules} rules, {cards} cards"

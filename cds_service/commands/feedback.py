"""Report what clinicians did with the cards."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import TextIO

from cds_service.adapters.store import now_ms
from cds_service.errors import SettingError
from cds_service.feedback_report import Line, Outcome, Rate, report
from cds_service.keeping import open_keeping
from cds_service.settings import Settings

HELP = "report how often cards are accepted and overridden, by card, rule, content version, client and reason"

_COLUMNS = ("by", "value", "shown", "accepted", "overridden", "accepted of shown", "overridden of answered")
_DAY_MS = 24 * 3600 * 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    parser.add_argument("--days", type=int, default=90, help="cards shown in the last so many days (90)")
    parser.add_argument("--format", choices=["table", "csv", "json"], default="table")


def run(arguments: argparse.Namespace) -> int:
    """Print the report.

    Raises:
        SettingError: the number of days is not positive.
        StoreUnavailable: the store does not answer.
    """
    if arguments.days < 1:
        raise SettingError("feedback: --days: at least 1 is needed")
    keeping = open_keeping(Settings.read(os.environ))
    rows = keeping.feedback.outcomes(now_ms() - arguments.days * _DAY_MS)
    keeping.store.close()
    lines = report(
        Outcome(
            client=row.client,
            card=row.card_id,
            rules=tuple(row.rules.split()),
            version=row.content_version,
            outcome=row.outcome or "",
            reason=row.reason_display or row.reason_code or "",
        )
        for row in rows
    )
    write(lines, arguments.format, sys.stdout)
    return 0


def write(lines: Iterable[Line], form: str, stream: TextIO) -> None:
    """Write the report as a table, as CSV or as JSON."""
    if form == "json":
        json.dump([asdict(line) for line in lines], stream, indent=2)
        stream.write("\n")
    elif form == "csv":
        _csv(lines, stream)
    else:
        _table(lines, stream)


def _csv(lines: Iterable[Line], stream: TextIO) -> None:
    rates = ("accepted_of_shown", "overridden_of_answered")
    spread = [f"{rate}{part}" for rate in rates for part in ("", "_low", "_high")]
    writer = csv.writer(stream)
    writer.writerow(["by", "value", "shown", "accepted", "overridden", *spread])
    for line in lines:
        parts = [
            (rate.share, rate.low, rate.high)
            for rate in (line.accepted_of_shown, line.overridden_of_answered)
        ]
        numbers = ["" if part is None else f"{part:.4f}" for rate in parts for part in rate]
        writer.writerow([line.by, _safe(line.value), line.shown, line.accepted, line.overridden, *numbers])


def _table(lines: Iterable[Line], stream: TextIO) -> None:
    rows = [_COLUMNS, *(_cells(line) for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_COLUMNS))]
    for row in rows:
        stream.write(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
        )


def _cells(line: Line) -> tuple[str, ...]:
    counts = (str(line.shown), str(line.accepted), str(line.overridden))
    value = "".join(letter if letter.isprintable() else "?" for letter in line.value)
    return (line.by, value, *counts, _rate(line.accepted_of_shown), _rate(line.overridden_of_answered))


def _rate(rate: Rate) -> str:
    if rate.share is None or rate.low is None or rate.high is None:
        return "-"
    return f"{rate.share:.0%} ({rate.low:.0%} to {rate.high:.0%})"


def _safe(text: str) -> str:
    """Keep a spreadsheet from taking a client's words for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text

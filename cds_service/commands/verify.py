"""Prove that no trace was changed, added or taken away."""

from __future__ import annotations

import argparse
import os

from cds_service.keeping import open_keeping
from cds_service.settings import Settings

HELP = "walk the chain of the traces and say whether it is whole"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    parser.add_argument(
        "--since",
        metavar="HEAD",
        default="",
        help="a head printed earlier; it must still be in the chain, so that a cut-off end is noticed",
    )


def run(arguments: argparse.Namespace) -> int:
    """Verify; 1 when the chain is broken.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    keeping = open_keeping(Settings.read(os.environ))
    report = keeping.traces.verify(arguments.since)
    keeping.store.close()
    keyed = "keyed with CDS_TRACE_KEY" if keeping.sealing.sealed else "not keyed: set CDS_TRACE_KEY"
    print(f"{report.rows} rows, {keyed}")
    print(f"head {report.head}")
    print("whole" if report.intact else f"BROKEN at row {report.broken_at}")
    return 0 if report.intact else 1

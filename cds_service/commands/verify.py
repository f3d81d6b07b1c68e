"""Prove that no trace was changed, added or taken away."""

from __future__ import annotations

import argparse
import os
import re

from cds_service.keeping import open_keeping
from cds_service.settings import Settings

HELP = "walk the chain of the traces and say whether it is whole"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    parser.add_argument(
        "--since",
        type=_head,
        metavar="HEAD",
        help="a head printed earlier; it must still be in the chain, so that a cut-off end is noticed",
    )


def _head(text: str) -> str:
    """Read a head; what is none proves nothing, whatever it is compared with."""
    if not re.fullmatch(r"\d{1,18}:[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError("not a head, which is NUMBER:LINK as verify prints it")
    return text


def run(arguments: argparse.Namespace) -> int:
    """Verify; 1 when the chain is broken.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    keeping = open_keeping(Settings.read(os.environ))
    report = keeping.traces.verify(arguments.since or "")
    keeping.store.close()
    keyed = "keyed with CDS_TRACE_KEY" if keeping.sealing.sealed else "not keyed: set CDS_TRACE_KEY"
    print(f"{report.rows} rows, {keyed}")
    print(f"head {report.head}")
    print("whole" if report.intact else f"BROKEN at row {report.broken_at}")
    return 0 if report.intact else 1

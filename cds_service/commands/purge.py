"""Delete old traces; the chain notes that they were deleted and goes on."""

from __future__ import annotations

import argparse
import os

from cds_service.errors import SettingError
from cds_service.keeping import open_keeping
from cds_service.settings import Settings

HELP = "delete traces older than CDS_TRACE_DAYS"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    parser.add_argument("--days", type=int, help="another number of days than the setting's")


def run(arguments: argparse.Namespace) -> int:
    """Purge, and print how many were deleted.

    Raises:
        SettingError: the number of days is negative.
        StoreUnavailable: none is deleted.
    """
    settings = Settings.read(os.environ)
    days = settings.trace_days if arguments.days is None else arguments.days
    if days < 0:
        raise SettingError("purge: --days: a number of days is needed")
    keeping = open_keeping(settings)
    print(f"{keeping.purge(days)} traces older than {days} days deleted")
    keeping.store.close()
    return 0

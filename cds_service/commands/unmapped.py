"""Print the order codes that no concept map of the site translates, ranked by volume."""

from __future__ import annotations

import argparse
import os

from cds_service.keeping import open_keeping
from cds_service.quality import worklist_lines
from cds_service.settings import Settings

HELP = "list the local order codes to map, the most frequent first"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands: nothing."""


def run(arguments: argparse.Namespace) -> int:
    """Print the worklist.

    Raises:
        StoreUnavailable: the counts cannot be read.
    """
    keeping = open_keeping(Settings.read(os.environ))
    keeping.is_ready()  # makes the tables of a new file
    for line in worklist_lines(keeping.codes.ranked()):
        print(line)
    return 0

"""Bring the store's schema to the newest revision."""

from __future__ import annotations

import argparse
import os

from cds_service.adapters.store import Store
from cds_service.adapters.store_schema import migrate
from cds_service.settings import Settings

HELP = "bring the store (CDS_DATABASE_URL) to the newest schema"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""


def run(arguments: argparse.Namespace) -> int:
    """Migrate, and print the revision.

    Raises:
        StoreUnavailable: the database does not answer, or is newer than this release.
    """
    store = Store(Settings.read(os.environ).store_url)
    before = store.revision()
    after = migrate(store)
    print(f"schema {after}" if before == after else f"schema {before or 'empty'} -> {after}")
    store.close()
    return 0

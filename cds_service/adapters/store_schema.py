"""Bring the store's schema up to date with Alembic, one process at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cds_service.adapters.store import Store
from cds_service.adapters.store_tables import SCHEMA_REVISION
from cds_service.errors import StoreUnavailable

_POSTGRES_LOCK = 0x436F7264
"""Any number will do, as long as every release uses the same ("Cord")."""


def migrate(store: Store) -> str:
    """Bring the schema to the newest revision and return it; does nothing when it is there already.

    Raises:
        StoreUnavailable: the database does not answer, refuses, or is newer than this release.
    """
    with _alone(store):
        before = store.revision()
        if before > SCHEMA_REVISION:
            raise StoreUnavailable(f"the schema ({before}) is newer than this release ({SCHEMA_REVISION})")
        if before != SCHEMA_REVISION:
            _upgrade(store)
    return store.revision()


def prepare(store: Store) -> None:
    """Migrate at start where the database is our own file; a shared server is migrated by its operator."""
    if store.is_sqlite and store.revision() != SCHEMA_REVISION:
        migrate(store)


def _upgrade(store: Store) -> None:
    # Imported here: a start with a current schema does not pay for Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(resources.files("cds_service") / "migrations"))
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    if store.is_sqlite:
        with _file_lock(Path(f"{store.url.database}.migrating")):
            yield
        return
    with store.writing() as connection:
        try:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRES_LOCK})
        except SQLAlchemyError as error:
            raise StoreUnavailable("another migration does not come to its end") from error
        yield


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    try:
        file = path.open("w")
    except OSError as error:
        raise StoreUnavailable("the folder of the store cannot be written") from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

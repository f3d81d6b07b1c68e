"""Engines on a SQLite file with a write-ahead log."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import NullPool

BUSY_SECONDS = 5.0
"""How long a durable write waits for another writer of a SQLite file."""
SWIFT_BUSY_SECONDS = 0.25
"""The same for what may be given up (a token id is then remembered in this worker alone)."""


def sqlite_engine(url: URL, *, durable: bool) -> Engine:
    """Return an engine; only when *durable* is a commit on disk before it returns."""
    if url.database and not re.match(r"^(:memory:|file:)", url.database):
        Path(url.database).expanduser().parent.mkdir(parents=True, exist_ok=True)
    seconds = BUSY_SECONDS if durable else SWIFT_BUSY_SECONDS
    extra: dict[str, Any] = (
        {"poolclass": NullPool} if url.database in (None, "", ":memory:") else {"pool_timeout": 3}
    )
    engine = create_engine(url, connect_args={"timeout": seconds}, **extra)
    event.listen(engine, "connect", _sqlite_pragmas("FULL" if durable else "NORMAL"))
    event.listen(engine, "begin", _sqlite_begin)
    event.listen(engine, "connect", _sqlite_note_file(url.database))
    event.listen(engine, "checkout", _sqlite_check_file(url.database))
    return engine


def _sqlite_pragmas(synchronous: str) -> Any:
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA journal_size_limit=67108864")
        cursor.close()

    return set_up


def _sqlite_note_file(path: str | None) -> Any:
    def note(_connection: object, record: Any) -> None:
        record.info["file"] = _identity(path)

    return note


def _sqlite_check_file(path: str | None) -> Any:
    """Drop a connection whose file is no longer the one at *path*: what it takes would be lost with it."""

    def check(_connection: object, record: Any, _proxy: object) -> None:
        if record.info["file"] != _identity(path):
            raise DisconnectionError("the file of the store was taken away")

    return check


def _identity(path: str | None) -> tuple[int, int] | None:
    try:
        found = os.stat(path or "")
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _sqlite_begin(connection: Connection) -> None:
    """Take the write lock at once where we mean to write, so that two workers never deadlock upgrading."""
    writes = connection.get_execution_options().get("cordcheck_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

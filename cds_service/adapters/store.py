"""The database behind the service: SQLite beside it by default, PostgreSQL by URL, one code path."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from cds_service.adapters.store_tables import SCHEMA_REVISION
from cds_service.errors import SettingError, StoreUnavailable

BUSY_SECONDS = 5.0
"""How long a durable write waits for another writer of a SQLite file."""

SWIFT_BUSY_SECONDS = 0.25
"""The same for what may be given up (a token id is then remembered in this worker alone)."""

POSTGRES_LIMITS = "-c statement_timeout=10000 -c lock_timeout=5000"


def now_ms() -> int:
    """Return the wall clock in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


class Store:
    """Two engines on one database.

    *durable* has every commit on disk before it returns (feedback, traces, switches). *swift* may lose its
    last commits when the machine loses power, never when a process dies (token ids).
    """

    def __init__(self, url: str) -> None:
        """Open nothing yet: the first statement connects.

        Args:
            url: ``sqlite:///path`` or ``postgresql+psycopg://...``.

        Raises:
            SettingError: the URL is not one of these.
        """
        self.url = _checked(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._durable = _engine(self.url, durable=True)
        self._swift = _engine(self.url, durable=False)
        self._database_error: type[Exception] = self._swift.dialect.loaded_dbapi.Error

    @contextmanager
    def writing(self, *, swift: bool = False) -> Iterator[Connection]:
        """Yield a connection in one transaction that is committed at the end.

        Raises:
            StoreUnavailable: it cannot be written, for whatever reason.
        """
        engine = self._swift if swift else self._durable
        with _as_unavailable(), engine.connect() as raw:
            connection = raw.execution_options(cordcheck_writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection to read from.

        Raises:
            StoreUnavailable: it cannot be read.
        """
        with _as_unavailable(), self._durable.connect() as connection:
            yield connection

    def swiftly(self, statement: str, values: tuple[str | int, ...]) -> tuple[Any, ...] | None:
        """Run one statement as its own transaction past SQLAlchemy's machinery (a fifth of its time).

        Args:
            statement: SQL that both databases read alike, with ``?`` for each value.
            values: the values.

        Returns:
            The first row of what it returns, None when there is none.

        Raises:
            StoreUnavailable: it cannot be run.
        """
        sql = statement if self.is_sqlite else statement.replace("?", "%s")
        try:
            with closing(self._swift.raw_connection()) as connection, closing(connection.cursor()) as cursor:
                cursor.execute(sql, values)
                row: tuple[Any, ...] | None = cursor.fetchone()
                connection.commit()
        except (SQLAlchemyError, self._database_error) as error:
            raise StoreUnavailable(f"the store does not take this ({type(error).__name__})") from error
        return row

    def insert_new(self, table: Table) -> Any:
        """Return an INSERT of this database that can say what happens ON CONFLICT."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def revision(self) -> str:
        """Return the schema revision of the database, "" when it has no schema.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        with self.reading() as connection:
            if not connection.dialect.has_table(connection, "alembic_version"):
                return ""
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")

    def is_ready(self) -> bool:
        """Return whether the schema is the current one and a write is taken."""
        try:
            if self.revision() != SCHEMA_REVISION:
                return False
            with self.writing() as connection:
                connection.execute(text("UPDATE trace_head SET sequence = sequence WHERE id = 1"))
        except StoreUnavailable:
            return False
        return True

    def close(self) -> None:
        """Give all connections back."""
        self._durable.dispose()
        self._swift.dispose()


@contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the store does not take this ({type(error).__name__})") from error


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingError("CDS_DATABASE_URL is not a database URL") from error
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise SettingError(f"CDS_DATABASE_URL: {parsed.drivername} is neither sqlite nor postgresql")
    return parsed


def _engine(url: URL, *, durable: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, durable=durable)
    limits = POSTGRES_LIMITS if durable else f"{POSTGRES_LIMITS} -c synchronous_commit=off"
    given = url.query.get("options", "")
    options = f"{given if isinstance(given, str) else ' '.join(given)} {limits}".strip()
    bare = url.difference_update_query(["options"])
    return create_engine(
        bare,
        pool_pre_ping=True,
        pool_size=2,
        max_overflow=6,
        pool_timeout=3,
        connect_args={"options": options, "connect_timeout": 3},
    )


def _sqlite(url: URL, *, durable: bool) -> Engine:
    if url.database and not re.match(r"^(:memory:|file:)", url.database):
        Path(url.database).expanduser().parent.mkdir(parents=True, exist_ok=True)
    seconds = BUSY_SECONDS if durable else SWIFT_BUSY_SECONDS
    extra: dict[str, Any] = (
        {"poolclass": NullPool} if url.database in (None, "", ":memory:") else {"pool_timeout": 3}
    )
    engine = create_engine(url, connect_args={"timeout": seconds}, **extra)
    event.listen(engine, "connect", _sqlite_pragmas("FULL" if durable else "NORMAL"))
    event.listen(engine, "begin", _sqlite_begin)
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


def _sqlite_begin(connection: Connection) -> None:
    """Take the write lock at once where we mean to write, so that two workers never deadlock upgrading."""
    writes = connection.get_execution_options().get("cordcheck_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

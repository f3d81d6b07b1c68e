"""The database behind the service: SQLite beside it by default, PostgreSQL by URL, one code path."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from cds_service.adapters.in_time import InTime
from cds_service.adapters.store_tables import SCHEMA_REVISION
from cds_service.errors import SettingError, StoreUnavailable

CARD_SECONDS = 0.25
"""Longest wait for the store of one question that stands before an answer with cards."""

FEEDBACK_SECONDS = 1.0
"""Longest wait of feedback, of a reader of traces and of a probe; with one thread, cards wait behind them."""

T = TypeVar("T")


def now_ms() -> int:
    """Return the wall clock in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


class Store:
    """Two engines on one database.

    *durable* has every commit on disk before it returns (feedback, traces, switches). *swift* may lose its
    last commits when the machine loses power, never when a process dies (token ids). A request waits for
    either only in ``for_cards`` and ``for_feedback``; threads and commands that have time call directly.
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
        self._for_cards = InTime(CARD_SECONDS)
        self._for_feedback = InTime(FEEDBACK_SECONDS)
        self._database_error: type[Exception] = self._swift.dialect.loaded_dbapi.Error

    def for_cards(self, work: Callable[[], T]) -> T:
        """Return what *work* on this store returns, within ``CARD_SECONDS``.

        Raises:
            StoreUnavailable: it cannot be done, or takes longer.
        """
        return self._for_cards.run(work)

    def for_feedback(self, work: Callable[[], T]) -> T:
        """Return what *work* on this store returns, within ``FEEDBACK_SECONDS``.

        Raises:
            StoreUnavailable: it cannot be done, or takes longer, and may then still be done.
        """
        return self._for_feedback.run(work)

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

        It waits no longer than ``for_cards``; SQLite keeps that by itself (``SWIFT_BUSY_SECONDS``).

        Args:
            statement: SQL that both databases read alike, with ``?`` for each value.
            values: the values.

        Returns:
            The first row of what it returns, None when there is none.

        Raises:
            StoreUnavailable: it cannot be run.
        """
        if self.is_sqlite:
            return self._run(statement, values)
        return self.for_cards(lambda: self._run(statement.replace("?", "%s"), values))

    def _run(self, sql: str, values: tuple[str | int, ...]) -> tuple[Any, ...] | None:
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
        """Return whether the schema is the current one and a write is taken.

        The write changes something: one that changes nothing succeeds on SQLite with a full disk.
        """
        try:
            if self.revision() != SCHEMA_REVISION:
                return False
            with self.writing() as connection:
                connection.execute(_PROBE, {"now": now_ms()})
        except StoreUnavailable:
            return False
        return True

    def close(self) -> None:
        """Give all connections back."""
        self._for_cards.close()
        self._for_feedback.close()
        self._durable.dispose()
        self._swift.dispose()


_PROBE = text(
    "INSERT INTO token_ids (client, token_hash, expires_ms) VALUES ('', 'ready', :now) "
    "ON CONFLICT (client, token_hash) DO UPDATE SET expires_ms = excluded.expires_ms"
)
"""A row that no client can have and that expires at once."""


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
    # Imported here: a start needs the driver of one database only.
    if url.get_backend_name() == "sqlite":
        from cds_service.adapters.store_sqlite import sqlite_engine as engine  # noqa: PLC0415
    else:
        from cds_service.adapters.store_postgres import postgres_engine as engine  # noqa: PLC0415
    return engine(url, durable=durable)

"""Engines on PostgreSQL, which is never waited for without an end."""

from __future__ import annotations

from typing import Any

from psycopg import Connection, OperationalError
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL

POSTGRES_LIMITS = "-c statement_timeout=10000 -c lock_timeout=5000"
HANGING_SECONDS = 12.0
"""How long a server is waited for that does not even keep its own limits; see ``InTime``."""


def postgres_engine(url: URL, *, durable: bool) -> Engine:
    """Return an engine; only when *durable* is a commit on disk before it returns."""
    limits = POSTGRES_LIMITS if durable else f"{POSTGRES_LIMITS} -c synchronous_commit=off"
    given = url.query.get("options", "")
    options = f"{given if isinstance(given, str) else ' '.join(given)} {limits}".strip()
    bare = url.difference_update_query(["options"])
    engine = create_engine(
        bare,
        pool_pre_ping=True,
        pool_size=2,
        max_overflow=6,
        pool_timeout=3,
        connect_args={"options": options, "connect_timeout": 3},
    )
    event.listen(engine, "do_connect", _connect)
    return engine


def _connect(_dialect: object, _record: object, args: list[Any], values: dict[str, Any]) -> _Patient:
    return _Patient.connect(*args, **values)


class _Patient(Connection[Any]):
    """A connection to PostgreSQL that is closed when the server says nothing at all for too long."""

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().wait(gen, timeout=HANGING_SECONDS)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise

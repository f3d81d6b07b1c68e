"""A store on each database: SQLite in a fresh folder, PostgreSQL in a fresh schema where one answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

from cds_service.adapters.store import Store
from cds_service.adapters.store_schema import migrate

POSTGRES = os.environ.get("CORDCHECK_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/test")


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The URL of a schema of its own on a real PostgreSQL."""
    try:
        server = psycopg.connect(POSTGRES, connect_timeout=2, autocommit=True)
    except psycopg.OperationalError:
        pytest.skip(f"no PostgreSQL answers at {POSTGRES}; CORDCHECK_TEST_POSTGRES names another")
    schema = f"cordcheck_{uuid4().hex}"
    with server:
        server.execute(f"CREATE SCHEMA {schema}")
        yield f"{POSTGRES}?options={quote(f'-c search_path={schema}')}"
        server.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A migrated store."""
    opened = Store(store_url)
    migrate(opened)
    yield opened
    opened.close()

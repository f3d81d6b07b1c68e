"""FHIR servers over real TLS: read when the hospital's authority is configured, refused in time otherwise."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from cds_service.app import create_app
from cds_service.errors import SettingError
from cds_service.settings import Settings
from tests.authority import Authority
from tests.fetch.asking import TOKEN
from tests.fetch.test_answer_in_time import BASE, DEADLINE_SECONDS, post
from tests.fhir_servers.misbehaving import gives, misbehaving, reads
from tests.web.real import a_real_app

SENT = BASE["prefetch"]
SPARE_SECONDS = 0.2


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("another"), "Another CA")


@pytest.fixture
def log() -> Iterator[StringIO]:
    """The log, in which no token may ever stand."""
    stream = StringIO()
    yield stream
    assert stream.getvalue()
    assert TOKEN not in stream.getvalue()


def ask(log: StringIO, base: str, bundle: str, prefetch: dict[str, Any]) -> tuple[int, Any, float, str]:
    """Return status, body and seconds of one answer, and what is counted afterwards."""
    app = a_real_app(log, deadline_seconds=DEADLINE_SECONDS, fetch_ca_bundle=bundle)
    client = app.test_client()
    return *post(client, base, prefetch), client.get("/metrics").text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_server_of_the_hospitals_own_authority_is_read(ours: Authority, log: StringIO, host: str) -> None:
    signs = [entry["resource"] for entry in SENT["exam"]["entry"]]
    answers = {"Observation": gives(*signs), "Patient": reads(SENT["patient"])}
    with misbehaving(tls=ours.server(host), host=host, **answers) as server:
        status, body, _, _ = ask(log, server.base, ours.bundle, {})
    assert server.base.startswith(f"https://{host}:")
    assert {asked.headers["Authorization"] for asked in server.seen} == {f"Bearer {TOKEN}"}
    assert status == 200
    assert body["extension"]["org.cordcheck.consult"]["tier"] == "recommend"


@pytest.mark.parametrize("why", ["usual authorities", "another authority", "expired", "another host"])
def test_a_server_that_cannot_prove_itself_gets_no_token_and_delays_nothing(
    ours: Authority, another: Authority, log: StringIO, why: str
) -> None:
    lasts = timedelta(days=-1) if why == "expired" else timedelta(days=1)
    certified = ours.server("fhir.example.org" if why == "another host" else "localhost", lasts=lasts)
    bundle = {"usual authorities": "", "another authority": another.bundle}.get(why, ours.bundle)
    with misbehaving(tls=certified, host="localhost") as server:
        status, body, seconds, counted = ask(log, server.base, bundle, SENT)
        empty_status, empty_body, empty_seconds, _ = ask(log, server.base, bundle, {})
    assert server.seen == []
    assert (status, empty_status) == (200, 412)
    assert body["extension"]["org.cordcheck.consult"]["tier"] == "recommend"
    assert "certificate is not trusted" in str(empty_body)
    assert max(seconds, empty_seconds) < DEADLINE_SECONDS + SPARE_SECONDS
    assert 'cordcheck_fetch_failures_total{client="open",reason="FHIR server\'s certificate is not' in counted


def test_a_server_that_never_ends_its_handshake_delays_nothing(ours: Authority, log: StringIO) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        base = f"https://localhost:{silent.getsockname()[1]}/fhir"
        status, body, seconds, _ = ask(log, base, ours.bundle, SENT)
    assert status == 200
    assert body["extension"]["org.cordcheck.consult"]["tier"] == "recommend"
    assert seconds < DEADLINE_SECONDS + SPARE_SECONDS


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_bundle_that_cannot_be_used_stops_the_start(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "bundle.pem"
    if content is not None:
        file.write_text(content)
    settings = Settings(fetch_ca_bundle=str(file), var=str(tmp_path))
    with pytest.raises(SettingError, match="CDS_FETCH_CA_BUNDLE"):
        create_app(settings)

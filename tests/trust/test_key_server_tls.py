"""Key sets over real TLS: believed when the hospital's authority is configured, refused in time otherwise."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.authority import Authority
from tests.fhir_servers.misbehaving import misbehaving, sends
from tests.trust.keys import ec_key
from tests.trust.service import Running, a_service


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"))


@contextmanager
def with_keys_from(folder: Path, tls: Any, bundle: str) -> Iterator[Running]:
    """A service whose one client has its keys behind https://localhost."""
    with misbehaving(tls=tls, host="localhost", keys=sends(ec_key().jwks, "application/json")) as server:
        yield a_service(folder, {"jwks": f"{server.base}/keys"}, fetch_ca_bundle=bundle)


def test_keys_of_a_server_of_the_hospitals_own_authority_are_believed(
    tmp_path: Path, ours: Authority
) -> None:
    with with_keys_from(tmp_path, ours.server("localhost"), ours.bundle) as service:
        assert service.call("/cds-services").status_code == 200


@pytest.mark.hazard("SEC-01", "a forged token is believed")
@pytest.mark.parametrize("why", ["usual authorities", "another authority", "expired", "another host"])
def test_keys_of_a_server_that_cannot_prove_itself_are_refused_in_time_and_counted(
    tmp_path: Path, ours: Authority, why: str
) -> None:
    lasts = timedelta(days=-1) if why == "expired" else timedelta(days=1)
    certified = ours.server("keys.example.org" if why == "another host" else "localhost", lasts=lasts)
    another = Authority(tmp_path, "Another CA").bundle
    bundle = {"usual authorities": "", "another authority": another}.get(why, ours.bundle)
    with with_keys_from(tmp_path, certified, bundle) as service:
        started = time.perf_counter()
        assert service.call("/cds-services").status_code == 401
        assert time.perf_counter() - started < 2.5
        page = service.call("/metrics").text
    assert 'cordcheck_key_fetch_failures_total{reason="certificate is not trusted"} 1.0' in page
    assert "Bearer" not in service.log.getvalue()

"""Who gets in, over HTTP: every route, every way to try without a right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cds_service.errors import ContentError, SettingError
from tests.trust.keys import a_token, bearer, ec_key
from tests.trust.service import BASE, SELECT, SIGN, URGENT, a_body, a_service, consult, soon

GUARDED = [("GET", "/cds-services"), ("POST", SELECT), ("POST", f"{SELECT}/feedback"), ("GET", "/traces/x")]


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_every_route_with_data_asks_for_a_token(tmp_path: Path, method: str, path: str) -> None:
    service = a_service(tmp_path, {})
    response = service.call(path, a_body(URGENT) if method == "POST" else None, Authorization="")
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert response.json["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/source-attributes", "/metrics"])
def test_health_sources_and_local_metrics_need_no_token(tmp_path: Path, path: str) -> None:
    assert a_service(tmp_path, {}).call(path, Authorization="").status_code == 200


def test_the_audience_is_the_exact_address_called(tmp_path: Path) -> None:
    service = a_service(tmp_path, {})
    assert service.call("/cds-services").status_code == 200
    assert service.call("/cds-services/").status_code == 200
    for audience in (f"{BASE}{SIGN}", f"{BASE}{SELECT}/feedback", BASE, "http://localhost" + SELECT):
        refused = service.call(SELECT, a_body(URGENT), Authorization=bearer(a_token(aud=audience)))
        assert refused.status_code == 401


@pytest.mark.hazard("SEC-03", "a token for another service is taken")
def test_the_host_header_does_not_choose_the_audience(tmp_path: Path) -> None:
    service = a_service(tmp_path, {})
    token = bearer(a_token(aud="https://evil.example/cds-services"))
    refused = service.call(
        "/cds-services", Host="evil.example", X_Forwarded_Host="evil.example", Authorization=token
    )
    assert refused.status_code == 401


def test_a_token_in_the_query_is_not_looked_at(tmp_path: Path) -> None:
    service, token = a_service(tmp_path, {}), a_token(aud=f"{BASE}/cds-services")
    for name in ("access_token", "token", "jwt"):
        assert service.call(f"/cds-services?{name}={token}", Authorization="").status_code == 401
    assert token not in service.log.getvalue()


@pytest.mark.hazard("SEC-04", "a token that was seen on the way is used again")
def test_a_token_is_refused_the_second_time_by_another_worker_too(tmp_path: Path) -> None:
    first, second = a_service(tmp_path, {}), a_service(tmp_path, {})
    token = bearer(a_token(aud=f"{BASE}/cds-services"))
    answers = [
        service.call("/cds-services", Authorization=token).status_code for service in (first, second, first)
    ]
    assert answers == [200, 401, 401]


def test_two_authorization_headers_are_refused(tmp_path: Path) -> None:
    service = a_service(tmp_path, {})
    token = bearer(a_token(aud=f"{BASE}/cds-services"))
    headers = [("Authorization", token), ("Authorization", "Bearer x")]
    assert service.app.test_client().get("/cds-services", headers=headers).status_code == 401


@pytest.mark.hazard("SEC-05", "a client reaches what is another's")
def test_a_client_calls_only_its_services(tmp_path: Path) -> None:
    service = a_service(tmp_path, {"services": ["tiny-sign"]})
    assert service.call(SELECT, a_body(URGENT)).status_code == 403
    assert service.call(f"{SELECT}/feedback", {"feedback": []}).status_code == 403
    assert service.call(SIGN, a_body(URGENT, "order-sign")).status_code == 200


@pytest.mark.hazard("SEC-05", "a client reaches what is another's")
def test_a_client_reads_only_its_own_traces_and_only_with_the_right(tmp_path: Path) -> None:
    without, other = a_service(tmp_path, {}), tmp_path / "other"
    other.mkdir()
    consult_id = consult(without.ask(URGENT))["consultId"]
    assert without.call(f"/traces/{consult_id}").status_code == 403
    with_right = a_service(tmp_path, {"traces": True})
    assert soon(lambda: with_right.call(f"/traces/{consult_id}").status_code == 200)
    another = a_service(
        other, {"id": "another", "traces": True}, database_url=f"sqlite:///{tmp_path}/store.db"
    )
    assert another.call(f"/traces/{consult_id}").status_code == 404


def test_metrics_are_for_this_machine_or_for_the_scraper(tmp_path: Path) -> None:
    local, remote = a_service(tmp_path), a_service(tmp_path, metrics_token="s3cret")
    proxied = {"X_Forwarded_For": "10.0.0.1"}
    assert local.call("/metrics").status_code == 200
    assert local.call("/metrics", **proxied).status_code == 401
    elsewhere = local.app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.1"})
    assert elsewhere.status_code == 401
    assert remote.call("/metrics").status_code == 401
    assert remote.call("/metrics", Authorization="Bearer s3cret", **proxied).status_code == 200


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"host": "0.0.0.0"}, "CDS_CLIENTS"),  # noqa: S104
        ({"host": "0.0.0.0", "auth": "open"}, "CDS_AUTH"),  # noqa: S104
        ({"auth": "required"}, "CDS_CLIENTS"),
    ],
)
def test_nobody_starts_an_open_service_by_mistake(
    tmp_path: Path, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingError, match=words):
        a_service(tmp_path, **settings)


def test_a_service_for_others_has_to_know_its_address(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="CDS_PUBLIC_URL"):
        a_service(tmp_path, {}, host="0.0.0.0", public_url=())  # noqa: S104


def test_a_key_file_without_a_key_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("{}")
    with pytest.raises(ContentError, match="jwks"):
        a_service(tmp_path, {"jwks": "empty.json"})


def test_a_refusal_says_nothing_of_why(tmp_path: Path) -> None:
    service = a_service(tmp_path, {})
    bodies = set()
    for token in ("x", a_token(iss="https://nobody"), a_token(ec_key("other")), a_token(exp=1, iat=0)):
        outcome = service.call("/cds-services", Authorization=bearer(token)).json
        bodies.add(str(outcome["issue"][0]["details"]))
        assert "nobody" not in str(outcome)
    assert len(bodies) == 1


def test_refusals_are_counted(tmp_path: Path) -> None:
    service = a_service(tmp_path, {})
    service.call("/cds-services", Authorization="Bearer x")
    assert 'cordcheck_auth_failures_total{status="401"} 1.0' in service.call("/metrics").text

"""CDS Hooks: Security (rules S5 to S8 of our conformance list; tokens have their own tests)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cds_service.clients import OPEN_CLIENT
from cds_service.errors import NotAuthenticated
from tests.web.stand_in import SELECT_URL, SIGN, SIGN_URL, a_body, assert_outcome, stand_in

SANDBOX = "https://sandbox.cds-hooks.org"


def _nobody(_: Any) -> Any:
    raise NotAuthenticated("signature of key ZZCANARY")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/cds-services"), ("POST", SELECT_URL), ("POST", f"{SELECT_URL}/feedback"), ("GET", "/x")],
)
def test_without_valid_credentials_nothing_is_answered_and_nothing_explained(method: str, path: str) -> None:
    """S5: 401 with WWW-Authenticate, on discovery, service and feedback, and no detail."""
    response = stand_in(authenticate=_nobody).client.open(path, method=method)
    assert "ZZCANARY" not in assert_outcome(response, 401)
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_known_client_is_refused_a_service_that_is_not_for_it() -> None:
    """S5: 403 for a known client without right."""
    web = stand_in(authenticate=lambda _: replace(OPEN_CLIENT, id="site", services=(SIGN,)))
    assert_outcome(web.invoke(a_body()), 403)
    assert web.invoke(a_body(hook="order-sign"), SIGN_URL).status_code == 200


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_is_open_to_all(path: str) -> None:
    """S1: a load balancer has no token."""
    assert stand_in(authenticate=_nobody).client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/cds-services", SELECT_URL, f"{SELECT_URL}/feedback"])
def test_a_preflight_is_answered_without_credentials(path: str) -> None:
    """S6: 2xx without authentication; Authorization and Content-Type by name; no credentials, no star."""
    headers = {"Origin": SANDBOX, "Access-Control-Request-Headers": "authorization,content-type"}
    response = stand_in(authenticate=_nobody).client.options(path, headers=headers)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == SANDBOX
    assert {"Authorization", "Content-Type"} <= set(
        response.headers["Access-Control-Allow-Headers"].split(", ")
    )
    assert response.headers["Access-Control-Allow-Methods"] == "GET, POST"
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("status", [200, 400, 401, 404, 500])
def test_cors_headers_stand_on_every_answer(status: int) -> None:
    """S6: a browser client must be able to read errors too."""

    def fails(*_: Any) -> Any:
        raise KeyError("x")

    web = {401: {"authenticate": _nobody}, 500: {"answer": fails}}.get(status, {})
    path = "/cds-services/other" if status == 404 else SELECT_URL
    body = a_body(hook="order-sign") if status == 400 else a_body()
    response = stand_in(**web).client.post(path, json=body, headers={"Origin": SANDBOX})
    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == SANDBOX
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("origin", "listed"),
    [
        ("http://127.0.0.1:8981", True),
        ("http://127.0.0.1:", False),
        ("http://127.0.0.1:80.evil.example", False),
        ("http://127.0.0.1", False),
        ("https://evil.example", False),
        ("null", False),
    ],
)
def test_only_listed_origins_are_allowed(origin: str, listed: bool) -> None:
    """S6: origins listed; any port only where the list says so."""
    response = stand_in().client.get("/cds-services", headers={"Origin": origin})
    assert response.headers.get("Access-Control-Allow-Origin") == (origin if listed else None)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/cds-services"), ("POST", SELECT_URL), ("GET", "/nowhere")]
)
def test_every_answer_carries_the_security_headers(method: str, path: str) -> None:
    """S8: nosniff, no-store (discovery may be kept, but is asked about each time), no server version."""
    response = stand_in().client.open(path, method=method)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == ("no-cache" if path == "/cds-services" else "no-store")
    assert response.headers["Server"] == "cordcheck"
    assert len(response.headers["X-Trace-Id"]) == 32


def test_a_part_that_is_not_ready_makes_the_service_not_ready() -> None:
    """Readiness names the part, so that the operator knows where to look."""
    web = stand_in(ready={"content": lambda: True, "store": lambda: False})
    assert_outcome(web.client.get("/health/ready"), 503, "store")
    ready = stand_in(ready={"content": lambda: True}).client.get("/health/ready")
    assert ready.get_json() == {"status": "ready", "checks": ["content"]}

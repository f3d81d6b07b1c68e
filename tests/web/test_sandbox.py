"""What the CDS Hooks Sandbox really sends: 200, or a clear 400 where it is no CDS Hooks request."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.stand_in import ROOT, SELECT_URL, SIGN_URL, assert_outcome, fixture, stand_in

SHAPES = sorted((ROOT / "fixtures/requests/sandbox").glob("order-*.json"))
NO_ORDERS = "order-select-tab-reclick-no-orders"
LUMBAR = ("order-select-pama-lumbar", "order-select-with-authorization", "order-sign-pama")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda path: path.stem)
def test_a_request_of_the_sandbox_is_answered(shape: Path) -> None:
    body = fixture(f"requests/sandbox/{shape.name}")
    web = stand_in()
    response = web.invoke(body, SIGN_URL if body["hook"] == "order-sign" else SELECT_URL)
    if shape.stem == NO_ORDERS:
        assert_outcome(response, 400, "missing")
        return
    assert response.status_code == 200
    assert len(response.get_json()["cards"]) == shape.stem.startswith(LUMBAR)


def test_the_shapes_are_all_there() -> None:
    assert len(SHAPES) == 11


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("mismatch-order-select-to-sign-service", SIGN_URL),
        ("mismatch-order-sign-to-select-service", SELECT_URL),
        ("patient-view", SELECT_URL),
        ("patient-view", SIGN_URL),
    ],
)
def test_a_hook_for_another_service_is_400(name: str, url: str) -> None:
    body = fixture(f"requests/sandbox/{name}.json")
    assert_outcome(stand_in().invoke(body, url), 400, body["hook"])


def test_a_discovery_address_with_a_slash_leads_to_two_slashes_and_works() -> None:
    body = fixture("requests/sandbox/order-select-pama-lumbar-back-pain.json")
    url = SELECT_URL.replace("cds-services/", "cds-services//")
    assert stand_in().invoke(body, url).status_code == 200
    assert stand_in().invoke(body, f"{SELECT_URL}/").status_code == 200


def test_the_token_for_the_fhir_server_reaches_the_main_path_and_no_repr() -> None:
    web = stand_in()
    web.invoke(fixture("requests/sandbox/order-select-with-authorization.json"))
    asked = web.seen.requests[0]
    assert asked.fhir_authorization is not None
    assert asked.fhir_authorization.access_token == "synthetic-token"
    assert asked.fhir_authorization.expires_in_seconds == 3600
    assert "synthetic-token" not in repr(asked)

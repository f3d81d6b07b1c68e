"""CDS Hooks: Calling a CDS service (rules I1 to I6 of our conformance list)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.web.stand_in import SELECT_URL, SIGN, SIGN_URL, a_body, assert_outcome, fixture, stand_in


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/json; charset=utf-8", "application/fhir+json"]
)
def test_json_is_taken_with_or_without_a_charset(media_type: str) -> None:
    """I1: application/json, with or without charset."""
    body = stand_in().client.post(SELECT_URL, json=a_body()).data
    web = stand_in()
    sent = web.client.post(SELECT_URL, data=_text(a_body()), content_type=media_type)
    assert (sent.status_code, sent.data) == (200, body)


def test_an_unknown_service_is_404() -> None:
    """I1: an id that discovery does not list."""
    text = assert_outcome(stand_in().invoke(a_body(), "/cds-services/ZZCANARY"), 404, SIGN)
    assert "ZZCANARY" not in text


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", SELECT_URL, "POST"),
        ("PUT", SELECT_URL, "POST"),
        ("DELETE", "/cds-services", "GET"),
        ("GET", f"{SELECT_URL}/feedback", "POST"),
    ],
)
def test_another_method_is_405_and_says_which_is_allowed(method: str, path: str, allowed: str) -> None:
    """I1: 405 with Allow."""
    response = stand_in().client.open(path, method=method)
    assert_outcome(response, 405)
    assert allowed in response.headers["Allow"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data", ""])
def test_another_media_type_is_415(media_type: str) -> None:
    """I1: only JSON is read."""
    response = stand_in().client.post(SELECT_URL, data=b"{}", content_type=media_type)
    assert_outcome(response, 415, "application/json")


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"\xff\xfe{", b'{"hook": "caf\xe9"}'])
def test_what_is_not_json_in_utf8_is_400(body: bytes) -> None:
    """I1: not JSON."""
    assert_outcome(_post(body), 400, "not JSON")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1"])
def test_json_that_is_no_object_is_400(body: bytes) -> None:
    """I1: a request is an object."""
    assert_outcome(_post(body), 400, "object")


@pytest.mark.parametrize(
    ("missing", "word"),
    [
        ({"hookInstance": None}, "hookInstance is missing"),
        ({"context": None}, "context is missing"),
        ({"context_userId": None}, "userId is missing"),
        ({"context_patientId": None}, "patientId is missing"),
        ({"context_draftOrders": None}, "draftOrders is missing"),
        ({"context_selections": None}, "selections is missing"),
    ],
)
def test_what_is_required_and_missing_is_named(missing: dict[str, Any], word: str) -> None:
    """I2: required members of the request and of the context of order-select."""
    assert_outcome(stand_in().invoke(a_body(**missing)), 400, word)


def test_order_sign_needs_no_selections() -> None:
    """I2: the context of order-sign has none."""
    body = a_body(hook="order-sign", context_selections=None)
    assert len(stand_in().invoke(body, SIGN_URL).get_json()["cards"]) == 1


@pytest.mark.parametrize("missing", [{"context_encounterId": None}, {"prefetch": None}])
def test_what_is_optional_may_be_missing(missing: dict[str, Any]) -> None:
    """I2: encounterId and prefetch are optional."""
    assert stand_in().invoke(a_body(**missing)).status_code == 200


@pytest.mark.parametrize("server", [None, "", " "])
def test_a_token_without_the_server_that_it_is_for_is_400(server: str | None) -> None:
    """I2: fhirAuthorization comes with fhirServer."""
    body = a_body(fhirAuthorization={"access_token": "ZZCANARY"}, fhirServer=server)
    assert_outcome(stand_in().invoke(body), 400, "fhirServer")


@pytest.mark.parametrize("extension", [{"com.example.x": {"a": 1}}, [{"url": "x"}], "text"])
def test_unknown_members_and_extensions_are_tolerated_everywhere(extension: object) -> None:
    """I2: what we do not know does not disturb us."""
    body = a_body(extension=extension, unknown=1, context_unknown=[None], context_extension=extension)
    assert stand_in().invoke(body).status_code == 200


def test_a_hook_that_is_not_the_services_is_400_and_both_are_named() -> None:
    """I3: the hook of the request is the hook of the service."""
    assert_outcome(stand_in().invoke(a_body(hook="order-sign")), 400, "order-sign", "order-select")
    assert_outcome(stand_in().invoke(a_body(), SIGN_URL), 400, "order-sign", "order-select")
    assert_outcome(stand_in().invoke(a_body(hook=None)), 400, "order-select")


def test_a_hook_instance_that_is_no_uuid_is_accepted_and_noted() -> None:
    """I3: clients send them."""
    web = stand_in()
    assert web.invoke(a_body(hookInstance="visit 7 / order 3")).status_code == 200
    assert "hookInstance is not a UUID" in web.seen.requests[0].oddities
    web.invoke(a_body(hookInstance="D46E1A8C-7F1F-11EE-B962-0242AC120002"))
    assert web.seen.requests[1].oddities == ()


def _order(order_id: str | None, text: str) -> dict[str, Any]:
    order = {"resourceType": "ServiceRequest", "status": "draft", "code": {"text": text}}
    return order if order_id is None else {**order, "id": order_id}


def _selected(selections: list[str], *entries: dict[str, Any]) -> list[str]:
    web = stand_in()
    drafts = {"resourceType": "Bundle", "entry": list(entries)}
    response = web.invoke(a_body(context_selections=selections, context_draftOrders=drafts))
    assert response.status_code == 200
    return [str(order["code"]["text"]) for order in web.seen.requests[0].newly_selected()]


@pytest.mark.parametrize(
    "selection",
    [
        "ServiceRequest/1",
        "1",
        "https://ehr.example.org/fhir/ServiceRequest/1",
        "ServiceRequest/1/_history/2",
        "urn:uuid:8f0e4a52-0000-4000-8000-000000000001",
    ],
)
def test_only_selected_orders_are_new_and_the_others_are_context(selection: str) -> None:
    """I4: what selections names is what the clinician has just chosen, however it is named."""
    first = {
        "fullUrl": "urn:uuid:8f0e4a52-0000-4000-8000-000000000001",
        "resource": _order("1", "lumbar"),
    }
    assert _selected([selection], first, {"resource": _order("2", "neck")}) == ["lumbar"]


@pytest.mark.parametrize("selections", [[], ["ServiceRequest/9"], ["#"], [""], ["/"], ["undefined"]])
def test_selections_that_name_nothing_select_nothing(selections: list[str]) -> None:
    """I4: no crash, and no order is taken for another."""
    assert _selected(selections, {"resource": _order("1", "lumbar")}) == []


def test_an_order_without_id_is_meant_by_a_selection_of_its_type_that_means_no_other() -> None:
    """I6: a draft without id cannot be named, but it is what was chosen."""
    nameless = {"resource": _order(None, "lumbar")}
    assert _selected(["ServiceRequest/x"], nameless) == ["lumbar"]
    assert _selected(["MedicationRequest/x"], nameless) == []
    assert _selected(["ServiceRequest/2"], nameless, {"resource": _order("2", "neck")}) == ["neck"]


def test_all_orders_are_new_when_they_are_signed() -> None:
    """I4: order-sign is about every draft order, even when the client sends selections."""
    web = stand_in()
    web.invoke(fixture("requests/sandbox/order-sign-pama.json"), SIGN_URL)
    assert len(web.seen.requests[0].newly_selected()) == 1


@pytest.mark.parametrize(
    "drafts",
    [
        {},
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "entry": None},
        {"resourceType": "Bundle", "entry": []},
        {"entry": [{}, None, 1, "x", {"resource": None}, {"resource": []}, {"resource": {}}]},
        {"entry": [{"fullUrl": 7, "resource": {"resourceType": ["x"], "id": {}}}]},
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "DiagnosticOrder"}}]},
        {"resourceType": "Bundle", "entry": [{"resource": {"code": {"coding": [{}]}, "reasonCode": {}}}]},
        {"resourceType": "ServiceRequest", "id": "1"},
    ],
)
def test_odd_draft_orders_never_crash(drafts: dict[str, Any]) -> None:
    """I6: best effort with bundles and orders of every shape."""
    assert stand_in().invoke(a_body(context_draftOrders=drafts)).status_code == 200


def test_ids_are_read_with_or_without_their_type() -> None:
    """I6: patientId with a type, encounterId empty."""
    web = stand_in()
    web.invoke(a_body(context_patientId="Patient/p 1", context_encounterId="", context_userId="p1"))
    asked = web.seen.requests[0]
    assert (asked.patient_id, asked.encounter_id, asked.requester) == ("p 1", None, None)
    assert set(asked.oddities) >= {"patientId has a type", "encounterId is empty"}


@pytest.mark.parametrize("patient_id", ["", " ", "Patient/", 7, None, ["p"]])
def test_a_request_about_nobody_is_400(patient_id: object) -> None:
    """I2: patientId is an id."""
    assert_outcome(
        stand_in().invoke(a_body() | {"context": a_body()["context"] | {"patientId": patient_id}}), 400
    )


@pytest.mark.parametrize(
    ("user", "requester"),
    [
        ("Practitioner/a", "Practitioner/a"),
        ("PractitionerRole/b", "PractitionerRole/b"),
        ("https://ehr.example.org/fhir/Practitioner/a", "Practitioner/a"),
        ("Patient/a", None),
    ],
)
def test_the_requester_is_the_user_when_that_is_a_practitioner(user: str, requester: str | None) -> None:
    """C4: requester of a suggested order."""
    web = stand_in()
    web.invoke(a_body(context_userId=user))
    assert web.seen.requests[0].requester == requester


def _text(body: object) -> bytes:
    return json.dumps(body).encode()


def _post(body: bytes) -> Any:
    return stand_in().client.post(SELECT_URL, data=body, content_type="application/json")

"""Nothing of patient, user, order or token leaves by the log, by an error or by a repr: the canary test."""

from __future__ import annotations

import base64
import json
from io import StringIO
from typing import Any

import pytest

from cds_service.adapters.log import RequestLog
from tests.web.real import a_real_app
from tests.web.stand_in import SELECT_URL, SIGN_URL, StandIn, a_body, stand_in

CANARY = "ZZCANARY"


def a_canary_body() -> dict[str, Any]:
    """Return a valid request with a canary in every place that a person or a system can fill."""
    note = base64.b64encode(f"{CANARY} has a positive Hoffmann sign".encode()).decode()
    order = {
        "resourceType": "ServiceRequest",
        "id": f"{CANARY}-order",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{CANARY}"},
        "code": {"text": f"MRI lumbar spine {CANARY}"},
        "note": [{"text": CANARY}],
    }
    name = [{"family": CANARY, "given": [CANARY], "text": CANARY}]
    return {
        "hook": "order-select",
        "hookInstance": CANARY,
        "fhirServer": f"https://{CANARY}.example/fhir",
        "fhirAuthorization": {"access_token": CANARY, "subject": CANARY, "scope": CANARY, "patient": CANARY},
        "extension": {CANARY: CANARY},
        "context": {
            "userId": f"Practitioner/{CANARY}",
            "patientId": CANARY,
            "encounterId": CANARY,
            "selections": [f"ServiceRequest/{CANARY}-order"],
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": order}]},
        },
        "prefetch": {
            CANARY: CANARY,
            "patient": {"resourceType": "Patient", "id": CANARY, "birthDate": CANARY, "name": name},
            "documents": {
                "resourceType": "Bundle",
                "entry": [
                    {
                        "resource": {
                            "resourceType": "DocumentReference",
                            "id": CANARY,
                            "status": "current",
                            "subject": {"reference": f"Patient/{CANARY}"},
                            "content": [{"attachment": {"contentType": "text/plain", "data": note}}],
                        }
                    }
                ],
            },
        },
    }


def _spoiled() -> list[Any]:
    """Return (body, what) for every way in which a request can be refused with the canary in it."""
    whole = a_canary_body()
    context = whole["context"]
    cases: dict[str, Any] = {
        "hook": {**whole, "hook": CANARY},
        "hook as object": {**whole, "hook": {CANARY: 1}},
        "no context": {**whole, "context": CANARY},
        "patientId": {**whole, "context": {**context, "patientId": {CANARY: CANARY}}},
        "selections": {**whole, "context": {**context, "selections": CANARY}},
        "selection": {**whole, "context": {**context, "selections": [{CANARY: 1}]}},
        "draftOrders": {**whole, "context": {**context, "draftOrders": [CANARY]}},
        "entry": {**whole, "context": {**context, "draftOrders": {"entry": {CANARY: 1}}}},
        "prefetch": {**whole, "prefetch": [CANARY]},
        "hookInstance": {**whole, "hookInstance": [CANARY]},
        "expires_in": {**whole, "fhirAuthorization": {"expires_in": [CANARY]}},
        "list": [CANARY],
    }
    return [pytest.param(body, id=name) for name, body in cases.items()]


def a_logging_web(**changes: Any) -> tuple[StandIn, StringIO]:
    stream = StringIO()
    return stand_in(write_log=RequestLog(stream).write, **changes), stream


@pytest.mark.parametrize("body", _spoiled())
def test_a_refused_request_leaves_no_trace_of_the_patient(
    body: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    web, log = a_logging_web()
    response = web.invoke(body)
    assert 400 <= response.status_code < 500
    assert CANARY not in response.text + str(response.headers) + log.getvalue() + "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "path",
    [f"/{CANARY}", f"/cds-services/{CANARY}", f"/cds-services/{CANARY}/feedback", f"{SELECT_URL}?q={CANARY}"],
)
def test_addresses_are_not_repeated(path: str) -> None:
    web, log = a_logging_web()
    response = web.client.post(path, json=[], headers={"Authorization": f"Bearer {CANARY}", "Origin": CANARY})
    assert response.status_code >= 400
    assert CANARY not in response.text + str(response.headers) + log.getvalue()


@pytest.mark.parametrize("raw", [f'{{"{CANARY}": 1, "{CANARY}": 2}}', f'{{"a": {CANARY}}}', f"<{CANARY}>"])
def test_text_that_is_no_json_is_not_repeated(raw: str) -> None:
    web, log = a_logging_web()
    response = web.client.post(SELECT_URL, data=raw, content_type="application/json")
    assert response.status_code == 400
    assert CANARY not in response.text + log.getvalue()


def test_a_crash_tells_neither_the_client_nor_the_log_what_it_had_in_hand(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def answer(request: Any, *_: Any) -> Any:
        raise KeyError(f"{CANARY} {request}")

    web, log = a_logging_web(answer=answer)
    response = web.invoke(a_canary_body())
    assert response.status_code == 500
    assert CANARY not in response.text + log.getvalue() + "".join(capfd.readouterr())
    assert json.loads(log.getvalue())["error"] == "KeyError"


def test_feedback_comments_are_not_logged() -> None:
    web, log = a_logging_web()
    item = {"card": CANARY, "outcome": "overridden", "overrideReason": {"userComment": CANARY}}
    assert web.invoke({"feedback": [item]}, f"{SELECT_URL}/feedback").status_code == 200
    assert CANARY not in log.getvalue() + repr(web.seen.feedback[0]).replace(f"card='{CANARY}'", "")


def test_the_parsed_request_shows_no_token_and_no_record_in_its_repr() -> None:
    web = stand_in()
    web.invoke(a_canary_body())
    shown = repr(web.seen.requests[0])
    assert "access_token" not in shown
    assert "Hoffmann" not in shown
    assert "MRI" not in shown


@pytest.mark.parametrize("url", [SELECT_URL, SIGN_URL])
def test_the_whole_service_logs_nothing_of_the_patient(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    log = StringIO()
    client = a_real_app(log).test_client()
    hook = "order-select" if url == SELECT_URL else "order-sign"
    body = a_canary_body() | {"hook": hook}
    body["fhirServer"] = "https://ehr.example/fhir"  # not allowed for the open client, so never called
    response = client.post(url, json=body)
    assert response.status_code == 200, response.text
    assert json.loads(log.getvalue())["status"] == 200
    assert CANARY not in log.getvalue() + "".join(capfd.readouterr()) + str(response.headers)


def test_the_canary_would_be_found() -> None:
    assert CANARY in json.dumps(a_canary_body())
    assert CANARY not in json.dumps(a_body())

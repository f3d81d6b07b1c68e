"""The whole service before a FHIR server that fails: an answer in time that says what is missing."""

from __future__ import annotations

import json
import time
from io import StringIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.clients.content import the_library
from tests.fetch.asking import TOKEN
from tests.fhir_servers.misbehaving import (
    Answer,
    breaks_off,
    bundle,
    drips,
    fails,
    gives,
    hangs,
    misbehaving,
    never_ends,
    redirects,
    sends,
)
from tests.web.real import a_real_app
from tests.web.stand_in import ROOT

DEADLINE_SECONDS = 1.0
BASE = json.loads((ROOT / "fixtures/requests/quirks/prefetch-duplicates.json").read_text("utf-8"))
SERVICE = the_library().services["cervical-cord-check-sign"]
TYPES = sorted({template.partition("/")[0].partition("?")[0] for template in SERVICE.prefetch.values()})


@pytest.fixture(scope="module")
def log() -> StringIO:
    return StringIO()


@pytest.fixture(scope="module")
def client(log: StringIO) -> FlaskClient:
    return a_real_app(log, deadline_seconds=DEADLINE_SECONDS).test_client()


def post(client: FlaskClient, base: str, prefetch: dict[str, Any]) -> tuple[int, dict[str, Any], float]:
    body = {
        **BASE,
        "prefetch": prefetch,
        "fhirServer": base,
        "fhirAuthorization": {
            "access_token": TOKEN,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "user/*.read",
            "subject": "cordcheck",
        },
    }
    begun = time.monotonic()
    reply = client.post("/cds-services/cervical-cord-check-sign", json=body)
    return reply.status_code, json.loads(reply.data), time.monotonic() - begun


BAD = {
    "hangs": hangs,
    "drips": drips,
    "breaks off": breaks_off,
    "never ends": never_ends,
    "redirects": redirects("http://127.0.0.1:9/"),
    "401": fails(401),
    "403": fails(403),
    "429": fails(429),
    "500": fails(500),
    "html": sends(b"<html/>", "text/html"),
    "other patient": gives(
        {"resourceType": "Condition", "id": "x", "subject": {"reference": "Patient/other"}}
    ),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=list(BAD))
def test_what_was_sent_is_answered_in_time_whatever_the_server_does(
    answer: Answer, client: FlaskClient, log: StringIO
) -> None:
    with misbehaving(**dict.fromkeys(TYPES, answer)) as server:
        status, body, took = post(client, server.base, BASE["prefetch"])
    assert status == 200
    assert body["extension"]["org.cordcheck.consult"]["tier"] == "recommend"
    assert took < DEADLINE_SECONDS + 0.2
    assert TOKEN not in log.getvalue()


def test_a_card_says_what_could_not_be_had(client: FlaskClient) -> None:
    with misbehaving(**dict.fromkeys(TYPES, fails(500))) as server:
        _, body, _ = post(client, server.base, BASE["prefetch"])
    assert "FHIR server answered 500" in body["cards"][0]["detail"]


def test_nothing_at_all_is_refused_in_time_with_the_keys(client: FlaskClient) -> None:
    with misbehaving(**dict.fromkeys(TYPES, hangs)) as server:
        status, body, took = post(client, server.base, {})
    assert status == 412
    assert body["resourceType"] == "OperationOutcome"
    assert "patient" in str(body)
    assert "in time" in str(body)
    assert took < DEADLINE_SECONDS + 0.2


def test_a_finding_on_the_first_page_survives_a_server_that_dies_on_the_second(client: FlaskClient) -> None:
    def first_page(call: Any) -> None:
        if "page" in call.asked.query:
            call.reset()
        else:
            signs = [entry["resource"] for entry in BASE["prefetch"]["exam"]["entry"]]
            call.say(bundle(*signs, following=f"{call.base}/Observation?page=2"))

    with misbehaving(Observation=first_page) as server:
        status, body, _ = post(client, server.base, {"patient": BASE["prefetch"]["patient"]})
    assert status == 200
    assert body["extension"]["org.cordcheck.consult"]["tier"] == "recommend"

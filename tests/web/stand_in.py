"""The web with a main path of three lines behind it, so that HTTP is tested without any clinical content."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from cds_service.clients import Client
from cds_service.clock import Clock
from cds_service.hooks.card import (
    Action,
    Card,
    Consult,
    Disposition,
    HookResponse,
    Indicator,
    SelectionBehavior,
    Source,
    Suggestion,
    Tier,
    Topic,
    stable_id,
)
from cds_service.hooks.discovery import ServiceDescription
from cds_service.hooks.feedback import FeedbackItem
from cds_service.hooks.request import HookRequest
from cds_service.web.contract import Contract, load_contract
from cds_service.web.ports import WebPorts
from cds_service.web.wsgi import create_web

ROOT = Path(__file__).parents[2]
SELECT, SIGN = "cervical-cord-check", "cervical-cord-check-sign"
SELECT_URL, SIGN_URL = f"/cds-services/{SELECT}", f"/cds-services/{SIGN}"
CANONICAL = "https://cordcheck.example.org/fhir"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""When it is for the service in tests: the records that they send do not grow old."""

SERVICES = tuple(
    ServiceDescription(
        id=service_id,
        hook=hook,
        title="Stand-in",
        description="Advises on every order whose text says lumbar.",
        prefetch={"patient": "Patient/{{context.patientId}}"},
    )
    for service_id, hook in ((SELECT, "order-select"), (SIGN, "order-sign"))
)


def a_clock(start: datetime = NOW) -> Clock:
    """Return a clock that shows *start* and goes on from there."""
    begun = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - begun)


@cache
def contract() -> Contract:
    return load_contract(ROOT / "openapi.yaml")


def fixture(name: str) -> Any:
    return json.loads((ROOT / "fixtures" / name).read_text())


def an_answer(asked: HookRequest, *, advise: bool) -> HookResponse:
    consult = Consult(
        consult_id=stable_id(asked.hook_instance, "consult"),
        tier=Tier.URGENT if advise else Tier.NONE,
        disposition=Disposition.ADVISORY_SHOWN if advise else Disposition.NO_CONCERN,
        content_version="0",
    )
    return HookResponse(cards=(a_card(asked),) if advise else (), consult=consult)


def a_card(asked: HookRequest) -> Card:
    order = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{asked.patient_id}"},
        "code": {"text": "Another study"},
        "meta": {"tag": [{"system": f"{CANONICAL}/CodeSystem/suggestion", "code": "another"}]},
    }
    action = Action(type="create", description="Creates a draft order.", resource=order)
    return Card(
        uuid=stable_id(asked.hook_instance, "card"),
        summary="Stand-in advice",
        indicator=Indicator.WARNING,
        source=Source(label="Stand-in", topic=Topic(system=f"{CANONICAL}/CodeSystem/card", code="stand-in")),
        suggestions=(
            Suggestion(label="Add it", uuid=stable_id(asked.hook_instance, "suggestion"), actions=(action,)),
        ),
        selection_behavior=SelectionBehavior.ANY,
    )


@dataclass
class Seen:
    """What came out of the web on the other side."""

    requests: list[HookRequest] = field(default_factory=list)
    feedback: list[FeedbackItem] = field(default_factory=list)
    facts: list[Mapping[str, object]] = field(default_factory=list)


@dataclass
class StandIn:
    """A web client, and what the ports behind the web saw."""

    client: FlaskClient
    seen: Seen

    def invoke(self, body: Any, url: str = SELECT_URL, **headers: str) -> Any:
        return self.client.post(url, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


def stand_in(**changes: Any) -> StandIn:
    seen = Seen()

    def answer(request: HookRequest, service_id: str, client: Client) -> HookResponse:
        seen.requests.append(request)
        texts = [str(order.get("code")) for order in request.newly_selected()]
        return an_answer(request, advise=any("lumbar" in text for text in texts))

    def keep(service_id: str, items: tuple[FeedbackItem, ...], client: Client) -> None:
        seen.feedback.extend(items)

    ports: dict[str, Any] = {
        "services": SERVICES,
        "answer": answer,
        "keep_feedback": keep,
        "contract": contract(),
        "write_log": seen.facts.append,
        "body_limit_bytes": 1_000_000,
        "clock": a_clock(),
        "cors_origins": ("https://sandbox.cds-hooks.org", "http://127.0.0.1:*"),
    }
    return StandIn(create_web(WebPorts(**ports | changes)).test_client(), seen)


def a_body(**changes: Any) -> dict[str, Any]:
    """Return a valid order-select request; ``context_x=`` changes its context, None removes a member."""
    body = fixture("requests/lumbar-mri-bilateral-hoffmann.json")
    for name, value in changes.items():
        place, key = (body["context"], name.removeprefix("context_")) if "context_" in name else (body, name)
        if value is None:
            place.pop(key, None)
        else:
            place[key] = value
    return body


def assert_outcome(response: Any, status: int, *words: str) -> str:
    """Check that *response* is an OperationOutcome which says each of *words*, and return its text."""
    assert response.status_code == status, response.data
    assert response.mimetype == "application/fhir+json"
    contract_outcome = json.loads(response.data)
    assert contract_outcome["resourceType"] == "OperationOutcome"
    issue = contract_outcome["issue"][0]
    assert issue["severity"] in ("error", "fatal")
    assert issue["code"]
    text: str = issue["details"]["text"]
    assert all(word in text for word in words), text
    assert "Traceback" not in response.text
    return text

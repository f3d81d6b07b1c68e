"""The whole service over a content without medicine, with clients that sign their calls."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask

from cds_service.app import create_app
from cds_service.settings import Settings
from tests.tiny_content import write_content
from tests.trust.keys import ISSUER, a_token, bearer, ec_key
from tests.web.stand_in import NOW, ROOT, a_clock

BASE = "https://cds.example.org"
SELECT, SIGN = "/cds-services/tiny", "/cds-services/tiny-sign"
URGENT, CONSIDER = "Alpha sign. Beta sign.", "Beta sign."
EMERGENCY = "Alpha sign. Beta sign. Gamma sign."


@dataclass
class Running:
    """One instance of the service, with a client that signs each call."""

    app: Flask
    log: StringIO
    clients: bool
    audience: str = BASE
    claims: dict[str, Any] = field(default_factory=dict)

    def call(self, path: str, body: Any = None, method: str = "", **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.clients and "Authorization" not in given:
            token = a_token(aud=f"{self.audience}{path.partition('?')[0]}", **self.claims)
            given["Authorization"] = bearer(token)
        method = method or ("GET" if body is None else "POST")
        return self.app.test_client().open(path, method=method, json=body, headers=given)

    def ask(self, note: str, *, sign: bool = False, **changes: Any) -> Any:
        """The answer's JSON to an order of a patient with this note."""
        body = a_body(note, "order-sign" if sign else "order-select", **changes)
        response = self.call(SIGN if sign else SELECT, body)
        assert response.status_code == 200, response.text
        return response.json

    def say(self, answer: Any, outcome: str, **more: Any) -> Any:
        """Send feedback on the first card of *answer*."""
        item = {
            "card": answer["cards"][0]["uuid"],
            "outcome": outcome,
            "outcomeTimestamp": NOW.isoformat(),
        }
        return self.call(f"{SELECT}/feedback", {"feedback": [item | more]})


def a_body(
    note: str,
    hook: str = "order-select",
    *,
    patient: str = "p1",
    user: str = "Practitioner/d1",
    now: datetime = NOW,
) -> Any:
    order = {
        "resourceType": "ServiceRequest",
        "id": "o1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"text": "Knee scan", "coding": [{"system": "http://local", "code": "0042"}]},
    }
    document = {
        "resourceType": "DocumentReference",
        "id": "n1",
        "status": "current",
        "date": now.date().isoformat(),
        "subject": {"reference": f"Patient/{patient}"},
        "content": [
            {"attachment": {"contentType": "text/plain", "data": base64.b64encode(note.encode()).decode()}}
        ],
    }
    context = {
        "userId": user,
        "patientId": patient,
        "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": order}]},
    }
    if hook == "order-select":
        context["selections"] = ["ServiceRequest/o1"]
    return {
        "hook": hook,
        "hookInstance": str(uuid4()),
        "context": context,
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": patient, "birthDate": "1960-01-01"},
            "notes": {"resourceType": "Bundle", "entry": [{"resource": document}]},
        },
    }


def a_service(folder: Path, *clients: dict[str, Any], **settings: Any) -> Running:
    """Start an instance; with *clients* (changes of a right one) it asks for tokens."""
    write_content(folder / "content")
    log = StringIO()
    if clients:
        (folder / "ehr.json").write_bytes(ec_key().jwks)
        right = {"id": "ehr", "iss": ISSUER, "jwks": "ehr.json"}
        listed = json.dumps({"clients": [right | client for client in clients]})
        (folder / "clients.yaml").write_text(listed)
        settings = {"clients": str(folder / "clients.yaml"), "public_url": (BASE,)} | settings
    places: dict[str, Any] = {
        "cards": str(folder / "content"),
        "contract": str(ROOT / "openapi.yaml"),
        "var": str(folder),
        "database_url": f"sqlite:///{folder}/store.db",
    }
    return Running(create_app(Settings(**places | settings), log, clock=a_clock()), log, bool(clients))


def soon(is_so: Callable[[], bool], seconds: float = 5) -> bool:
    """Wait for what happens behind the answer."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def consult(answer: Any) -> Any:
    return answer["extension"]["org.cordcheck.consult"]

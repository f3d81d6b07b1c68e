"""Every shape that a real client is known to send gets its answer: no crash, no finding lost.

The requests stand in fixtures/requests/quirks, what is expected beside each.
"""

from __future__ import annotations

import json
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.adapters.fhir_server import FhirServers
from cds_service.clients import OPEN_CLIENT
from cds_service.gathering import Gathered, Site, gather_chart
from cds_service.hooks.request import read_request
from tests.clients.content import the_library
from tests.web.real import a_real_app
from tests.web.stand_in import NOW, ROOT

QUIRKS = sorted(
    path
    for path in (ROOT / "fixtures/requests/quirks").glob("*.json")
    if not path.name.endswith(".expected.json")
)
SERVICES = {"order-sign": "cervical-cord-check-sign", "order-select": "cervical-cord-check"}


class Answers:
    """The real service, its traces, and what it logs."""

    def __init__(self) -> None:
        self.log = StringIO()
        app = a_real_app(self.log)
        self.client: FlaskClient = app.test_client()

    def post(self, body: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, Any]]:
        """Return status, body and log line of the answer."""
        reply = self.client.post(f"/cds-services/{SERVICES[body['hook']]}", json=body)
        line = self.log.getvalue().strip().splitlines()[-1]
        return reply.status_code, json.loads(reply.data), json.loads(line)


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers()


@pytest.mark.parametrize("path", QUIRKS, ids=lambda path: path.stem)
def test_a_quirk_gets_its_answer(path: Path, answers: Answers) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    status, answer, line = answers.post(json.loads(path.read_text("utf-8")))
    assert status == expected["status"], answer
    if status != 200:
        assert answer["resourceType"] == "OperationOutcome"
        assert "patient" in str(answer)
        return
    consult = answer["extension"]["org.cordcheck.consult"]
    assert consult["tier"] == expected.get("tier", consult["tier"])
    assert answer["cards"] == expected.get("cards", answer["cards"])
    noted = (*line.get("oddities", ()), *gathered(path).quirks)
    assert expected.get("oddity") in (None, *noted)


@pytest.mark.parametrize("path", QUIRKS, ids=lambda path: path.stem)
def test_a_quirk_is_a_gap_exactly_where_something_is_missing(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    chart = gathered(path).chart
    gaps = {gap.what: gap.reason for gap in chart.gaps}
    assert set(expected.get("gaps", ())) <= set(gaps)
    assert not set(expected.get("no_gap", ())) & set(gaps)
    assert expected.get("gap_reason") in (None, *gaps.values())
    assert bool(chart.dropped) is expected.get("dropped", False)


@cache
def gathered(path: Path) -> Gathered:
    """Return what the main path gathers for a request, with a fetch that may ask servers on loopback only."""
    body = json.loads(path.read_text("utf-8"))
    request = read_request(body, NOW)
    service = the_library().services[SERVICES[body["hook"]]]
    servers = FhirServers()
    try:
        return gather_chart(request, service, Site(), servers.of(OPEN_CLIENT).fetch)
    finally:
        servers.close()


def test_every_line_of_payload_quirks_has_a_fixture() -> None:
    told = {
        json.loads(p.with_suffix(".expected.json").read_text("utf-8"))["quirk"].split()[0] for p in QUIRKS
    }
    assert {"4D.27", "4D.28", "4D.29", "4D.30", "4D.32", "4A.3", "4A.11", "4C.19"} <= told

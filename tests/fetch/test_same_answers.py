"""Without prefetch, the record fetched from a FHIR server leads to the same answer as the one sent along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cds_service.adapters.fhir_gather import FetchLimits
from cds_service.adapters.fhir_server import FhirServers
from cds_service.cases.record import PATIENT, request_of
from cds_service.cases.shape import Case, read_cases
from cds_service.clients import OPEN_CLIENT
from cds_service.gathering import Fetch, without_fetching
from cds_service.guidance import Ports, respond
from cds_service.hooks.card import HookResponse
from cds_service.hooks.prefetch import Sent, SentEmpty
from cds_service.hooks.request import FhirAuthorization, HookRequest
from cds_service.hooks.service import Service
from cds_service.wording.definitions import Publisher
from tests.clients.content import the_library
from tests.fhir_servers.medplum_server import Medplum, medplum
from tests.web.stand_in import ROOT

EVERY = 16
LIBRARY = the_library()
(RECOMMENDATION,) = LIBRARY.recommendations
CASES = read_cases(ROOT / "cards", RECOMMENDATION, [])
PICKED = list(enumerate(case for _, case in CASES))[::EVERY]
SLOW_NODE = FetchLimits(deadline_seconds=20, reserve_seconds=0.1)


@pytest.fixture(scope="module")
def server() -> Iterator[Medplum]:
    with medplum() as running:
        yield running


def a_request(number: int, case: Case) -> tuple[HookRequest, list[dict[str, Any]]]:
    """Return the request of a case, and its record, with a patient of its own."""
    request = request_of(case, CASES.orders)
    patient = f"k{number}"
    sent = request.prefetch["record"]
    held = [entry["resource"] for entry in sent.resource["entry"]] if isinstance(sent, Sent) else []
    record = [_renamed(resource, patient) for resource in held]
    drafts = tuple(
        json.loads(json.dumps(draft).replace(f'"Patient/{PATIENT}"', f'"Patient/{patient}"'))
        for draft in request.draft_orders
    )
    return replace(request, patient_id=patient, draft_orders=drafts, prefetch={}), record


def _renamed(resource: dict[str, Any], patient: str) -> dict[str, Any]:
    own = patient if resource["resourceType"] == "Patient" else f"{patient}-{resource['id']}"
    text = json.dumps({**resource, "id": own})
    return json.loads(text.replace(f'"Patient/{PATIENT}"', f'"Patient/{patient}"'))


def _service(request: HookRequest) -> Service:
    (service,) = [service for service in LIBRARY.services.values() if service.hook == request.hook]
    return service


def answer(request: HookRequest, fetch: Fetch) -> dict[str, Any]:
    ports = Ports(publisher=Publisher("https://c.example/fhir", "https://c.example"), fetch=fetch)
    return _said(respond(request, _service(request), LIBRARY, ports))


def _said(response: HookResponse) -> dict[str, Any]:
    """Return what a person sees, and the verdict."""
    body = response.as_json()
    shown = [
        (card["source"]["topic"]["code"], card["summary"], [s["label"] for s in card.get("suggestions", [])])
        for card in body["cards"]
    ]
    return {"tier": response.consult.tier, "disposition": response.consult.disposition, "shown": shown}


@pytest.mark.parametrize(("number", "case"), PICKED, ids=[str(number) for number, _ in PICKED])
def test_a_worked_case_gets_the_same_answer(number: int, case: Case, server: Medplum) -> None:
    bare, record = a_request(number, case)
    entries = [{"resource": resource} for resource in record]
    nothing_left_out = dict.fromkeys(_service(bare).prefetch, SentEmpty())
    record_sent = {"record": Sent({"resourceType": "Bundle", "entry": entries})}
    sent = replace(bare, prefetch={**nothing_left_out, **record_sent})
    server.put(record)
    granted = FhirAuthorization(server.token, scope="user/*.rs")
    to_fetch = replace(bare, fhir_server=server.base, fhir_authorization=granted)
    servers = FhirServers(SLOW_NODE)
    fetched = answer(to_fetch, servers.of(OPEN_CLIENT).fetch)
    servers.close()
    assert fetched == answer(sent, without_fetching)

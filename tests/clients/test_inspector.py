"""Requests are examined behind the answers, and what is kept of them is nothing of a patient's."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given

from cds_service.adapters.diagnose import diagnose
from cds_service.adapters.inspector import Inspector, examined
from cds_service.hooks.prefetch import read_prefetch
from cds_service.hooks.request import HookRequest
from cds_service.quality import EXAMINED
from tests.clients.test_any_json import OBJECTS

CANARY = "ZZCANARY"


def a_request(prefetch: Any = None, orders: tuple[dict[str, Any], ...] = ()) -> HookRequest:
    return HookRequest(
        hook="order-sign",
        hook_instance="x",
        user_id="",
        patient_id="p1",
        received_at=datetime(2026, 11, 21, tzinfo=UTC),
        draft_orders=orders,
        prefetch=read_prefetch(prefetch),
    )


def test_an_examined_request_says_element_paths_and_kinds_of_error_once_each() -> None:
    condition = {"resourceType": "Condition", "id": CANARY, "code": {"text": CANARY}, CANARY: CANARY}
    found = examined(a_request({"problems": [condition, condition], "notes": f"<html>{CANARY}"}))
    assert found == (
        EXAMINED,
        "unreadable: client sent something that is not FHIR JSON",
        "fault: Condition.subject: is missing",
        "fault: Condition.?: is not known in FHIR R4",
    )


def test_a_draft_order_is_examined_like_what_was_prefetched() -> None:
    order = {"resourceType": "ServiceRequest", "id": "a_b", "status": "draft", "intent": "order"}
    assert "fault: ServiceRequest.id: string pattern mismatch" in examined(a_request(orders=(order,)))


def test_a_request_without_faults_counts_as_examined() -> None:
    assert examined(a_request({"patient": {"resourceType": "Patient", "id": "p1"}})) == (EXAMINED,)


@given(OBJECTS)
def test_any_json_can_be_diagnosed(resource: dict[str, Any]) -> None:
    for kind in ("Observation", "DocumentReference", "HumanName", "../x", 1):
        assert CANARY not in str(diagnose({**resource, "resourceType": kind}))


def test_an_inspector_at_work_lets_other_requests_go() -> None:
    busy, go_on, done = threading.Event(), threading.Event(), threading.Event()
    noted: list[str] = []

    def note(client: str, whats: Iterable[str]) -> None:
        busy.set()
        go_on.wait(5)
        noted.append(client)
        if client == "last":
            done.set()

    inspector = Inspector(note, rests=0)
    inspector.look("first", a_request())
    assert busy.wait(5)
    for number in range(3):
        inspector.look(str(number), a_request())
    go_on.set()
    while not done.is_set():
        inspector.look("last", a_request())
        done.wait(0.05)
    kept = [client for client in noted if client != "last"]
    assert kept == ["first"]

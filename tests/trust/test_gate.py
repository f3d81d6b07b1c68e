"""A bounded number of requests at work and waiting."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from cds_service.errors import Overloaded
from cds_service.web.load import Gate
from tests.web.stand_in import SELECT_URL, a_body, an_answer, stand_in


def test_whoever_finds_no_room_is_told_at_once() -> None:
    gate = Gate(at_work=1, waiting=0, wait_seconds=5)
    gate.enter()
    started = time.perf_counter()
    with pytest.raises(Overloaded):
        gate.enter()
    assert time.perf_counter() - started < 0.1
    gate.leave()
    gate.enter()


def test_whoever_waits_too_long_is_told_and_leaves_the_room() -> None:
    gate = Gate(at_work=1, waiting=1, wait_seconds=0.05)
    gate.enter()
    for _ in range(3):
        with pytest.raises(Overloaded, match="turn"):
            gate.enter()
    gate.leave()
    gate.enter()


def test_whoever_waits_comes_next() -> None:
    gate = Gate(at_work=1, waiting=1, wait_seconds=5)
    gate.enter()
    entered = threading.Event()
    waiter = threading.Thread(target=lambda: (gate.enter(), entered.set()))
    waiter.start()
    assert not entered.wait(0.05)
    gate.leave()
    assert entered.wait(2)
    waiter.join()


def test_an_overloaded_service_says_when_to_come_back_and_is_alive() -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(request: Any, *_: Any) -> Any:
        inside.set()
        assert go_on.wait(5)
        return an_answer(request, advise=False)

    web = stand_in(answer=slow, gate=Gate(at_work=1, waiting=0, wait_seconds=1))
    statuses: list[int] = []
    first = threading.Thread(target=lambda: statuses.append(web.invoke(a_body()).status_code))
    first.start()
    assert inside.wait(5)
    refused = web.client.post(SELECT_URL, json=a_body())
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.get_json()["resourceType"] == "OperationOutcome"
    assert web.client.get("/health/live").status_code == 200
    go_on.set()
    first.join()
    assert statuses == [200]
    assert web.invoke(a_body()).status_code == 200


def test_a_request_that_fails_gives_its_turn_back() -> None:
    web = stand_in(gate=Gate(at_work=1, waiting=0, wait_seconds=1))
    for _ in range(3):
        assert web.invoke({}).status_code == 400
        assert web.client.get("/nowhere").status_code == 404
        assert web.client.options(SELECT_URL).status_code == 204
    assert web.invoke(a_body()).status_code == 200

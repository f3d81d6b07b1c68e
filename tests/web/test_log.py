from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from cds_service.adapters.log import FIELDS, RequestLog
from tests.web.stand_in import SELECT_URL, a_body, fixture, stand_in


def test_one_request_is_one_line_of_json() -> None:
    stream = StringIO()
    log = RequestLog(stream, now=lambda: datetime(2026, 11, 21, 9, tzinfo=UTC))
    web = stand_in(write_log=log.write)
    web.invoke(a_body())
    web.client.get("/cds-services")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["time"] == "2026-11-21T09:00:00.000+00:00"
    assert {name: first[name] for name in ("route", "status", "service", "hook", "cards", "tier")} == {
        "route": "/cds-services/<service_id>",
        "status": 200,
        "service": "cervical-cord-check",
        "hook": "order-select",
        "cards": 1,
        "tier": "urgent",
    }
    assert second["route"] == "/cds-services"
    assert "cards" not in second
    assert log.dropped == 0


def test_a_field_that_is_not_on_the_list_is_left_out_and_counted() -> None:
    stream = StringIO()
    log = RequestLog(stream)
    log.write({"status": 200, "patient": "x", "where": "x" * 121, "oddities": ("x" * 121,)})
    assert set(json.loads(stream.getvalue())) == {"time", "event", "status"}
    assert log.dropped == 3


@pytest.mark.hazard("H-13", "the store takes the advice down with it")
def test_a_line_that_the_log_does_not_take_is_counted_and_costs_no_answer() -> None:
    lost: list[None] = []
    with suppress(OSError), Path("/dev/full").open("w", encoding="utf-8") as full_disk:
        web = stand_in(write_log=RequestLog(full_disk, on_lost=lambda: lost.append(None)).write)
        assert [web.invoke(a_body()).status_code for _ in range(3)] == [200] * 3
    assert len(lost) == 3


def test_everything_that_the_web_tells_is_on_the_list() -> None:
    web = stand_in()
    web.invoke(a_body())
    web.invoke(fixture("feedback/accepted.json"), f"{SELECT_URL}/feedback")
    web.invoke([], SELECT_URL)
    assert {name for facts in web.seen.facts for name in facts} <= set(FIELDS)


def test_the_observer_gets_the_same_facts_as_the_log() -> None:
    observed: list[object] = []
    web = stand_in(observe=observed.append)
    web.invoke(a_body())
    assert observed == web.seen.facts

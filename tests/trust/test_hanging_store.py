"""A database that hangs or dies: cards and feedback are answered in time, and all is well when it is back."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from cds_service.adapters import store_postgres
from cds_service.adapters.in_time import InTime
from cds_service.adapters.store import CARD_SECONDS, FEEDBACK_SECONDS, Store
from cds_service.adapters.store_schema import migrate
from cds_service.adapters.store_tables import feedback
from cds_service.errors import StoreUnavailable
from tests.trust.database_line import Line, a_line_to
from tests.trust.service import SELECT, URGENT, Running, a_service, soon

SPARE_SECONDS = 0.6
"""For all the rest of an answer, on a busy machine."""


@pytest.fixture
def line(postgres_url: str) -> Iterator[tuple[Line, str]]:
    """A line to a migrated database that can be disturbed."""
    store = Store(postgres_url)
    migrate(store)
    store.close()
    with a_line_to(make_url(postgres_url)) as disturbed:
        yield disturbed


@contextmanager
def on_store(folder: Path, url: str) -> Iterator[Running]:
    """A service with its store there, and everything closed at the end."""
    service = a_service(folder, {"traces": True}, database_url=url, memory=True)
    try:
        yield service
    finally:
        keeping = service.app.extensions["keeping"]
        keeping.recorder.close(seconds=1)
        keeping.store.close()


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    return call(), time.perf_counter() - started


def send(service: Running, card: str) -> int:
    item = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-21T09:03:13Z"}
    return int(service.call(f"{SELECT}/feedback", {"feedback": [item]}).status_code)


def assert_answers_in_time(service: Running) -> None:
    """A store that hangs costs one call each its longest wait, and the next calls nothing."""
    for store_seconds in (CARD_SECONDS, 0.0):
        answer, seconds = timed(lambda: service.ask(URGENT))
        assert len(answer["cards"]) == 1
        assert seconds < store_seconds + SPARE_SECONDS
    for store_seconds in (FEEDBACK_SECONDS, 0.0):
        status, seconds = timed(lambda: send(service, "lost"))
        assert status == 503
        assert seconds < store_seconds + SPARE_SECONDS
    ready, seconds = timed(lambda: service.call("/health/ready"))
    assert (ready.status_code, seconds < SPARE_SECONDS) == (503, True)
    assert service.call("/traces/none").status_code == 503


@pytest.mark.hazard("H-13", "the store takes the advice down with it")
def test_a_server_that_accepts_and_says_nothing_holds_no_answer(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        url = f"postgresql://root@127.0.0.1:{silent.getsockname()[1]}/none"
        with on_store(tmp_path, url) as service:
            assert_answers_in_time(service)


@pytest.mark.hazard("H-13", "the store takes the advice down with it")
def test_a_server_that_stops_in_the_middle_holds_no_answer_and_is_used_again(
    tmp_path: Path, line: tuple[Line, str]
) -> None:
    disturbed, url = line
    with on_store(tmp_path, url) as service:
        assert (send(service, "before"), len(service.ask(URGENT)["cards"])) == (200, 1)
        disturbed.freeze()
        assert_answers_in_time(service)
        disturbed.mend()
        assert soon(lambda: service.call("/health/ready").status_code == 200)
        assert soon(lambda: send(service, "after") == 200)
        assert "cordcheck_records_lost_total 0.0" in service.call("/metrics").text


@pytest.mark.hazard("H-12", "feedback is acknowledged and lost")
def test_feedback_over_a_line_that_breaks_is_kept_once_or_refused(
    tmp_path: Path, line: tuple[Line, str]
) -> None:
    disturbed, url = line
    acknowledged: list[str] = []
    refused: list[str] = []
    cards = [f"card-{number}" for number in range(120)]

    def send_each_until_acknowledged(service: Running, cards: list[str]) -> None:
        for card in cards:
            while send(service, card) != 200:
                refused.append(card)
                time.sleep(0.02)
            acknowledged.append(card)

    with on_store(tmp_path, url) as service, ThreadPoolExecutor(3) as pool:
        senders = [pool.submit(send_each_until_acknowledged, service, cards[part::3]) for part in range(3)]
        while len(acknowledged) < 100:
            time.sleep(0.1)
            disturbed.cut()
            time.sleep(0.1)
            disturbed.mend()
        for sender in senders:
            sender.result(30)
    store = Store(url)
    with store.reading() as connection:
        kept = [row.card for row in connection.execute(select(feedback.c.card))]
    store.close()
    assert refused
    assert sorted(kept) == sorted(acknowledged) == sorted(cards)


def test_a_statement_on_a_server_that_says_nothing_is_given_up(
    line: tuple[Line, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_postgres, "HANGING_SECONDS", 0.3)
    disturbed, url = line
    store = Store(url)
    assert store.is_ready()
    disturbed.freeze()
    is_ready, seconds = timed(store.is_ready)
    assert not is_ready
    assert seconds < 5  # the statement, then a new connection (connect_timeout)
    disturbed.mend()
    assert soon(store.is_ready)
    store.close()


def test_while_one_call_hangs_the_next_are_refused_at_once() -> None:
    in_time, goes_on = InTime(0.1), threading.Event()
    with pytest.raises(StoreUnavailable, match="in time"):
        in_time.run(goes_on.wait)

    def answers() -> bool:
        try:
            return in_time.run(lambda: 1) == 1
        except StoreUnavailable:
            return False

    answered, seconds = timed(answers)
    assert not answered
    assert seconds < 0.09
    goes_on.set()
    assert soon(answers)
    in_time.close()


def test_what_a_call_raises_reaches_its_caller() -> None:
    def fails() -> None:
        raise KeyError("why")

    in_time = InTime(5)
    with pytest.raises(KeyError, match="why"):
        in_time.run(fails)
    in_time.close()

"""Acknowledged means kept: workers are killed under load, and a server is stopped in good order."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from cds_service.adapters.sealing import Sealing
from cds_service.adapters.store import Store
from cds_service.adapters.store_schema import migrate
from cds_service.adapters.store_tables import feedback
from cds_service.adapters.store_traces import StoredTraces
from tests.trust.running import Server, a_server
from tests.trust.service import SELECT, URGENT, a_body

ITEMS = int(os.environ.get("CORDCHECK_TEST_ITEMS", "100"))
KILLS = max(2, ITEMS // 100)


def kept(url: str) -> list[str]:
    store = Store(url)
    with store.reading() as connection:
        cards = [row.card for row in connection.execute(select(feedback.c.card))]
    store.close()
    return cards


def send_until_acknowledged(server: Server, cards: list[str]) -> None:
    """Do as a careful client does: the same item again until it is acknowledged."""
    for card in cards:
        item = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-21T09:03:13Z"}
        for _ in range(600):
            try:
                sent = requests.post(f"{server.url}{SELECT}/feedback", json={"feedback": [item]}, timeout=10)
            except requests.RequestException:
                time.sleep(0.05)
                continue
            if sent.ok:
                break
        else:
            raise AssertionError(f"{card} was never acknowledged")


@pytest.mark.hazard("H-12", "feedback is acknowledged and lost")
def test_feedback_survives_workers_that_are_killed(tmp_path: Path, store_url: str) -> None:
    store = Store(store_url)
    migrate(store)
    store.close()
    cards = [f"card-{number}" for number in range(ITEMS)]
    with a_server(tmp_path, store_url, workers=2) as server:
        senders = [
            threading.Thread(target=send_until_acknowledged, args=(server, cards[part::4]))
            for part in range(4)
        ]
        for sender in senders:
            sender.start()
        for _ in range(KILLS):
            time.sleep(0.15)
            for pid in server.worker_pids()[:1]:
                os.kill(pid, signal.SIGKILL)
            server.wait()
        for sender in senders:
            sender.join()
    assert sorted(kept(store_url)) == sorted(cards)


def test_two_workers_keep_one_page_of_metrics_and_every_trace(tmp_path: Path) -> None:
    with a_server(tmp_path, workers=2) as server:
        for _ in range(20):
            body = a_body(URGENT, now=datetime.now(UTC))  # a real server has the clock of the machine
            assert requests.post(f"{server.url}{SELECT}", json=body, timeout=10).ok
        pages = [requests.get(f"{server.url}/metrics", timeout=10).text for _ in range(4)]
        assert "OPEN: no authentication" in server.out.read_text()
    wanted = 'cordcheck_cards_total{card="soon",client="open",tier="urgent"} 20.0'
    assert all(wanted in page for page in pages)
    store = Store(f"sqlite:///{tmp_path}/store.db")
    report = StoredTraces(store, Sealing([], b"")).verify()
    store.close()
    assert (report.rows, report.intact) == (20, True)

"""Feedback through the whole service: kept once, refused as a whole, 503 while the store is away."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.trust.keys import ISSUER
from tests.trust.service import SELECT, URGENT, Running, a_body, a_service

URL = f"{SELECT}/feedback"
ITEM = {"card": "c1", "outcome": "overridden", "outcomeTimestamp": "2026-11-21T09:03:13.247Z"}


def rows(folder: Path) -> list[Any]:
    with sqlite3.connect(folder / "store.db") as database:
        return database.execute("SELECT * FROM feedback").fetchall()


def send(service: Running, *items: dict[str, Any]) -> int:
    return int(service.call(URL, {"feedback": list(items)}).status_code)


def test_a_batch_with_repeats_is_kept_once(tmp_path: Path) -> None:
    service = a_service(tmp_path)
    for _ in range(2):
        assert send(service, ITEM, ITEM, ITEM | {"card": "c2"}) == 200
    assert len(rows(tmp_path)) == 2


def test_one_bad_item_refuses_the_batch_and_is_named(tmp_path: Path) -> None:
    service = a_service(tmp_path)
    response = service.call(URL, {"feedback": [ITEM, ITEM | {"outcome": "ignored"}]})
    assert response.status_code == 400
    assert "1" in response.json["issue"][0]["details"]["text"]
    assert rows(tmp_path) == []


def test_cards_that_nobody_knows_and_odd_ids_are_kept(tmp_path: Path) -> None:
    service = a_service(tmp_path)
    odd = ["123456", "x" * 1000, "a\x00b", "é😀1", "' OR 1=1 --"]
    assert send(service, *(ITEM | {"card": card} for card in odd)) == 200
    assert len(rows(tmp_path)) == len(odd)


@pytest.mark.hazard("H-12", "feedback is acknowledged and lost")
def test_feedback_is_refused_while_the_store_is_away_and_taken_when_it_is_back(tmp_path: Path) -> None:
    service = a_service(tmp_path, {"iss": ISSUER})
    blocked = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    blocked.execute("PRAGMA journal_mode")
    blocked.execute("ALTER TABLE feedback RENAME TO gone")
    refused = service.call(URL, {"feedback": [ITEM]})
    assert refused.status_code == 503
    assert refused.json["issue"][0]["code"] == "transient"
    assert len(service.ask(URGENT)["cards"]) == 1
    blocked.execute("ALTER TABLE gone RENAME TO feedback")
    blocked.close()
    assert send(service, ITEM) == 200
    assert len(rows(tmp_path)) == 1


@pytest.mark.hazard("H-12", "feedback is acknowledged and lost")
def test_feedback_is_refused_while_the_file_of_the_store_is_gone(tmp_path: Path) -> None:
    service = a_service(tmp_path, {}, database_url=f"sqlite:///{tmp_path}/disk/store.db")
    assert send(service, ITEM) == 200
    (tmp_path / "disk").rename(tmp_path / "elsewhere")
    assert send(service, ITEM) == 503
    assert service.call("/health/ready").status_code == 503
    assert len(service.ask(URGENT)["cards"]) == 1
    (tmp_path / "elsewhere").rename(tmp_path / "disk")
    assert send(service, ITEM) == 200
    assert service.call("/health/ready").status_code == 200
    assert len(rows(tmp_path / "disk")) == 1


@pytest.mark.hazard("H-12", "feedback is acknowledged and lost")
def test_feedback_after_the_file_was_deleted_stands_in_the_new_one(tmp_path: Path) -> None:
    service = a_service(tmp_path, {})
    assert send(service, ITEM) == 200
    for file in tmp_path.glob("store.db*"):
        file.unlink()
    assert send(service, ITEM) == 503
    assert service.call("/health/ready").status_code == 200
    assert send(service, ITEM) == 200
    assert len(rows(tmp_path)) == 1


@pytest.mark.hazard("H-13", "the store takes the advice down with it")
def test_cards_are_shown_while_the_store_is_away(tmp_path: Path) -> None:
    service = a_service(tmp_path, {}, database_url="postgresql://root@127.0.0.1:1/none", memory=True)
    assert len(service.ask(URGENT)["cards"]) == 1
    assert send(service, ITEM) == 503
    assert service.call("/health/ready").status_code == 503
    assert service.call("/health/live").status_code == 200
    page = service.call("/metrics").text
    assert "cordcheck_replay_unchecked_total 2.0" in page


@pytest.mark.hazard("PRI-01", "patient data is written where it should not be")
@pytest.mark.parametrize(
    "key", ["", "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="], ids=["minimal", "sealed"]
)
def test_no_canary_stands_readable_in_any_file_that_the_service_writes(tmp_path: Path, key: str) -> None:
    service = a_service(tmp_path, trace_key=key)
    answer = service.ask(
        "ZZCANARY alpha sign. Beta sign.", patient="ZZCANARY-1", user="Practitioner/ZZCANARY"
    )
    body = {"reason": {"code": "known"}, "userComment": "ZZCANARY told me"}
    service.say(answer, "overridden", overrideReason=body)
    spoilt = {"prefetch": {"ZZCANARY": "x", "notes": {"resourceType": "ZZCANARY", "id": "ZZCANARY"}}}
    service.call(SELECT, a_body(URGENT) | spoilt)
    keeping = service.app.extensions["keeping"]
    keeping.recorder.close()
    keeping.store.close()
    content = (tmp_path / "content").rglob("*")
    written = b"".join(
        path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path not in set(content)
    )
    assert b"ZZCANARY" not in written + service.log.getvalue().encode()
    assert b"ZZCANARY" not in service.call("/metrics").data

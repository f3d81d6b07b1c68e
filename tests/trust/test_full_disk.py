"""A disk that is really full: cards are shown, what is acknowledged is kept, and no worker dies of it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from cds_service.adapters.store import Store
from cds_service.adapters.store_schema import prepare
from cds_service.adapters.store_tables import feedback
from cds_service.errors import StoreUnavailable
from tests.trust.running import Server, a_server
from tests.trust.service import SELECT, URGENT, a_body, soon


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount, unmount = shutil.which("mount") or "/bin/mount", shutil.which("umount") or "/bin/umount"
    command = [mount, "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)]
    try:
        subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root on Linux can mount a file system")
    yield place
    subprocess.run([unmount, str(place)], check=True)


def fill(disk: Path) -> Path:
    """Write until nothing more can be written."""
    rest = disk / "rest"
    with suppress(OSError), rest.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    return rest


def send(server: Server, card: str) -> int:
    item = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-21T09:03:13Z"}
    sent = requests.post(f"{server.url}{SELECT}/feedback", json={"feedback": [item]}, timeout=10)
    return sent.status_code


def assert_shows_a_card(server: Server) -> None:
    body = a_body(URGENT, now=datetime.now(UTC))
    answer = requests.post(f"{server.url}{SELECT}", json=body, timeout=10)
    assert len(answer.json()["cards"]) == 1


def is_ready(server: Server) -> bool:
    return requests.get(f"{server.url}/health/ready", timeout=10).ok


@pytest.mark.hazard("H-12", "feedback is acknowledged and lost")
@pytest.mark.hazard("H-13", "the store takes the advice down with it")
def test_a_full_disk_costs_no_card_no_worker_and_no_acknowledged_feedback(
    tmp_path: Path, small_disk: Path
) -> None:
    url = f"sqlite:///{small_disk}/store.db"
    acknowledged = []
    with a_server(tmp_path, url, workers=2, var=small_disk, memory="yes") as server:

        def acknowledge(card: str) -> bool:
            is_kept = send(server, card) == 200
            if is_kept:
                acknowledged.append(card)
            return is_kept

        assert acknowledge("before")
        rest = fill(small_disk)
        workers = server.worker_pids()
        numbers = iter(range(5_000))
        assert soon(lambda: not acknowledge(f"card-{next(numbers)}") and not is_ready(server), 30)
        for _ in range(10):
            assert_shows_a_card(server)
            assert requests.get(f"{server.url}/metrics", timeout=10).ok
        assert server.worker_pids() == workers

        os.kill(workers[0], signal.SIGKILL)
        assert soon(lambda: len(server.worker_pids()) == 2 and server.worker_pids() != workers, 10)
        for _ in range(10):
            with suppress(requests.ConnectionError):  # one that the killed worker had taken
                assert_shows_a_card(server)
        assert "no room in" in server.out.read_text()

        rest.unlink()
        assert soon(lambda: is_ready(server) and acknowledge("after"))
        store = Store(url)
        with store.reading() as connection:
            kept = [row.card for row in connection.execute(select(feedback.c.card))]
        store.close()
    assert sorted(kept) == sorted(acknowledged)


@pytest.mark.hazard("H-13", "the store takes the advice down with it")
def test_a_folder_that_vanishes_costs_no_card(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    with a_server(tmp_path, f"sqlite:///{folder}/store.db", workers=2, var=folder) as server:
        folder.rename(tmp_path / "elsewhere")
        for number in range(6):
            assert_shows_a_card(server)
            assert send(server, f"card-{number}") == 503
        assert not is_ready(server)
        (tmp_path / "elsewhere").rename(folder)
        assert soon(lambda: is_ready(server) and send(server, "after") == 200)


@pytest.mark.hazard("H-13", "the store takes the advice down with it")
def test_a_service_whose_log_takes_nothing_starts_and_shows_cards(tmp_path: Path) -> None:
    with a_server(tmp_path, out=Path("/dev/full"), workers=2) as server:
        for _ in range(3):
            assert_shows_a_card(server)
        page = requests.get(f"{server.url}/metrics", timeout=10).text
    assert re.search(r"^cordcheck_log_lines_lost_total [1-9]", page, re.MULTILINE)


def test_a_folder_that_takes_no_file_is_a_store_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "store.db.migrating").mkdir()
    store = Store(f"sqlite:///{tmp_path}/store.db")
    with pytest.raises(StoreUnavailable, match="folder"):
        prepare(store)
    store.close()

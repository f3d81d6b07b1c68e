"""Bodies that trickle in: they wait beside the others, and do not wait for ever."""

from __future__ import annotations

import json
import select
import signal
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from cds_service.commands.serve import HEAD_SECONDS
from cds_service.web.intake import BODY_SECONDS
from tests.trust.running import Server, a_server
from tests.trust.service import SELECT, URGENT, a_body

SLOW = 200


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_server(tmp_path_factory.mktemp("slow"), workers=1) as running:
        yield running


def begin(server: Server, head: str, sent: bytes) -> socket.socket:
    """Open a connection and send the head of a request with the beginning of its body."""
    host, port = server.url.removeprefix("http://").split(":")
    line = socket.create_connection((host, int(port)), timeout=10)
    start = f"POST {SELECT} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{head}\r\n\r\n"
    line.sendall(start.encode() + sent)
    return line


def begin_slowly(server: Server, number: int) -> socket.socket:
    if number % 2:
        return begin(server, "Transfer-Encoding: chunked", b"5\r\n{    \r\n")
    return begin(server, "Content-Length: 4000000", b"{    ")


def test_many_slow_bodies_hold_nobody_up_and_are_refused(server: Server) -> None:
    lines = [begin_slowly(server, number) for number in range(SLOW)]
    body = a_body(URGENT, now=datetime.now(UTC))
    answer = requests.post(f"{server.url}{SELECT}", json=body, timeout=10)
    healthy = requests.get(f"{server.url}/health/ready", timeout=10)
    waiting = len(lines) - len(select.select(lines, [], [], 0)[0])
    assert (answer.status_code, len(answer.json()["cards"]), healthy.status_code) == (200, 1, 200)
    assert waiting > 0, "all slow ones had ended before the quick one was answered"
    for line in lines:
        with line, line.makefile("rb") as told:
            refusal = told.read()  # to its end: the connection is closed
        assert refusal.startswith(b"HTTP/1.1 408 "), refusal
        assert json.loads(refusal.partition(b"\r\n\r\n")[2])["resourceType"] == "OperationOutcome"


def test_a_body_that_trickles_is_refused_though_it_never_pauses(server: Server) -> None:
    started = time.monotonic()
    with begin(server, "Content-Length: 4000000", b"{") as line:
        while not select.select([line], [], [], 0.1)[0]:
            line.sendall(b" ")
            assert time.monotonic() - started < BODY_SECONDS + 5
        assert line.recv(4096).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_takes_a_second_is_taken(server: Server) -> None:
    body = json.dumps(a_body(URGENT, now=datetime.now(UTC))).encode()
    with begin(server, f"Content-Length: {len(body)}", body[:10]) as line:
        time.sleep(0.8)
        line.sendall(body[10:])
        assert line.recv(100).startswith(b"HTTP/1.1 200 ")


def test_who_says_nothing_is_not_waited_for(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    lines = [socket.create_connection((host, int(port)), timeout=HEAD_SECONDS + 5) for _ in range(4)]
    for line, said in zip(lines, (b"", b"P", b"GET / HT", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), strict=True):
        line.sendall(said)
    for line in lines:
        with line, line.makefile("rb") as told:
            told.read()  # to its end, or the time is over


@pytest.mark.parametrize("head", ["Content-Length: 400000000", "Transfer-Encoding: chunked"])
def test_a_body_without_end_is_refused_when_it_is_too_large(server: Server, head: str) -> None:
    chunk = b"186a0\r\n" + b" " * 100_000 + b"\r\n"
    with begin(server, head, b"") as line:
        try:
            for _ in range(200):
                line.sendall(chunk)
        except ConnectionError:
            pass  # it has answered and closed
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_connection_is_kept_for_the_next_request(server: Server) -> None:
    connection = HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    lines = []
    for method, path, status in (("GET", "/cds-services", 200), ("POST", SELECT, 415), ("HEAD", SELECT, 405)):
        connection.request(method, path, body=b"{" if method == "POST" else None)
        with connection.getresponse() as answer:
            assert (answer.status, bool(answer.read())) == (status, method != "HEAD")
        lines.append(connection.sock)
    connection.close()
    assert lines[0] is not None
    assert lines == [lines[0]] * 3


def test_a_server_that_is_stopped_ends_its_work_and_does_not_wait_for_slow_bodies(tmp_path: Path) -> None:
    said: list[int] = []
    with a_server(tmp_path, workers=1) as server:

        def ask() -> None:
            body = json.dumps(a_body(URGENT, now=datetime.now(UTC))).encode()
            with begin(server, f"Content-Length: {len(body)}", body[:10]) as line:
                under_way.set()
                time.sleep(0.5)
                line.sendall(body[10:])
                said.append(int(line.recv(100).split()[1]))

        under_way = threading.Event()
        asking = threading.Thread(target=ask)
        asking.start()
        assert under_way.wait(5)
        slow = [begin_slowly(server, number) for number in range(10)]
        time.sleep(0.2)
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        asking.join(10)
        server.process.wait(15)
        took = time.monotonic() - started
        for line in slow:
            line.close()
    assert said == [200]
    assert took < BODY_SECONDS + 5

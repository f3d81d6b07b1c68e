"""Between the server and the application: the body first, then a turn, then an answer by a thread."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import threading
import time
import weakref
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from granian.rsgi import ProtocolClosed

from cds_service.web import intake
from cds_service.web.intake import Intake
from cds_service.web.load import Gate
from tests.web.stand_in import SELECT_URL, StandIn, a_body, an_answer, stand_in

LIMIT = 100_000
HEALTH = "/health/live"


class Headers:
    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def items(self) -> list[tuple[str, str]]:
        """Return the pairs as the server does: without those whose value is not ASCII."""
        return [pair for pair in self._pairs if pair[1].isascii()]

    def keys(self) -> list[str]:
        return [name for name, _ in self._pairs]

    def get(self, name: str) -> str | None:
        return dict(self._pairs).get(name)


@dataclass
class Scope:
    method: str = "POST"
    path: str = SELECT_URL
    query_string: str = ""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    http_version: str = "1.1"
    server: str = "127.0.0.1:8000"
    client: str = "127.0.0.1:50000"
    scheme: str = "http"
    authority: str | None = None

    @property
    def headers(self) -> Headers:
        return Headers(self.pairs)


@dataclass
class Connection:
    """The server's side of one request: pieces of the body come, None never does; one answer goes."""

    pieces: list[bytes | None]
    broken: bool = False
    taken: int = 0
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.broken:
            raise ProtocolClosed
        for piece in self.pieces:
            if piece is None:
                await asyncio.sleep(3600)
            self.taken += 1
            yield piece or b""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body

    def says(self) -> str:
        return str(json.loads(self.body)["issue"][0]["details"]["text"])


def an_intake(web: StandIn, **changes: Any) -> Intake:
    gate = Gate(changes.pop("at_work", 1), changes.pop("waiting", 8), wait_seconds=5)
    beside = frozenset({HEALTH})
    return Intake(web.client.application, gate, threads=1, body_limit_bytes=LIMIT, beside=beside, **changes)


async def send(into: Intake, *pieces: bytes | None, broken: bool = False, **scope: Any) -> Connection:
    length = scope.pop("length", sum(len(piece or b"") for piece in pieces))
    pairs = [("content-type", "application/json"), *scope.pop("pairs", [])]
    pairs += [("content-length", str(length))] if length is not None else []
    connection = Connection(list(pieces), broken)
    await into.__rsgi__(Scope(pairs=pairs, **scope), connection)  # type: ignore[arg-type]
    return connection


def sent(web: StandIn, *pieces: bytes | None, **scope: Any) -> Connection:
    return asyncio.run(asyncio.wait_for(send(an_intake(web), *pieces, **scope), 20))


BODY = json.dumps(a_body()).encode()


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BODY_SECONDS", 0.1)


@pytest.mark.parametrize("length", [len(BODY), None])
def test_a_body_in_pieces_is_whole(length: int | None) -> None:
    answer = sent(stand_in(), BODY[:100], BODY[100:], length=length)
    assert (answer.status, len(json.loads(answer.body)["cards"])) == (200, 1)


@pytest.mark.parametrize(
    ("pair", "status"),
    [
        (("content-encoding", "identity"), 200),
        (("content-encoding", "\xff"), 415),
        (("content_encoding", "gzip"), 200),
        (("content_length", "1"), 200),
    ],
)
def test_a_header_is_neither_lost_nor_taken_for_another(pair: tuple[str, str], status: int) -> None:
    assert sent(stand_in(), BODY, pairs=[pair]).status == status


@pytest.mark.usefixtures("_soon")
@pytest.mark.parametrize("length", [len(BODY), None])
def test_a_body_that_does_not_come_is_408_and_the_connection_ends(length: int | None) -> None:
    web = stand_in()
    answer = sent(web, BODY[:100], None, length=length)
    assert (answer.status, answer.headers["Connection"]) == (408, "close")
    assert "did not arrive" in answer.says()
    assert not web.seen.requests
    assert web.seen.facts[-1]["error"] == "BodyTooSlow"


@pytest.mark.parametrize(("piece", "broken"), [(BODY, True), (BODY[:100], False)])
def test_a_connection_that_ends_before_its_body_is_told_in_the_log(piece: bytes, broken: bool) -> None:
    web = stand_in()
    answer = sent(web, piece, broken=broken, length=len(BODY))
    assert "ended before" in answer.says()
    assert (web.seen.facts[-1]["status"], web.seen.requests) == (408, [])


@pytest.mark.usefixtures("_soon")
def test_a_refused_request_leaves_nothing_in_memory() -> None:
    into = an_intake(stand_in())

    async def refused() -> weakref.ref[Connection]:
        connection = await send(into, BODY[:100], None, length=len(BODY))
        assert connection.status == 408
        return weakref.ref(connection)

    gc.collect()
    gc.disable()
    try:
        assert asyncio.run(refused())() is None
    finally:
        gc.enable()


def test_large_bodies_have_a_bounded_room_and_small_ones_always_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "SMALL_BYTES", len(BODY))
    monkeypatch.setattr(intake, "ROOM_BYTES", LIMIT)  # for one of them
    into = an_intake(stand_in(body_limit_bytes=LIMIT))
    large = BODY + b" " * (LIMIT - len(BODY))

    async def together() -> list[int]:
        slow = asyncio.create_task(send(into, large[:-1], None, length=len(large)))
        await asyncio.sleep(0.05)
        others = [(await send(into, body)).status for body in (large, BODY)]
        return [*others, (await slow).status, (await send(into, large)).status]

    monkeypatch.setattr(intake, "BODY_SECONDS", 0.5)
    assert asyncio.run(together()) == [503, 200, 408, 200]


@pytest.mark.parametrize("length", ["0" * 5000 + str(len(BODY)), "9" * 19])
def test_a_length_of_many_digits_is_refused(length: str) -> None:
    answer = sent(stand_in(), BODY, length=length)
    assert answer.status in (400, 413)
    assert answer.says()


@pytest.mark.parametrize(("length", "taken"), [(LIMIT + 1, 0), (None, 3)])
def test_no_more_is_read_than_the_limit(length: int | None, taken: int) -> None:
    web = stand_in(body_limit_bytes=LIMIT)
    answer = sent(web, *[b" " * 40_000] * 9, length=length)
    assert answer.status == 413
    connection = asyncio.run(send(an_intake(web), *[b" " * 40_000] * 9, length=length))
    assert connection.taken == taken


def test_a_packed_body_is_unpacked_behind_the_limit() -> None:
    pairs = [("content-encoding", "gzip")]
    assert sent(stand_in(), gzip.compress(BODY), pairs=pairs).status == 200
    bomb = gzip.compress(b" " * 50_000_000)
    assert sent(stand_in(body_limit_bytes=LIMIT), bomb, pairs=pairs).status == 413


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("HEAD", 200), ("OPTIONS", 204)])
def test_a_request_without_a_body_waits_for_none(method: str, status: int) -> None:
    answer = sent(stand_in(), None, method=method, path="/cds-services")
    assert answer.status == status
    assert bool(answer.body) == (method == "GET")


def test_what_the_environment_says_is_what_was_sent() -> None:
    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(environ)
        start_response("200 OK", [])
        return []

    into = Intake(app, Gate(1, 1, 1), threads=1, body_limit_bytes=LIMIT, beside=frozenset())
    pairs = [("authorization", "Bearer a"), ("authorization", "Bearer b")]
    asyncio.run(
        send(into, b"x", path="/\u00e9", query_string="a=%20", authority="cds.example.org", pairs=pairs)
    )
    environ = seen[0]
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/\u00e9"
    assert (environ["QUERY_STRING"], environ["HTTP_HOST"]) == ("a=%20", "cds.example.org")
    assert environ["HTTP_AUTHORIZATION"] == "Bearer a,Bearer b"
    assert (environ["REMOTE_ADDR"], environ["CONTENT_LENGTH"]) == ("127.0.0.1", "1")
    assert environ["wsgi.input"].read() == b"x"


def test_the_wait_for_a_turn_counts_as_time_of_the_answer() -> None:
    def slow(request: Any, *_: Any) -> Any:
        time.sleep(0.2)
        return an_answer(request, advise=False)

    web = stand_in(answer=slow)

    async def test() -> None:
        into = an_intake(web)
        await asyncio.gather(send(into, BODY), send(into, BODY))

    asyncio.run(asyncio.wait_for(test(), 20))
    first, second = (float(str(facts["milliseconds"])) for facts in web.seen.facts)
    assert second > first + 150


def test_an_overloaded_service_says_when_to_come_back_and_is_alive() -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(request: Any, *_: Any) -> Any:
        inside.set()
        assert go_on.wait(10)
        return an_answer(request, advise=False)

    web = stand_in(answer=slow)
    into = an_intake(web, waiting=0)

    async def test() -> None:
        first = asyncio.create_task(send(into, BODY))
        await asyncio.to_thread(inside.wait, 10)
        refused = await send(into, BODY)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert json.loads(refused.body)["resourceType"] == "OperationOutcome"
        assert (await send(into, None, method="GET", path=HEALTH)).status == 200
        go_on.set()
        assert (await first).status == 200
        assert (await send(into, BODY)).status == 200

    asyncio.run(asyncio.wait_for(test(), 20))

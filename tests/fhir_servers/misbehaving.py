"""A FHIR server over real sockets that does exactly what a test tells it to, however badly."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request as it reached the server."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]

    @property
    def kind(self) -> str:
        return self.path.removeprefix("/fhir/").split("/")[0]


class Call(BaseHTTPRequestHandler):
    """One request, with words for the ways to answer it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    asked: Asked

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.asked = Asked(parts.path, parse_qs(parts.query), dict(self.headers.items()))
        self.server.seen.append(self.asked)  # type: ignore[attr-defined]
        answer = self.server.answers.get(self.asked.kind, empty)  # type: ignore[attr-defined]
        with suppress(ConnectionError):
            answer(self)

    def say(
        self, body: object, status: int = 200, kind: str = "application/fhir+json", **headers: str
    ) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    @property
    def base(self) -> str:
        return self.server.base  # type: ignore[attr-defined, no-any-return]

    def reset(self) -> None:
        """Break the connection off with a TCP reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


Answer = Callable[[Call], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients that hang up are what the tests are about."""


@dataclass
class FhirServerForTests:
    """What a test knows of the running server."""

    base: str
    answers: dict[str, Answer]
    seen: list[Asked] = field(default_factory=list)

    def kinds(self) -> list[str]:
        return [asked.kind for asked in self.seen]


@contextmanager
def misbehaving(
    tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", **answers: Answer
) -> Iterator[FhirServerForTests]:
    """Run a server that answers by resource type; a type that is not named has no resources.

    With *tls* it is called by https, as *host*.
    """
    server = _Server(("127.0.0.1", 0), Call)
    if tls:
        # The handshake is made where the request is read, so that one that fails holds up nobody.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "https" if tls else "http"
    told = FhirServerForTests(f"{scheme}://{host}:{server.server_port}/fhir", answers)
    server.base, server.answers, server.seen = told.base, answers, told.seen  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


def bundle(*resources: Json, following: str = "", **more: Any) -> Json:
    """Return a searchset, with a next link where *following* is given."""
    link = [{"relation": "next", "url": following}] if following else []
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "link": link, "entry": entries, **more}


def empty(call: Call) -> None:
    call.say(bundle())


def gives(*resources: Json) -> Answer:
    return lambda call: call.say(bundle(*resources))


def reads(resource: Json) -> Answer:
    return lambda call: call.say(resource)


def fails(status: int, **headers: str) -> Answer:
    return lambda call: call.say({"resourceType": "OperationOutcome", "issue": []}, status, **headers)


def sends(body: bytes, kind: str, **headers: str) -> Answer:
    return lambda call: call.say(body, kind=kind, **headers)


def redirects(to: str) -> Answer:
    return lambda call: call.say(b"", 302, Location=to)


def hangs(call: Call) -> None:
    time.sleep(5)


def is_slow(seconds: float, then: Answer) -> Answer:
    def answer(call: Call) -> None:
        time.sleep(seconds)
        then(call)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """Answer the first request as the first says, and so on; the last one goes on."""
    left = list(answers)

    def answer(call: Call) -> None:
        now = left.pop(0) if len(left) > 1 else left[0]
        now(call)

    return answer


def pages(*resources: Json, each: Answer | None = None) -> Answer:
    """Give one resource per page; *each*, where given, answers the second page instead."""

    def answer(call: Call) -> None:
        number = int(call.asked.query.get("page", ["0"])[0])
        last = number == len(resources) - 1
        if number == 1 and each is not None:
            each(call)
        else:
            following = "" if last else f"{call.base}/{call.asked.kind}?page={number + 1}"
            call.say(bundle(resources[number], following=following))

    return answer


def dies_within(body: Json) -> Answer:
    """Promise the whole body, send half of it, break off."""

    def answer(call: Call) -> None:
        data = json.dumps(body).encode()
        call.send_response(200)
        call.send_header("Content-Type", "application/fhir+json")
        call.send_header("Content-Length", str(len(data)))
        call.end_headers()
        call.wfile.write(data[: len(data) // 2])
        call.close_connection = True

    return answer


def never_ends(call: Call) -> None:
    """Send a body without end, as fast as it is taken."""
    call.send_response(200)
    call.send_header("Content-Type", "application/fhir+json")
    call.end_headers()
    call.close_connection = True
    call.wfile.write(b'{"resourceType": "Bundle", "text": "')
    for _ in range(20_000):
        call.wfile.write(b"x" * 65536)


def drips(call: Call) -> None:
    """Send one byte now and then, so that no single read ever times out."""
    call.send_response(200)
    call.send_header("Content-Type", "application/fhir+json")
    call.send_header("Content-Length", "100000")
    call.end_headers()
    for _ in range(100):
        call.wfile.write(b" ")
        time.sleep(0.05)


def drips_headers(call: Call) -> None:
    call.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(100):
        call.wfile.write(b"X-%d: y\r\n" % number)
        time.sleep(0.05)


def zipped(body: Json) -> Answer:
    return lambda call: call.say(gzip.compress(json.dumps(body).encode()), Content_Encoding="gzip")


def bomb(call: Call) -> None:
    """Send 20 MB of blanks as 90 KB."""
    call.say(gzip.compress(b" " * 20_000_000, 1), Content_Encoding="gzip")


def breaks_off(call: Call) -> None:
    call.reset()

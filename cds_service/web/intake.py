"""What the server takes in, into the WSGI application: whole requests, each when it is its turn."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from time import perf_counter
from typing import TYPE_CHECKING, Any

from granian.rsgi import ProtocolClosed

from cds_service.errors import BodyTooSlow, Overloaded
from cds_service.web.load import Gate, Room

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
    from granian.rsgi import HTTPProtocol, Scope

BODY_SECONDS = 2.0
"""Longest time for a body to arrive."""

SMALL_BYTES = 256 << 10
"""A body up to this size is always taken; the room for larger ones is bounded."""

ROOM_BYTES = 128 << 20
"""What bodies beyond ``SMALL_BYTES`` may hold at once, unless the limit of one body is larger."""

REFUSAL = "cordcheck.refusal"
"""Where the environment says why a request is refused before it has begun."""

CAME = "cordcheck.came"
"""Where the environment says when the request was whole (``perf_counter``): a wait for its turn counts."""

NO_TEXT = "?"
"""Stands in the environment for a header whose value is not ASCII."""

_MOST_DIGITS = 18  # of a length; the server lets any number of zeros stand before it
_ENDED = "the connection ended before the body"
_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")


class Intake:
    """An RSGI application over a WSGI application.

    Bodies are awaited on the event loop, as many at once as there are connections, so that a slow one holds
    nobody up. A request that is whole then waits at the gate, and is answered by a thread.
    """

    def __init__(
        self, app: WSGIApplication, gate: Gate, *, threads: int, body_limit_bytes: int, beside: frozenset[str]
    ) -> None:
        """Start no thread yet.

        Args:
            app: answers the requests.
            gate: bounds those at work and waiting.
            threads: requests that *app* answers at once.
            body_limit_bytes: no more than one byte beyond it is read.
            beside: paths that need no turn, being about the service itself; two threads of their own answer,
                since one may be waiting for the store.
        """
        self._app = app
        self._gate = gate
        self._body_limit_bytes = body_limit_bytes
        self._bodies = Room(max(ROOM_BYTES, body_limit_bytes))
        self._beside = beside
        self._main = ThreadPoolExecutor(threads, "answer")
        self._aside = ThreadPoolExecutor(2, "aside")

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        environ = _environ(scope)
        run = asyncio.get_running_loop().run_in_executor
        try:
            with self._bodies.share() as take:
                environ["wsgi.input"] = BytesIO(await self._body(scope, protocol, take))
                environ[CAME] = perf_counter()
                if scope.path in self._beside:
                    await run(self._aside, self._answer, environ, protocol)
                    return
                async with self._gate.turn():
                    await run(self._main, self._answer, environ, protocol)
        except (BodyTooSlow, Overloaded) as refusal:
            environ["wsgi.input"] = BytesIO()
            # A new one: the traceback of the old one holds the frames that hold the body.
            environ[REFUSAL] = type(refusal)(*refusal.args)
            await run(self._aside, self._answer, environ, protocol)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for what is still at work."""
        self._main.shutdown()
        self._aside.shutdown()

    async def _body(self, scope: Scope, protocol: HTTPProtocol, take: Callable[[int], None]) -> bytes:
        """Return the body; what is too large comes back short of its end, or empty if it says so itself."""
        if scope.method in _WITHOUT_BODY:
            return b""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                return await self._received(scope, protocol, take)
        except TimeoutError:
            raise BodyTooSlow(f"the body did not arrive within {BODY_SECONDS:g} seconds") from None
        except ProtocolClosed:
            raise BodyTooSlow(_ENDED) from None

    async def _received(self, scope: Scope, protocol: HTTPProtocol, take: Callable[[int], None]) -> bytes:
        announced = _announced(scope)
        if announced > self._body_limit_bytes:
            return b""
        body = bytearray()
        async for piece in protocol:
            body += piece
            if len(body) > self._body_limit_bytes:
                break
            if len(body) > SMALL_BYTES:
                take(len(piece))
        if len(body) < announced:
            raise BodyTooSlow(_ENDED)
        return bytes(body)

    def _answer(self, environ: WSGIEnvironment, protocol: HTTPProtocol) -> None:
        head: list[tuple[int, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None, /) -> Any:
            head.append((int(status[:3]), headers))

        parts = self._app(environ, start_response)
        try:
            body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        protocol.response_bytes(*head[-1], body)


def _announced(scope: Scope) -> int:
    """Return the length that the request says of its body, 0 if it says none."""
    length = scope.headers.get("content-length") or "0"
    return int(length) if len(length) <= _MOST_DIGITS else sys.maxsize


def _environ(scope: Scope) -> WSGIEnvironment:
    """Return the environment of PEP 3333, but for the body."""
    host, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.input": BytesIO(),
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, value in scope.headers.items():
        if key := _key(name):
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    for name in scope.headers.keys():  # noqa: SIM118 - a value that is no text is missing above, not sent is another thing
        if key := _key(name):
            environ.setdefault(key, NO_TEXT)
    return environ


def _key(name: str) -> str:
    """Return where a header stands in the environment; "" for a name that would pass for another one's."""
    if "_" in name:
        return ""
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"

"""One GET to a FHIR server: no redirects, counted bytes, an end that is kept."""

from __future__ import annotations

import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from cds_service.errors import NotFetched

LATE = "FHIR server did not answer in time"
TOO_LARGE = "FHIR server sent more than is read"
DIED = "FHIR server broke off"

_CHUNK = 65536
_here = threading.local()


@dataclass(slots=True)
class Round:
    """All calls made for one hook request: their common end, their common bytes.

    Attributes:
        ends_at: on the monotonic clock.
        bytes_left: how much may still be read, decompressed.
        refused: the token was refused, so that asking on is pointless.
    """

    ends_at: float
    bytes_left: int
    refused: bool = False
    stopped: bool = False
    _sockets: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seconds_left(self) -> float:
        """Return the seconds that are left, 0 when there are none."""
        return 0.0 if self.stopped else max(0.0, self.ends_at - time.monotonic())

    def check(self) -> None:
        """Raise ``NotFetched`` when the time is over or the token was refused."""
        if self.refused:
            raise NotFetched("FHIR server refused the token (401)", status=401)
        if not self.seconds_left():
            raise NotFetched(LATE)

    def take(self, count: int) -> None:
        """Count bytes as read; raise ``NotFetched`` when there are too many."""
        with self._lock:
            self.bytes_left -= count
            if self.bytes_left < 0:
                raise NotFetched(TOO_LARGE)

    def holds(self, sock: socket.socket) -> None:
        """Remember a socket that a call of this round waits on."""
        with self._lock:
            self._sockets.append(sock)
        if self.stopped:
            _shut(sock)

    def let_go(self, sock: socket.socket) -> None:
        """Forget a socket that may now serve another round."""
        with self._lock, suppress(ValueError):
            self._sockets.remove(sock)

    def stop(self) -> None:
        """End every call that is still under way, so that no thread waits on a server that hangs."""
        self.stopped = True
        with self._lock:
            for sock in self._sockets:
                _shut(sock)


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def tell_round(sock: socket.socket) -> None:
    """Tell the round whose call runs in this thread that it waits on *sock*."""
    of: Round | None = getattr(_here, "round", None)
    if of is not None:
        _here.sockets.append(sock)
        of.holds(sock)


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer with status 200."""

    content_type: str
    body: bytes = field(repr=False)


def get(session: requests.Session, url: str, headers: dict[str, str], of: Round) -> Reply:
    """Return the whole answer to one GET.

    Raises:
        NotFetched: anything but a complete 200 within the time and bytes that are left of the round.
    """
    of.check()
    _here.round = of
    sockets = _here.sockets = []
    seconds = of.seconds_left() or 0.001
    try:
        with session.get(
            url, headers=headers, stream=True, allow_redirects=False, timeout=(seconds, seconds)
        ) as response:
            _check_status(response, of)
            return Reply(response.headers.get("Content-Type", ""), b"".join(_body(response, of)))
    except (requests.RequestException, HTTPError, OSError, zlib.error) as problem:
        raise _said(problem, of) from None
    finally:
        for sock in sockets:
            of.let_go(sock)


def _said(problem: Exception, of: Round) -> NotFetched:
    """Return what a library's exception means; its text, which may hold the URL, is left behind."""
    late = isinstance(problem, (requests.Timeout, TimeoutError)) or not of.seconds_left()
    if late or "timed out" in str(problem):
        return NotFetched(LATE)
    if isinstance(problem, requests.exceptions.SSLError):
        return NotFetched("FHIR server's certificate is not trusted")
    if "refused" in str(problem):
        return NotFetched("FHIR server cannot be reached")
    return NotFetched(DIED, try_again=True)


def _check_status(response: requests.Response, of: Round) -> None:
    status = response.status_code
    if status == 200:
        return
    if 300 <= status < 400:
        raise NotFetched("FHIR server redirected, which is not followed", status=status)
    if status == 401:
        of.refused = True
    wait = response.headers.get("Retry-After", "0")
    soon = wait.isdigit() and int(wait) == 0
    raise NotFetched(f"FHIR server answered {status}", status=status, try_again=status == 503 and soon)


def _body(response: requests.Response, of: Round) -> Iterator[bytes]:
    """Yield the body piece by piece, decompressed; the size of one piece is bounded as well."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise NotFetched("FHIR server used a compression that was not asked for")
    unzip = zlib.decompressobj(31) if encoding == "gzip" else None
    while piece := response.raw.read1(_CHUNK, decode_content=False):
        of.check()
        for part in _unzipped(unzip, piece) if unzip else (piece,):
            of.take(len(part))
            yield part
    if unzip and not unzip.eof:
        raise NotFetched(DIED, try_again=True)


def _unzipped(unzip: Any, piece: bytes) -> Iterator[bytes]:
    while piece:
        yield unzip.decompress(piece, _CHUNK)
        piece = unzip.unconsumed_tail

"""A closed loop of keep-alive connections in one thread, on bare sockets, so that it costs little itself."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from time import perf_counter

_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Target:
    """Where the requests go."""

    host: str
    port: int
    path: str

    def message(self, body: bytes) -> bytes:
        """Return the HTTP request that posts *body*."""
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def ask(self, body: bytes) -> bytes:
        """Return the body of one answer.

        Raises:
            ConnectionError: nobody listens yet.
        """
        with socket.create_connection((self.host, self.port), timeout=60) as line:
            line.sendall(self.message(body))
            answer = _Answer()
            while not answer.take(line.recv(_CHUNK)):
                pass
            return answer.body()


@dataclass(frozen=True, slots=True)
class Timed:
    """What a run took."""

    seconds: float
    latencies_ms: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """Return answers a second."""
        return len(self.latencies_ms) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency in milliseconds that *share* of the answers did not exceed."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(slots=True)
class _Answer:
    """One answer as far as it has come."""

    raw: bytearray = field(default_factory=bytearray)
    whole: int = 0
    head: int = 0

    def take(self, piece: bytes) -> bool:
        """Add *piece* and say whether the answer is whole."""
        if not piece:
            raise ConnectionResetError("the server closed the connection")
        self.raw += piece
        if not self.whole:
            self._read_head()
        return bool(self.whole) and len(self.raw) >= self.whole

    def body(self) -> bytes:
        return bytes(self.raw[self.head : self.whole])

    def _read_head(self) -> None:
        end = self.raw.find(b"\r\n\r\n")
        if end < 0:
            return
        lines = bytes(self.raw[:end]).lower().split(b"\r\n")
        if b" 200 " not in lines[0] + b" ":
            raise SystemExit(f"the server answered {lines[0].decode()}")
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
        self.head, self.whole = end + 4, end + 4 + length


class _Line:
    """One connection that always has one request under way."""

    def __init__(self, target: Target) -> None:
        self.socket = socket.create_connection((target.host, target.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.left: memoryview = memoryview(b"")
        self.answer = _Answer()
        self.started = 0.0

    def begin(self, message: bytes) -> None:
        self.left, self.answer, self.started = memoryview(message), _Answer(), perf_counter()

    def send(self) -> bool:
        """Send what fits and say whether all is sent."""
        while self.left:
            try:
                self.left = self.left[self.socket.send(self.left) :]
            except BlockingIOError:
                return False
        return True


def run(target: Target, bodies: Sequence[bytes], connections: int, seconds: float = inf) -> Timed:
    """Send each of *bodies* once, always *connections* of them under way, and time each answer.

    Args:
        target: where they go.
        bodies: the requests.
        connections: how many are under way at once.
        seconds: after so long no other is begun.
    """
    messages = _until(perf_counter() + seconds, [target.message(body) for body in bodies])
    latencies: list[float] = []
    lines = [_Line(target) for _ in range(connections)]
    with selectors.DefaultSelector() as selector:
        began = perf_counter()
        busy = sum(_next(line, messages, selector, new=True) for line in lines)
        while busy:
            for key, _ in selector.select():
                line = key.data
                if line.left:
                    _advance(line, selector)
                elif line.answer.take(line.socket.recv(_CHUNK)):
                    latencies.append((perf_counter() - line.started) * 1000)
                    busy -= not _next(line, messages, selector)
        seconds = perf_counter() - began
    for line in lines:
        line.socket.close()
    return Timed(seconds, tuple(latencies))


def _until(end: float, messages: Sequence[bytes]) -> Iterator[bytes]:
    for message in messages:
        if perf_counter() > end:
            return
        yield message


def _next(
    line: _Line, messages: Iterator[bytes], selector: selectors.BaseSelector, new: bool = False
) -> bool:
    """Begin the next request on *line*; False when there is none left."""
    message = next(messages, None)
    if message is None:
        if not new:
            selector.unregister(line.socket)
        return False
    line.begin(message)
    wanted = selectors.EVENT_READ if line.send() else selectors.EVENT_WRITE
    if new:
        selector.register(line.socket, wanted, line)
    elif wanted == selectors.EVENT_WRITE:
        selector.modify(line.socket, wanted, line)
    return True


def _advance(line: _Line, selector: selectors.BaseSelector) -> None:
    if line.send():
        selector.modify(line.socket, selectors.EVENT_READ, line)

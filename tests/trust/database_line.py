"""A line to a PostgreSQL server that a test can freeze (nobody answers) or cut (everybody is hung up on)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.engine import URL


class Line:
    """Passes bytes on between clients and a server.

    Attributes:
        port: where clients connect, on loopback.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._flows = threading.Event()
        self._flows.set()
        self._is_cut = False
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Pass nothing on, in either direction, and keep every connection open."""
        self._flows.clear()

    def cut(self) -> None:
        """End every connection at once, and every new one."""
        self._is_cut = True
        self._hang_up()

    def mend(self) -> None:
        """Be a good line again; what was held back while frozen arrives now."""
        self._is_cut = False
        self._flows.set()

    def close(self) -> None:
        """End everything."""
        self._listener.close()
        self._flows.set()
        self._hang_up()

    def _hang_up(self) -> None:
        while self._open:
            end = self._open.pop()
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._is_cut:
                    client.close()
                    continue
                server = socket.create_connection(self._server)
                self._open += [client, server]
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                self._flows.wait()
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)
        one.close()


@contextmanager
def a_line_to(url: URL) -> Iterator[tuple[Line, str]]:
    """Yield a line to the server of *url*, and the address of the same database over it."""
    line = Line(url.host or "127.0.0.1", url.port or 5432)
    try:
        yield line, url.set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False)
    finally:
        line.close()

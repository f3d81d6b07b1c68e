"""Connections to one FHIR server and to nobody else, at addresses that were checked."""

from __future__ import annotations

import socket
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection

from cds_service.adapters.fhir_address import FhirBase
from cds_service.adapters.fhir_http import tell_round

_NO_DELAY: list[tuple[int, int, int | bytes]] = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
_QUICK_ACK = getattr(socket, "TCP_QUICKACK", socket.TCP_NODELAY)
"""Acknowledge at once: a server that sends headers and body apart waits 40 ms for it otherwise."""


def fhir_session(base: FhirBase, connections: int, verify: bool | str) -> requests.Session:
    """Return a session that can reach the origin of *base* only, keeps no cookies, reads no environment."""
    session = requests.Session()
    session.trust_env = False
    session.verify = verify
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.adapters.clear()
    session.mount("/".join(base.url.split("/")[:3]), _Guarded(base, connections))
    return session


class _Guarded(HTTPAdapter):
    """A transport whose connections go only to addresses that the base may have."""

    def __init__(self, base: FhirBase, connections: int) -> None:
        self._base = base
        super().__init__(pool_connections=1, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        base = self._base

        class Plain(_Checked, HTTPConnection):
            fhir_base = base

        class Secure(_Checked, HTTPSConnection):
            fhir_base = base

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


class _Checked:
    """Connects to checked addresses only, and tells the round which socket it waits on."""

    fhir_base: FhirBase
    port: int
    timeout: Any
    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        problem: OSError | None = None
        for address in self.fhir_base.addresses(self.port):
            try:
                return create_connection((address, self.port), self.timeout, socket_options=_NO_DELAY)
            except OSError as error:
                problem = error
        if isinstance(problem, TimeoutError):
            raise problem
        raise NewConnectionError(self, "refused")  # type: ignore[arg-type]  # the mixin is a connection

    def request(self, *args: Any, **kwargs: Any) -> None:
        super().request(*args, **kwargs)  # type: ignore[misc]  # the connection beside it in the class
        if self.sock is not None:
            tell_round(self.sock)
            self.sock.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)

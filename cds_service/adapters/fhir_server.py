"""The client's FHIR server as a source of what prefetch did not bring, if the client may name it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cds_service.adapters.breaker import Breaker
from cds_service.adapters.fhir_address import FhirBase, allowed_base
from cds_service.adapters.fhir_gather import FetchLimits, FhirServer, Gathering
from cds_service.adapters.fhir_plan import BARE, PREFIXED
from cds_service.adapters.fhir_search import Learned
from cds_service.adapters.fhir_wire import fhir_session
from cds_service.clients import Client
from cds_service.errors import NotFetched
from cds_service.hooks.prefetch import Failed, NotSent, Prefetched, prefetched
from cds_service.hooks.request import HookRequest

_TOKEN = re.compile(r"[\x21-\x7e]+\Z")
_MOST_SERVERS = 64


class FhirServers:
    """All FHIR servers that were asked so far; one object per process, safe to use from many threads."""

    def __init__(
        self,
        limits: FetchLimits | None = None,
        verify: bool | str = True,
        on_failure: Callable[[str, str], None] = lambda client, reason: None,
    ) -> None:
        """Take the limits, the CA bundle that certificates are checked against, and who counts failures.

        Args:
            limits: how long, how wide and how much.
            verify: a file of certificate authorities; True for the usual ones.
            on_failure: called with client id and one of our own phrases for each key that was not had.
        """
        self.on_failure = on_failure
        self.limits = limits or FetchLimits()
        self._verify = verify
        self._servers: dict[FhirBase, FhirServer] = {}
        self._lock = threading.Lock()

    def of(self, client: Client, waited_seconds: float = 0.0) -> ClientFetch:
        """Return the fetch for one request of *client*, which has waited for so long already."""
        limits = self.limits
        rest = limits.deadline_seconds - limits.reserve_seconds - max(0.0, waited_seconds)
        return ClientFetch(self, client, time.monotonic() + rest)

    def server(self, base: FhirBase) -> FhirServer:
        """Return the server at *base*, known or new."""
        with self._lock:
            if base not in self._servers:
                if len(self._servers) >= _MOST_SERVERS:
                    _close(self._servers.pop(next(iter(self._servers))))
                self._servers[base] = self._new(base)
            return self._servers[base]

    def close(self) -> None:
        """Close all connections; calls that are under way end by themselves."""
        with self._lock:
            for server in self._servers.values():
                _close(server)
            self._servers.clear()

    def _new(self, base: FhirBase) -> FhirServer:
        limits = self.limits
        return FhirServer(
            base,
            fhir_session(base, limits.threads, self._verify),
            ThreadPoolExecutor(limits.threads, "fhir"),
            Breaker(limits.breaker_failures, limits.breaker_pause_seconds),
            Learned(),
        )


def _close(server: FhirServer) -> None:
    server.pool.shutdown(wait=False, cancel_futures=True)
    server.session.close()


@dataclass(frozen=True, slots=True)
class ClientFetch:
    """The port through which one hook request gets what its prefetch lacks.

    Attributes:
        ends_at: when the answer has to be there, on the monotonic clock.
    """

    servers: FhirServers
    client: Client
    ends_at: float

    def fetch(self, request: HookRequest, wanted: Mapping[str, str]) -> Mapping[str, Prefetched]:
        """Return a value for every key of *wanted*, before the deadline whatever the server does.

        Args:
            request: with the prefetch under our keys, and the access to the FHIR server.
            wanted: prefetch templates by key. What came with data stays, but its further pages and the
                texts that it only points to are fetched; what did not come or failed is asked for.

        Returns:
            ``Sent`` or ``SentEmpty``; ``NotSent`` where the request names no server or not what the
            template needs; ``Failed`` with the reason otherwise. What is only partly there is ``Sent``, with
            an OperationOutcome entry that says what is missing. Never raises for anything a server does.
        """
        have = {key: prefetched(request.prefetch, key) for key in wanted}
        if not request.fhir_server:
            return have
        try:
            server, headers = self._access(request)
        except NotFetched as problem:
            fetched: Mapping[str, Prefetched] = {
                key: _unfetched(value, problem.reason) for key, value in have.items()
            }
        else:
            gathering = Gathering(server, headers, request, self.servers.limits, self.ends_at)
            fetched = gathering.run(have, wanted)
        for key, value in fetched.items():
            if isinstance(value, Failed) and value is not have[key]:
                self.servers.on_failure(self.client.id, _phrase(value.reason))
        return fetched

    def _access(self, request: HookRequest) -> tuple[FhirServer, dict[str, str]]:
        """Return the server and the headers with the token; raise ``NotFetched`` when it may not be used."""
        server = self.servers.server(allowed_base(request.fhir_server or "", self.client))
        granted = request.fhir_authorization
        if granted is None:
            headers = {}
        elif not _TOKEN.match(granted.access_token) or granted.token_type.lower() != "bearer":
            raise NotFetched("FHIR access token is not usable")
        elif granted.patient and granted.patient != request.patient_id:
            raise NotFetched("FHIR access token is for another patient")
        else:
            headers = {"Authorization": f"Bearer {granted.access_token}"}
        if self.client.profile.patient_parameter in (PREFIXED, BARE):
            server.learned.form = self.client.profile.patient_parameter
        if not server.breaker.lets_through():
            raise NotFetched("FHIR server failed repeatedly and is left alone for a while")
        return server, headers


def _phrase(reason: str) -> str:
    """Return *reason* without what a server may choose freely, so that a counter has few labels."""
    return "FHIR server sent something unreadable" if reason.startswith("FHIR server sent ") else reason


def _unfetched(value: Prefetched, reason: str) -> Prefetched:
    return Failed(reason) if isinstance(value, (NotSent, Failed)) else value

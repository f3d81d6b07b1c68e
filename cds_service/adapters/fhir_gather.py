"""One round of fetching: all keys at once, the notes that they point to, one deadline for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests

from cds_service.adapters.breaker import Breaker
from cds_service.adapters.fhir_address import FhirBase
from cds_service.adapters.fhir_found import Found, as_prefetched, extended
from cds_service.adapters.fhir_http import Round
from cds_service.adapters.fhir_notes import BINARY_ACCEPT, attachment_urls, read_text, with_texts
from cds_service.adapters.fhir_plan import fill
from cds_service.adapters.fhir_scope import may_read
from cds_service.adapters.fhir_search import Asker, Learned
from cds_service.chart.unbundle import unbundle
from cds_service.errors import NotFetched
from cds_service.hooks.prefetch import Failed, Prefetched, Sent, SentEmpty
from cds_service.hooks.request import HookRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How long, how wide and how much.

    Attributes:
        deadline_seconds: for the whole answer, from the moment when the request came.
        reserve_seconds: of it, kept for evaluating what was fetched.
        threads: calls at once, per FHIR server.
        pages: of one search.
        bytes: of all answers to one hook request together, decompressed.
        notes: texts behind attachment URLs.
        breaker_failures: failed rounds in a row after which a server is left alone.
        breaker_pause_seconds: for so long.
    """

    deadline_seconds: float = 1.5
    reserve_seconds: float = 0.3
    threads: int = 16
    pages: int = 10
    bytes: int = 20_000_000
    notes: int = 20
    breaker_failures: int = 3
    breaker_pause_seconds: float = 15.0


@dataclass(slots=True)
class FhirServer:
    """What is kept about one FHIR server between requests."""

    base: FhirBase
    session: requests.Session
    pool: ThreadPoolExecutor
    breaker: Breaker
    learned: Learned


@dataclass(slots=True)
class _Task:
    """What one key waits for, and what has come."""

    found: Found = field(default_factory=Found)
    sent: Mapping[str, Any] | None = None


class Gathering:
    """One round: all keys at once, then the notes that they point to, until all is there or time is over."""

    def __init__(
        self,
        server: FhirServer,
        headers: Mapping[str, str],
        request: HookRequest,
        limits: FetchLimits,
        ends_at: float,
    ) -> None:
        """Take the server, the headers with the token, and the monotonic time at which the round ends."""
        self._limits, self._server, self._request = limits, server, request
        self._round = Round(ends_at, limits.bytes)
        self._asker = Asker(server.base, server.session, headers, self._round, server.learned, limits.pages)
        self._waiting: dict[Future[None], _Task | None] = {}
        self._texts: dict[str, Mapping[str, str]] = {}
        self._asked_texts: set[str] = set()

    def run(self, have: Mapping[str, Prefetched], wanted: Mapping[str, str]) -> Mapping[str, Prefetched]:
        """Fetch, wait, and put together; the deadline holds for all of it."""
        tasks = {key: self._start(have[key], template) for key, template in wanted.items()}
        self._wait()
        self._round.stop()
        for future in self._waiting:
            future.cancel()
        asked = [task.found for task in tasks.values() if isinstance(task, _Task)]
        if asked:
            self._server.breaker.report(any(found.answered() for found in asked))
        return {key: self._value(have[key], task) for key, task in tasks.items()}

    def _start(self, value: Prefetched, template: str) -> _Task | Prefetched:
        """Begin what one key needs; return the value itself where nothing is to be done."""
        if isinstance(value, SentEmpty):
            return value
        if isinstance(value, Sent):
            return self._complete(value)
        query = fill(template, self._request)
        if query is None:
            return value
        granted = self._request.fhir_authorization
        if granted and not may_read(query.kind, granted.scope):
            return Failed("FHIR access token does not cover it")
        task = _Task()
        self._submit(task, self._asker.answer, query, task.found)
        return task

    def _complete(self, value: Sent) -> _Task | Prefetched:
        """Begin to fetch the further pages and the texts of what the client sent itself."""
        opened = unbundle(value.resource)
        self._ask_texts(opened.resources)
        if not opened.next_url:
            return value
        task = _Task(sent=value.resource)
        self._submit(task, self._asker.follow, opened.next_url, task.found)
        return task

    def _submit(self, task: _Task | None, call: Any, *arguments: Any) -> None:
        with suppress(RuntimeError):  # the pool was closed: the service is going down
            self._waiting[self._server.pool.submit(call, *arguments)] = task

    def _wait(self) -> None:
        """Wait for all calls; ask for the notes of each answer as soon as it is there."""
        pending = set(self._waiting)
        while pending and self._round.seconds_left():
            done, _ = wait(pending, self._round.seconds_left(), FIRST_COMPLETED)
            for future in done:
                task = self._waiting[future]
                if task is not None:
                    task.found.problem = task.found.problem or _unread(future)
                    self._ask_texts(task.found.matches())
            pending = {future for future in self._waiting if not future.done()}

    def _ask_texts(self, resources: Iterable[Mapping[str, Any]]) -> None:
        """Begin to fetch texts below the FHIR base; a URL anywhere else is never followed."""
        granted = self._request.fhir_authorization
        if granted and not may_read("Binary", granted.scope):
            return
        for url in attachment_urls(resources, self._request.patient_id):
            whole = self._server.base.below(url)
            if whole and url not in self._asked_texts and len(self._asked_texts) < self._limits.notes:
                self._asked_texts.add(url)
                self._submit(None, self._text, url, whole)

    def _text(self, url: str, whole: str) -> None:
        with suppress(NotFetched):  # the attachment stays without text, which the chart reader reports
            self._texts[url] = read_text(self._asker.reply(whole, BINARY_ACCEPT))

    def _value(self, value: Prefetched, task: _Task | Prefetched) -> Prefetched:
        if not isinstance(task, _Task):
            value = task
        else:
            value = extended(task.sent, task.found) if task.sent else as_prefetched(task.found)
        return Sent(with_texts(value.resource, self._texts)) if isinstance(value, Sent) else value


def _unread(future: Future[None]) -> str:
    """Return a reason when a call ended by an exception that nobody foresaw; only its key is lost."""
    return "FHIR server's answer could not be read" if future.exception() else ""

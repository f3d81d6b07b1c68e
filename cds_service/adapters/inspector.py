"""What is wrong with the resources that clients send, found out behind the answers on a sample of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from math import inf
from queue import Full, Queue

from cds_service.adapters.diagnose import diagnose
from cds_service.chart.unbundle import Unbundled, unbundle
from cds_service.hooks.prefetch import Failed, Sent
from cds_service.hooks.request import HookRequest
from cds_service.quality import EXAMINED, FAULT, UNREADABLE

MOST_RESOURCES = 200
RESTS = 50
"""How many times as long as it worked the examiner rests: it takes 2 % of one processor at most."""

LONGEST_REST_SECONDS = 5.0


class Inspector:
    """Takes a request at once and examines it later; those that come while it works or rests are let go.

    So no request waits in it, which may be megabytes of a record. Of a request it notes resource types,
    element paths and kinds of error; the request itself is forgotten.
    """

    def __init__(self, note: Callable[[str, Iterable[str]], None], *, rests: float = RESTS) -> None:
        """Start no thread yet: the first request does, in the process that answers.

        Args:
            note: takes the id of a client and what was found in one of its requests.
            rests: see ``RESTS``.
        """
        self._note = note
        self._rests = rests
        self._queue: Queue[tuple[str, HookRequest]] = Queue(1)
        self._free_at = 0.0
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def look(self, client: str, request: HookRequest) -> None:
        """Take *request* for examination if there is nothing else to do; never waits and never fails."""
        if time.monotonic() < self._free_at:
            return
        self._free_at = inf
        if self._thread is None:
            self._start()
        try:
            self._queue.put_nowait((client, request))
        except Full:
            return

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="inspector", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            client, request = self._queue.get()
            began = time.thread_time()
            self._note(client, examined(request))
            del request  # nothing of the patient's waits through the rest
            rest = min(LONGEST_REST_SECONDS, self._rests * (time.thread_time() - began))
            self._free_at = time.monotonic() + rest


def examined(request: HookRequest) -> tuple[str, ...]:
    """Return what is to be tallied for one examined request, each once, without anything of the patient's.

    What was fetched from the FHIR server is not looked at: the report is about what clients send.
    """
    held = [unbundle(list(request.draft_orders)), *_opened(request)]
    failed = [value.reason for value in request.prefetch.values() if isinstance(value, Failed)]
    failures = dict.fromkeys([*failed, *(failure for one in held for failure in one.failures)])
    return (EXAMINED, *(UNREADABLE + failure for failure in failures), *dict.fromkeys(_faults(held)))


def _opened(request: HookRequest) -> Iterator[Unbundled]:
    for value in request.prefetch.values():
        if isinstance(value, Sent):
            yield unbundle(value.resource)


def _faults(held: Iterable[Unbundled]) -> Iterator[str]:
    resources = [resource for one in held for resource in one.resources]
    for resource in resources[:MOST_RESOURCES]:
        for fault in diagnose(resource, foreign_names=False):
            about = "" if fault.startswith("resourceType:") else f"{resource['resourceType']}."
            yield f"{FAULT}{about}{fault}"

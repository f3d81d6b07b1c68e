"""What stands around an answer (token, trace, numbers), in processor time a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.bodies import SERVICE, bodies
from cds_service.adapters.client_keys import ClientTrust, KeySets
from cds_service.adapters.metrics import Metrics, meet_in
from cds_service.adapters.sealing import Sealing
from cds_service.adapters.store import Store
from cds_service.adapters.store_schema import prepare
from cds_service.adapters.store_tokens import StoredTokens
from cds_service.adapters.store_traces import StoredTraces
from cds_service.adapters.tokens import Tokens
from cds_service.content.load import load_library
from cds_service.guidance import Ports, respond
from cds_service.hooks.card import HookResponse
from cds_service.hooks.request import read_request
from cds_service.trace import Trace
from cds_service.web.body import parse
from cds_service.wording.definitions import Publisher

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
REQUESTS = 300
WARM_UP = 30
BATCH = 15
"""Traces that the writer keeps in one transaction, as many as come meanwhile at 225 answers a second."""

CALLED = "https://cordcheck.example.org/cds-services/cervical-cord-check"
CLIENT = "ehr"


class Answered(NamedTuple):
    """One answer and the proof of it."""

    response: HookResponse
    trace: Trace


def around(folder: Path) -> dict[str, float]:
    """Return milliseconds of processor time a request for ``authentication``, ``trace`` and ``metrics``."""
    store = Store(f"sqlite:///{folder}/around.db")
    prepare(store)
    meet_in(folder / "metrics")
    answered = _answers()
    traces = StoredTraces(store, Sealing.read("", folder))
    batches = [[one.trace for one in answered[at : at + BATCH]] for at in range(0, len(answered), BATCH)]
    took = {
        "authentication": _each(_check_of(store, folder), _authorizations(folder)),
        "trace": _each(traces.keep, batches) / BATCH,
        "metrics": _each(_count_in(Metrics()), answered),
    }
    store.close()
    return took


def _each(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    """Return milliseconds of processor time that *work* takes for one of *items*, the first ones left out."""
    warm = max(1, len(items) // (REQUESTS // WARM_UP))
    for item in items[:warm]:
        work(item)
    began = time.process_time()
    for item in items[warm:]:
        work(item)
    return 1000 * (time.process_time() - began) / (len(items) - warm)


def _answers() -> list[Answered]:
    library = load_library(ROOT / "cards")
    service, kept = library.services[SERVICE], list[Trace]()
    publisher = Publisher("https://cordcheck.example.org/fhir", "http://127.0.0.1:8000")
    ports = Ports(publisher=publisher, keep_trace=kept.append)
    asked = [read_request(parse(body), NOW) for body in islice(bodies(10, seed=9), REQUESTS)]
    responses = [respond(request, service, library, ports) for request in asked]
    return [Answered(*both) for both in zip(responses, kept, strict=True)]


def _authorizations(folder: Path) -> list[str]:
    """Return a header for each request, signed with ES384; the public key goes to a file."""
    key = ec.generate_private_key(ec.SECP384R1())
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _key_file(folder).write_bytes(pem)
    now = int(time.time())
    claims = {"iss": CLIENT, "aud": CALLED, "iat": now, "exp": now + 300}
    return [
        f"Bearer {jwt.encode({**claims, 'jti': str(number)}, key, algorithm='ES384')}"
        for number in range(REQUESTS)
    ]


def _check_of(store: Store, folder: Path) -> Callable[[str], object]:
    trust = ClientTrust(id=CLIENT, iss=CLIENT, jwks=str(_key_file(folder)))
    tokens = Tokens((trust,), KeySets(folder), StoredTokens(store))
    return lambda authorization: tokens.client(authorization, (CALLED,))


def _key_file(folder: Path) -> Path:
    return folder / "key.pem"


def _count_in(metrics: Metrics) -> Callable[[Answered], None]:
    facts = {"route": "/cds-services/<id>", "method": "POST", "status": 200, "milliseconds": 5.0}

    def count(one: Answered) -> None:
        metrics.observe({**facts, "client": CLIENT})
        metrics.answered(SERVICE, CLIENT, one.response, one.trace.oddities)

    return count

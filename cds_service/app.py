"""The composition root: every object is built once here, and wired."""

from __future__ import annotations

import ctypes
import gc
import os
import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TextIO

from flask import Flask

from cds_service.adapters.authorities import authorities
from cds_service.adapters.fhir_gather import FetchLimits
from cds_service.adapters.fhir_server import FhirServers
from cds_service.adapters.inspector import Inspector
from cds_service.adapters.log import RequestLog
from cds_service.adapters.metrics import Metrics
from cds_service.annotation import with_annotations
from cds_service.clients import Client
from cds_service.clock import Clock, system_clock
from cds_service.content.library import Library
from cds_service.content.load import load_library
from cds_service.errors import PrefetchMissing
from cds_service.gathering import Site, find_orders
from cds_service.guidance import Ports, TraceStore, respond_about
from cds_service.hooks.card import HookResponse
from cds_service.hooks.discovery import ServiceDescription
from cds_service.hooks.profile import quirks_of
from cds_service.hooks.request import HookRequest
from cds_service.hooks.service import Service
from cds_service.keeping import Keeping, open_keeping
from cds_service.quality import REFUSED, REQUESTS, local_order_codes, shortcomings
from cds_service.settings import Settings
from cds_service.trace import Trace
from cds_service.trusting import who_calls
from cds_service.web.contract import load_contract
from cds_service.web.intake import Intake
from cds_service.web.load import Gate
from cds_service.web.operations import operations
from cds_service.web.ports import Answer, WebPorts
from cds_service.web.wsgi import create_web
from cds_service.wording.definitions import Publisher, Reference

OPEN_ENDPOINTS = frozenset({"about.live", "about.ready", "about.source_attributes", "operations.metrics"})
"""Health for load balancers, the page that every card links to, metrics that check their own token."""

_M_MMAP_THRESHOLD = -3  # malloc.h
_M_ARENA_MAX = -8
_LARGE_BYTES = 256 << 10

KEEPING = "keeping"
"""Where the application keeps what is on its store, for a server that shuts it down in good order."""


def create_app(
    settings: Settings,
    log_stream: TextIO = sys.stdout,
    library: Library | None = None,
    clock: Clock = system_clock,
) -> Flask:
    """Return the application that *settings* describe.

    Args:
        settings: read from the environment.
        log_stream: takes the line of each request.
        library: the content, when it is read already; None reads that of *settings*.
        clock: says when a request came, and with it how old what is on record is.

    Raises:
        ContentError: the clinical content or the contract cannot be used.
    """
    library = library or load_library(Path(settings.cards))
    metrics = Metrics()
    keeping = open_keeping(settings, metrics, gap_names(library), clock)
    keeping.is_ready()  # makes the schema of our own file
    app = create_web(
        WebPorts(
            services=tuple(map(describe, library.services.values())),
            answer=answer_from(library, settings, fhir_servers(settings, metrics), keeping, metrics, clock),
            keep_feedback=keeping.keep_feedback,
            contract=load_contract(Path(settings.contract)),
            write_log=RequestLog(log_stream, clock, metrics.line_lost).write,
            body_limit_bytes=settings.body_limit_bytes,
            cors_origins=settings.cors_origins,
            authenticate=who_calls(settings, keeping, metrics),
            ready={"content": lambda: True, "store": keeping.is_ready_soon},
            source_attributes=source_attributes(library),
            open_endpoints=OPEN_ENDPOINTS,
            blueprints=(operations(metrics.page, settings.metrics_token, keeping.find_traces),),
            observe=metrics.observe,
            clock=clock,
        )
    )
    app.extensions[KEEPING] = keeping
    return app


def application() -> Flask:
    """Return the application that the environment describes."""
    settings = Settings.read(os.environ)
    return create_app(settings, library=content_of(settings.cards))


def intake() -> Intake:
    """Return what the server calls: the application that the environment describes, behind its gate.

    It is called in the worker.
    """
    bound_malloc()
    app = application()
    set_aside()
    return intake_over(app, Settings.read(os.environ))


def intake_over(app: Flask, settings: Settings) -> Intake:
    """Return what takes requests in for *app*, with the bounds that *settings* say."""
    open_paths = (rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in OPEN_ENDPOINTS)
    return Intake(
        app,
        Gate(settings.threads + 1, settings.waiting, settings.wait_seconds),
        threads=settings.threads,
        body_limit_bytes=settings.body_limit_bytes,
        beside=frozenset(open_paths),
    )


def set_aside() -> None:
    """Keep what lives as long as the process from garbage collection, which would walk it in vain.

    Called before workers are forked, it leaves them what was read before in common: a walk writes to every
    object, and each worker would get pages of its own.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # or the next walk would wait until a quarter as much as was set aside has come


def bound_malloc() -> None:
    """Bound what glibc keeps: one place for all threads, not one for each; large blocks are given back.

    Another C library is left as it is.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


@cache
def content_of(folder: str) -> Library:
    """Return the content of *folder*; a worker that is forked from a process that read it need not read."""
    return load_library(Path(folder))


def answer_from(
    library: Library,
    settings: Settings,
    servers: FhirServers,
    keeping: Keeping,
    metrics: Metrics,
    clock: Clock = system_clock,
) -> Answer:
    """Return the main path over *library*."""
    publisher = Publisher(canonical=settings.canonical, url=settings.known_as[0])
    inspector = Inspector(keeping.count)

    def answer(request: HookRequest, service_id: str, client: Client) -> HookResponse:
        waited_seconds = (clock() - request.received_at).total_seconds()
        ports = Ports(
            publisher=publisher,
            site=Site(client.id, client.profile.prefetch_aliases, client.code_map),
            fetch=servers.of(client, waited_seconds).fetch,
            withhold=keeping.withhold_for(client),
            keep_trace=_noting_quirks(keeping.keep_trace, client),
            rules_off=keeping.switches.now().rules_off(),
        )
        service = library.services[service_id]
        asked = find_orders(request, service, ports.site, library.finder)
        unmapped = local_order_codes(asked, service, ports.site)
        keeping.recorder.count(unmapped)
        keeping.count(client.id, shortcomings(request, service, ports.site, unmapped))
        inspector.look(client.id, request)
        try:
            answer = respond_about(asked, request, service, library, ports)
        except PrefetchMissing:
            keeping.count(client.id, (REQUESTS, REFUSED))
            raise
        metrics.answered(service_id, client.id, answer, request.oddities)
        if not client.annotate_orders:
            return answer
        return with_annotations(answer, request, asked, publisher.canonical)

    return answer


def _noting_quirks(keep: TraceStore, client: Client) -> TraceStore:
    """Return *keep* for traces that also say how the answer was changed for *client*."""

    def keep_noted(trace: Trace) -> None:
        quirks = quirks_of(trace.cards, client.profile)
        keep(replace(trace, oddities=trace.oddities + quirks) if quirks else trace)

    return keep_noted


def fhir_servers(settings: Settings, metrics: Metrics) -> FhirServers:
    """Return the FHIR servers of the clients, with the limits that *settings* say."""
    limits = FetchLimits(
        deadline_seconds=settings.deadline_seconds,
        reserve_seconds=settings.fetch_reserve_seconds,
        threads=settings.fetch_threads,
        pages=settings.fetch_pages,
        bytes=settings.fetch_bytes,
        notes=settings.fetch_notes,
    )
    return FhirServers(limits, authorities(settings.fetch_ca_bundle), metrics.fetch_failed)


def gap_names(library: Library) -> frozenset[str]:
    """Return our own prefetch keys and the resource types that they ask for."""
    templates = [template for service in library.services.values() for template in service.prefetch.items()]
    return frozenset(re.split(r"[/?]", word)[0] for template in templates for word in template)


def describe(service: Service) -> ServiceDescription:
    """Return *service* as discovery lists it."""
    return ServiceDescription(
        id=service.id,
        hook=service.hook,
        title=service.title,
        description=service.description,
        usage_requirements=service.usage_requirements,
        prefetch=service.prefetch,
    )


def _cited(reference: Reference) -> dict[str, object]:
    facts = {
        "id": reference.id,
        "citation": reference.citation,
        "doi": reference.doi,
        "pmid": reference.pmid,
        "figure": reference.figure,
        "population": reference.population,
        "limits": reference.limits,
        "checked": reference.checked,
        "read": reference.seen,
    }
    return {name: value for name, value in facts.items() if value != ""}


def source_attributes(library: Library) -> dict[str, object]:
    """Return who made the content, from what, and in which version; what is not said is left out."""
    about = library.about
    facts = {
        "title": about.title,
        "developer": about.developer,
        "funding": about.funding,
        "released": about.released.isoformat(),
        "revised": about.revised.isoformat(),
        "contact": about.contact,
        "intendedUse": about.intended_use,
        "contentVersion": library.version,
        "contentHash": library.content_hash,
        "patientAttributes": [
            {"attribute": item.attribute, "used": item.used, "how": item.how} for item in about.attributes
        ],
        "services": [
            {"id": service.id, "hook": service.hook, "title": service.title}
            for service in library.services.values()
        ],
        "references": [_cited(reference) for reference in library.references.values()],
    }
    return {name: value for name, value in facts.items() if value not in ("", [])}

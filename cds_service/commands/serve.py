"""Start the service with a production server."""

from __future__ import annotations

import argparse
import gc
import json
import os
import shlex
import signal
import socket
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from granian import Granian
from granian.constants import HTTPModes, Interfaces, TaskImpl
from granian.http import HTTP1Settings

from cds_service.adapters.metrics import meet_in
from cds_service.app import KEEPING, application, set_aside
from cds_service.errors import SettingError
from cds_service.example import moved_to
from cds_service.hooks.discovery import ServiceDescription
from cds_service.settings import Settings, setting_rows
from cds_service.trusting import is_open
from cds_service.web.wsgi import SERVICES

HEAD_SECONDS = 10
"""Longest time for the head of a request to arrive, and longest rest of a connection between two."""

READ_BYTES = 1 << 16
"""Room of a connection for what came in and is not taken yet; the head of a request has to fit."""

HELP = "start the service"

CONNECTIONS = 800
"""Connections that a worker holds at once: fewer than the 1,024 files that a process may usually open."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    parser.add_argument(
        "--example", type=Path, help="a request; print the curl line that sends it as of today"
    )
    lines = [f"  {name} (default {default}): {about}" for name, default, about in setting_rows()]
    parser.epilog = "\n".join(["settings, from the environment:", *lines])
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped.

    Raises:
        SettingError, ContentError: before the first process starts, so that a mistake is told once.
    """
    settings = Settings.read(os.environ)
    _check_address(settings)
    if settings.workers > 1:
        meet_in(Path(settings.var) / f"metrics-{settings.port}")
    services = _proven()
    base = f"http://{settings.host}:{settings.port}"
    _say(f"CordCheck at {base} (stop with Ctrl-C)")
    if is_open(settings):
        _say("OPEN: no authentication; for development on this machine (CDS_CLIENTS closes it)")
    if arguments.example:
        example = keep_example(arguments.example, Path(settings.var), datetime.now(UTC).date())
        line = curl_line(base, example, services)
        _say(f"\nShow a card:\n\n  {line}\n")
    set_aside()
    serve_app(settings)
    return 0


def _check_address(settings: Settings) -> None:
    """Refuse an address in use: the server would share it, and each request would go to either of the two.

    Raises:
        SettingError: nobody can listen there.
    """
    try:
        kind, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise SettingError(f"CDS_HOST, CDS_PORT: {where} cannot be had: {error.strerror}") from error


def _proven() -> tuple[ServiceDescription, ...]:
    """Build the application once, and return what it offers.

    A mistake in content or configuration ends the start here, and not every worker again and again. What is
    built stays; to look again and again for what may go would take a quarter of the time.
    """
    gc.disable()
    try:
        app = application()
    finally:
        gc.enable()
    app.extensions[KEEPING].store.close()
    services: tuple[ServiceDescription, ...] = app.extensions[SERVICES]
    return services


def serve_app(settings: Settings, target: str = "cds_service.app:intake") -> None:
    """Serve with one event loop in each worker; a worker that dies is replaced.

    Args:
        settings: of the service.
        target: "module:name" of what returns the RSGI application in each worker.
    """
    os.register_at_fork(after_in_child=_end_when_told)
    server = Granian(
        target,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        task_impl=TaskImpl.asyncio,  # the other kind of task cannot be timed out
        workers=settings.workers,
        http=HTTPModes.http1,  # while the version is not known, no limit of time holds
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=READ_BYTES),
        workers_kill_timeout=20,
        websockets=False,
        factory=True,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        log_access=False,
    )
    server.serve()


def _end_when_told() -> None:
    """Let SIGTERM end a new worker until the server takes it over; its parent's handler would swallow it."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def keep_example(request: Path, folder: Path, today: date) -> Path:
    """Keep *request* in *folder* with its dates moved to *today*, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    example = folder / "example.json"
    example.write_text(moved_to(today, request.read_text(encoding="utf-8")), encoding="utf-8")
    return example


def curl_line(base: str, example: Path, services: Iterable[ServiceDescription]) -> str:
    """Return the command that sends *example* to the first of *services* with its hook."""
    hook = json.loads(example.read_text(encoding="utf-8"))["hook"]
    service = next(service.id for service in services if service.hook == hook)
    data = shlex.quote(f"@{example}")
    return f"curl -s -H 'Content-Type: application/json' -d {data} {base}/cds-services/{service}"


def _say(text: str) -> None:
    """Tell whoever starts it; a log that takes nothing (its disk is full) stops no start."""
    with suppress(OSError):
        print(text, flush=True)

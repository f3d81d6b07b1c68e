"""The bare ceiling: read the body, parse it, answer with a canned card response of the same size."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from granian.rsgi import HTTPProtocol, Scope

CANNED = "BENCH_CANNED"
"""Variable that names the file with the answer."""


def application() -> Callable[[Scope, HTTPProtocol], Awaitable[None]]:
    """Return the RSGI application; what the server calls."""
    with open(os.environ[CANNED], "rb") as file:
        answer = file.read()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]

    async def respond(_scope: Scope, protocol: HTTPProtocol) -> None:
        orjson.loads(await protocol())
        protocol.response_bytes(200, headers, answer)

    return respond


def serve() -> None:
    """Serve with the very server of the service and its settings."""
    from cds_service.commands.serve import serve_app  # noqa: PLC0415 - the parent only needs the names above
    from cds_service.settings import Settings  # noqa: PLC0415 - the same

    serve_app(Settings.read(os.environ), "benchmarks.ceiling:application")


if __name__ == "__main__":
    serve()

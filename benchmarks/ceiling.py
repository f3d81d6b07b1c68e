"""What stands in the service's place: the bare ceiling, and the frame that an answer by Flask has to have."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from granian.rsgi import HTTPProtocol, Scope

    from cds_service.web.intake import Intake

CANNED = "BENCH_CANNED"
"""Variable that names the file with the answer."""


def application() -> Callable[[Scope, HTTPProtocol], Awaitable[None]]:
    """Return the ceiling, an RSGI application: read the body, parse it, answer on the event loop."""
    answer = _canned()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]

    async def respond(_scope: Scope, protocol: HTTPProtocol) -> None:
        orjson.loads(await protocol())
        protocol.response_bytes(200, headers, answer)

    return respond


def frame() -> Intake:
    """Return the frame: the service's own intake over a Flask application that does what the ceiling does."""
    from flask import Flask, Response, request  # noqa: PLC0415 - the parent only needs the names above

    from cds_service.app import intake_over  # noqa: PLC0415 - the same
    from cds_service.settings import Settings  # noqa: PLC0415 - the same

    answer, app = _canned(), Flask("frame")

    @app.post("/cds-services/<service_id>")
    def respond(service_id: str) -> Response:
        orjson.loads(request.get_data())
        return Response(answer, content_type="application/json")

    return intake_over(app, Settings.read(os.environ))


def _canned() -> bytes:
    with open(os.environ[CANNED], "rb") as file:
        return file.read()


def serve(what: str) -> None:
    """Serve *what* ("application" or "frame") with the very server of the service and its settings."""
    from cds_service.commands.serve import serve_app  # noqa: PLC0415 - the parent only needs the names above
    from cds_service.settings import Settings  # noqa: PLC0415 - the same

    serve_app(Settings.read(os.environ), f"benchmarks.ceiling:{what}")


if __name__ == "__main__":
    serve(sys.argv[1])

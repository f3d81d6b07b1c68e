"""What every request gets, whatever its route: tidy path, trace id, client, headers, log line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flask import Flask, Response, g, request

from cds_service.web.intake import CAME, REFUSAL
from cds_service.web.ports import WebPorts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH_AS_SENT = "cordcheck.path_as_sent"

_METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")
_SLASHES = re.compile(r"//+")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "cordcheck",
}


class TidyPath:
    """Answer ``/cds-services/`` and ``//id`` like ``/cds-services`` and ``/id``, without a redirect.

    The path as sent stays in the environment, since a token may be bound to it.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on with doubled and trailing slashes removed."""
        sent = environ.get("PATH_INFO", "")
        environ[PATH_AS_SENT] = sent
        environ["PATH_INFO"] = _SLASHES.sub("/", sent).rstrip("/") or "/"
        return self._app(environ, start_response)


def surround(app: Flask, ports: WebPorts) -> None:
    """Add what every request gets to *app*."""
    app.before_request(_begin)
    app.before_request(_let_in(ports))
    app.after_request(_cors(ports.cors_origins))
    app.after_request(_secure)
    app.after_request(_finish(ports))
    app.wsgi_app = TidyPath(app.wsgi_app)  # type: ignore[method-assign]


def _begin() -> None:
    g.started = request.environ.get(CAME, perf_counter())
    g.trace, g.client = uuid4().hex, None
    g.facts = {}
    if REFUSAL in request.environ:
        raise request.environ.pop(REFUSAL)  # which would hold what holds it


def _let_in(ports: WebPorts) -> Callable[[], Response | None]:
    def let_in() -> Response | None:
        if request.method == "OPTIONS" and request.url_rule is not None:
            return _preflight()
        if request.endpoint not in ports.open_endpoints:
            g.client = ports.authenticate(request)
        return None

    return let_in


def _preflight() -> Response:
    methods = sorted((request.url_rule.methods if request.url_rule else None) or ())
    response = Response(status=204, headers={"Allow": ", ".join(methods)})
    del response.headers["Content-Type"]
    return response


def _cors(origins: tuple[str, ...]) -> Callable[[Response], Response]:
    any_port = tuple(origin[:-1] for origin in origins if origin.endswith(":*"))

    def is_listed(origin: str) -> bool:
        return origin in origins or any(
            origin.startswith(start) and origin[len(start) :].isdecimal() for start in any_port
        )

    def cors(response: Response) -> Response:
        response.vary.add("Origin")
        origin = request.headers.get("Origin", "")
        if not is_listed(origin):
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "X-Trace-Id"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, POST"
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Content-Encoding"
            response.headers["Access-Control-Max-Age"] = "600"
        return response

    return cors


def _secure(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Trace-Id"] = g.trace
    return response


def _finish(ports: WebPorts) -> Callable[[Response], Response]:
    def finish(response: Response) -> Response:
        facts: dict[str, Any] = {
            "trace": g.trace,
            "method": request.method if request.method in _METHODS else "other",
            "route": request.url_rule.rule if request.url_rule else "none",
            "status": response.status_code,
            "milliseconds": round((perf_counter() - g.started) * 1000, 1),
            "client": getattr(g.client, "id", g.client),
            **g.facts,
        }
        ports.write_log(facts)
        ports.observe(facts)
        return response

    return finish

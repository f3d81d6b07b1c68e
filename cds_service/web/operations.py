"""Routes for those who run the service: metrics, and the trace of one answer."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, request

from cds_service.clients import OPEN_CLIENT, Client
from cds_service.errors import NotAllowed, NotAuthenticated
from cds_service.web.cds_hooks import json_response
from cds_service.web.problems import outcome

_LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")

FindTraces = Callable[[str, str | None], tuple[dict[str, Any], ...]]


def operations(metrics_page: Callable[[], bytes], metrics_token: str, find_traces: FindTraces) -> Blueprint:
    """Return the routes.

    Args:
        metrics_page: the numbers as text.
        metrics_token: bearer token of the scraper; "" lets only this machine read the numbers, and not
            through a proxy.
        find_traces: by consult id and client.
    """
    routes = Blueprint("operations", __name__)

    @routes.get("/metrics")
    def metrics() -> Response:
        _check_scraper(metrics_token)
        return Response(metrics_page(), content_type="text/plain; version=0.0.4; charset=utf-8")

    @routes.get("/traces/<consult_id>")
    def trace(consult_id: str) -> Response:
        found = find_traces(consult_id, _whose(g.client))
        if not found:
            return outcome(404, "not-found", "no such trace; not yet written, purged, or another client's")
        return json_response({"traces": found})

    return routes


def _whose(client: Client) -> str | None:
    """Return whose traces *client* may read, None for everybody's (open mode on loopback)."""
    if client is OPEN_CLIENT:
        return None
    if not client.traces:
        raise NotAllowed("this client may not read traces")
    return client.id


def _check_scraper(token: str) -> None:
    if token:
        sent = request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
            raise NotAuthenticated("not the scraper's token")
    elif request.remote_addr not in _LOOPBACK or any(name in request.headers for name in _FORWARDED):
        raise NotAuthenticated("metrics are read on this machine, or with the token of CDS_METRICS_TOKEN")

"""Routes about the service itself: is it alive, is it ready, what is its content made from."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from cds_service.web.cds_hooks import json_response
from cds_service.web.ports import WebPorts
from cds_service.web.problems import outcome


def about(ports: WebPorts) -> Blueprint:
    """Return the routes that say how the service of *ports* is doing."""
    routes = Blueprint("about", __name__)

    @routes.get("/health/live")
    def live() -> Response:
        return json_response({"status": "alive"})

    @routes.get("/health/ready")
    def ready() -> Response:
        failing = [name for name, is_ready in ports.ready.items() if not is_ready()]
        if failing:
            return outcome(503, "transient", f"not ready: {', '.join(failing)}")
        return json_response({"status": "ready", "checks": list(ports.ready)})

    @routes.get("/source-attributes")
    def source_attributes() -> Response:
        facts = dict(ports.source_attributes)
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            return Response(render_template("source_attributes.html", facts=facts), mimetype="text/html")
        return json_response(facts)

    return routes

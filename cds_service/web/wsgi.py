"""The Flask application, put together from its routes."""

from __future__ import annotations

from flask import Flask

from cds_service.web.about import about
from cds_service.web.cds_hooks import cds_hooks
from cds_service.web.ports import WebPorts
from cds_service.web.problems import answer_with_outcomes
from cds_service.web.transport import surround

SERVICES = "cds_services"
"""Where the application keeps the services that it offers."""


def create_web(ports: WebPorts) -> Flask:
    """Return the WSGI application over *ports*."""
    app = Flask("cds_service", static_folder=None, template_folder="web/templates")
    app.url_map.redirect_defaults = False
    app.extensions[SERVICES] = ports.services
    answer_with_outcomes(app)
    surround(app, ports)
    for routes in (cds_hooks(ports), about(ports), *ports.blueprints):
        app.register_blueprint(routes)
    return app

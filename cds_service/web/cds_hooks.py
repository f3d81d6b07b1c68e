"""The CDS Hooks routes: discovery, service, feedback."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import orjson
from flask import Blueprint, Response, g, request

from cds_service.errors import InvalidRequest, NotAllowed, UnknownService
from cds_service.hooks.card import HookResponse
from cds_service.hooks.discovery import ServiceDescription, discovery
from cds_service.hooks.feedback import read_feedback
from cds_service.hooks.profile import shape_response
from cds_service.hooks.request import ORDER_SELECT, ORDER_SIGN, HookRequest, read_request
from cds_service.web.body import read_object
from cds_service.web.ports import WebPorts

SCHEMAS = {ORDER_SELECT: "OrderSelectRequest", ORDER_SIGN: "OrderSignRequest"}

_HOOK_NAME = re.compile(r"[a-z]+(-[a-z]+){0,4}\Z")


def cds_hooks(ports: WebPorts) -> Blueprint:
    """Return the routes for the services of *ports*."""
    routes = Blueprint("cds_hooks", __name__)
    services = {service.id: service for service in ports.services}
    listed = orjson.dumps(discovery(ports.services), option=orjson.OPT_INDENT_2)
    tag = sha256(listed).hexdigest()[:32]

    @routes.get("/cds-services")
    def discover() -> Response:
        response = Response(listed, content_type="application/json")
        response.set_etag(tag)
        response.headers["Cache-Control"] = "no-cache"
        response.make_conditional(request)
        return response

    @routes.post("/cds-services/<service_id>")
    def invoke(service_id: str) -> Response:
        service = _service(services, service_id)
        asked = _hook_request(ports, service)
        answer = ports.answer(asked, service.id, g.client)
        shaped = shape_response(answer.as_json(), g.client.profile)
        g.facts.update(_facts(answer), oddities=asked.oddities + shaped.quirks)
        return json_response(shaped.answer)

    @routes.post("/cds-services/<service_id>/feedback")
    def take_feedback(service_id: str) -> Response:
        service = _service(services, service_id)
        body = read_object(request, ports.body_limit_bytes)
        ports.contract.check("Feedback", body)
        items = read_feedback(body)
        ports.keep_feedback(service.id, items, g.client)
        g.facts["items"] = len(items)
        return json_response({"received": len(items)})

    return routes


def json_response(body: Any) -> Response:
    """Return *body* as JSON."""
    return Response(orjson.dumps(body), content_type="application/json")


def _service(services: dict[str, ServiceDescription], service_id: str) -> ServiceDescription:
    if service_id not in services:
        raise UnknownService(f"no such service; there are {', '.join(services)}")
    g.facts["service"] = service_id
    if g.client.services and service_id not in g.client.services:
        raise NotAllowed("this client may not call this service")
    return services[service_id]


def _hook_request(ports: WebPorts, service: ServiceDescription) -> HookRequest:
    received_at = ports.clock()
    body = read_object(request, ports.body_limit_bytes)
    _check_hook(body.get("hook"), service)
    ports.contract.check(SCHEMAS[service.hook], body)
    asked = read_request(body, received_at)
    g.facts.update(hook=asked.hook, oddities=asked.oddities)
    return asked


def _check_hook(hook: object, service: ServiceDescription) -> None:
    if hook == service.hook:
        return
    named = f"hook {hook}" if isinstance(hook, str) and _HOOK_NAME.match(hook) else "another hook or none"
    raise InvalidRequest(f"hook: the request says {named}, but this service answers {service.hook}")


def _facts(answer: HookResponse) -> dict[str, object]:
    return {
        "cards": len(answer.cards),
        "tier": str(answer.consult.tier),
        "disposition": str(answer.consult.disposition),
        "content": answer.consult.content_version,
        "gaps": answer.gaps,
    }

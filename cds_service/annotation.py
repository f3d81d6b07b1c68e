"""The consult noted on the orders themselves, for clients whose entry asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cds_service.gathering import Asked
from cds_service.hooks.annotate import annotate_order
from cds_service.hooks.card import Action, HookResponse
from cds_service.hooks.request import HookRequest


def with_annotations(
    response: HookResponse, request: HookRequest, asked: Asked, canonical: str
) -> HookResponse:
    """Return *response* with one system action for each order that it is about.

    The action updates the order by one extension in our namespace and changes nothing else of it. An order
    without id gets none, and neither does one with empty elements, which we may neither send nor change.
    """
    orders = [order for order in request.newly_selected() if _name(order) in asked.references]
    actions = tuple(filter(None, (_action(order, response, canonical) for order in orders)))
    return replace(response, system_actions=actions) if actions else response


def _name(order: Mapping[str, Any]) -> str:
    return f"{order.get('resourceType')}/{order.get('id')}"


def _action(order: Mapping[str, Any], response: HookResponse, canonical: str) -> Action | None:
    facts = {name: value for name, value in response.consult.as_json().items() if isinstance(value, str)}
    said = annotate_order(order, facts, canonical)
    try:
        return Action(type=said["type"], description=said["description"], resource=said["resource"])
    except ValueError:
        return None

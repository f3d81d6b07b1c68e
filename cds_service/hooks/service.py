"""One CDS service as offered in discovery, with what it is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One entry of ``services.yaml``.

    Attributes:
        prefetch: FHIR query templates by key.
        orders: finding that a draft order has to assert for the service to speak.
        orders_unless: finding that makes a draft order none of the service's business; "" when there is none.
        recommendation: id of the recommendation that answers.
        shadow: evaluate and keep the trace, but show no card.
    """

    id: str
    hook: str
    title: str
    description: str
    usage_requirements: str
    prefetch: Mapping[str, str]
    orders: str
    orders_unless: str
    recommendation: str
    shadow: bool = False

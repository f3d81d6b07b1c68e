"""What the web needs of the rest of the service, as plain callables that ``app`` fills in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from flask import Blueprint, Request

from cds_service.clients import OPEN_CLIENT, Client
from cds_service.clock import Clock, system_clock
from cds_service.hooks.card import HookResponse
from cds_service.hooks.discovery import ServiceDescription
from cds_service.hooks.feedback import FeedbackItem
from cds_service.hooks.request import HookRequest
from cds_service.web.contract import Contract


class Answer(Protocol):
    """The main path."""

    def __call__(self, request: HookRequest, service_id: str, client: Client) -> HookResponse:
        """Answer *request* of the client that ``Authenticate`` found."""
        ...


class KeepFeedback(Protocol):
    """The feedback store."""

    def __call__(self, service_id: str, items: tuple[FeedbackItem, ...], client: Client) -> None:
        """Return once *items* are durable; StoreUnavailable otherwise."""
        ...


class Authenticate(Protocol):
    """Who asks."""

    def __call__(self, request: Request) -> Client:
        """Return the client; NotAuthenticated when it cannot be known."""
        ...


def anyone(request: Request) -> Client:
    """Let everyone in as the open development client."""
    return OPEN_CLIENT


@dataclass(frozen=True, kw_only=True)
class WebPorts:
    """Everything that ``create_web`` is given.

    Attributes:
        services: as discovery lists them.
        write_log: takes the facts of one request and keeps those that a log may have.
        authenticate: called before every route that is not open; preflights are open.
        ready: by name, whether a part can do its work now.
        source_attributes: what the content says about itself.
        open_endpoints: endpoints that need no authentication, or check it themselves.
        blueprints: more routes (metrics, console), behind the same authentication, headers and log.
        observe: called with the same facts as the log, for metrics.
        clock: says when a request came.
    """

    services: tuple[ServiceDescription, ...]
    answer: Answer
    keep_feedback: KeepFeedback
    contract: Contract
    write_log: Callable[[Mapping[str, object]], None]
    body_limit_bytes: int
    cors_origins: tuple[str, ...] = ()
    authenticate: Authenticate = anyone
    ready: Mapping[str, Callable[[], bool]] = field(default_factory=lambda: MappingProxyType({}))
    source_attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    open_endpoints: frozenset[str] = frozenset({"about.live", "about.ready"})
    blueprints: tuple[Blueprint, ...] = ()
    observe: Callable[[Mapping[str, object]], None] = lambda facts: None
    clock: Clock = system_clock

"""The bearer token of a request into the client that sent it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from flask import Request

from cds_service.clients import Client
from cds_service.errors import NotAuthenticated
from cds_service.web.transport import PATH_AS_SENT


class CheckToken(Protocol):
    """The check of a token."""

    def __call__(self, authorization: str | None, urls: tuple[str, ...]) -> str:
        """Return the id of the client; NotAuthenticated otherwise."""
        ...


class Bearer:
    """``Authenticate`` by a JWT whose audience is the URL called."""

    def __init__(
        self, check: CheckToken, clients: Mapping[str, Client], public_urls: tuple[str, ...]
    ) -> None:
        """Check tokens with *check*.

        Args:
            check: the check of the token.
            clients: by id.
            public_urls: base addresses under which clients know the service, never taken from the request:
                its Host header is the sender's to choose.
        """
        self._check = check
        self._clients = clients
        self._public_urls = public_urls

    def __call__(self, request: Request) -> Client:
        """Return the client; a token in the query is not looked at.

        Raises:
            NotAuthenticated: no token, or none that we believe.
        """
        if len(request.headers.getlist("Authorization")) > 1:
            raise NotAuthenticated("two tokens")
        sent = str(request.environ.get(PATH_AS_SENT, request.path))
        paths = dict.fromkeys((sent, sent.rstrip("/")))
        urls = tuple(base + path for base in self._public_urls for path in paths)
        return self._clients[self._check(request.headers.get("Authorization"), urls)]

"""The bearer token of a request into the client's name and rights."""

from __future__ import annotations

from typing import Protocol

from flask import Request, g

from cds_service.errors import NotAllowed, NotAuthenticated

PATH_AS_SENT = "cordcheck.path_as_sent"


class Rights(Protocol):
    """What is known of a caller once the token is believed."""

    @property
    def client(self) -> str:
        """Return the client's name."""
        ...

    @property
    def traces(self) -> bool:
        """Say whether it may read the traces of its own calls."""
        ...

    def require(self, service: str) -> None:
        """Raise NotAllowed when it may not call this service."""
        ...


class CheckToken(Protocol):
    """The check of a token."""

    def __call__(self, authorization: str | None, urls: tuple[str, ...]) -> Rights:
        """Return the caller; NotAuthenticated otherwise."""
        ...


class Bearer:
    """``Authenticate`` by a JWT whose audience is the URL called."""

    def __init__(self, check: CheckToken, public_urls: tuple[str, ...]) -> None:
        """Check tokens with *check*.

        Args:
            check: the check of the token.
            public_urls: base addresses under which clients know the service, never taken from the request:
                its Host header is the sender's to choose.
        """
        self._check = check
        self._public_urls = public_urls

    def __call__(self, request: Request) -> str:
        """Return the client's name, and keep its rights for this request.

        Raises:
            NotAuthenticated: no token, or none that we believe. A token in the query is not looked at.
            NotAllowed: the client may not call the service named in the path.
        """
        sent = str(request.environ.get(PATH_AS_SENT, request.path))
        paths = dict.fromkeys((sent, sent.rstrip("/")))
        if len(request.headers.getlist("Authorization")) > 1:
            raise NotAuthenticated("two tokens")
        urls = tuple(base + path for base in self._public_urls for path in paths)
        g.rights = self._check(request.headers.get("Authorization"), urls)
        g.client = g.rights.client
        service = (request.view_args or {}).get("service_id")
        if service is not None:
            g.rights.require(service)
        return str(g.rights.client)


def require_traces() -> str | None:
    """Return whose traces may be read in this request, None for everybody's (no authentication is asked).

    Raises:
        NotAllowed: the client may not read any.
    """
    rights: Rights | None = g.get("rights")
    if rights is None:
        return None
    if not rights.traces:
        raise NotAllowed("this client may not read traces")
    return rights.client

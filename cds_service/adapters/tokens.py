"""Whose token is this: check a client's JWT as the CDS Hooks specification asks, and nothing beyond."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, Protocol

import jwt

from cds_service.adapters.client_keys import ASYMMETRIC, ClientTrust, KeySets
from cds_service.errors import NotAuthenticated, StoreUnavailable

LEEWAY_SECONDS = 5
HEADER_BYTES = 16_384
TOKEN_ID_CHARACTERS = 512
REMEMBERED_HERE = 50_000
"""Token ids that one process remembers by itself, for the time when the store does not answer."""

_REQUIRED = ["exp", "iat", "jti", "iss", "aud"]


class UsedTokens(Protocol):
    """Where the ids of used tokens are kept, for all workers and hosts."""

    def use(self, client: str, token_hash: str, expires_ms: int) -> bool:
        """Note the id; False when it was used before. Raises StoreUnavailable."""


class Tokens:
    """Checks bearer tokens against the clients that are trusted."""

    def __init__(
        self,
        clients: Iterable[ClientTrust],
        keys: KeySets,
        used: UsedTokens,
        *,
        lifetime_seconds: int = 900,
        on_unchecked: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Trust *clients*.

        Args:
            clients: whom to trust.
            keys: where their keys come from.
            used: where used token ids are kept.
            lifetime_seconds: longest ``exp`` - ``iat`` accepted (leeway on top).
            on_unchecked: called when a replay could be checked in this process only, the store being away.
            clock: seconds since 1970.
        """
        self._clients = tuple(clients)
        self._keys = keys
        self._used = used
        self._lifetime_seconds = lifetime_seconds
        self._on_unchecked = on_unchecked
        self._clock = clock
        self._recent: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def client(self, authorization: str | None, urls: tuple[str, ...]) -> str:
        """Return the id of the client that sent this ``Authorization`` header.

        Args:
            authorization: the header as sent, None when absent.
            urls: the addresses under which clients know the endpoint, without query.

        Raises:
            NotAuthenticated: for every reason alike; the message is for our own log and never sent.
        """
        token = _bearer(authorization)
        header, trust = self._trust(token)
        claims = self._verified(token, header, trust, urls)
        self._check_times(claims)
        if trust.tenants and claims.get("tenant") not in trust.tenants:
            raise NotAuthenticated("tenant")
        self._use_once(trust, claims)
        return trust.id

    def _trust(self, token: str) -> tuple[dict[str, Any], ClientTrust]:
        """Return header and client before any key is looked at; what is read here is not believed yet."""
        try:
            unread = jwt.api_jwt.decode_complete(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise NotAuthenticated("not a token") from error
        header, claims = unread["header"], unread["payload"]
        algorithm = header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in ASYMMETRIC or "crit" in header:
            raise NotAuthenticated("algorithm")
        for trust in self._clients:
            if trust.iss == claims.get("iss") and (
                not trust.tenants or claims.get("tenant") in trust.tenants
            ):
                return header, self._headed(trust, header)
        raise NotAuthenticated("issuer")

    def _headed(self, trust: ClientTrust, header: dict[str, Any]) -> ClientTrust:
        if header["alg"] not in trust.algorithms:
            raise NotAuthenticated("algorithm of this client")
        if not trust.takes_jku(header.get("jku")):
            raise NotAuthenticated("jku")
        return trust

    def _verified(
        self, token: str, header: dict[str, Any], trust: ClientTrust, urls: tuple[str, ...]
    ) -> dict[str, Any]:
        kid = header.get("kid")
        if not isinstance(kid, str | None):
            raise NotAuthenticated("kid")
        for key in self._keys.keys(trust, kid or ""):
            if key.fits(header["alg"]):
                try:
                    return self._decoded(token, key.key, header["alg"], trust, urls)
                except jwt.InvalidSignatureError:
                    continue
                except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
                    raise NotAuthenticated(type(error).__name__) from error
        raise NotAuthenticated("signature")

    def _decoded(
        self, token: str, key: Any, algorithm: str, trust: ClientTrust, urls: tuple[str, ...]
    ) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=[*urls, *trust.audiences],
            issuer=trust.iss,
            leeway=LEEWAY_SECONDS,
            options={"require": _REQUIRED, "verify_sub": False},
        )
        return claims

    def _check_times(self, claims: dict[str, Any]) -> None:
        expires, issued = claims["exp"], claims["iat"]
        if not isinstance(expires, int | float) or not isinstance(issued, int | float):
            raise NotAuthenticated("exp or iat is not a number")
        if not 0 <= expires - issued <= self._lifetime_seconds + LEEWAY_SECONDS:
            raise NotAuthenticated("lifetime")

    def _use_once(self, trust: ClientTrust, claims: dict[str, Any]) -> None:
        token_id = claims["jti"]
        if not isinstance(token_id, str) or not 0 < len(token_id) <= TOKEN_ID_CHARACTERS:
            raise NotAuthenticated("jti")
        hashed = sha256(f"{trust.id}\n{token_id}".encode("utf-8", "surrogatepass")).hexdigest()
        expires = float(claims["exp"]) + LEEWAY_SECONDS
        if not self._new_here(hashed, expires) or not self._new_everywhere(trust, hashed, expires):
            raise NotAuthenticated("used before")

    def _new_everywhere(self, trust: ClientTrust, hashed: str, expires: float) -> bool:
        try:
            return self._used.use(trust.id, hashed, int(expires * 1000))
        except StoreUnavailable:
            self._on_unchecked()
            return True

    def _new_here(self, hashed: str, expires: float) -> bool:
        with self._lock:
            if self._recent.get(hashed, 0.0) > self._clock():
                return False
            self._recent[hashed] = expires
            if len(self._recent) > REMEMBERED_HERE:
                self._recent.popitem(last=False)
            return True


def _bearer(authorization: str | None) -> str:
    if not authorization or len(authorization) > HEADER_BYTES:
        raise NotAuthenticated("no credentials, or too long")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip() or not token.isascii():
        raise NotAuthenticated("not a bearer token")
    return token.strip()

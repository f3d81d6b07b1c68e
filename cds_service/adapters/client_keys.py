"""The public keys of each client: from a file, or from the one https URL that is configured for it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import PyJWK, PyJWTError

from cds_service.clients import is_key_url
from cds_service.errors import ContentError, NotAuthenticated

FETCH_SECONDS = 2.0
"""Longest time that one fetch of a key set may hold a request."""

KEY_SET_BYTES = 256_000
FRESH_SECONDS = 600.0
REFRESH_SECONDS = 30.0
"""Shortest time between two fetches of one key set, however many unknown key ids are sent."""

STALE_SECONDS = 24 * 3600.0
"""How long known keys are believed while their server does not answer."""

ASYMMETRIC = frozenset({"ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})

_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_SMALLEST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTrust:
    """What has to be true of a token before we believe that it is this client's.

    Attributes:
        id: the client's name in logs, metrics and the store.
        iss: the exact ``iss`` claim.
        jwks: a file (JWK set, PEM public key, X.509 certificate in PEM or DER) or the URL of one.
        jku: the only ``jku`` header accepted; "" takes the URL of ``jwks``, or ignores the header.
        algorithms: signature algorithms accepted.
        audiences: ``aud`` values accepted beside the URL called.
        tenants: ``tenant`` values accepted; empty does not ask.
    """

    id: str
    iss: str
    jwks: str
    jku: str = ""
    algorithms: tuple[str, ...] = ("ES384", "RS384")
    audiences: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what would make the token worthless."""
        for algorithm in self.algorithms:
            if algorithm not in ASYMMETRIC:
                remedy = f"{algorithm} is not accepted; write some of {', '.join(sorted(ASYMMETRIC))}"
                raise ContentError("clients", f"{self.id}.algorithms", remedy)
        if not self.algorithms or not self.iss or not self.jwks:
            raise ContentError("clients", self.id, "iss, jwks and at least one algorithm are needed")
        if "://" in self.jwks and not is_key_url(self.jwks):
            remedy = "write a file or an https URL (http only on loopback)"
            raise ContentError("clients", f"{self.id}.jwks", remedy)

    @property
    def by_url(self) -> bool:
        """Say whether the keys are fetched and not read from a file."""
        return "://" in self.jwks

    def takes_jku(self, jku: object) -> bool:
        """Say whether a token with this ``jku`` header (None when it has none) may be theirs."""
        allowed = self.jku or (self.jwks if self.by_url else "")
        return jku is None or not allowed or jku == allowed


@dataclass(frozen=True, slots=True)
class ClientKey:
    """One public key; ``kid`` is "" where the source names none."""

    kid: str
    algorithm: str
    key: Any
    kind: str
    curve: str

    def fits(self, algorithm: str) -> bool:
        """Say whether a signature by *algorithm* can be this key's."""
        if self.algorithm and self.algorithm != algorithm:
            return False
        if algorithm.startswith("ES"):
            return self.kind == "EC" and self.curve == _CURVES[algorithm]
        return self.kind == "RSA"


class KeySets:
    """The keys of all clients, cached in this process.

    A set from a URL is fetched again when it is old or a key id is unknown, at most once in
    ``REFRESH_SECONDS``; known keys go on being believed for ``STALE_SECONDS`` while the server is away.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
        verify: bool | str = True,
        on_failure: Callable[[str], None] = lambda reason: None,
    ) -> None:
        """Read nothing yet.

        Args:
            folder: where relative key files are looked for (the folder of the clients file).
            clock: seconds that only go forward.
            verify: a file of certificate authorities; True for the usual ones.
            on_failure: called with one of our own phrases for each fetch that failed.
        """
        self._folder = folder
        self._clock = clock
        self._verify = verify
        self._on_failure = on_failure
        self._sets: dict[str, _FetchedSet] = {}
        self._files: dict[str, tuple[ClientKey, ...]] = {}
        self._lock = threading.Lock()

    def check(self, trust: ClientTrust) -> None:
        """Read the key file of a client at start, so that a mistake is told before the first call.

        Raises:
            ContentError: the file is missing or holds no usable key.
        """
        if not trust.by_url:
            self._from_file(trust)

    def keys(self, trust: ClientTrust, kid: str) -> tuple[ClientKey, ...]:
        """Return the keys that may have signed a token with this key id ("" when it names none).

        Raises:
            NotAuthenticated: there is none, or it cannot be had now.
        """
        if not trust.by_url:
            return _chosen(self._from_file(trust), kid)
        with self._lock:
            if trust.jwks not in self._sets:
                self._sets[trust.jwks] = _FetchedSet(trust.jwks, self._clock, self._verify, self._on_failure)
            fetched = self._sets[trust.jwks]
        return _chosen(fetched.keys(kid), kid)

    def _from_file(self, trust: ClientTrust) -> tuple[ClientKey, ...]:
        if trust.jwks not in self._files:
            self._files[trust.jwks] = _read_file(self._folder / trust.jwks, trust)
        return self._files[trust.jwks]


class _FetchedSet:
    """The keys behind one URL, fetched by a thread of its own: nobody waits for it who can go on without."""

    def __init__(
        self, url: str, clock: Callable[[], float], verify: bool | str, on_failure: Callable[[str], None]
    ) -> None:
        self._url = url
        self._clock = clock
        self._verify = verify
        self._on_failure = on_failure
        self._keys: tuple[ClientKey, ...] = ()
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._fetching: threading.Thread | None = None
        self._lock = threading.Lock()

    def keys(self, kid: str) -> tuple[ClientKey, ...]:
        """Return the keys believed now; waits for a running fetch only when *kid* is not among them."""
        unknown = not _chosen_or_none(self._believed(), kid)
        if unknown or self._clock() - self._fetched_at > FRESH_SECONDS:
            self._refresh()
        if unknown and self._fetching is not None:
            self._fetching.join(max(0.0, self._tried_at + FETCH_SECONDS - self._clock()))
        return self._believed()

    def _believed(self) -> tuple[ClientKey, ...]:
        return self._keys if self._clock() - self._fetched_at < STALE_SECONDS else ()

    def _refresh(self) -> None:
        with self._lock:
            running = self._fetching is not None and self._fetching.is_alive()
            if running or self._clock() - self._tried_at < REFRESH_SECONDS:
                return
            self._tried_at = self._clock()
            self._fetching = threading.Thread(target=self._fetch, name="key-set", daemon=True)
            self._fetching.start()

    def _fetch(self) -> None:
        try:
            keys = parse_jwks(_fetch(self._url, self._verify))
        except requests.exceptions.SSLError:
            self._on_failure("certificate is not trusted")
        except OSError:
            self._on_failure("cannot be reached or does not answer")
        except ValueError:
            self._on_failure("sent no key set")
        else:
            self._keys, self._fetched_at = keys, self._clock()


def parse_jwks(content: bytes) -> tuple[ClientKey, ...]:
    """Return the signature keys of a JWK set; keys of other kinds, and too small ones, are left out.

    Raises:
        ValueError: it is not a JWK set, or has no usable key.
    """
    found = json.loads(content)
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise ValueError("not a JWK set")
    keys = tuple(key for item in listed[:100] if isinstance(item, dict) and (key := _from_jwk(item)))
    if not keys:
        raise ValueError("no usable key")
    return keys


def _from_jwk(item: Mapping[str, Any]) -> ClientKey | None:
    if item.get("kty") not in ("EC", "RSA") or item.get("use", "sig") != "sig":
        return None
    public = {name: value for name, value in item.items() if name not in ("d", "p", "q", "dp", "dq", "qi")}
    try:
        algorithm = str(item.get("alg") or "")
        key = PyJWK(public, algorithm or ("RS384" if item["kty"] == "RSA" else None)).key
    except (PyJWTError, ValueError, KeyError, TypeError):
        return None
    return _client_key(str(item.get("kid") or ""), algorithm, key)


def _client_key(kid: str, algorithm: str, key: Any) -> ClientKey | None:
    curve = getattr(key, "curve", None)
    if curve is not None:
        names = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
        return ClientKey(kid, algorithm, key, "EC", names[curve.name]) if curve.name in names else None
    if getattr(key, "key_size", 0) < _SMALLEST_RSA_BITS or not hasattr(key, "public_numbers"):
        return None
    return ClientKey(kid, algorithm, key, "RSA", "")


def _chosen_or_none(keys: tuple[ClientKey, ...], kid: str) -> tuple[ClientKey, ...]:
    if not kid:
        return keys
    return tuple(key for key in keys if key.kid in (kid, ""))


def _chosen(keys: tuple[ClientKey, ...], kid: str) -> tuple[ClientKey, ...]:
    chosen = _chosen_or_none(keys, kid)
    if not chosen:
        raise NotAuthenticated("no key for this token")
    return chosen


def _fetch(url: str, verify: bool | str) -> bytes:
    """Return the body behind *url*; no redirects, no more bytes or seconds than the limits."""
    ends = time.monotonic() + FETCH_SECONDS
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    with requests.get(
        url,
        timeout=(FETCH_SECONDS / 2, FETCH_SECONDS / 2),
        stream=True,
        allow_redirects=False,
        headers=headers,
        verify=verify,
    ) as response:
        if response.status_code != 200:
            raise ValueError("the key server refuses")
        body = b""
        for part in response.iter_content(8192):
            body += part
            if len(body) > KEY_SET_BYTES or time.monotonic() > ends:
                raise ValueError("the key set is too large or too slow")
        return body


def _read_file(path: Path, trust: ClientTrust) -> tuple[ClientKey, ...]:
    place = f"{trust.id}.jwks"
    try:
        content = path.read_bytes()
        keys = _parse_file(content)
    except (OSError, ValueError) as error:
        remedy = f"{path.name} cannot be used; it must be a JWK set, a PEM public key or an X.509 certificate"
        raise ContentError("clients", place, remedy) from error
    if not keys:
        raise ContentError(
            "clients", place, f"{path.name} holds no EC key or RSA key of {_SMALLEST_RSA_BITS} bits"
        )
    return keys


def _parse_file(content: bytes) -> tuple[ClientKey, ...]:
    if b"PRIVATE KEY" in content:
        raise ValueError("a private key has no place here")
    if content.lstrip()[:1] == b"{":
        return parse_jwks(content)
    if b"BEGIN CERTIFICATE" in content:
        public: Any = x509.load_pem_x509_certificate(content).public_key()
    elif b"BEGIN" in content:
        public = load_pem_public_key(content)
    else:
        public = x509.load_der_x509_certificate(content).public_key()
    key = _client_key("", "", public)
    return (key,) if key else ()

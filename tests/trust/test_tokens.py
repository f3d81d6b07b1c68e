"""Attacks on the bearer token, one test each; every one has to end in the same refusal."""

from __future__ import annotations

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from hmac import new as hmac_new
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from cds_service.adapters.client_keys import ClientTrust, KeySets
from cds_service.adapters.store import Store
from cds_service.adapters.store_tokens import StoredTokens
from cds_service.adapters.tokens import HEADER_BYTES, Tokens
from cds_service.errors import ContentError, NotAuthenticated, StoreUnavailable
from tests.trust.keys import ISSUER, URL, KeyPair, a_token, bearer, ec_key, rsa_key


class NoStore:
    """A store that is away."""

    def use(self, client: str, token_hash: str, expires_ms: int) -> bool:
        raise StoreUnavailable("away")


class Remembering:
    """Token ids in a set."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()

    def use(self, client: str, token_hash: str, expires_ms: int) -> bool:
        new = (client, token_hash) not in self.seen
        self.seen.add((client, token_hash))
        return new


def trusting(folder: Path, key: KeyPair | None = None, *, used: Any = None, **more: Any) -> Tokens:
    """Tokens of one client whose key set stands in a file."""
    (folder / "keys.json").write_bytes((key or ec_key()).jwks)
    trust = ClientTrust(**({"id": "ehr", "iss": ISSUER, "jwks": "keys.json"} | more))
    return Tokens([trust], KeySets(folder), used or Remembering())


def refuses(tokens: Tokens, token: str, url: str = URL) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.client(bearer(token), (url,))


def part(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forged(header: dict[str, Any], secret: bytes = b"", **claims: Any) -> str:
    """A token put together by hand, signed with HMAC where there is a secret."""
    now = int(time.time())
    right = {"iss": ISSUER, "aud": URL, "iat": now, "exp": now + 300, "jti": uuid4().hex}
    signed = f"{part(header)}.{part({**right, **claims})}"
    signature = hmac_new(secret, signed.encode(), sha256).digest() if secret else b""
    return f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_a_right_token_names_the_client(tmp_path: Path) -> None:
    assert trusting(tmp_path).client(bearer(a_token()), (URL,)) == "ehr"


@pytest.mark.hazard("SEC-01", "a forged token is believed")
@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_a_token_without_signature_is_refused(tmp_path: Path, algorithm: str) -> None:
    refuses(trusting(tmp_path), forged({"alg": algorithm, "typ": "JWT", "kid": "k1"}))


@pytest.mark.hazard("SEC-01", "a forged token is believed")
@pytest.mark.parametrize("algorithm", [[], ["ES384"], {}, {"a": 1}, 1, True, None])
def test_an_algorithm_that_is_no_text_is_refused(tmp_path: Path, algorithm: Any) -> None:
    refuses(trusting(tmp_path), forged({"alg": algorithm, "kid": "k1"}))


@pytest.mark.hazard("SEC-01", "a forged token is believed")
def test_the_public_key_as_hmac_secret_is_refused(tmp_path: Path) -> None:
    tokens = trusting(tmp_path, rsa_key(), algorithms=("RS384",))
    for secret in (rsa_key().pem, rsa_key().jwks):
        refuses(tokens, forged({"alg": "HS256", "kid": "r1"}, secret))


@pytest.mark.hazard("SEC-01", "a forged token is believed")
def test_a_signature_by_another_key_is_refused(tmp_path: Path) -> None:
    refuses(trusting(tmp_path), a_token(ec_key("other"), {"kid": "k1"}))


@pytest.mark.hazard("SEC-01", "a forged token is believed")
def test_a_key_in_the_header_is_not_looked_at(tmp_path: Path) -> None:
    other = ec_key("other")
    refuses(trusting(tmp_path), a_token(other, {"kid": "k1", "jwk": other.jwk}))


@pytest.mark.hazard("SEC-01", "a forged token is believed")
def test_a_changed_claim_is_refused(tmp_path: Path) -> None:
    head, _, signature = a_token().split(".")
    now = int(time.time())
    changed = {"iss": ISSUER, "aud": URL, "iat": now, "exp": now + 300, "jti": "x", "sub": "root"}
    refuses(trusting(tmp_path), f"{head}.{part(changed)}.{signature}")


def test_an_algorithm_that_is_not_the_clients_is_refused(tmp_path: Path) -> None:
    refuses(trusting(tmp_path, rsa_key(), algorithms=("ES384",)), a_token(rsa_key()))


def test_a_key_of_another_kind_or_curve_does_not_fit(tmp_path: Path) -> None:
    tokens = trusting(tmp_path, rsa_key("k1"), algorithms=("ES384", "ES256", "RS384"))
    refuses(tokens, a_token(ec_key()))


def test_a_critical_extension_is_refused(tmp_path: Path) -> None:
    refuses(trusting(tmp_path), a_token(header={"crit": ["b64"], "b64": True}))


@pytest.mark.parametrize(
    "kid",
    [
        "../../etc/passwd",
        "k1' OR '1'='1",
        "k1\u0000",
        "",
        "x" * 5000,
        "https://evil.example/keys",
        "k1;sleep 9",
    ],
)
def test_a_key_id_is_only_compared(tmp_path: Path, kid: str) -> None:
    refuses(trusting(tmp_path), a_token(ec_key("other"), {"kid": kid}))


@pytest.mark.parametrize("claim", ["exp", "iat", "jti", "iss", "aud"])
def test_every_required_claim_is_required(tmp_path: Path, claim: str) -> None:
    refuses(trusting(tmp_path), a_token(**{claim: None}))


WRONG_CLAIMS: dict[str, Callable[[int], dict[str, Any]]] = {
    "another issuer": lambda now: {"iss": "https://other.example.org"},
    "another service": lambda now: {"aud": f"{URL}/another"},
    "a slash more": lambda now: {"aud": f"{URL}/"},
    "only the host": lambda now: {"aud": "https://cds.example.org"},
    "no audience": lambda now: {"aud": []},
    "expired": lambda now: {"iat": now - 300, "exp": now - 10},
    "issued in the future": lambda now: {"iat": now + 60, "exp": now + 300},
    "not valid yet": lambda now: {"nbf": now + 60},
    "valid for a day": lambda now: {"exp": now + 86400},
    "expires before it is issued": lambda now: {"exp": now + 1, "iat": now + 4},
    "expiry in words": lambda now: {"exp": "never"},
    "expiry is endless": lambda now: {"exp": 1e400},
    "issued in words": lambda now: {"iat": "yesterday"},
    "empty id": lambda now: {"jti": ""},
    "long id": lambda now: {"jti": "x" * 600},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
def test_a_wrong_claim_is_refused(tmp_path: Path, wrong: str) -> None:
    refuses(trusting(tmp_path), a_token(**WRONG_CLAIMS[wrong](int(time.time()))))


@pytest.mark.parametrize("claims", [{"iss": [ISSUER]}, {"jti": 7}, {"aud": 7}, {"exp": [1]}], ids=str)
def test_a_claim_of_another_type_is_refused(tmp_path: Path, claims: dict[str, Any]) -> None:
    now = int(time.time())
    body = {"iss": ISSUER, "aud": URL, "iat": now, "exp": now + 300, "jti": uuid4().hex, **claims}
    head = part({"alg": "ES384", "typ": "JWT", "kid": "k1"})
    signed = f"{head}.{part(body)}"
    algorithm = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA384, ec.SECP384R1)
    signature = algorithm.sign(signed.encode(), ec_key().private)
    refuses(trusting(tmp_path), f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}")


def test_clocks_may_differ_by_seconds_and_one_client_dates_nbf_back(tmp_path: Path) -> None:
    tokens, now = trusting(tmp_path), int(time.time())
    tokens.client(bearer(a_token(iat=now + 3, exp=now + 303)), (URL,))
    tokens.client(bearer(a_token(iat=now - 100, exp=now - 3)), (URL,))
    tokens.client(bearer(a_token(nbf=now - 300, exp=now + 900)), (URL,))


def test_an_audience_of_the_client_is_accepted_beside_the_url(tmp_path: Path) -> None:
    tokens = trusting(tmp_path, audiences=("site-wide",))
    assert tokens.client(bearer(a_token(aud="site-wide")), (URL,)) == "ehr"


def test_the_tenant_is_checked_where_the_client_has_one(tmp_path: Path) -> None:
    tokens = trusting(tmp_path, tenants=("north",))
    refuses(tokens, a_token())
    refuses(tokens, a_token(tenant="south"))
    assert tokens.client(bearer(a_token(tenant="north")), (URL,)) == "ehr"


def test_a_token_is_used_once(tmp_path: Path) -> None:
    tokens, token = trusting(tmp_path), a_token()
    tokens.client(bearer(token), (URL,))
    refuses(tokens, token)


def test_a_token_is_used_once_over_all_hosts_on_one_store(
    tmp_path: Path, store: Store, store_url: str
) -> None:
    token, other_host = a_token(), Store(store_url)
    trusting(tmp_path, used=StoredTokens(store)).client(bearer(token), (URL,))
    refuses(trusting(tmp_path, used=StoredTokens(other_host)), token)
    other_host.close()


def test_without_the_store_a_token_is_still_used_once_per_process(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(ec_key().jwks)
    counted: list[int] = []
    trust = ClientTrust(id="ehr", iss=ISSUER, jwks="keys.json")
    tokens = Tokens([trust], KeySets(tmp_path), NoStore(), on_unchecked=lambda: counted.append(1))
    token = a_token()
    tokens.client(bearer(token), (URL,))
    refuses(tokens, token)
    assert counted == [1]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer not.a.token",
        "Bearer é.é.é",
        "Bearer " + "." * 3000,
        "Bearer " + part({"alg": "ES384"}) + "." + urlsafe_b64encode(b"[" * 5000).decode() + ".",
    ],
)
def test_what_is_no_bearer_token_is_refused(tmp_path: Path, header: str | None) -> None:
    with pytest.raises(NotAuthenticated):
        trusting(tmp_path).client(header, (URL,))


def test_a_token_of_a_megabyte_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    tokens = trusting(tmp_path)
    started = time.perf_counter()
    refuses(tokens, a_token(padding="x" * 1_000_000))
    just_over = a_token(padding="x" * HEADER_BYTES)
    started = time.perf_counter()
    refuses(tokens, just_over)
    assert time.perf_counter() - started < 0.01


def test_symmetric_algorithms_cannot_be_configured() -> None:
    for algorithm in ("none", "HS256", "HS512"):
        with pytest.raises(ContentError, match="algorithms"):
            ClientTrust(id="ehr", iss=ISSUER, jwks="keys.json", algorithms=("ES384", algorithm))


def test_two_clients_of_one_issuer_are_told_apart_by_tenant(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(ec_key().jwks)
    trusts = [
        ClientTrust(id=name, iss=ISSUER, jwks="keys.json", tenants=(name,)) for name in ("north", "south")
    ]
    tokens = Tokens(trusts, KeySets(tmp_path), Remembering())
    assert tokens.client(bearer(a_token(tenant="south")), (URL,)) == "south"


class KeyServer:
    """A key server on loopback that counts who comes, and misbehaves on demand."""

    def __init__(self) -> None:
        self.visits: list[str] = []
        self.body = ec_key().jwks
        self.behave = "well"
        self.released = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.visits.append(self.path)
                if owner.behave == "hang":
                    owner.released.wait(10)
                self.send_response({"redirect": 302, "fail": 500}.get(owner.behave, 200))
                if owner.behave == "redirect":
                    self.send_header("Location", owner.url + "/elsewhere")
                self.end_headers()
                if owner.behave == "trickle":
                    while not owner.released.wait(0.2):
                        self.wfile.write(b" ")
                self.wfile.write(b" " * 2_000_000 if owner.behave == "endless" else owner.body)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    server = KeyServer()
    yield server
    server.released.set()
    server.server.shutdown()
    server.server.server_close()


class Clock:
    """Seconds that run with the real clock and can be moved on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


def fetching(server: KeyServer, clock: Clock | None = None, **more: Any) -> Tokens:
    trust = ClientTrust(id="ehr", iss=ISSUER, jwks=f"{server.url}/jwks.json", **more)
    return Tokens([trust], KeySets(Path(), clock or Clock()), Remembering())


def test_a_key_set_is_fetched_once_and_kept(key_server: KeyServer) -> None:
    tokens = fetching(key_server)
    for _ in range(3):
        tokens.client(bearer(a_token(header={"jku": f"{key_server.url}/jwks.json"})), (URL,))
    assert key_server.visits == ["/jwks.json"]


@pytest.mark.hazard("SEC-02", "the token makes the service fetch from an address of the sender's choice")
@pytest.mark.parametrize("place", ["file", "url"])
def test_an_unlisted_jku_is_never_contacted(tmp_path: Path, key_server: KeyServer, place: str) -> None:
    evil = KeyServer()
    evil.body = ec_key("evil").jwks
    tokens = trusting(tmp_path) if place == "file" else fetching(key_server)
    refuses(tokens, a_token(ec_key("evil"), {"jku": f"{evil.url}/jwks.json"}))
    refuses(tokens, a_token(ec_key("evil"), {"jku": f"{evil.url}/jwks.json", "x5u": evil.url, "kid": "k1"}))
    evil.server.shutdown()
    evil.server.server_close()
    assert evil.visits == []


def test_nothing_is_fetched_for_an_unknown_issuer(key_server: KeyServer) -> None:
    refuses(fetching(key_server), a_token(iss="https://nobody.example.org"))
    assert key_server.visits == []


def test_an_unknown_key_id_fetches_again_but_not_each_time(key_server: KeyServer) -> None:
    clock = Clock()
    tokens = fetching(key_server, clock)
    tokens.client(bearer(a_token()), (URL,))
    key_server.body = ec_key("k2").jwks
    for _ in range(5):
        refuses(tokens, a_token(ec_key("k2")))
    clock.ahead += 31
    assert tokens.client(bearer(a_token(ec_key("k2"))), (URL,)) == "ehr"
    assert len(key_server.visits) == 2


def test_known_keys_are_believed_for_a_day_while_the_key_server_is_away(key_server: KeyServer) -> None:
    clock = Clock()
    tokens = fetching(key_server, clock)
    tokens.client(bearer(a_token()), (URL,))
    key_server.behave = "fail"
    clock.ahead += 3600
    assert tokens.client(bearer(a_token()), (URL,)) == "ehr"
    clock.ahead += 24 * 3600
    refuses(tokens, a_token())


@pytest.mark.parametrize("behave", ["hang", "trickle", "endless", "redirect", "fail"])
def test_a_key_server_that_misbehaves_holds_nobody_for_long(key_server: KeyServer, behave: str) -> None:
    key_server.behave = behave
    tokens = fetching(key_server)
    started = time.perf_counter()
    refuses(tokens, a_token())
    assert time.perf_counter() - started < 2.5
    started = time.perf_counter()
    refuses(tokens, a_token())
    assert time.perf_counter() - started < 0.5
    assert key_server.visits == ["/jwks.json"]


def test_plain_http_is_no_place_for_keys() -> None:
    for place in (
        "http://keys.example.org/jwks.json",
        "http://127.0.0.1.example.org/jwks",
        "ftp://127.0.0.1",
    ):
        with pytest.raises(ContentError, match="https"):
            ClientTrust(id="ehr", iss=ISSUER, jwks=place)

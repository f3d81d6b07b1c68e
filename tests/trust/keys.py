"""Key pairs made once per test run, and tokens signed with them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER = "https://ehr.example.org"
URL = "https://cds.example.org/cds-services"


@dataclass(frozen=True)
class KeyPair:
    private: Any
    kid: str
    algorithm: str

    @property
    def jwk(self) -> dict[str, Any]:
        kind = jwt.algorithms.ECAlgorithm if self.algorithm.startswith("ES") else jwt.algorithms.RSAAlgorithm
        own: dict[str, Any] = json.loads(kind.to_jwk(self.private.public_key()))
        return own | {"kid": self.kid, "use": "sig", "alg": self.algorithm}

    @property
    def jwks(self) -> bytes:
        return json.dumps({"keys": [self.jwk]}).encode()

    @property
    def pem(self) -> bytes:
        public: bytes = self.private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        return public


@cache
def ec_key(kid: str = "k1") -> KeyPair:
    return KeyPair(ec.generate_private_key(ec.SECP384R1()), kid, "ES384")


@cache
def rsa_key(kid: str = "r1") -> KeyPair:
    return KeyPair(rsa.generate_private_key(65537, 2048), kid, "RS384")


def a_token(key: KeyPair | None = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token that is right in every way; a claim of None is left out."""
    pair = key or ec_key()
    now = int(time.time())
    right = {"iss": ISSUER, "aud": URL, "iat": now, "exp": now + 300, "jti": uuid4().hex}
    body = {name: value for name, value in {**right, **claims}.items() if value is not None}
    headers = {"kid": pair.kid, **(header or {})}
    return jwt.encode(body, pair.private, pair.algorithm, headers)


def bearer(token: str) -> str:
    return f"Bearer {token}"

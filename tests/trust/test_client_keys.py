"""Key files as clients hand them over: JWK set, PEM, X.509 in PEM and DER."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from cds_service.adapters.client_keys import ClientTrust, KeySets, parse_jwks
from cds_service.errors import ContentError, NotAuthenticated
from tests.trust.keys import ISSUER, KeyPair, ec_key, rsa_key


def trust(name: str) -> ClientTrust:
    return ClientTrust(id="ehr", iss=ISSUER, jwks=name)


def a_certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ehr")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, rsa_key().private.public_key(), 1, now, now + timedelta(1))
    return builder.sign(rsa_key().private, SHA256())


@pytest.mark.parametrize("form", ["jwks", "pem", "certificate", "der"])
def test_each_form_of_key_file_is_read(tmp_path: Path, form: str) -> None:
    content = {
        "jwks": rsa_key().jwks,
        "pem": rsa_key().pem,
        "certificate": a_certificate().public_bytes(Encoding.PEM),
        "der": a_certificate().public_bytes(Encoding.DER),
    }[form]
    (tmp_path / "key").write_bytes(content)
    (key,) = KeySets(tmp_path).keys(trust("key"), "r1")
    assert key.fits("RS384")
    assert not key.fits("ES384")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"keys": []}', b'{"keys": 1}', b"not a key", b"-----BEGIN X"]
)
def test_a_file_without_a_usable_key_is_refused_at_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(ContentError, match=r"ehr\.jwks"):
        KeySets(tmp_path).check(trust("key"))


def test_a_private_key_is_refused_at_start(tmp_path: Path) -> None:
    pem = ec_key().private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key").write_bytes(pem)
    with pytest.raises(ContentError, match="key cannot be used"):
        KeySets(tmp_path).check(trust("key"))


def test_a_missing_file_is_told_at_start(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="absent"):
        KeySets(tmp_path).check(trust("absent"))


def test_keys_for_encryption_symmetric_keys_and_small_rsa_keys_are_left_out() -> None:
    small = KeyPair(rsa.generate_private_key(65537, 1024), "small", "RS384").jwk  # noqa: S505
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}
    encryption = ec_key().jwk | {"use": "enc"}
    keys = parse_jwks(
        json.dumps({"keys": [small, secret, encryption, {"kty": "EC"}, rsa_key().jwk]}).encode()
    )
    assert [key.kid for key in keys] == ["r1"]


def test_an_unknown_key_id_finds_no_key_of_another_name(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(rsa_key().jwks)
    with pytest.raises(NotAuthenticated):
        KeySets(tmp_path).keys(trust("key"), "r2")

"""Tokens go to listed FHIR servers only, at addresses that are public or listed."""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from cds_service.adapters.fhir_address import FhirBase, allowed_base
from cds_service.adapters.fhir_scope import may_read
from cds_service.clients import OPEN_CLIENT, Client
from cds_service.errors import NotFetched
from cds_service.hooks.prefetch import Failed
from tests.fetch.asking import a_request, condition, fetch, ids
from tests.fhir_servers.misbehaving import gives, misbehaving

LISTED = Client(id="a", fhir_servers=("https://ehr.example.org/api/FHIR/R4",))


@pytest.mark.parametrize(
    "url",
    [
        "https://ehr.example.org/api/FHIR/R4",
        "https://ehr.example.org/api/FHIR/R4/",
        "https://EHR.example.org:443/api/FHIR/R4",
    ],
)
def test_a_listed_server_is_allowed_however_it_is_written(url: str) -> None:
    assert allowed_base(url, LISTED).url == "https://ehr.example.org/api/FHIR/R4"


@pytest.mark.parametrize(
    "url",
    [
        "https://ehr.example.org/api/FHIR/R4/../../other",
        "https://ehr.example.org/api/FHIR",
        "https://ehr.example.org:8443/api/FHIR/R4",
        "http://ehr.example.org/api/FHIR/R4",
        "https://ehr.example.org.evil.example/api/FHIR/R4",
        "https://ehr.example.org@evil.example/api/FHIR/R4",
        "https://user@ehr.example.org/api/FHIR/R4",
        "https://ehr.example.org/api/FHIR/R4?x=1",
        "https://ehr.example.org/api/fhir/r4",
        "http://127.0.0.1:8080/fhir",
        "file:///etc/passwd",
        "ehr.example.org",
        "https://[::1",
        "https://ehr.example.org:99999999/api/FHIR/R4",
        "",
    ],
)
def test_any_other_server_is_refused(url: str) -> None:
    with pytest.raises(NotFetched, match="not on this client's list"):
        allowed_base(url, LISTED)


def test_loopback_is_open_in_development_only() -> None:
    assert allowed_base("http://localhost:8080/fhir", OPEN_CLIENT).loopback
    with pytest.raises(NotFetched):
        allowed_base("http://10.0.0.5/fhir", OPEN_CLIENT)
    with pytest.raises(NotFetched):
        allowed_base("https://ehr.example.org/fhir", OPEN_CLIENT)


PRIVATE = [
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "127.0.0.1",
    "0.0.0.0",  # noqa: S104 - refused, not bound
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_and_metadata_addresses_are_refused(address: str) -> None:
    assert not FhirBase("https://ehr.example.org/fhir").may_connect(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert FhirBase("https://ehr.example.org/fhir").may_connect(ip_address(address))


def test_a_listed_network_is_allowed_and_no_more_than_it() -> None:
    base = FhirBase("https://ehr.example.org/fhir", (ip_network("10.1.0.0/16"),))
    assert base.may_connect(ip_address("10.1.2.3"))
    assert not base.may_connect(ip_address("10.2.2.3"))
    assert not base.may_connect(ip_address("169.254.169.254"))


def test_an_address_that_stands_in_the_list_itself_is_allowed() -> None:
    assert FhirBase("https://10.1.2.3/fhir").may_connect(ip_address("10.1.2.3"))


@pytest.mark.parametrize("second", ["10.0.0.1", "169.254.169.254", "::1"])
def test_a_name_with_one_forbidden_address_is_refused_altogether(
    second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 443)) for a in ("93.184.216.34", second)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with pytest.raises(NotFetched, match="not allowed"):
        FhirBase("https://ehr.example.org/fhir").addresses(443)


def test_a_name_that_turns_to_loopback_between_two_calls_is_refused_at_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with misbehaving(Condition=gives(condition("c1"))) as server:
        port = server.base.split(":")[2].split("/")[0]
        client = Client(id="a", fhir_servers=(f"https://ehr.example.org:{port}/fhir",))
        real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1", *a, **k))
        got = fetch(a_request(f"https://ehr.example.org:{port}/fhir"), client=client)
    assert set(got.values()) == {Failed("FHIR server stands at an address that is not allowed")}
    assert server.seen == []


def test_a_clients_own_loopback_server_is_allowed_when_it_is_listed() -> None:
    with misbehaving(Condition=gives(condition("c1"))) as server, misbehaving() as other:
        client = Client(id="sandbox", fhir_servers=(server.base,))
        got = fetch(a_request(server.base), client=client)
        refused = fetch(a_request(other.base), client=client)
        assert other.seen == []
    assert ids(got["conditions"]) == ["c1"]
    assert set(refused.values()) == {Failed("FHIR server is not on this client's list")}


def test_a_name_that_cannot_be_resolved_is_a_failure() -> None:
    client = Client(id="a", fhir_servers=("https://ehr.invalid/fhir",))
    got = fetch(a_request("https://ehr.invalid/fhir"), client=client)
    assert all(isinstance(value, Failed) for value in got.values())


@pytest.mark.parametrize(
    ("scope", "readable"),
    [
        ("patient/*.read", True),
        ("user/Condition.*", True),
        ("system/Condition.rs?category=problem-list-item", True),
        ("patient/Condition.cud", False),
        ("patient/Condition.write", False),
        ("patient/Observation.rs launch", False),
        ("Condition.Read (Problems) (R4)", True),
    ],
)
def test_scopes_of_both_smart_versions_are_understood(scope: str, readable: bool) -> None:
    assert may_read("Condition", scope) is readable

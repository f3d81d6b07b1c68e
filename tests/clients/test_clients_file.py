"""clients.yaml is read strictly, and a mistake in it is told in one sentence that says what to do."""

from __future__ import annotations

import json
from ipaddress import ip_network
from pathlib import Path

import pytest

from cds_service.clients import Client
from cds_service.clients_file import read_clients, read_profiles
from cds_service.errors import ContentError
from cds_service.trusting import trust_of
from tests.clients.test_code_map import a_map

SANDBOX = """
clients:
  - id: sandbox
    iss: https://sandbox.cds-hooks.org
    jwks: keys.json
    algorithms: [ES384]
    audiences: []
    tenants: []
    fhir_servers: [http://127.0.0.1:8982/fhir]
    profile: sandbox
"""


def written(folder: Path, text: str) -> Path:
    (folder / "keys.json").write_text('{"keys": []}')
    (folder / "map.json").write_text(json.dumps(a_map()))
    (folder / "list.json").write_text("[]")
    path = folder / "clients.yaml"
    path.write_text(text)
    return path


def one(folder: Path, text: str) -> Client:
    (client,) = read_clients(written(folder, text)).by_iss.values()
    return client


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    client = one(tmp_path, SANDBOX)
    assert client.id == "sandbox"
    assert client.jwks == str(tmp_path / "keys.json")
    assert client.algorithms == ("ES384",)
    assert client.fhir_servers == ("http://127.0.0.1:8982/fhir",)
    assert client.profile == read_profiles()["sandbox"]
    assert read_clients(tmp_path / "clients.yaml").of("https://sandbox.cds-hooks.org") == client
    assert read_clients(tmp_path / "clients.yaml").of("https://other.example") is None


def test_a_site_adds_its_own_keys_codes_and_networks(tmp_path: Path) -> None:
    client = one(
        tmp_path,
        """
clients:
  - id: hospital
    iss: https://ehr.example.org
    jwks: https://ehr.example.org/jwks.json
    fhir_servers: [https://ehr.example.org/api/FHIR/R4/]
    networks: [10.1.0.0/16]
    profile: epic
    prefetch_aliases: {patient: [pt], conditions: [problems]}
    concept_maps: [map.json]
""",
    )
    assert client.profile.prefetch_aliases["patient"][0] == "pt"
    assert client.profile.prefetch_aliases["conditions"] == ("problems",)
    assert client.profile.selection_behaviors == ("any",)
    assert client.code_map.targets("urn:oid:1.2.840.114350.1.13.861.1.7.2.696580", "33476")
    assert client.networks == (ip_network("10.1.0.0/16"),)
    assert client.fhir_servers == ("https://ehr.example.org/api/FHIR/R4",)


MISTAKES = {
    "profil: sandbox": "clients.0.profil: is not known here; did you mean 'profile'?",
    "profile: sandbx": "clients[0] (a), profile: 'sandbx' is no profile; did you mean sandbox?",
    "algorithms: [HS256]": "clients.0.algorithms.0",
    "algorithms: [none]": "clients.0.algorithms.0",
    "algorithms: ES384": "clients.0.algorithms",
    "fhir_servers: [http://ehr.example.org/fhir]": "would send the token in clear; use https",
    "fhir_servers: [ehr.example.org]": "is no base URL; write https://host/path",
    "fhir_servers: ['https://u:p@ehr.example.org']": "is no base URL; write https://host/path",
    "networks: [10.0.0.1/8]": "is no network like 10.1.0.0/16",
    "concept_maps: [gone.json]": "gone.json cannot be read",
    "concept_maps: [keys.json]": "keys.json: is no usable FHIR ConceptMap",
    "concept_maps: [list.json]": "list.json: is no usable FHIR ConceptMap",
    "id: b": "line 5: is no valid YAML",
    "jwks: 5": "line 5: is no valid YAML",
    "annotate_orders: yes please": "clients.0.annotate_orders",
}


@pytest.mark.parametrize(("line", "said"), MISTAKES.items(), ids=list(MISTAKES))
def test_a_mistake_is_told_where_it_is(line: str, said: str, tmp_path: Path) -> None:
    text = f"clients:\n  - id: a\n    iss: https://a.example\n    jwks: keys.json\n    {line}\n"
    with pytest.raises(ContentError) as refused:
        read_clients(written(tmp_path, text))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_keys_on_this_machine_need_no_https_and_are_believed_by_the_same_rule(tmp_path: Path) -> None:
    (tmp_path / "clients.yaml").write_text(
        "clients:\n  - id: a\n    iss: https://a.example\n    jwks: http://localhost:8080/jwks.json\n"
    )
    client = read_clients(tmp_path / "clients.yaml").by_iss["https://a.example"]
    assert trust_of(client).by_url


@pytest.mark.parametrize("jwks", ["gone.json", "http://ehr.example.org/jwks", "ftp://x"])
def test_keys_are_a_file_that_is_there_or_https(jwks: str, tmp_path: Path) -> None:
    text = f"clients:\n  - id: a\n    iss: https://a.example\n    jwks: {jwks}\n"
    with pytest.raises(ContentError, match="jwks"):
        read_clients(written(tmp_path, text))


def test_two_clients_cannot_share_an_issuer(tmp_path: Path) -> None:
    entry = "  - id: {}\n    iss: https://a.example\n    jwks: keys.json\n"
    with pytest.raises(ContentError, match="stands twice"):
        read_clients(written(tmp_path, "clients:\n" + entry.format("a") + entry.format("b")))


@pytest.mark.parametrize("text", ["", "[]", "clients: {}", "5"])
def test_a_file_that_is_no_list_of_clients_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError):
        read_clients(written(tmp_path, text))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        read_clients(tmp_path / "nothing.yaml")


def test_every_profile_of_the_documentation_is_shipped() -> None:
    assert set(read_profiles()) == {"athena", "epic", "inferno", "oracle", "sandbox", "strict"}

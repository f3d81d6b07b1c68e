"""One request as each kind of client sends it, and the answer in the shape that this client can use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cds_service.adapters.metrics import Metrics
from cds_service.app import answer_from, fhir_servers
from cds_service.chart.code_map import read_concept_maps
from cds_service.chart.local_codes import LocalCode
from cds_service.clients import Client
from cds_service.clients_file import read_profiles
from cds_service.content.library import Library
from cds_service.gathering import Site, find_orders
from cds_service.hooks.profile import shape_response
from cds_service.hooks.request import HookRequest, read_request
from cds_service.hooks.service import Service
from cds_service.keeping import open_keeping
from cds_service.quality import local_order_codes
from cds_service.settings import Settings
from cds_service.web.ports import Answer
from tests.clients.content import the_library
from tests.web.stand_in import NOW, ROOT, a_clock

FOLDER = ROOT / "fixtures/requests/profiles"
SERVICES = {"order-sign": "cervical-cord-check-sign", "order-select": "cervical-cord-check"}


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answer]:
    folder = tmp_path_factory.mktemp("store")
    settings = Settings(cards=str(ROOT / "cards"), var=str(folder), database_url=f"sqlite:///{folder}/s.db")
    keeping, servers = open_keeping(settings), fhir_servers(settings, Metrics())
    keeping.is_ready()
    yield answer_from(the_library(), settings, servers, keeping, Metrics(), a_clock())
    keeping.recorder.close()
    keeping.store.close()
    servers.close()


def sent_by(name: str) -> dict[str, Any]:
    """Return the request of a profile."""
    body: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return body


def client_of(name: str, annotate: bool) -> Client:
    maps = FOLDER / f"{name}.concept-map.json"
    code_map = read_concept_maps([json.loads(maps.read_text("utf-8"))] if maps.exists() else [])
    return Client(id=name, profile=read_profiles()[name], code_map=code_map, annotate_orders=annotate)


def blanks(value: Any, at: str = "") -> list[str]:
    """Return where null, "" or an empty list or object stands."""
    if isinstance(value, dict):
        return (
            [found for key, part in value.items() for found in blanks(part, f"{at}.{key}")] if value else [at]
        )
    if isinstance(value, list):
        return [found for part in value for found in blanks(part, at)] if value else [at]
    return [at] if value in (None, "") else []


@pytest.mark.parametrize("name", sorted(read_profiles()))
def test_a_profile_gets_its_answer(name: str, answer: Answer) -> None:
    body = sent_by(name)
    expected = json.loads((FOLDER / f"{name}.expected.json").read_text("utf-8"))
    client = client_of(name, expected.get("annotate", False))
    given = answer(read_request(body, NOW), SERVICES[body["hook"]], client)
    shaped = shape_response(given.as_json(), client.profile)
    assert shaped.answer["extension"]["org.cordcheck.consult"]["tier"] == expected["tier"]
    assert shaped.answer["cards"]
    assert list(shaped.quirks) == expected.get("quirks", list(shaped.quirks))
    for card in shaped.answer["cards"]:
        if card.get("suggestions"):
            assert card["selectionBehavior"] == expected.get("selectionBehavior", card["selectionBehavior"])
            assert all(len(suggestion["actions"]) == 1 for suggestion in card["suggestions"])
            assert all(a["description"] for s in card["suggestions"] for a in s["actions"])
        assert len(card["summary"]) < 140
        assert card["source"]["topic"]["system"]
        assert card["source"]["topic"]["code"]
    at_top, inside = "systemActions" in shaped.answer, "systemActions" in shaped.answer["extension"]
    place = {(False, False): None, (True, False): "top", (False, True): "extension", (True, True): "both"}
    assert place[at_top, inside] == expected["systemActions"]
    assert [at for at in blanks(shaped.answer) if at != ".systemActions"] == []


def test_the_annotation_changes_nothing_else_of_the_order(answer: Answer) -> None:
    body = sent_by("sandbox")
    client = client_of("sandbox", annotate=True)
    given = answer(read_request(body, NOW), SERVICES[body["hook"]], client)
    (action,) = shape_response(given.as_json(), client.profile).answer["systemActions"]
    resource = action["resource"]
    (extension,) = resource.pop("extension")
    assert resource == body["context"]["draftOrders"]["entry"][0]["resource"]
    assert {part["url"] for part in extension["extension"]} >= {"consultId", "tier"}


def codes_to_map(
    request: HookRequest, service: Service, site: Site, library: Library
) -> tuple[LocalCode, ...]:
    return local_order_codes(find_orders(request, service, site, library.finder), service, site)


def test_an_unmapped_local_order_is_not_recognised_and_is_work_to_do(answer: Answer) -> None:
    body = sent_by("epic")
    request = read_request(body, NOW)
    given = answer(request, SERVICES[body["hook"]], Client(id="epic", profile=read_profiles()["epic"]))
    assert given.cards == ()
    assert str(given.consult.disposition) == "not-applicable"
    library = the_library()
    service = library.services[SERVICES[body["hook"]]]
    (code,) = codes_to_map(request, service, Site("epic"), library)
    assert (code.code, code.by_text) == ("33476", False)
    mapped = Site("epic", code_map=client_of("epic", annotate=False).code_map)
    assert codes_to_map(request, service, mapped, library) == ()


def test_an_order_known_by_its_words_alone_is_work_to_do() -> None:
    body = json.loads((ROOT / "fixtures/requests/quirks/order-local-code-and-text.json").read_text("utf-8"))
    library = the_library()
    service = library.services[SERVICES[body["hook"]]]
    request = read_request(body, NOW)
    (code,) = codes_to_map(request, service, Site("epic"), library)
    assert (code.code, code.by_text) == ("33476", True)


def test_an_item_of_an_older_order_known_by_its_words_alone_is_work_to_do() -> None:
    body = json.loads((ROOT / "fixtures/requests/quirks/order-local-code-and-text.json").read_text("utf-8"))
    (entry,) = body["context"]["draftOrders"]["entry"]
    order = entry["resource"]
    entry["resource"] = {
        "resourceType": "DiagnosticOrder",
        "id": order["id"],
        "status": "draft",
        "subject": order["subject"],
        "item": [{"code": order["code"]}],
    }
    body["context"]["selections"] = [f"DiagnosticOrder/{order['id']}"]
    library = the_library()
    service = library.services[SERVICES[body["hook"]]]
    (code,) = codes_to_map(read_request(body, NOW), service, Site("epic"), library)
    assert (code.code, code.by_text) == ("33476", True)


def test_every_profile_has_its_fixture() -> None:
    stems = {Path(path).stem for path in FOLDER.glob("*.json") if "." not in Path(path).stem}
    assert stems == set(read_profiles())

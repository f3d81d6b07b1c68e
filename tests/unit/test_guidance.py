"""The main path: which orders are asked about, how an evaluation ends, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cds_service.chart.code_map import read_concept_maps
from cds_service.content.library import Library
from cds_service.content.load import load_library
from cds_service.errors import PrefetchMissing
from cds_service.gathering import Site
from cds_service.guidance import DueCard, Ports, respond
from cds_service.hooks.card import HookResponse
from cds_service.hooks.prefetch import NotSent, Prefetched, Sent, SentEmpty
from cds_service.hooks.request import HookRequest
from cds_service.memory import Withheld
from cds_service.trace import Trace, fired_rules
from cds_service.wording.definitions import Publisher
from tests.builders import a_note, an_order
from tests.tiny_content import changed, write_content
from tests.unit.requests import a_request

PUBLISHER = Publisher("https://our.example/fhir", "https://our.example")
ALPHA = a_note("Alpha sign.")
KNEE = an_order("Knee scan", id="draft-1")
WHOLE = an_order("Knee scan within a whole scan", id="draft-1")
WITHOUT_CODE = {"resourceType": "ServiceRequest", "id": "draft-1", "code": {"coding": [{}]}}
HIP = an_order("Hip scan", id="draft-2")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return load_library(write_content(tmp_path_factory.mktemp("content")))


def answer(library: Library, request: HookRequest, **ports: Any) -> HookResponse:
    service = "tiny" if request.hook == "order-select" else "tiny-sign"
    return respond(request, library.services[service], library, Ports(publisher=PUBLISHER, **ports))


def ended(response: HookResponse) -> tuple[str, str, int]:
    return str(response.consult.tier), str(response.consult.disposition), len(response.cards)


NOT_APPLICABLE = ("none", "not-applicable", 0)
SHOWN = ("recommend", "advisory-shown", 1)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (a_request(KNEE, ALPHA), SHOWN),
        (a_request(KNEE, ALPHA, selections=("https://ehr.example/fhir/ServiceRequest/draft-1",)), SHOWN),
        (a_request(KNEE, ALPHA, selections=("draft-1",)), SHOWN),
        (a_request(KNEE, ALPHA, selections=("ServiceRequest/draft-2",), other_drafts=(HIP,)), NOT_APPLICABLE),
        (a_request(KNEE, ALPHA, selections=("ServiceRequest/gone",)), NOT_APPLICABLE),
        (a_request(KNEE, ALPHA, selections=()), NOT_APPLICABLE),
        (a_request(KNEE, ALPHA, hook="order-sign"), SHOWN),
        (a_request(HIP, ALPHA, hook="order-sign"), NOT_APPLICABLE),
        (a_request(HIP, ALPHA, hook="order-sign", other_drafts=(KNEE,)), SHOWN),
        (a_request(an_order("Hip scan", id="draft-1", reason="Knee scan was normal"), ALPHA), NOT_APPLICABLE),
        (a_request(an_order("", ("http://local", "0042"), id="draft-1"), ALPHA), SHOWN),
        (a_request(WITHOUT_CODE, ALPHA), NOT_APPLICABLE),
    ],
)  # fmt: skip
def test_the_question_is_about_the_newly_selected_orders_of_the_service(
    library: Library, request_: HookRequest, expected: tuple[str, str, int]
) -> None:
    assert ended(answer(library, request_)) == expected


def test_an_order_that_already_does_it_is_answered_with_silence(library: Library) -> None:
    assert ended(answer(library, a_request(WHOLE, ALPHA))) == ("none", "suppressed", 0)


def test_such_an_order_does_not_silence_an_emergency(library: Library) -> None:
    everything = a_note("Alpha sign. Beta sign. Gamma sign.")
    assert ended(answer(library, a_request(WHOLE, everything))) == ("emergency", "advisory-shown", 1)


def test_another_order_that_already_does_it_leaves_the_question(library: Library) -> None:
    whole = an_order("Knee scan within a whole scan", id="draft-2")
    request = a_request(KNEE, ALPHA, hook="order-sign", other_drafts=(whole,))
    assert ended(answer(library, request)) == SHOWN


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("All well.", ("none", "no-concern", 0)),
        ("Gamma sign.", ("none", "insufficient-data", 0)),
        ("Alpha sign. Scan done.", ("none", "suppressed", 0)),
        ("Beta sign.", ("consider", "advisory-shown", 1)),
        ("Alpha sign. Beta sign. Scan done.", ("consider", "advisory-shown", 1)),
        ("Alpha sign. Beta sign. Gamma sign. Scan done.", ("emergency", "advisory-shown", 1)),
    ],
)
def test_an_evaluation_that_ran_to_its_end_says_how_it_ended(
    library: Library, note: str, expected: tuple[str, str, int]
) -> None:
    assert ended(answer(library, a_request(KNEE, a_note(note)))) == expected


def test_nothing_about_the_patient_is_an_error_and_never_silence(library: Library) -> None:
    with pytest.raises(PrefetchMissing):
        answer(library, a_request(KNEE))


def test_nothing_but_a_telling_order_is_answered(library: Library) -> None:
    telling = an_order("Knee scan", id="draft-1", reason="Alpha sign")
    response = answer(library, a_request(telling))
    assert ended(response) == SHOWN
    assert "`patient` (not sent)" in response.cards[0].detail
    assert response.gaps == 2


def test_word_that_there_is_no_data_is_something(library: Library) -> None:
    request = a_request(KNEE, prefetch={"patient": SentEmpty()})
    assert ended(answer(library, request)) == ("none", "no-concern", 0)


def test_what_prefetch_lacks_is_fetched(library: Library) -> None:
    asked: list[str] = []

    def fetch(request: HookRequest, wanted: Mapping[str, str]) -> Mapping[str, Prefetched]:
        asked.extend(key for key in wanted if isinstance(request.prefetch.get(key), NotSent))
        return {"notes": Sent(ALPHA), "patient": SentEmpty()}

    assert ended(answer(library, a_request(KNEE), fetch=fetch)) == SHOWN
    assert asked == ["patient", "notes"]


def test_keys_of_the_client_stand_for_ours(library: Library) -> None:
    site = Site(aliases={"notes": ("letters",)})
    request = a_request(KNEE, prefetch={"letters": Sent(ALPHA)})
    assert ended(answer(library, request, site=site)) == SHOWN


def test_the_sites_own_order_codes_are_translated(library: Library) -> None:
    target = {"code": "0042", "equivalence": "equivalent"}
    group = {"source": "urn:site", "target": "http://local", "element": [{"code": "K1", "target": [target]}]}
    code_map = read_concept_maps([{"resourceType": "ConceptMap", "group": [group]}])
    request = a_request(an_order("KN SCN", ("urn:site", "K1"), id="draft-1"), ALPHA)
    assert ended(answer(library, request)) == NOT_APPLICABLE
    assert ended(answer(library, request, site=Site(code_map=code_map))) == SHOWN


def test_a_rule_that_is_switched_off_does_not_count(library: Library) -> None:
    response = answer(library, a_request(KNEE, ALPHA), rules_off=frozenset({"B1"}))
    assert ended(response) == ("consider", "advisory-shown", 1)


def test_a_withheld_card_is_not_shown_but_kept(library: Library) -> None:
    kept: list[Trace] = []

    def withhold(request: HookRequest, due: DueCard) -> Withheld:
        assert (due.card_id, str(due.tier)) == ("later", "recommend")
        assert due.evidence
        return Withheld("seen before")

    response = answer(library, a_request(KNEE, ALPHA), withhold=withhold, keep_trace=kept.append)
    assert ended(response) == ("none", "suppressed", 0)
    assert (kept[0].withheld, len(kept[0].cards), kept[0].tier_before) == ("seen before", 1, "recommend")


def test_a_service_in_shadow_shows_nothing_and_reports_its_tier(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    shadow = changed("services.yaml", "recommendation: tiny", "recommendation: tiny\n  shadow: true")
    library = load_library(write_content(tmp_path_factory.mktemp("shadow"), shadow))
    assert ended(answer(library, a_request(KNEE, ALPHA))) == ("recommend", "shadow", 0)


def test_the_trace_is_the_proof_of_the_answer(library: Library) -> None:
    kept: list[Trace] = []
    response = answer(library, a_request(KNEE, a_note("Alpha sign. Scan done.")), keep_trace=kept.append)
    trace = kept[0]
    assert trace.consult_id == response.consult.consult_id
    assert (trace.tier, trace.tier_before, trace.disposition) == ("none", "recommend", "suppressed")
    assert fired_rules(trace.explanation) == ("B1", "C1")
    assert [one.criterion for one in trace.suppressions] == ["P1"]
    assert trace.orders == ("ServiceRequest/draft-1",)
    assert (trace.content_version, trace.content_hash) == (library.version, library.content_hash)


def test_evidence_decides_the_fingerprint_and_silence_does_not(library: Library) -> None:
    def fingerprint(*resources: Mapping[str, Any]) -> str:
        kept: list[Trace] = []
        answer(library, a_request(KNEE, *resources), keep_trace=kept.append)
        return kept[0].fingerprint

    assert fingerprint(ALPHA) == fingerprint(ALPHA, a_note("Nothing else."))
    assert fingerprint(ALPHA) != fingerprint(ALPHA, a_note("Alpha sign still there."))

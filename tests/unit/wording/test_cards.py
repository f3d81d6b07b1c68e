"""What stands on the cards: found, why, absent, not examined, evidence, and orders that are valid FHIR."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from cds_service.content.library import Library
from cds_service.content.load import load_library
from cds_service.guidance import Ports, respond
from cds_service.hooks.card import Card, HookResponse
from cds_service.hooks.prefetch import Failed, SentEmpty
from cds_service.wording.definitions import Publisher
from tests.builders import a_note, an_order
from tests.tiny_content import changed, write_content
from tests.unit.requests import a_request

LETTERS = "abcdefgh"
PUBLISHER = Publisher("https://our.example/fhir", "https://our.example")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return load_library(write_content(tmp_path_factory.mktemp("content")))


def answer(library: Library, *notes: str, **how: Any) -> HookResponse:
    request = a_request(an_order("Knee scan", id="draft-1"), *(a_note(note) for note in notes), **how)
    return respond(request, library.services["tiny"], library, Ports(publisher=PUBLISHER))


def card(library: Library, *notes: str, **how: Any) -> Card:
    return answer(library, *notes, **how).cards[0]


def orders(shown: Card) -> list[dict[str, Any]]:
    return [dict(a.resource or {}) for one in shown.suggestions for a in one.actions]


def kinds(shown: Card) -> list[str]:
    return [order["meta"]["tag"][0]["code"] for order in orders(shown)]


def test_the_detail_says_what_was_found_why_and_what_was_not_looked_at(library: Library) -> None:
    notes = ("Alpha sign of the left. There is a beta sign.", "No gamma sign.")
    shown = card(library, *notes, prefetch={"patient": SentEmpty()})
    assert re.sub(r"\+[0-9a-f]{8}", "+hash", shown.detail).split("\n\n") == [
        "Think of it.",
        "**Found**:",
        "- alpha sign: `Alpha sign of the left`, 2026-11-21, note\n"
        "- beta sign: `There is a beta sign`, 2026-11-21, note",
        "**Why**: Two signs (A1).",
        "Count of signs (D1): 2 of 3, 3 examined.",
        "**Documented absent**: no gamma sign.",
        "**Evidence**: 1 in 2. Doe J. 2020.",
        "Advisory: does not replace clinical judgment. Content version 1.2.3+hash.",
    ]


def test_what_nobody_recorded_is_said(library: Library) -> None:
    shown = card(library, "Alpha sign. Beta sign.")
    assert "**Not examined or not recorded**: gamma sign." in shown.detail
    assert "Documented absent" not in shown.detail


def test_what_could_not_be_read_is_said(library: Library) -> None:
    shown = card(library, "Alpha sign.", prefetch={"patient": Failed("client reported a failure")})
    assert "**Could not be read**: `patient` (client reported a failure)." in shown.detail


def test_note_text_cannot_bring_markup_into_a_card(tmp_path: Path) -> None:
    words = "[x](http://evil.example) <b>www.evil.example</b> `alpha sign` # heading"
    changes = changed("findings/all.yaml", "{words: [alpha sign]}", "{near: [evil], within: 9}")
    changes["lexicon/words.yaml"] = "- {id: evil, words: [alpha sign]}\n"
    library = load_library(write_content(tmp_path, changes))
    shown = card(library, words)
    outside = re.sub(r"`[^`]*`", "", shown.detail)
    assert "alpha sign" in shown.detail
    assert "evil" not in outside
    assert "<" not in outside


def test_the_first_suggestion_is_the_recommended_one(library: Library) -> None:
    shown = card(library, "Alpha sign. Beta sign.")
    assert kinds(shown) == ["scan", "talk", "write"]
    assert [one.is_recommended for one in shown.suggestions] == [True, False, False]
    assert shown.as_json()["selectionBehavior"] == "any"


def test_of_alternatives_the_first_that_is_met_is_offered(library: Library) -> None:
    assert "never" not in kinds(card(library, "Alpha sign. Beta sign."))


def test_a_contraindicated_suggestion_gives_way(library: Library) -> None:
    shown = card(library, "Alpha sign. Beta sign. There is metal.")
    assert kinds(shown) == ["talk", "write"]
    assert "There is metal." in shown.detail


def test_a_suppression_may_take_a_suggestion_away(library: Library) -> None:
    assert kinds(card(library, "Alpha sign. Beta sign. Refusal.")) == ["talk", "write"]


def test_a_redirection_shows_its_own_card_with_the_evidence(library: Library) -> None:
    response = answer(library, "Alpha sign. Beta sign. Scan done.")
    assert [shown.source.topic.code for shown in response.cards if shown.source.topic] == ["redirected"]
    assert str(response.consult.tier) == "consider"
    assert "**Why**: Scan done but two signs (P2); Two signs (A1)." in response.cards[0].detail
    assert "- scan done: `Scan done`, 2026-11-21, note" in response.cards[0].detail


def test_every_order_is_a_valid_draft_for_this_patient(library: Library) -> None:
    for order in orders(card(library, "Alpha sign. Beta sign.", encounter_id="e1")):
        ServiceRequest.model_validate(order)
        assert (order["status"], order["intent"]) == ("draft", "order")
        assert order["subject"] == {"reference": "Patient/pat-1"}
        assert order["requester"] == {"reference": "Practitioner/p1"}
        assert order["encounter"] == {"reference": "Encounter/e1"}
        assert order["reasonCode"] == [{"text": "alpha sign; beta sign"}]


def test_content_may_name_our_own_code_systems(library: Library) -> None:
    order = orders(card(library, "Alpha sign. Beta sign."))[0]
    assert order["code"]["coding"][0]["system"] == "https://our.example/fhir/CodeSystem/tiny"
    assert order["meta"]["tag"] == [
        {"system": "https://our.example/fhir/CodeSystem/suggestion", "code": "scan"}
    ]


def test_a_user_who_is_no_practitioner_requests_nothing(library: Library) -> None:
    order = orders(card(library, "Alpha sign.", user_id="Patient/pat-1"))[0]
    assert "requester" not in order


@pytest.mark.parametrize(
    ("notes", "priorities"),
    [
        (["Alpha sign. Beta sign."], ["urgent", "routine", "urgent"]),
        (["Alpha sign."], ["routine"]),
        (["Alpha sign. Beta sign. Gamma sign."], ["stat"]),
    ],
)
def test_priority_follows_the_tier_unless_content_says_otherwise(
    library: Library, notes: list[str], priorities: list[str]
) -> None:
    assert [order["priority"] for order in orders(card(library, *notes))] == priorities


def test_a_retry_gives_the_same_ids(library: Library) -> None:
    one, again = answer(library, "Alpha sign.").as_json(), answer(library, "Alpha sign.").as_json()
    assert one == again
    other = answer(library, "Alpha sign.", hook_instance="another").as_json()
    assert other["cards"][0]["uuid"] != one["cards"][0]["uuid"]


def test_a_card_says_who_speaks_and_how_to_disagree(library: Library) -> None:
    shown = card(library, "Alpha sign. Beta sign.").as_json()
    assert shown["source"]["topic"] == {
        "system": "https://our.example/fhir/CodeSystem/card",
        "code": "soon",
        "display": "Soon",
    }
    assert shown["links"][0]["url"] == "https://our.example/source-attributes"
    assert [reason["system"] for reason in shown["overrideReasons"]] == [
        "https://our.example/fhir/CodeSystem/override-reason",
        "http://elsewhere",
    ]


def test_a_companion_stands_beside_a_main_card_but_never_beside_an_emergency(library: Library) -> None:
    beside = answer(library, "Alpha sign. Gamma sign.").cards
    assert [one.source.topic.code for one in beside if one.source.topic] == ["later", "aside"]
    assert len(answer(library, "Alpha sign. Beta sign. Gamma sign.").cards) == 1
    assert answer(library, "Gamma sign.").cards == ()


def test_many_findings_are_counted_rather_than_listed(tmp_path: Path) -> None:
    extra = "".join(
        f"- {{id: s{n}, name: s{n}, window: exam, if_silent: unknown, says: [{{words: [zu{n}k]}}]}}\n"
        for n in LETTERS
    )
    changes = {
        "findings/more.yaml": extra,
        **changed("tiny/rules.yaml", "when: {finding: sign.alpha}}", "when: {any_of: ["
                  + ", ".join(f"{{finding: s{n}}}" for n in LETTERS) + "]}}"),
    }  # fmt: skip
    library = load_library(write_content(tmp_path, changes))
    shown = card(library, ". ".join(f"Zu{n}k" for n in LETTERS))
    assert shown.detail.count("\n- s") == 6
    assert "- and 2 more" in shown.detail

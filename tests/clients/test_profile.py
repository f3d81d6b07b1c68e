"""The answer in the shape that each kind of client can use, and nothing else about it changed."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from cds_service.clients_file import read_profiles
from cds_service.hooks.annotate import annotate_order, consult_url
from cds_service.hooks.profile import Place, Profile, plain_text, shape_response

CANONICAL = "https://site.example.org/fhir"
ACTION = {"type": "update", "description": "Note", "resource": {"resourceType": "ServiceRequest"}}


def an_answer(**changes: Any) -> dict[str, Any]:
    card = {
        "uuid": "c1",
        "summary": "s",
        "indicator": "info",
        "source": {"label": "l"},
        "detail": "**Why**: [EV-1](https://x.example)\n\n- a",
        "selectionBehavior": "at-most-one",
        "suggestions": [
            {"label": "two", "uuid": "s1", "actions": [{"type": "create", "description": d} for d in "ab"]},
            {"label": "one", "uuid": "s2", "actions": [{"type": "create", "description": "c"}]},
        ],
    }
    return {"cards": [card], "extension": {"org.cordcheck.consult": {"tier": "none"}}, **changes}


def test_the_specification_itself_changes_nothing() -> None:
    answer = an_answer()
    shaped = shape_response(answer, read_profiles()["strict"])
    assert shaped.answer == answer
    assert shaped.quirks == ()


@pytest.mark.parametrize("name", ["athena", "epic", "inferno", "oracle", "sandbox", "strict"])
def test_a_profile_never_changes_the_answer_it_was_given(name: str) -> None:
    answer = an_answer(systemActions=[ACTION])
    before = deepcopy(answer)
    shaped = shape_response(answer, read_profiles()[name])
    assert answer == before
    assert [card["uuid"] for card in shaped.answer["cards"]] == ["c1"]
    assert shaped.answer["extension"]["org.cordcheck.consult"] == {"tier": "none"}


def test_epic_gets_one_action_for_each_suggestion_and_selection_of_any() -> None:
    shaped = shape_response(an_answer(), read_profiles()["epic"])
    (card,) = shaped.answer["cards"]
    assert card["selectionBehavior"] == "any"
    assert [len(suggestion["actions"]) for suggestion in card["suggestions"]] == [1, 1, 1]
    assert len({suggestion["uuid"] for suggestion in card["suggestions"]}) == 3
    assert shaped.quirks == ("one-action-per-suggestion", "selection-behavior")


def test_a_split_suggestion_has_the_same_uuids_on_a_retry() -> None:
    epic = read_profiles()["epic"]
    assert shape_response(an_answer(), epic) == shape_response(an_answer(), epic)


@pytest.mark.parametrize(
    ("place", "top", "inside"),
    [
        (Place.NONE, False, False),
        (Place.TOP, True, False),
        (Place.EXTENSION, False, True),
        (Place.BOTH, True, True),
    ],
)
def test_system_actions_stand_where_the_client_looks(place: Place, top: bool, inside: bool) -> None:
    shaped = shape_response(an_answer(systemActions=[ACTION]), Profile(system_actions=place)).answer
    assert ("systemActions" in shaped) is top
    assert ("systemActions" in shaped["extension"]) is inside


def test_inferno_gets_system_actions_even_when_there_are_none() -> None:
    shaped = shape_response(an_answer(), read_profiles()["inferno"])
    assert shaped.answer["systemActions"] == []
    assert shaped.quirks == ("always-system-actions",)


def test_nobody_else_gets_an_empty_array() -> None:
    for name, profile in read_profiles().items():
        if name != "inferno":
            assert "systemActions" not in shape_response(an_answer(systemActions=[]), profile).answer


def test_detail_for_a_client_that_shows_the_marks_has_none() -> None:
    shaped = shape_response(an_answer(), Profile(detail_content_type="text/plain", detail_extension="x.type"))
    (card,) = shaped.answer["cards"]
    assert card["detail"] == "Why: EV-1 (https://x.example)\n\n- a"
    assert card["extension"] == {"x.type": "text/plain"}


def test_plain_text_keeps_every_word() -> None:
    assert plain_text("### Title\n> quoted **bold** `code` 2 * 3 # 4") == "Title\nquoted bold code 2 * 3 # 4"


ORDER = {
    "resourceType": "ServiceRequest",
    "id": "o_1",
    "status": "draft",
    "extension": [{"url": "http://other.example", "valueString": "theirs"}],
    "code": {"coding": [{"system": "urn:oid:1.2", "code": " 72148 "}], "text": "MR lumbar"},
}


def test_the_annotation_changes_nothing_of_the_order_but_its_extension() -> None:
    before = deepcopy(ORDER)
    action = annotate_order(ORDER, {"consultId": "k1", "tier": "urgent", "empty": ""}, CANONICAL)
    assert before == ORDER
    resource = action["resource"]
    assert action["type"] == "update"
    assert {**resource, "extension": None} == {**ORDER, "extension": None}
    assert list(resource) == list(ORDER)
    assert resource["extension"][0] == ORDER["extension"][0]
    assert resource["extension"][1:] == [
        {
            "url": consult_url(CANONICAL),
            "extension": [
                {"url": "consultId", "valueString": "k1"},
                {"url": "tier", "valueString": "urgent"},
            ],
        }
    ]


def test_a_second_annotation_replaces_the_first() -> None:
    once = annotate_order(ORDER, {"consultId": "k1"}, CANONICAL)["resource"]
    twice = annotate_order(once, {"consultId": "k2"}, CANONICAL)["resource"]
    assert [item["url"] for item in twice["extension"]] == ["http://other.example", consult_url(CANONICAL)]
    assert twice["extension"][1]["extension"] == [{"url": "consultId", "valueString": "k2"}]

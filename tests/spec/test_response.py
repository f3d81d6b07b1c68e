"""CDS Hooks: CDS service response (rules C1 to C7 of our conformance list)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from cds_service.hooks.card import (
    Action,
    Card,
    Consult,
    Disposition,
    HookResponse,
    Indicator,
    Link,
    OverrideReason,
    SelectionBehavior,
    Source,
    Suggestion,
    Tier,
    Topic,
    stable_id,
)
from cds_service.hooks.markdown import plain
from tests.web.stand_in import SELECT_URL, a_body, stand_in

UUID = "5f0f3a0e-40c8-5a8a-8f41-2f6a9b5b7a10"
ORDER = {
    "resourceType": "ServiceRequest",
    "status": "draft",
    "intent": "order",
    "subject": {"reference": "Patient/1"},
    "code": {"text": "a study"},
}


def an_action(**changes: Any) -> Action:
    return Action(**{"type": "create", "description": "Creates it.", "resource": ORDER} | changes)


def a_suggestion(**changes: Any) -> Suggestion:
    return Suggestion(**{"label": "Add it", "uuid": UUID, "actions": (an_action(),)} | changes)


def a_card(**changes: Any) -> Card:
    parts = {"uuid": UUID, "summary": "Look", "indicator": Indicator.INFO, "source": Source(label="Us")}
    return Card(**parts | changes)


def a_consult() -> Consult:
    return Consult(
        consult_id=UUID, tier=Tier.NONE, disposition=Disposition.NO_CONCERN, content_version="2026.11.0"
    )


def _blanks(value: Any) -> Iterator[Any]:
    if value in (None, "", [], {}):
        yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _blanks(child)


def test_the_answer_has_cards_and_the_consult_and_nothing_blank() -> None:
    """C1: 200 with cards; optional members are left out, never null or empty."""
    answer = stand_in().invoke(a_body()).get_json()
    assert len(answer["cards"]) == 1
    assert list(_blanks(answer)) == []
    consult = answer["extension"]["org.cordcheck.consult"]
    assert set(consult) == {"consultId", "tier", "disposition", "contentVersion"}


def test_nothing_to_say_is_an_empty_list_of_cards() -> None:
    """C1: cards may be empty, and then only cards are."""
    body = a_body(context_selections=[])
    answer = stand_in().invoke(body).get_json()
    assert answer.pop("cards") == []
    assert list(_blanks(answer)) == []


@pytest.mark.parametrize("length", [1, 139])
def test_a_summary_has_fewer_than_140_characters(length: int) -> None:
    """C2: the summary is short."""
    assert a_card(summary="x" * length).as_json()["summary"] == "x" * length


@pytest.mark.parametrize("summary", ["", " ", "x" * 140])
def test_a_card_with_an_empty_or_long_summary_cannot_be_built(summary: str) -> None:
    """C2: the summary is required and short."""
    with pytest.raises(ValueError, match="summary"):
        a_card(summary=summary)


@pytest.mark.parametrize("indicator", ["hard-stop", "WARNING", "", None])
def test_a_card_with_an_unknown_indicator_cannot_be_built(indicator: Any) -> None:
    """C2: info, warning or critical."""
    with pytest.raises(ValueError, match="Indicator"):
        a_card(indicator=indicator)


@pytest.mark.parametrize("detail", ["<b>x</b>", "a <br> b", "<!-- x -->", "# Large", "text\n## Large"])
def test_a_card_with_raw_html_or_a_large_heading_cannot_be_built(detail: str) -> None:
    """C2: GitHub Flavored Markdown without raw HTML and without headings above the third level."""
    with pytest.raises(ValueError, match="detail"):
        a_card(detail=detail)


@pytest.mark.parametrize("detail", ["### Small", "canal < 5 mm", "strength <= 4/5", "**bold**", "#hashtag"])
def test_a_detail_may_have_markdown_and_comparison_signs(detail: str) -> None:
    """C2: what looks like HTML but is none is welcome."""
    assert a_card(detail=detail).as_json()["detail"] == detail


@pytest.mark.parametrize(
    "text", ["<script>x</script>", "# 1 <br>", "a | b", "[x](http://y)", "line\n\n# two", "<!--", "&lt;b&gt;"]
)
def test_words_of_the_record_can_stand_in_a_detail_whatever_they_are(text: str) -> None:
    """C2: a note quoted on a card cannot break it."""
    quoted = plain(text)
    assert "\n" not in quoted
    assert a_card(detail=f"- {quoted}").detail


def test_a_source_has_a_label_and_may_have_a_topic_and_absolute_urls() -> None:
    """C2: source."""
    source = Source(
        label="Us",
        url="https://a.example/x",
        topic=Topic(system="https://a.example/s", code="c", display="C"),
    )
    topic = {"system": "https://a.example/s", "code": "c", "display": "C"}
    assert source.as_json() == {"label": "Us", "url": "https://a.example/x", "topic": topic}
    with pytest.raises(ValueError, match="label"):
        Source(label="")
    with pytest.raises(ValueError, match="absolute"):
        Source(label="Us", icon="/icon.png")
    with pytest.raises(ValueError, match="code"):
        Topic(system="https://a.example/s", code=" ")


def test_suggestions_come_with_a_selection_behavior_and_only_they() -> None:
    """C2: selectionBehavior when there are suggestions."""
    with pytest.raises(ValueError, match="selectionBehavior"):
        a_card(suggestions=(a_suggestion(),))
    with pytest.raises(ValueError, match="selectionBehavior"):
        a_card(selection_behavior=SelectionBehavior.ANY)


@pytest.mark.parametrize("actions", [(), (an_action(), an_action())])
def test_a_suggestion_has_exactly_one_action(actions: tuple[Action, ...]) -> None:
    """C3: never none; one for each suggestion, since some clients take no more."""
    with pytest.raises(ValueError, match="actions"):
        a_suggestion(actions=actions)


def test_at_most_one_suggestion_is_recommended_when_at_most_one_may_be_taken() -> None:
    """C3: isRecommended."""
    other = stable_id("x", "other")
    two = (a_suggestion(is_recommended=True), a_suggestion(uuid=other, is_recommended=True))
    assert a_card(suggestions=two, selection_behavior=SelectionBehavior.ANY)
    with pytest.raises(ValueError, match="recommended"):
        a_card(suggestions=two, selection_behavior=SelectionBehavior.AT_MOST_ONE)
    with pytest.raises(ValueError, match="same uuid"):
        a_card(suggestions=(a_suggestion(), a_suggestion()), selection_behavior=SelectionBehavior.ANY)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "replace"},
        {"description": ""},
        {"resource": None},
        {"resource": {}},
        {"type": "delete"},
        {"type": "delete", "resource": None},
        {"resource_id": "ServiceRequest/1"},
    ],
)
def test_an_action_has_what_its_type_needs(changes: dict[str, Any]) -> None:
    """C3: resource for create and update, resourceId for delete."""
    with pytest.raises(ValueError, match="action"):
        an_action(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "active"},
        {"intent": "plan"},
        {"subject": {}},
        {"subject": None},
        {"resourceType": ""},
        {"note": [{"text": ""}]},
        {"category": []},
        {"code": {"coding": [{"display": None}]}},
    ],
)
def test_a_created_resource_is_a_draft_for_the_patient_without_blanks(changes: dict[str, Any]) -> None:
    """C4: status draft, intent proposal or order, subject the patient, nothing null or empty."""
    with pytest.raises(ValueError, match="action"):
        an_action(resource=ORDER | changes)


def test_a_suggested_resource_is_valid_r4() -> None:
    """C4: fhir.resources agrees."""
    card = stand_in().invoke(a_body()).get_json()["cards"][0]
    resource = card["suggestions"][0]["actions"][0]["resource"]
    assert ServiceRequest.model_validate(resource).status == "draft"
    assert resource["meta"]["tag"][0]["system"].endswith("/CodeSystem/suggestion")


def test_a_delete_names_a_resource() -> None:
    """C3: delete."""
    action = an_action(type="delete", resource=None, resource_id="ServiceRequest/1")
    assert action.as_json() == {
        "type": "delete",
        "description": "Creates it.",
        "resourceId": "ServiceRequest/1",
    }


@pytest.mark.parametrize(
    "changes",
    [{"url": "/x"}, {"url": "javascript:alert(1)"}, {"label": ""}, {"type": "pdf"}, {"app_context": "x"}],
)
def test_a_link_is_absolute_and_has_app_context_only_when_smart(changes: dict[str, Any]) -> None:
    """C5: links."""
    parts = {"label": "Read", "url": "https://a.example/x"}
    assert Link(**parts).as_json() == {**parts, "type": "absolute"}
    assert Link(**parts, type="smart", app_context="x").as_json()["appContext"] == "x"
    with pytest.raises(ValueError, match="link"):
        Link(**parts | changes)


def test_an_override_reason_is_a_whole_coding() -> None:
    """C2: overrideReasons."""
    reason = OverrideReason(code="a", system="https://a.example/s", display="A")
    assert a_card(override_reasons=(reason,)).as_json()["overrideReasons"] == [
        {"code": "a", "system": "https://a.example/s", "display": "A"}
    ]
    with pytest.raises(ValueError, match="display"):
        OverrideReason(code="a", system="https://a.example/s", display="")


def test_system_actions_are_left_out_unless_asked_for() -> None:
    """C6: only where a client profile says so."""
    assert "systemActions" not in HookResponse(cards=(), consult=a_consult()).as_json()
    assert HookResponse(cards=(), consult=a_consult(), system_actions=()).as_json()["systemActions"] == []
    assert "systemActions" not in stand_in().invoke(a_body()).get_json()


def test_a_retry_gets_the_same_ids_and_another_occasion_others() -> None:
    """C7: ids depend on hookInstance and content."""
    web = stand_in()
    first, again = web.invoke(a_body()).data, web.invoke(a_body()).data
    other = web.invoke(a_body(hookInstance="0a7f7a52-9f0b-4c8e-8d7b-6b1f0e6f6799")).data
    assert first == again
    assert first != other
    assert stable_id("a", "bc") != stable_id("ab", "c")


def test_two_cards_cannot_share_a_uuid() -> None:
    """C7: a client would dismiss both."""
    with pytest.raises(ValueError, match="same uuid"):
        HookResponse(cards=(a_card(), a_card()), consult=a_consult())


def test_a_card_that_cannot_be_built_is_an_error_and_no_empty_answer() -> None:
    """C1: an empty list never means that something failed."""

    def answer(*_: Any) -> HookResponse:
        return HookResponse(cards=(a_card(summary=""),), consult=a_consult())

    response = stand_in(answer=answer).client.post(SELECT_URL, json=a_body())
    assert response.status_code == 500
    assert "cards" not in response.get_json()

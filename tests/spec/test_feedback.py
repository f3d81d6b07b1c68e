"""CDS Hooks: Feedback (rules F1 to F3 of our conformance list)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cds_service.errors import StoreUnavailable
from cds_service.hooks.feedback import FeedbackItem, Outcome
from tests.web.stand_in import ROOT, SELECT_URL, assert_outcome, fixture, stand_in

URL = f"{SELECT_URL}/feedback"
SHAPES = sorted((ROOT / "fixtures/feedback").glob("*.json"))


def _item(**changes: Any) -> dict[str, Any]:
    item = fixture("feedback/accepted.json")["feedback"][0] | changes
    return {name: value for name, value in item.items() if value is not None}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda path: path.stem)
def test_every_shape_that_clients_send_is_kept(shape: Path) -> None:
    """F1: accepted and overridden, with and without a reason, in the standard member or elsewhere."""
    web = stand_in()
    assert web.invoke(fixture(f"feedback/{shape.name}"), URL).get_json() == {"received": 1}
    assert len(web.seen.feedback) == 1


def test_an_accepted_card_names_the_suggestions_taken() -> None:
    """F1: acceptedSuggestions."""
    web = stand_in()
    web.invoke({"feedback": [_item()]}, URL)
    assert web.seen.feedback == [
        FeedbackItem(
            card="41ed343e-0000-4ae7-90d5-2ba426403130",
            outcome=Outcome.ACCEPTED,
            accepted_suggestions=("e371d66f-0000-46d1-8c15-ec8677daea16",),
            outcome_at=datetime(2026, 11, 21, 9, 9, 18, 454000, UTC),
        )
    ]


def test_a_reason_is_read_from_wherever_the_client_puts_it() -> None:
    """F1: overrideReason; one client writes overrideReasons, or only an extension."""
    reason = {"reason": {"code": "c", "system": "s", "display": "d"}, "userComment": "why"}
    extension = {"com.epic.cdshooks.feedback.overrideReason.reasonTitle": "d"}
    shapes = [{"overrideReason": reason}, {"overrideReasons": reason}, {"overrideReasons": [reason]}]
    web = stand_in()
    items = [_item(outcome="overridden", acceptedSuggestions=None, **shape) for shape in shapes]
    web.invoke({"feedback": [*items, _item(outcome="overridden", extension=extension)]}, URL)
    read = [(each.reason_code, each.reason_system, each.reason_display) for each in web.seen.feedback]
    assert read == [("c", "s", "d")] * 3 + [("", "", "d")]
    assert [each.user_comment for each in web.seen.feedback] == ["why", "why", "why", ""]


def test_a_batch_is_taken_whole() -> None:
    """F2: several items, repeats and unknown cards."""
    web = stand_in()
    batch = [_item(), _item(), _item(card="123456")]
    assert web.invoke({"feedback": batch}, URL).get_json() == {"received": 3}


@pytest.mark.parametrize(
    "wrong",
    [
        {"card": None},
        {"card": " "},
        {"outcome": "ignored"},
        {"outcome": None},
        {"acceptedSuggestions": None},
        {"acceptedSuggestions": []},
        {"acceptedSuggestions": [{}]},
        {"acceptedSuggestions": [{"id": " "}]},
        {"outcomeTimestamp": 7},
        {"overrideReason": "no"},
    ],
)
def test_one_wrong_item_refuses_the_batch_and_says_which(wrong: dict[str, Any]) -> None:
    """F2: nothing of the batch is lost silently."""
    web = stand_in()
    response = web.invoke({"feedback": [_item(), _item(**wrong)]}, URL)
    assert_outcome(response, 400, "feedback[1]")
    assert web.seen.feedback == []


@pytest.mark.parametrize("body", [{}, {"feedback": None}, {"feedback": {}}, {"feedback": ["x"]}])
def test_what_is_no_feedback_is_400(body: dict[str, Any]) -> None:
    """F2: a clear error."""
    assert_outcome(stand_in().invoke(body, URL), 400, "feedback")


@pytest.mark.parametrize("moment", ["yesterday", "", "2026-13-01T00:00:00Z", None])
def test_feedback_is_not_lost_for_the_sake_of_its_date(moment: str | None) -> None:
    """F2: the outcome counts, whenever it was."""
    web = stand_in()
    web.invoke({"feedback": [_item(outcomeTimestamp=moment)]}, URL)
    assert [item.outcome_at for item in web.seen.feedback] == [None]


def test_feedback_for_an_unknown_service_is_404() -> None:
    """F1: feedback goes to the service that showed the card."""
    assert_outcome(stand_in().invoke({"feedback": []}, "/cds-services/other/feedback"), 404)


def test_feedback_that_cannot_be_kept_is_not_acknowledged() -> None:
    """F3: acknowledged means durable."""

    def keep(*_: Any) -> None:
        raise StoreUnavailable("disk full at /secret")

    text = assert_outcome(stand_in(keep_feedback=keep).invoke({"feedback": [_item()]}, URL), 503, "again")
    assert "secret" not in text

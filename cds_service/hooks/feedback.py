"""What the clinician did with a card, as clients report it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cds_service.errors import InvalidRequest

EPIC_REASON = "com.epic.cdshooks.feedback.overrideReason."


class Outcome(StrEnum):
    """What became of a card."""

    ACCEPTED = "accepted"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackItem:
    """One report about one card.

    Attributes:
        card: uuid of the card as the client echoes it; need not be one of ours.
        accepted_suggestions: ids of the suggestions taken; empty when overridden.
        reason_code: "" when no reason was given, like the other two parts of the reason.
        user_comment: free text of the clinician, "" when none; may name the patient, so it is never logged.
        outcome_at: when the clinician decided, UTC where no zone is said; None when that cannot be read.
    """

    card: str
    outcome: Outcome
    accepted_suggestions: tuple[str, ...] = ()
    reason_code: str = ""
    reason_system: str = ""
    reason_display: str = ""
    user_comment: str = field(default="", repr=False)
    outcome_at: datetime | None = None


def read_feedback(body: Mapping[str, Any]) -> tuple[FeedbackItem, ...]:
    """Read a batch whose envelope is valid against the contract; one bad item refuses the whole batch.

    Raises:
        InvalidRequest: names the item and what is wrong with it, so that the client can send the batch again.
    """
    return tuple(_item(item, f"feedback[{index}]") for index, item in enumerate(body["feedback"]))


def _item(item: Mapping[str, Any], where: str) -> FeedbackItem:
    outcome = Outcome(item["outcome"])
    accepted = tuple(_text(each.get("id")) for each in item.get("acceptedSuggestions") or ())
    if outcome is Outcome.ACCEPTED and not (accepted and all(accepted)):
        raise InvalidRequest(f"{where}.acceptedSuggestions: an accepted card names the suggestions taken")
    reason, comment = _reason(item)
    return FeedbackItem(
        card=item["card"].strip(),
        outcome=outcome,
        accepted_suggestions=accepted if outcome is Outcome.ACCEPTED else (),
        reason_code=_text(reason.get("code")),
        reason_system=_text(reason.get("system")),
        reason_display=_text(reason.get("display")),
        user_comment=comment,
        outcome_at=_moment(item.get("outcomeTimestamp")),
    )


def _reason(item: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """Return the reason coding and the comment, from the standard member or where Epic puts them."""
    override = item.get("overrideReason") or item.get("overrideReasons")
    override = override[0] if isinstance(override, list) and override else override
    override = override if isinstance(override, dict) else {}
    reason = override.get("reason")
    reason = reason if isinstance(reason, dict) else override
    extension = item.get("extension")
    if not _text(reason.get("code")) and isinstance(extension, dict):
        display = extension.get(f"{EPIC_REASON}reasonDisplay") or extension.get(f"{EPIC_REASON}reasonTitle")
        reason = {**reason, "display": _text(reason.get("display")) or display}
    return reason, _text(override.get("userComment"))


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""

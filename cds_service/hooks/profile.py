"""How one kind of CDS client deviates from the specification, and the answer shaped so that it can use it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from cds_service.hooks.card import Card

Json = dict[str, Any]

_SPLIT_ACTIONS = UUID("0f3c9f0e-4c0b-5d1d-9a41-6a7f0f4d2b17")
_MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_MARKDOWN_MARK = re.compile(r"\*\*|__|`|^#{1,6} +|^> ?", re.MULTILINE)


class Place(StrEnum):
    """Where a client looks for system actions."""

    NONE = "none"
    TOP = "top"
    EXTENSION = "extension"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The habits of one kind of client; the defaults are those of the specification.

    Attributes:
        name: the profile's name.
        prefetch_aliases: keys that this kind of client sends, by the key of ours that they stand for.
        one_action_per_suggestion: a suggestion with several actions is split.
        selection_behaviors: what the client accepts; another one is replaced by the first of these.
        system_actions: where they belong; NONE removes them.
        always_system_actions: ``systemActions`` is sent even when it is empty.
        detail_content_type: "text/markdown", or "text/plain" for clients that show the marks.
        detail_extension: card extension that tells the client the content type of detail; "" sends none.
        patient_parameter: "adaptive", or what the FHIR server wants: "prefixed" (Patient/1) or "bare" (1).
    """

    name: str = "strict"
    prefetch_aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    one_action_per_suggestion: bool = False
    selection_behaviors: tuple[str, ...] = ("at-most-one", "any")
    system_actions: Place = Place.NONE
    always_system_actions: bool = False
    detail_content_type: str = "text/markdown"
    detail_extension: str = ""
    patient_parameter: str = "adaptive"


@dataclass(frozen=True, slots=True)
class Shaped:
    """An answer as one client gets it, and the names of the quirks that changed it."""

    answer: Json
    quirks: tuple[str, ...] = ()


def shape_response(answer: Json, profile: Profile) -> Shaped:
    """Return *answer* as a client of *profile* can use it; *answer* itself stays as it is."""
    quirks: set[str] = set()
    out = dict(answer)
    out["cards"] = [_shape_card(card, profile, quirks.add) for card in answer.get("cards", [])]
    _place_system_actions(out, profile, quirks.add)
    return Shaped(out, tuple(sorted(quirks)))


def quirks_of(cards: Iterable[Card], profile: Profile) -> tuple[str, ...]:
    """Return the names of the quirks that change *cards* for a client of *profile*."""
    return shape_response({"cards": [card.as_json() for card in cards]}, profile).quirks


def _shape_card(card: Json, profile: Profile, applied: Callable[[str], None]) -> Json:
    out = dict(card)
    behavior = out.get("selectionBehavior")
    if behavior and behavior not in profile.selection_behaviors:
        out["selectionBehavior"] = profile.selection_behaviors[0]
        applied("selection-behavior")
    if profile.one_action_per_suggestion and any(len(s["actions"]) > 1 for s in out.get("suggestions", ())):
        out["suggestions"] = [one for suggestion in out["suggestions"] for one in _split(suggestion)]
        applied("one-action-per-suggestion")
    _shape_detail(out, profile, applied)
    return out


def _split(suggestion: Json) -> list[Json]:
    """Return one suggestion per action, each with its own uuid that a retry gets again."""
    actions = suggestion["actions"]
    if len(actions) == 1:
        return [suggestion]
    parts = []
    for number, action in enumerate(actions):
        uuid = str(uuid5(_SPLIT_ACTIONS, f"{suggestion.get('uuid')}/{number}"))
        label = action.get("description") or suggestion["label"]
        parts.append({**suggestion, "uuid": uuid, "label": label, "actions": [action]})
    return parts


def _shape_detail(card: Json, profile: Profile, applied: Callable[[str], None]) -> None:
    if not card.get("detail"):
        return
    if profile.detail_content_type == "text/plain":
        card["detail"] = plain_text(card["detail"])
        applied("plain-detail")
    if profile.detail_extension:
        card["extension"] = {
            **card.get("extension", {}),
            profile.detail_extension: profile.detail_content_type,
        }
        applied("detail-content-type")


def plain_text(markdown: str) -> str:
    """Return *markdown* without its marks; a link is followed by its address in parentheses."""
    return _MARKDOWN_MARK.sub("", _MARKDOWN_LINK.sub(r"\1 (\2)", markdown))


def _place_system_actions(out: Json, profile: Profile, applied: Callable[[str], None]) -> None:
    actions = out.pop("systemActions", None)
    if profile.system_actions is Place.NONE and not profile.always_system_actions:
        if actions:
            applied("no-system-actions")
        return
    if actions and profile.system_actions in (Place.EXTENSION, Place.BOTH):
        out["extension"] = {**out.get("extension", {}), "systemActions": actions}
        applied("system-actions-in-extension")
    at_top = actions if actions and profile.system_actions in (Place.TOP, Place.BOTH) else None
    if at_top:
        out["systemActions"] = at_top
    elif profile.always_system_actions:
        out["systemActions"] = []
        applied("always-system-actions")

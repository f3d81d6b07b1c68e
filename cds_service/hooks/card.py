"""Cards as CDS Hooks 2.0.1 defines them; a card that the specification forbids cannot be built."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

SUMMARY_LIMIT = 140
CONSULT_EXTENSION = "org.cordcheck.consult"

_NAMESPACE = UUID("5b0c1a52-6d0f-5c8e-9a59-0c0f6ad1f0e7")
_ABSOLUTE_URL = re.compile(r"https?://[^\s/]+\S*\Z")
_RAW_HTML = re.compile(r"(?<!\\)<[A-Za-z/!?]")
_TOO_LARGE_HEADING = re.compile(r"^ {0,3}#{1,2}(?:\s|\Z)", re.MULTILINE)
_DRAFT_INTENTS = ("proposal", "order")


class Indicator(StrEnum):
    """Urgency of a card."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class SelectionBehavior(StrEnum):
    """How many suggestions of a card may be taken."""

    AT_MOST_ONE = "at-most-one"
    ANY = "any"


class Tier(StrEnum):
    """How strongly the service speaks, as the consult extension names it."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    RECOMMEND = "recommend"
    CONSIDER = "consider"
    NONE = "none"


class Disposition(StrEnum):
    """How the evaluation of a request ended."""

    ADVISORY_SHOWN = "advisory-shown"
    NO_CONCERN = "no-concern"
    INSUFFICIENT_DATA = "insufficient-data"
    SUPPRESSED = "suppressed"
    SHADOW = "shadow"
    NOT_APPLICABLE = "not-applicable"


def stable_id(hook_instance: str, *content: str) -> str:
    """Return a UUID that is the same whenever the same hook instance asks about the same content."""
    return str(uuid5(_NAMESPACE, "\x1f".join((hook_instance, *content))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a card is about: its id in a code system."""

    system: str
    code: str
    display: str = ""

    def __post_init__(self) -> None:
        _require("topic", system=self.system, code=self.code)

    def as_json(self) -> dict[str, Any]:
        """Return the Coding."""
        return _without_blanks({"system": self.system, "code": self.code, "display": self.display})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who speaks. ``icon`` is the absolute URL of a PNG of 100 by 100 pixels; "" leaves a field out."""

    label: str
    url: str = ""
    icon: str = ""
    topic: Topic | None = None

    def __post_init__(self) -> None:
        _require("source", label=self.label)
        _require_urls("source", self.url, self.icon)

    def as_json(self) -> dict[str, Any]:
        """Return the source object."""
        topic = self.topic.as_json() if self.topic else None
        return _without_blanks({"label": self.label, "url": self.url, "icon": self.icon, "topic": topic})


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One change that a suggestion makes.

    Attributes:
        type: "create", "update" or "delete".
        resource: the FHIR resource, for create and update.
        resource_id: "Type/id", for delete.
    """

    type: str
    description: str
    resource: Mapping[str, Any] | None = field(default=None, repr=False)
    resource_id: str = ""

    def __post_init__(self) -> None:
        _require("action", description=self.description)
        if self.type not in ("create", "update", "delete"):
            raise ValueError(f"action.type: {self.type!r} is not create, update or delete")
        if (self.type == "delete") != bool(self.resource_id) or (self.type == "delete") == bool(
            self.resource
        ):
            raise ValueError("action: delete names resourceId, create and update carry resource")
        if self.resource is not None:
            _check_resource(self.resource, self.type)

    def as_json(self) -> dict[str, Any]:
        """Return the action object."""
        resource = dict(self.resource) if self.resource else None
        parts = {"type": self.type, "description": self.description, "resource": resource}
        return _without_blanks({**parts, "resourceId": self.resource_id})


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Something the clinician may accept with one click; exactly one action."""

    label: str
    uuid: str
    actions: tuple[Action, ...]
    is_recommended: bool = False

    def __post_init__(self) -> None:
        _require("suggestion", label=self.label, uuid=self.uuid)
        if len(self.actions) != 1:
            raise ValueError(f"suggestion.actions: {len(self.actions)} actions, but clients take exactly one")

    def as_json(self) -> dict[str, Any]:
        """Return the suggestion object."""
        out: dict[str, Any] = {"label": self.label, "uuid": self.uuid}
        if self.is_recommended:
            out["isRecommended"] = True
        return out | {"actions": [action.as_json() for action in self.actions]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A page or SMART app to open; ``app_context`` only with "smart"."""

    label: str
    url: str
    type: str = "absolute"
    app_context: str = ""

    def __post_init__(self) -> None:
        _require("link", label=self.label, url=self.url)
        _require_urls("link", self.url)
        if self.type not in ("absolute", "smart"):
            raise ValueError(f"link.type: {self.type!r} is not absolute or smart")
        if self.app_context and self.type != "smart":
            raise ValueError("link.appContext: only a smart link has one")

    def as_json(self) -> dict[str, Any]:
        """Return the link object."""
        return _without_blanks(
            {"label": self.label, "url": self.url, "type": self.type, "appContext": self.app_context}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideReason:
    """A reason that the client offers when the card is dismissed."""

    code: str
    system: str
    display: str

    def __post_init__(self) -> None:
        _require("overrideReason", code=self.code, system=self.system, display=self.display)

    def as_json(self) -> dict[str, Any]:
        """Return the Coding."""
        return {"code": self.code, "system": self.system, "display": self.display}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One piece of advice.

    Attributes:
        uuid: the same for a retry of the same hook instance, see ``stable_id``.
        summary: plain text, fewer than 140 characters.
        detail: GitHub Flavored Markdown without raw HTML or headings above ###; "" leaves it out.
        selection_behavior: needed exactly when there are suggestions.
    """

    uuid: str
    summary: str
    indicator: Indicator
    source: Source
    detail: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    selection_behavior: SelectionBehavior | None = None
    override_reasons: tuple[OverrideReason, ...] = ()
    links: tuple[Link, ...] = ()

    def __post_init__(self) -> None:
        _require("card", uuid=self.uuid, summary=self.summary)
        Indicator(self.indicator)
        if len(self.summary) >= SUMMARY_LIMIT:
            raise ValueError(
                f"card.summary: {len(self.summary)} characters, must be fewer than {SUMMARY_LIMIT}"
            )
        if _RAW_HTML.search(self.detail) or _TOO_LARGE_HEADING.search(self.detail):
            raise ValueError("card.detail: raw HTML or a heading above ###")
        if bool(self.suggestions) != (self.selection_behavior is not None):
            raise ValueError("card.selectionBehavior: needed with suggestions, and only with them")
        self._check_suggestions()

    def _check_suggestions(self) -> None:
        recommended = sum(suggestion.is_recommended for suggestion in self.suggestions)
        if recommended > 1 and self.selection_behavior is SelectionBehavior.AT_MOST_ONE:
            raise ValueError("card.suggestions: more than one is recommended, but at most one may be taken")
        uuids = [suggestion.uuid for suggestion in self.suggestions]
        if len(set(uuids)) != len(uuids):
            raise ValueError("card.suggestions: two have the same uuid")

    def as_json(self) -> dict[str, Any]:
        """Return the card object, without null or empty members."""
        return _without_blanks(
            {
                "uuid": self.uuid,
                "summary": self.summary,
                "detail": self.detail,
                "indicator": str(self.indicator),
                "source": self.source.as_json(),
                "suggestions": [suggestion.as_json() for suggestion in self.suggestions],
                "selectionBehavior": str(self.selection_behavior) if self.selection_behavior else None,
                "overrideReasons": [reason.as_json() for reason in self.override_reasons],
                "links": [link.as_json() for link in self.links],
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult:
    """What the service concluded, cards or not; it stands in the response as an extension.

    Attributes:
        would_settle: with "insufficient-data", what to read or to examine; empty otherwise.
    """

    consult_id: str
    tier: Tier
    disposition: Disposition
    content_version: str
    would_settle: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require("consult", consult_id=self.consult_id, content_version=self.content_version)
        Tier(self.tier)
        Disposition(self.disposition)

    def as_json(self) -> dict[str, Any]:
        """Return the extension's value."""
        value: dict[str, Any] = {
            "consultId": self.consult_id,
            "tier": str(self.tier),
            "disposition": str(self.disposition),
            "contentVersion": self.content_version,
        }
        return {**value, "wouldSettle": list(self.would_settle)} if self.would_settle else value


@dataclass(frozen=True, slots=True, kw_only=True)
class HookResponse:
    """The answer to one request.

    Attributes:
        cards: empty only after an evaluation that ran to its end and has nothing to say.
        system_actions: None leaves the member out; an empty tuple sends ``[]``, which one client asks for.
        gaps: number of things that could not be read or fetched; for the log, not sent.
    """

    cards: tuple[Card, ...]
    consult: Consult
    system_actions: tuple[Action, ...] | None = None
    gaps: int = 0

    def __post_init__(self) -> None:
        uuids = [card.uuid for card in self.cards]
        if len(set(uuids)) != len(uuids):
            raise ValueError("response.cards: two cards have the same uuid")

    def as_json(self) -> dict[str, Any]:
        """Return the response body."""
        out: dict[str, Any] = {"cards": [card.as_json() for card in self.cards]}
        if self.system_actions is not None:
            out["systemActions"] = [action.as_json() for action in self.system_actions]
        return out | {"extension": {CONSULT_EXTENSION: self.consult.as_json()}}


def _check_resource(resource: Mapping[str, Any], action: str) -> None:
    if not resource.get("resourceType"):
        raise ValueError("action.resource: resourceType is missing")
    if _has_blank(resource):
        raise ValueError(f"action.{next(_blanks(resource, 'resource'))}: null or empty")
    if action != "create":
        return
    if resource.get("status") != "draft" or resource.get("intent") not in _DRAFT_INTENTS:
        raise ValueError("action.resource: a created resource has status draft and intent proposal or order")
    subject = resource.get("subject") or resource.get("for")
    if not (isinstance(subject, Mapping) and subject.get("reference")):
        raise ValueError("action.resource: a created resource names the patient")


def _has_blank(value: object) -> bool:
    """Say whether ``_blanks`` yields anything; naming each place that one looks at takes far longer."""
    if isinstance(value, (str, int, float)):  # numbers are never blank
        return value == ""
    if isinstance(value, Mapping):
        return not value or any(map(_has_blank, value.values()))
    return not value or any(map(_has_blank, value)) if isinstance(value, (list, tuple)) else value is None


def _blanks(value: object, where: str) -> Iterator[str]:
    """Yield the path of each null, empty string, empty list and empty object in *value*."""
    if value is None or (isinstance(value, (str, Mapping, list, tuple)) and not value):
        yield where
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _blanks(item, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _blanks(item, f"{where}[{index}]")


def _require(what: str, **texts: str) -> None:
    for name, text in texts.items():
        if not text.strip():
            raise ValueError(f"{what}.{name}: must not be empty")


def _require_urls(what: str, *urls: str) -> None:
    for url in filter(None, urls):
        if not _ABSOLUTE_URL.match(url):
            raise ValueError(f"{what}: {url!r} is not an absolute http(s) URL")


def _without_blanks(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part not in (None, "", [], {})}

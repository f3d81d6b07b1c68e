"""The formats of the content files, refusing unknown keys and values of the wrong type."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
TierName = Literal["emergency", "urgent", "recommend", "consider", "display"]
Raw = Any
"""A criterion, read by ``content.criterion``, which explains mistakes better than a union of shapes can."""


class Strict(BaseModel):
    """Refuses unknown keys and never converts a type: a code that is written as a number is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Attribute(Strict):
    """Whether a kind of patient information is used, and how."""

    attribute: Text
    used: bool
    how: Text


class Content(Strict):
    """content.yaml."""

    version: Text
    title: Text
    developer: Text
    funding: Text
    released: date
    revised: date
    canonical: str = ""
    contact: str = ""
    intended_use: str = ""
    attributes: list[Attribute] = []


class Window(Strict):
    """A named number of days."""

    id: Text
    days: Annotated[int, Field(ge=0)]
    because: Text
    cites: list[Text] = []


class ServiceEntry(Strict):
    """services.yaml."""

    id: Text
    hook: Literal["order-select", "order-sign"]
    title: Text
    description: Text
    usageRequirements: Text  # noqa: N815 - the member's name in CDS Hooks
    orders: Text
    orders_unless: str = ""
    recommendation: Text
    prefetch: dict[Text, Text]
    shadow: bool = False


class ReferenceEntry(Strict):
    """references.yaml."""

    id: Text
    citation: Text
    figure: Annotated[Text, StringConstraints(max_length=200)]
    population: Text
    limits: Text
    seen: bool
    checked: date
    about: list[Text] = []
    doi: str = ""
    pmid: str = ""
    url: str = ""


class Statement(Strict):
    """statements.yaml: where each statement of the source documents went."""

    id: Text
    classes: Annotated[list[Text], Field(alias="class", min_length=1)]
    used_by: list[Text] = []
    left_out: str = ""
    about: str = ""

    @model_validator(mode="after")
    def _went_somewhere(self) -> Statement:
        if bool(self.used_by) == bool(self.left_out):
            raise ValueError("say either used_by or left_out, not both and not neither")
        return self


class ValueCode(Strict):
    """One code; ``prefix: true`` means every code that begins with it."""

    system: Text
    code: Text
    label: Text
    confidence: Literal["verified", "likely"]
    prefix: bool = False
    side: Literal["left", "right", "both"] | None = None


class ValueSetEntry(Strict):
    """value-sets/*.yaml; ``unused`` says why a set is kept by which no finding asserts."""

    id: Text
    title: Text
    codes: list[ValueCode]
    note: str = ""
    unused: str = ""


class GroupEntry(Strict):
    """A group of rules.yaml."""

    id: Text
    states: Text
    when: Raw


class RuleEntry(Strict):
    """A rule of rules.yaml."""

    id: Text
    tier: TierName
    states: Text
    cites: Annotated[list[Text], Field(min_length=1)]
    shows: Text | list[Text] = []
    counts: bool = False
    when: Raw


class Rules(Strict):
    """rules.yaml."""

    groups: list[GroupEntry]
    rules: Annotated[list[RuleEntry], Field(min_length=1)]


class Then(Strict):
    """What a suppression does: exactly one of silent, card and without."""

    silent: Literal[True] | None = None
    card: str = ""
    tier: Literal["urgent", "recommend", "consider", "same"] | None = None
    indicator: Literal["info", "warning", "critical"] | None = None
    without: list[Text] = []

    @model_validator(mode="after")
    def _does_one_thing(self) -> Then:
        if sum(map(bool, (self.silent, self.card, self.without))) != 1:
            raise ValueError(
                "write exactly one of {silent: true}, {card: id, tier: ...} and {without: [kinds]}"
            )
        if bool(self.card) != (self.tier is not None):
            raise ValueError(
                "a card needs a tier (urgent, recommend, consider or same), and only a card has one"
            )
        if self.indicator and not self.card:
            raise ValueError("only a card has an indicator")
        return self


class SuppressionEntry(Strict):
    """A suppression of suppressions.yaml; an emergency cannot be named in ``tiers``."""

    id: Text
    states: Text
    cites: list[Text] = []
    tiers: Annotated[list[Literal["urgent", "recommend", "consider", "none"]], Field(min_length=1)]
    when: Raw
    then: Then
    enabled: bool = True


class InsufficientEntry(Strict):
    """When no card means that too little is known: a criterion, and prefetch keys that have to be read."""

    when: Raw = None
    without: list[Text] = []
    settles: list[Text] = []


class Suppressions(Strict):
    """suppressions.yaml."""

    suppressions: list[SuppressionEntry]
    insufficient_data: InsufficientEntry = InsufficientEntry()


class OfferEntry(Strict):
    """A suggestion of a card: one kind, or the first of several whose ``when`` is met."""

    kind: str = ""
    when: Raw = None
    first_of: list[OfferEntry] = []

    @model_validator(mode="after")
    def _is_one_thing(self) -> OfferEntry:
        if bool(self.kind) == bool(self.first_of) or (self.first_of and self.when is not None):
            raise ValueError("write either {kind: ..., when: ...} or {first_of: [...]}")
        if any(offer.first_of for offer in self.first_of):
            raise ValueError("a first_of cannot hold another first_of")
        return self


class NoteEntry(Strict):
    """A sentence on a card when its criterion is met."""

    when: Raw
    text: Text


class CardEntry(Strict):
    """cards.yaml."""

    id: Text
    title: str = ""
    tier: Literal["emergency", "urgent", "recommend", "consider"] | None = None
    companion_when: Raw = None
    indicator: Literal["info", "warning", "critical"]
    summary: Annotated[Text, StringConstraints(max_length=139)]
    lead: Text
    suggests: list[OfferEntry] = []
    exam: list[Text] = []
    notes: list[NoteEntry] = []
    overrides: list[Text] = []


class NeverEntry(Strict):
    """never.yaml: words that no card may say, as a regular expression over text in lower case."""

    words: Text
    why: Text
    unless: list[Text] = []

    @field_validator("words")
    @classmethod
    def _is_a_pattern(cls, words: str) -> str:
        try:
            re.compile(words)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return words


class SuggestionEntry(Strict):
    """A suggestion of suggestions.yaml; ``resource`` holds members of a ServiceRequest."""

    kind: Text
    label: Text
    description: Text
    imaging: Literal["mri", "none"] = "none"
    resource: dict[str, Any]
    priority: Literal["by-tier", "routine", "urgent", "asap", "stat"] = "by-tier"


class ReplaceEntry(Strict):
    """When met, each of ``kinds`` gives way to ``with``."""

    when: Raw
    kinds: Annotated[list[Text], Field(min_length=1)]
    instead: Annotated[Text, Field(alias="with")]


class Suggestions(Strict):
    """suggestions.yaml."""

    suggestions: list[SuggestionEntry]
    replace: list[ReplaceEntry] = []


class OverrideEntry(Strict):
    """overrides.yaml; without a system it is one of our own codes."""

    code: Text
    display: Text
    system: str = ""

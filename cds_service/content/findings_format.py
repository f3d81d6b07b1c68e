"""The formats of the findings and of the lexicon that they are written in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cds_service.content.schema import Strict, Text
from cds_service.evidence.lexicon import Cue


class WordGroup(Strict):
    """lexicon/words.yaml: words that mean the same to a pattern.

    ``opens_list``: each denies what it names, and what is listed after it, too ("no pain, weakness or ...").
    """

    id: Text
    role: Literal["subject", "value", "state", "whole", "other"] = "other"
    words: list[Text] = []
    states: list[Text] = []
    both: list[Text] = []
    left: list[Text] = []
    right: list[Text] = []
    opens_list: bool = False


class Timed(Strict):
    """lexicon/times.yaml: units of time, named times and vague numbers."""

    id: Literal["time-unit", "named-time", "vague-number"]
    words: dict[Text, Annotated[float, Field(ge=0)]]


class Modifier(Strict):
    """lexicon/context.yaml: the modifiers of ConText."""

    cue: Literal[tuple(cue.value for cue in Cue)]  # type: ignore[valid-type]
    means: Text
    section: Literal["", "family", "hypothetical", "past", "denied"] = ""
    words: list[Text]


class Interchangeable(Strict):
    """lexicon/alternatives.yaml: words that may stand for each other; a phrase asks for one of them by <id>.

    "" among them: the phrase is read without any of them, too.
    """

    id: Text
    words: list[str]


class Limits(Strict):
    """A number that has to stand near the words."""

    kind: Literal["grade", "power", "plain"]
    at_least: float | None = None
    at_most: float | None = None


Element = Annotated[Text | list[Text] | Limits, Field(union_mode="left_to_right")]


class PatternEntry(Strict):
    """One way of saying a finding: whole phrases, or words that stand near each other.

    ``opens_list``: as of a word group; the phrases under ``denies`` always do.
    """

    words: list[Text] = []
    states: list[Text] = []
    near: list[Element] = []
    within: Annotated[int, Field(ge=0, le=30)] = 6
    ordered: bool = False
    across: bool = False
    text_in: list[Text] = []
    opens_list: bool = False


class Examples(Strict):
    """Sentences that prove the patterns; they are tested."""

    says: list[Text] = []
    denies: list[Text] = []
    doubts: list[Text] = []
    silent: list[Text] = []


class FindingEntry(Strict):
    """findings/*.yaml; ``unused`` says why a finding is kept for which nothing asks."""

    id: Text
    name: Text
    absent: str = ""
    window: Text
    if_silent: Literal["unknown", "not-met"]
    codes: list[Text] = []
    coded_in: list[Text] = []
    text_in: list[Text] = []
    statuses: list[Text] = []
    of: str = ""
    not_with: list[Text] = []
    explained_by: list[Text] = []
    plain: bool = False
    past_counts: bool = False
    long_standing: bool = False
    event: bool = False
    doubt_counts: bool = False
    conflict: Literal["uncertain", "asserted"] = "uncertain"
    says: list[PatternEntry] = []
    denies: list[PatternEntry] = []
    doubts: list[PatternEntry] = []
    examples: Examples = Examples()
    unused: str = ""


class PlainWords(Strict):
    """lexicon/plain-words.yaml: correct words that resemble one of ours."""

    words: list[Text]

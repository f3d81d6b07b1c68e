"""The rule language: a handful of frozen shapes that compute nothing and hold no text to be parsed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cds_service.evidence.model import Course, Side, State


class Silence(StrEnum):
    """What it means that the record says nothing about a finding."""

    UNKNOWN = "unknown"
    NOT_MET = "not-met"


@dataclass(frozen=True, slots=True)
class FindingIs:
    """The record says this about a finding.

    Attributes:
        finding: finding id.
        state: what it has to say; DENIED asks for documented absence.
        side: BOTH asks for both sides, LEFT or RIGHT for this one; None does not ask.
        onset_within_days: stated onset at most so many days ago, or called new.
        onset_over_days: stated onset more than so many days ago. An item that states no onset counts, too,
            once nothing about the finding was written for longer than that: what stands only in old notes
            did not begin since.
        current_within_days: began, or was written of without an onset, at most so many days ago.
        onset_stated: the record has to state an onset; the bare word "new" is not enough.
        course: one of these courses is stated; empty does not ask.
        number_at_least: the measured number is at least this.
        number_at_most: the measured number is at most this.
        if_silent: overrides what the finding's definition says of silence.
    """

    finding: str
    state: State = State.ASSERTED
    side: Side | None = None
    onset_within_days: int | None = None
    onset_over_days: int | None = None
    current_within_days: int | None = None
    onset_stated: bool = False
    course: tuple[Course, ...] = ()
    number_at_least: float | None = None
    number_at_most: float | None = None
    if_silent: Silence | None = None


@dataclass(frozen=True, slots=True)
class AgeIs:
    """Age in completed years; unknown when the birth date is not recorded."""

    at_least: int | None = None
    under: int | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part is met."""

    parts: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part is met."""

    parts: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``n`` parts are met."""

    n: int
    parts: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Unless:
    """No part is met; a part that is unknown does not stand in the way."""

    parts: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A rule or group, by id; it is assessed once and used in many places."""

    id: str


@dataclass(frozen=True, slots=True)
class NewSince:
    """One of ``findings`` is asserted and is newer than ``event``.

    Newer: its stated onset lies after the latest day of the event, it is called new in a later text, or its
    absence was documented on or before that day.
    A sign that nobody had looked for before the event is not new because it is written down now.
    Not met when there was no event.
    """

    event: str
    findings: tuple[str, ...]


Criterion = FindingIs | AgeIs | AllOf | AnyOf | AtLeast | Unless | Named | NewSince

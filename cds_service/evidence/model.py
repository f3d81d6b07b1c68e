"""Where the chart speaks about a finding: one item per place, with what it says and how it was said."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from cds_service.chart.dates import FhirDate
from cds_service.chart.model import Coding


class State(StrEnum):
    """What one place of the record, or the whole record, says about a finding."""

    ASSERTED = "asserted"
    DENIED = "denied"
    UNCERTAIN = "uncertain"
    SILENT = "silent"


class Side(StrEnum):
    """Side of the body. Left and right recorded apart add up to both."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class Course(StrEnum):
    """What the record says about change over time."""

    NEW = "new"
    PROGRESSIVE = "progressive"
    STABLE = "stable"


class Evidence(NamedTuple):
    """One match.

    Attributes:
        finding: finding id of ``cards/findings``.
        state: asserted, denied or uncertain.
        reference: "Type/id" of the resource.
        kind: resource type.
        date: when it was written or observed; None when not recorded.
        side: None when not stated.
        onset_days: age of the symptom in days on ``date``, 1 for "since yesterday"; None when not stated.
        course: None when not stated.
        quote: the words matched, verbatim ("" for a code).
        span: (start, end) of the quote in the passage (None for a code).
        element: the element of the resource that holds the words.
        coding: the code matched (None for text).
        number: the number matched, where the finding is a measured one.
        ignored: why it does not count ("family history", "outside the window"); "" when it counts.
    """

    finding: str
    state: State
    reference: str
    kind: str
    date: FhirDate | None = None
    side: Side | None = None
    onset_days: int | None = None
    course: Course | None = None
    quote: str = ""
    span: tuple[int, int] | None = None
    element: str = ""
    coding: Coding | None = None
    number: float | None = None
    ignored: str = ""

    def began(self) -> dt.date | None:
        """Return the latest day on which the stated onset can lie, None when no onset is stated."""
        if self.date is None or self.onset_days is None:
            return None
        return self.date.earlier(self.onset_days).latest

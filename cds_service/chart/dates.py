"""Dates as FHIR gives them: "2026" is an interval, not the first of January."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_FHIR_DATE = re.compile(r"\s*(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class FhirDate:
    """The days on which something may have happened, both ends included."""

    earliest: date
    latest: date

    @classmethod
    def on(cls, day: date) -> FhirDate:
        """Return the interval that holds just *day*."""
        return cls(day, day)

    @classmethod
    def parse(cls, text: object) -> FhirDate | None:
        """Read a FHIR date, dateTime or instant.

        Returns:
            The days that the text covers, in the time zone in which it was written;
            None when it is absent or is no date.
        """
        match = _FHIR_DATE.match(text) if isinstance(text, str) else None
        if not match:
            return None
        year, month, day = (int(part) if part else None for part in match.groups())
        try:
            if year and month and day:
                return cls.on(date(year, month, day))
            if year and month:
                return cls(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
            return cls(date(year or 0, 1, 1), date(year or 0, 12, 31))
        except ValueError:
            return None

    def days_before(self, as_of: date) -> int:
        """Return the least number of whole days from this date to *as_of* (negative in the future)."""
        return (as_of - self.latest).days

    def earlier(self, days: int) -> FhirDate:
        """Return the interval moved *days* into the past (unmoved where the calendar ends)."""
        try:
            return FhirDate(self.earliest - timedelta(days=days), self.latest - timedelta(days=days))
        except OverflowError:
            return self

    def __str__(self) -> str:
        if self.earliest == self.latest:
            return self.earliest.isoformat()
        if (self.earliest.year, self.earliest.month) == (self.latest.year, self.latest.month):
            return f"{self.earliest:%Y-%m}"
        return f"{self.earliest:%Y}"

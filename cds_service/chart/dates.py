"""Dates as FHIR gives them: "2026" is an interval, not the first of January."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_FHIR_DATE = re.compile(r"\s*(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ].*)?)?)?\s*\Z", re.DOTALL | re.ASCII)
_AFTER_THE_DAY = ("", "T")


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
        if not isinstance(text, str):
            return None
        day = _whole_day(text[:10]) if text[10:11] in _AFTER_THE_DAY else None
        return day or cls._of_any_precision(text)

    @classmethod
    def _of_any_precision(cls, text: str) -> FhirDate | None:
        match = _FHIR_DATE.match(text)
        if not match:
            return None
        year, month, day = match.groups()
        try:
            if day:
                return cls.on(date.fromisoformat(f"{year}-{month}-{day}"))
            if month:
                last = monthrange(int(year), int(month))[1]
                return cls(date(int(year), int(month), 1), date(int(year), int(month), last))
            return cls(date(int(year), 1, 1), date(int(year), 12, 31))
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


@lru_cache(maxsize=8192)  # some twenty years of days
def _whole_day(text: str) -> FhirDate | None:
    """Return the day that "2026-11-21" names; None when *text* is written in any other way."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        return FhirDate.on(date.fromisoformat(text))
    except ValueError:
        return None

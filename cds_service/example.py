"""A request file of long ago, moved to today, because notes grow old."""

from __future__ import annotations

import re
from datetime import date

_DAY = re.compile(r'(?<=")\d{4}-\d\d-\d\d(?=[T"])')


def moved_to(today: date, request: str) -> str:
    """Return the JSON text *request* with all whole days moved alike, the newest of them to *today*.

    Years, months and what notes say in words stay; so does a text without a day.
    """
    newest = max(map(date.fromisoformat, _DAY.findall(request)), default=today)
    return _DAY.sub(lambda day: (date.fromisoformat(day.group()) + (today - newest)).isoformat(), request)

"""FHIR dates as intervals, in every precision."""

from __future__ import annotations

from datetime import date

import pytest

from cds_service.chart.dates import FhirDate


@pytest.mark.parametrize(
    ("written", "earliest", "latest", "shown"),
    [
        ("2026-11-21", date(2026, 11, 21), date(2026, 11, 21), "2026-11-21"),
        (" 2026-11-21 ", date(2026, 11, 21), date(2026, 11, 21), "2026-11-21"),
        ("2026-11-21T23:59:00-08:00", date(2026, 11, 21), date(2026, 11, 21), "2026-11-21"),
        ("2026-11-21 10:00", date(2026, 11, 21), date(2026, 11, 21), "2026-11-21"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
    ],
)
def test_a_date_covers_all_days_that_it_may_mean(
    written: str, earliest: date, latest: date, shown: str
) -> None:
    read = FhirDate.parse(written)
    assert (read, str(read)) == (FhirDate(earliest, latest), shown)


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        2026,
        "soon",
        "2026-13",
        "2026-02-30",
        "2026-W01-1",
        "20261121",
        "0000",
        "21.11.2026",
        "2026-11-21X",
        {},
    ],
    ids=str,
)
def test_what_is_no_date_is_none(written: object) -> None:
    assert FhirDate.parse(written) is None


def test_the_age_of_an_imprecise_date_is_counted_from_its_last_day() -> None:
    recorded = FhirDate(date(2026, 11, 1), date(2026, 11, 30))
    assert recorded.days_before(date(2026, 12, 2)) == 2
    assert recorded.days_before(date(2026, 11, 21)) == -9


def test_going_back_stops_where_the_calendar_ends() -> None:
    first = FhirDate.on(date(1, 1, 5))
    assert first.earlier(3) == FhirDate.on(date(1, 1, 2))
    assert first.earlier(30) == first

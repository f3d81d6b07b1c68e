"""An example that is sent years later."""

from __future__ import annotations

from datetime import date

from cds_service.example import moved_to

TODAY = date(2031, 3, 1)


def test_the_newest_day_is_today_and_the_others_keep_their_distance() -> None:
    request = '{"order": "2026-11-21T09:00:00Z", "note": "2026-11-20", "born": "1959-03-14"}'
    assert moved_to(TODAY, request) == (
        '{"order": "2031-03-01T09:00:00Z", "note": "2031-02-28", "born": "1963-06-22"}'
    )


def test_an_example_of_the_future_comes_back() -> None:
    assert moved_to(date(2025, 1, 1), '{"order": "2026-11-21"}') == '{"order": "2025-01-01"}'


def test_what_is_no_whole_day_stays() -> None:
    request = '{"month": "2019-05", "words": "seen on 2026-11-21", "id": "x2026-11-21", "day": "2031-03-01"}'
    assert moved_to(TODAY, request) == request


def test_a_request_without_a_day_stays() -> None:
    assert moved_to(TODAY, '{"hook": "order-select"}') == '{"hook": "order-select"}'

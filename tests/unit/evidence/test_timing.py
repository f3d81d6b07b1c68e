"""How long it has been going on, whether it changes, and what is long over."""

from __future__ import annotations

import pytest

from cds_service.chart.dates import FhirDate
from cds_service.evidence.model import Course
from tests.builders import AS_OF
from tests.unit.evidence.tiny import read, said

THIS_YEAR = AS_OF.year


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Rust", None),
        ("Rust for 3 days", 3),
        ("Rust for two weeks", 14),
        ("Rust for a few days", 3),
        ("Rust since yesterday", 1),
        ("Rust began 5 days ago", 5),
        ("3-month rust", None),
        ("Rust for 2-3 weeks", 21),
        ("Rust for 2 to 3 weeks", 21),
        ("Rust 3/7", 3),
        ("Rust 2/52", 14),
        ("Rust 2/12", 60),
        (f"Rust since {THIS_YEAR - 2}", 730),
        (f"Rust in {THIS_YEAR}", None),
        ("Lamp 3 years old, rust", None),
        ("Visit in 3 weeks, rust", None),
        ("Bell loud for 3 years, lamp dim and rust for 4 days", 4),
        ("Rust. Began 5 days ago.", 5),
        ("Rust. Visit 5 days ago.", None),
    ],
)  # fmt: skip
def test_an_onset_is_the_nearest_length_of_time(text: str, days: int | None) -> None:
    assert [item.onset_days for item in read(text) if item.finding == "rust"] == [days]


def test_an_onset_counts_from_the_day_of_the_note() -> None:
    item = read("Rust for 3 days")[0]
    assert item.began() == FhirDate.on(AS_OF).earlier(3).latest
    assert read("Rust")[0].began() is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rust 40 days ago", "in the past"),
        ("Rust 20 days ago", "asserted"),
        ("Rust began 40 days ago", "asserted"),
        ("Rust years ago", "in the past"),
        ("Rust began years ago", "asserted"),
        ("Rust since 3 years", "asserted"),
        ("3 years ago: smoke, rust", "in the past"),
        ("Smoke 3 years ago, now rust", "asserted"),
        (f"Rust in {THIS_YEAR - 9}", "in the past"),
        (f"Rust since {THIS_YEAR - 9}", "asserted"),
    ],
)
def test_what_was_long_ago_is_over_unless_it_goes_on(text: str, expected: str) -> None:
    assert said(text)["rust"] == expected


@pytest.mark.parametrize(
    ("text", "course"),
    [
        ("Rust", None),
        ("New rust", Course.NEW),
        ("Worsening rust", Course.PROGRESSIVE),
        ("Rust unchanged", Course.STABLE),
        ("Unchanged smoke, new rust", Course.NEW),
        ("New smoke. Rust.", None),
        ("New smoke but rust", None),
    ],
)
def test_the_course_is_the_one_stated_nearest(text: str, course: Course | None) -> None:
    assert [item.course for item in read(text) if item.finding == "rust"] == [course]

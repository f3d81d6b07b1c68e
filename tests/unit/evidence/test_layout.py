"""The layout of a note as words: cells, rows of dots, answers of one sign."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.evidence.layout import laid_out


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("| Weakness | No |", ": Weakness : No :"),
        ("Weakness\tNo", "Weakness:No"),
        ("Retention ...... NO", "Retention :      NO"),
        ("He walks... slowly.", "He walks... slowly."),
        ("ROS: + back pain, - numbness", "ROS: + back pain,no numbness"),
        ("ROS: (-) fever (+) pain", "ROS:, no fever,  + pain"),
        ("ROS: (-) fever. Hoffmann (-) b/l", "ROS:, no fever. Hoffmann (-) b/l"),
        ("Clonus (-) today", "Clonus (-) today"),
        ("Pain 3 - 5, worse - better", "Pain 3 - 5, worse - better"),
        ("Falls N. Weakness N. Leg pain Y.", "Falls:N\n Weakness:N\n Leg pain:Y\n"),
        ("Signed by Smith N. Seen again.", "Signed by Smith N. Seen again."),
    ],
)
def test_layout_becomes_words(written: str, read: str) -> None:
    assert laid_out(written) == read


@given(st.text(alphabet="aN Y.|\t\n+-−,:", max_size=60))
def test_every_place_stays_what_it_was(text: str) -> None:
    assert len(laid_out(text)) == len(text)

"""The arithmetic of the report."""

from __future__ import annotations

from io import StringIO

import pytest

from cds_service.commands.feedback import write
from cds_service.feedback_report import Outcome, report, wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (1, 200, 0.0009, 0.0278)],
)
def test_the_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    rate = wilson(hits, of)
    assert rate.share == hits / of
    assert rate.low == pytest.approx(low, abs=1e-4)
    assert rate.high == pytest.approx(high, abs=1e-4)


def test_nothing_divided_by_nothing_is_nothing() -> None:
    assert wilson(0, 0).share is None


def test_a_card_that_nobody_answered_counts_as_shown_only() -> None:
    (line,) = [line for line in report([an_outcome(), an_outcome("accepted")]) if line.by == "card"]
    assert (line.shown, line.accepted, line.overridden) == (2, 1, 0)
    assert line.accepted_of_shown.share == 0.5
    assert line.overridden_of_answered.share == 0.0


def test_words_of_a_client_are_no_formula_and_no_control_sequence() -> None:
    lines = report([an_outcome("overridden", reason='=HYPERLINK("x")\x1b[2J')])
    for form, forbidden in (("csv", ",=HYPER"), ("table", "\x1b")):
        out = StringIO()
        write(lines, form, out)
        assert forbidden not in out.getvalue()


def an_outcome(outcome: str = "", reason: str = "") -> Outcome:
    return Outcome(client="ehr", card="c", rules=("R1", "R2"), version="1", outcome=outcome, reason=reason)

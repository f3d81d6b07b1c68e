"""Every number off by one and every part dropped turns a worked case or an example red, on cards as in rules.

``open_slips.txt`` lists those that cannot change any answer, one a line, each with the reason. A slip
that could is closed by a case or an example, never by a line.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cds_service.cases.run import Prepared, differences
from tests.content.library import prepared_cases, the_library, window_names
from tests.content.number_slips import is_noticed, limit_slips, window_slips
from tests.content.witness import survivors

LINES = Path(__file__).with_name("open_slips.txt").read_text(encoding="utf-8").splitlines()
OPEN = {name: reason for name, _, reason in (line.partition(" -- ") for line in LINES)}
RECOMMENDATIONS = sorted(the_library().recommendations)


@cache
def green_cases(recommendation: str) -> tuple[Prepared, ...]:
    """Return the cases that hold; one that is red already would notice everything."""
    return tuple(one for one in prepared_cases(recommendation) if not differences(one, the_library()))


@cache
def unnoticed_in_criteria() -> frozenset[str]:
    """Return the slips of criteria that turn no case red."""
    found = (survivors(the_library(), one, green_cases(one)) for one in RECOMMENDATIONS)
    return frozenset().union(*found)


@cache
def unnoticed_in_findings() -> frozenset[str]:
    """Return the slips of numbers inside findings that turn neither a case nor an example red."""
    library = the_library()
    cases = [case for recommendation in RECOMMENDATIONS for case in green_cases(recommendation)]
    definitions = library.findings.definitions
    slips = (*window_slips(library.windows, window_names(), definitions), *limit_slips(definitions))
    return frozenset(slip.what for slip in slips if not is_noticed(slip, library, cases))


def test_every_slip_of_the_criteria_turns_a_case_red() -> None:
    assert sorted(unnoticed_in_criteria() - OPEN.keys()) == []


def test_every_slip_of_a_number_inside_a_finding_is_noticed() -> None:
    assert sorted(unnoticed_in_findings() - OPEN.keys()) == []


def test_what_is_listed_as_open_is_still_unnoticed() -> None:
    assert sorted(OPEN.keys() - unnoticed_in_criteria() - unnoticed_in_findings()) == []


def test_what_is_listed_as_open_says_why_no_answer_can_change() -> None:
    assert [name for name, reason in OPEN.items() if len(reason.split()) < 5] == []

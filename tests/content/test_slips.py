"""Every number off by one and every part dropped turns a worked case or an example red.

``open_slips.txt`` lists those that none notices yet, one a line: close them by a case, never by a line.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.cases.run import Prepared, differences
from tests.content.library import prepared_cases, the_library, window_names
from tests.content.number_slips import is_noticed, limit_slips, window_slips
from tests.content.slips import slips_of, survivors

OPEN = frozenset(Path(__file__).with_name("open_slips.txt").read_text(encoding="utf-8").splitlines())
RECOMMENDATIONS = sorted(the_library().recommendations)


def green_cases(recommendation: str) -> tuple[Prepared, ...]:
    """Return the cases that hold; one that is red already would notice everything."""
    return tuple(one for one in prepared_cases(recommendation) if not differences(one, the_library()))


@pytest.mark.parametrize("recommendation", RECOMMENDATIONS)
def test_every_slip_of_the_criteria_turns_a_case_red(recommendation: str) -> None:
    cases = green_cases(recommendation)
    assert sorted(survivors(the_library(), recommendation, cases, known=OPEN)) == []


def test_every_slip_of_a_number_inside_a_finding_is_noticed() -> None:
    library = the_library()
    cases = [case for recommendation in RECOMMENDATIONS for case in green_cases(recommendation)]
    definitions = library.findings.definitions
    slips = [*window_slips(library.windows, window_names(), definitions), *limit_slips(definitions)]
    unnoticed = [
        slip.what for slip in slips if slip.what not in OPEN and not is_noticed(slip, library, cases)
    ]
    assert sorted(unnoticed) == []


def test_what_is_listed_as_open_still_exists() -> None:
    library = the_library()
    definitions = library.findings.definitions
    numbers = (*window_slips(library.windows, window_names(), definitions), *limit_slips(definitions))
    criteria = (slip for one in library.recommendations.values() for slip in slips_of(one))
    existing = {slip.what for slip in numbers} | {f"{slip.place}: {slip.what}" for slip in criteria}
    assert sorted(OPEN - existing) == []

"""Weighed findings for the tests of the rule language."""

from __future__ import annotations

from datetime import date, timedelta

from cds_service.chart.dates import FhirDate
from cds_service.criteria.assess import Assessor
from cds_service.criteria.plan import Facts, Plan
from cds_service.criteria.recommendation import Group, Recommendation, Rule
from cds_service.criteria.shapes import Silence
from cds_service.evidence.model import Course, Evidence, Side, State
from cds_service.evidence.weigh import Weighed

TODAY = date(2026, 11, 21)
ASSERTED, DENIED, UNCERTAIN = State.ASSERTED, State.DENIED, State.UNCERTAIN


def item(
    finding: str = "sign",
    state: State = ASSERTED,
    *,
    days: int = 0,
    side: Side | None = None,
    onset_days: int | None = None,
    course: Course | None = None,
    number: float | None = None,
    quote: str = "words",
    ignored: str = "",
) -> Evidence:
    """Return one piece of evidence from a note written *days* before today."""
    return Evidence(
        finding=finding,
        state=state,
        reference="DocumentReference/n1",
        kind="DocumentReference",
        date=FhirDate.on(TODAY - timedelta(days=days)),
        side=side,
        onset_days=onset_days,
        course=course,
        quote=quote,
        span=(0, len(quote)),
        element="content[0].attachment",
        number=number,
        ignored=ignored,
    )


def weighed(*items: Evidence, state: State | None = None) -> Weighed:
    """Weigh *items* of one finding: the state is that of the first one, unless given."""
    counted = tuple(one for one in items if not one.ignored)
    return Weighed(
        finding=items[0].finding,
        state=state or (counted[0].state if counted else State.SILENT),
        sides=frozenset(
            side
            for one in counted
            if one.state is ASSERTED and one.side
            for side in ((Side.LEFT, Side.RIGHT) if one.side is Side.BOTH else (one.side,))
        ),
        evidence=tuple(one for one in counted if one.state is counted[0].state),
        ignored=tuple(one for one in items if one.ignored),
        denials=tuple(one for one in counted if one.state is DENIED),
    )


def facts(*found: Weighed, age: int | None = 60) -> Facts:
    """Return facts in which only *found* is spoken of."""
    return Facts(as_of=TODAY, age=age, weighed={one.finding: one for one in found})


def assessor(known: Facts, *named: Rule | Group, silence: Silence = Silence.UNKNOWN) -> Assessor:
    """Return an assessor over *known* for which silence means *silence*, with these rules and groups."""
    rules = tuple(one for one in named if isinstance(one, Rule))
    groups = tuple(one for one in named if isinstance(one, Group))
    silences = dict.fromkeys(("sign", "other", "third", "scan"), silence)
    return Assessor(Plan(Recommendation("r", groups, rules, ()), silences), known)

"""Worked cases as witnesses: which of them turns red after a slip of the pen."""

from __future__ import annotations

from collections.abc import Container, Iterable

from cds_service.cases.run import Prepared, differences
from cds_service.consult import find_grounds
from cds_service.content.library import Library
from cds_service.content.recommendation import named_in
from cds_service.criteria.recommendation import Recommendation
from tests.content.card_slips import slips_of_cards
from tests.content.slips import Slip, slips_of, with_content


class Witness:
    """A worked case with an assessor over its facts, which tells at once whether a slip can change it."""

    def __init__(self, prepared: Prepared, library: Library) -> None:
        on = find_grounds(prepared.chart, prepared.weighed, prepared.asked, prepared.service, library)
        self.prepared = prepared
        self._assessor = on.assessor
        self._held_back_by = on.verdict.suppression.id if on.verdict.suppression else ""
        self._insufficient = on.verdict.insufficient

    def notices(self, slip: Slip, library: Library) -> bool:
        """Say whether the case turns red in the *library* after the slip."""
        return self._is_touched(slip) and bool(differences(self.prepared, library))

    def _is_touched(self, slip: Slip) -> bool:
        """Say whether the criterion changes, or the suppression without one is what holds the answer back."""
        if slip.before is not None and slip.after is not None:
            before, after = (self._assessor.assess(one) for one in (slip.before, slip.after))
            return before.truth is not after.truth
        return slip.place in (self._held_back_by, "insufficient_data")

    def relevance(self, place: str, rules: frozenset[str]) -> int:
        """Return how soon the case is asked: whether *place* answers it, what it says of *rules* or cards."""
        answers = place == self._held_back_by or (place == "insufficient_data" and self._insufficient)
        expect = self.prepared.case.expect
        on_the_card = 0 if rules else len((*expect.says, *expect.omits, *expect.suggests, *expect.never))
        return len(rules & {*expect.fires, *expect.not_}) + on_the_card + 9 * answers


def survivors(
    library: Library, recommendation: str, cases: Iterable[Prepared], known: Container[str] = ()
) -> list[str]:
    """Return the slips of *recommendation*, except the *known* ones, that turn no case red."""
    witnesses = [Witness(prepared, library) for prepared in cases if prepared.asked.orders]
    written = library.recommendations[recommendation]
    found = []
    for slip in (*slips_of(written), *slips_of_cards(library.catalogues[recommendation])):
        if slip.name in known:
            continue
        if not _is_noticed(slip, witnesses, with_content(library, recommendation, slip.content), written):
            found.append(slip.name)
    return found


def _is_noticed(slip: Slip, witnesses: list[Witness], slipped: Library, written: Recommendation) -> bool:
    rules = rules_that_use(slip.place, written)
    ordered = sorted(witnesses, key=lambda one: one.relevance(slip.place, rules), reverse=True)
    return any(one.notices(slip, slipped) for one in ordered)


def rules_that_use(place: str, recommendation: Recommendation) -> frozenset[str]:
    """Return the rules that rest on the rule or group *place*, itself included."""
    uses = {one.id: named_in(one.when) for one in recommendation.groups}
    uses |= {one.id: named_in(one.when) for one in recommendation.rules}
    reached = {place}
    while more := {name for name, used in uses.items() if used & reached} - reached:
        reached |= more
    return frozenset(reached & {rule.id for rule in recommendation.rules})

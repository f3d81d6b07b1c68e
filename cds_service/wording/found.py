"""Collect from explanations what was found, one line for each finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cds_service.criteria.explanation import NONE_OF, Explanation
from cds_service.evidence.model import Evidence, Side, State
from cds_service.wording.quote import quoted

_KIND_IN_WORDS = {
    "ClinicalImpression": "assessment",
    "Composition": "note",
    "Condition": "problem list",
    "DiagnosticReport": "report",
    "DocumentReference": "note",
    "FamilyMemberHistory": "family history",
    "ImagingStudy": "imaging",
    "MedicationRequest": "medication",
    "QuestionnaireResponse": "questionnaire",
    "ServiceRequest": "order",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One finding with all its evidence, newest first."""

    finding: str
    items: tuple[Evidence, ...]

    @property
    def side(self) -> str:
        """Return "both sides", "left", "right" or "" from all items together."""
        sides = {item.side for item in self.items if item.side}
        if Side.BOTH in sides or len(sides) > 1:
            return "both sides"
        return str(next(iter(sides), ""))


def found_in(explanations: Iterable[Explanation]) -> tuple[Found, ...]:
    """Return what makes *explanations* met, in their order, without what is documented absent."""
    by_finding: dict[str, dict[int, Evidence]] = {}
    seen: set[int] = set()
    for explanation in explanations:
        for item in _evidence_of(explanation, seen):
            by_finding.setdefault(item.finding, {})[id(item)] = item
    return tuple(Found(finding, _newest_first(items.values())) for finding, items in by_finding.items())


def _evidence_of(node: Explanation, seen: set[int]) -> Iterator[Evidence]:
    """Yield the evidence below *node*; a group that many rules share is read once."""
    if id(node) in seen or not node.met or node.states == NONE_OF:
        return
    seen.add(id(node))
    yield from (item for item in node.because if item.state in (State.ASSERTED, State.UNCERTAIN))
    for part in node.parts:
        yield from _evidence_of(part, seen)


def _newest_first(items: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(items, key=lambda item: str(item.date or ""), reverse=True))


def found_line(found: Found, names: Mapping[str, tuple[str, str]]) -> str:
    """Return the finding with its side, the newest words about it, their date and where they stand."""
    newest = found.items[0]
    uncertain = "uncertain" if newest.state is State.UNCERTAIN else ""
    qualifiers = ", ".join(filter(None, (found.side, uncertain)))
    name = names[found.finding][0] + (f" ({qualifiers})" if qualifiers else "")
    return f"{name}: {', '.join(filter(None, (_said(newest), _day(newest), source_in_words(newest))))}"


def found_words(found: Found, names: Mapping[str, tuple[str, str]]) -> str:
    """Return the finding with its side, as it stands in the reason of an order."""
    return names[found.finding][0] + (f" ({found.side})" if found.side else "")


def _said(item: Evidence) -> str:
    if item.coding is not None:
        return f"code {quoted(item.coding.code)}"
    return quoted(item.quote)


def _day(item: Evidence) -> str:
    return str(item.date) if item.date else "undated"


def source_in_words(item: Evidence) -> str:
    """Return what kind of record the item comes from, in a reader's words."""
    if item.kind == "ServiceRequest" and item.element.startswith("reason"):
        return "order reason"
    return _KIND_IN_WORDS.get(item.kind, item.kind.lower())

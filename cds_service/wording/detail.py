"""The detail of a card, in plain words that read the same with and without Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cds_service.chart.model import Gap
from cds_service.criteria.assess import Assessor
from cds_service.criteria.decide import Verdict
from cds_service.criteria.explanation import Explanation
from cds_service.criteria.recommendation import Recommendation, Redirect, Rule, Tier
from cds_service.criteria.truth import Truth
from cds_service.evidence.model import State
from cds_service.evidence.weigh import Weighed
from cds_service.wording.definitions import CardDefinition, Catalogue, Note
from cds_service.wording.found import Found, found_line
from cds_service.wording.quote import quoted

FOUND_LIMIT = 6
GAP_LIMIT = 4


@dataclass(frozen=True, slots=True)
class Grounds:
    """Everything that the words on the cards of one answer rest on."""

    recommendation: Recommendation
    catalogue: Catalogue
    assessor: Assessor
    verdict: Verdict
    weighed: Mapping[str, Weighed]
    gaps: tuple[Gap, ...]
    content_version: str
    content_hash: str


def word_detail(
    card: CardDefinition, because: tuple[Explanation, ...], found: tuple[Found, ...], on: Grounds
) -> str:
    """Return the detail in GitHub Flavored Markdown, paragraph by paragraph.

    Args:
        card: the card, with its lead sentence, notes and examination.
        because: the rules, suppression or companion criterion that show the card.
        found: what makes them met.
        on: the rest of the answer.
    """
    paragraphs = (
        card.lead,
        _found(found, on.catalogue),
        _why(because),
        *_counts(on),
        *(_note(note, on.assessor) for note in card.notes),
        *_examination(card, on),
        _gaps(on.gaps),
        _reference(on),
        f"Advisory: does not replace clinical judgment. Content version {on.content_version}.",
    )
    return "\n\n".join(filter(None, paragraphs))


def _found(found: tuple[Found, ...], catalogue: Catalogue) -> str:
    if not found:
        return ""
    lines = [f"- {found_line(one, catalogue.names)}" for one in found[:FOUND_LIMIT]]
    more = len(found) - FOUND_LIMIT
    return "\n".join(["**Found**:", "", *lines, *([f"- and {more} more"] if more > 0 else [])])


def _why(because: Iterable[Explanation]) -> str:
    reasons = [f"{one.states.rstrip('.')} ({one.criterion})" for one in because if one.criterion]
    return f"**Why**: {'; '.join(reasons)}." if reasons else ""


def _counts(on: Grounds) -> Iterator[str]:
    """Yield a line for each display rule that fired, with its count where it counts."""
    rules = {rule.id: rule for rule in on.recommendation.rules}
    for fired in on.verdict.fired:
        if fired.tier is Tier.DISPLAY:
            yield (
                _count(fired)
                if rules[fired.criterion].counts
                else f"{fired.states.rstrip('.')} ({fired.criterion})."
            )


def _count(fired: Explanation) -> str:
    parts = fired.parts[0].parts
    met = sum(part.met for part in parts)
    examined = sum(part.truth is not Truth.UNKNOWN for part in parts)
    return f"{fired.states.rstrip('.')} ({fired.criterion}): {met} of {len(parts)}, {examined} examined."


def _note(note: Note, assessor: Assessor) -> str:
    explanation = assessor.assess(note.when)
    if not explanation.met:
        return ""
    numbers = [item.number for item in explanation.because if item.number is not None]
    return note.text.replace("{number}", f"{numbers[-1]:g}" if numbers else "not stated")


def _examination(card: CardDefinition, on: Grounds) -> Iterator[str]:
    """Yield what was documented absent, what is unclear and what nobody recorded."""
    names = on.catalogue.names
    said = {finding: _state(on.weighed.get(finding)) for finding in card.exam}
    for state, title, form in (
        (State.DENIED, "Documented absent", 1),
        (State.UNCERTAIN, "Unclear", 0),
        (State.SILENT, "Not examined or not recorded", 0),
    ):
        words = [names[finding][form] for finding, one in said.items() if one is state]
        if words:
            yield f"**{title}**: {', '.join(words)}."


def _state(weighed: Weighed | None) -> State:
    return weighed.state if weighed else State.SILENT


def _gaps(gaps: tuple[Gap, ...]) -> str:
    if not gaps:
        return ""
    words = [f"{quoted(gap.what)} ({gap.reason})" for gap in gaps[:GAP_LIMIT]]
    more = len(gaps) - GAP_LIMIT
    return f"**Could not be read**: {', '.join(words)}{f' and {more} more' if more > 0 else ''}."


def _reference(on: Grounds) -> str:
    """Return figure and citation of the strongest rule whose figure fits the patient, "" without one.

    A card that a suppression puts in the place of the rule's says something else than the rule's figure.
    """
    if _is_redirected(on.verdict):
        return ""
    rules: Mapping[str, Rule] = {rule.id: rule for rule in on.recommendation.rules}
    for fired in on.verdict.fired:
        for name in rules[fired.criterion].shows:
            shown = on.catalogue.references[name]
            if shown.about and not any(on.weighed[one].state is State.ASSERTED for one in shown.about):
                continue
            return f"**Evidence**: {shown.figure.rstrip('.')}. {shown.citation.rstrip('.')}."
    return ""


def because_of(verdict: Verdict) -> tuple[Explanation, ...]:
    """Return what shows the main card: the redirection, if any, and the strongest rules that fired."""
    fired = tuple(rule for rule in verdict.fired if rule.tier is verdict.tier)
    return (verdict.because, *fired) if _is_redirected(verdict) and verdict.because else fired


def _is_redirected(verdict: Verdict) -> bool:
    return verdict.suppression is not None and isinstance(verdict.suppression.then, Redirect)

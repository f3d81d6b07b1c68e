"""The kept proof of one answer: what was asked, what was found, why it was said or not said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cds_service.chart.model import Gap
from cds_service.criteria.explanation import Explanation
from cds_service.hooks.card import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One answer, with patient data: it goes to the trace store, never to the log.

    Attributes:
        consult_id: the id that the answer carries in its consult extension.
        at: when the request came, UTC.
        orders: references of the draft orders that the question was about.
        tier: the tier reported; ``tier_before`` the one of the rules that fired, before any suppression.
        disposition: how the evaluation ended.
        content_hash: sha256 over all content files.
        explanation: the tree whose root is the verdict; None when nothing was evaluated (not applicable).
        suppressions: those that were met, in the order asked.
        gaps: what could not be read or fetched.
        cards: as they were due, also when they were withheld.
        withheld: why the cards that were due are not in the answer, "" when they are.
        fingerprint: hash of the evidence that counted, "" when none did.
        oddities: short fixed phrases about tolerated deviations and applied quirks.
        timings: milliseconds by stage; empty when not measured.
    """

    consult_id: str
    at: datetime
    client: str
    service: str
    hook: str
    patient_id: str
    user_id: str = ""
    orders: tuple[str, ...] = ()
    tier: str
    tier_before: str = ""
    disposition: str
    content_version: str
    content_hash: str = ""
    explanation: Explanation | None = None
    suppressions: tuple[Explanation, ...] = ()
    gaps: tuple[Gap, ...] = ()
    cards: tuple[Card, ...] = ()
    withheld: str = ""
    fingerprint: str = ""
    oddities: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)


def fired_rules(explanation: Explanation | None) -> tuple[str, ...]:
    """Return the ids of the rules with a tier that are met, in the order of the tree."""
    if explanation is None:
        return ()
    if explanation.tier:
        return (explanation.criterion,) if explanation.met else ()
    return tuple(dict.fromkeys(rule for part in explanation.parts for rule in fired_rules(part)))

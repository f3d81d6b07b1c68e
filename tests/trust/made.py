"""Traces, feedback items and shown cards for the tests; no clock, no chance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from cds_service.chart.dates import FhirDate
from cds_service.chart.model import Gap
from cds_service.criteria.explanation import Explanation
from cds_service.criteria.recommendation import Tier
from cds_service.criteria.truth import Truth
from cds_service.evidence.model import Evidence, State
from cds_service.hooks.feedback import FeedbackItem, Outcome
from cds_service.trace import Trace

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

EVIDENCE = Evidence(
    finding="sign.one",
    state=State.ASSERTED,
    reference="DocumentReference/ZZCANARY-note",
    kind="DocumentReference",
    date=FhirDate.on(date(2026, 11, 20)),
    quote="ZZCANARY the words of the note",
    span=(3, 30),
)
EXPLANATION = Explanation(
    "question",
    "any of",
    Truth.MET,
    parts=(
        Explanation(
            "R1",
            "a rule",
            Truth.MET,
            Tier.URGENT,
            parts=(Explanation("sign.one", "sign.one is asserted", Truth.MET, because=(EVIDENCE,)),),
        ),
        Explanation("R2", "another rule", Truth.NOT_MET, Tier.CONSIDER),
    ),
)
TRACE = Trace(
    consult_id="consult-1",
    at=AT,
    client="ehr",
    service="one",
    hook="order-select",
    patient_id="ZZCANARY-patient",
    user_id="Practitioner/ZZCANARY-user",
    orders=("ServiceRequest/ZZCANARY-order",),
    tier="urgent",
    disposition="advisory-shown",
    content_version="2026.11.0",
    explanation=EXPLANATION,
    gaps=(Gap("Observation/ZZCANARY-observation", "content type application/pdf"), Gap("notes", "not sent")),
)


def a_trace(consult_id: str = "consult-1", **more: Any) -> Trace:
    return replace(TRACE, consult_id=consult_id, **more)


def an_item(card: str = "card-1", **more: Any) -> FeedbackItem:
    values: dict[str, Any] = {"card": card, "outcome": Outcome.OVERRIDDEN, "outcome_at": AT} | more
    return FeedbackItem(**values)

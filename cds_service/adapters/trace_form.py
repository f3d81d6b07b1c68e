"""A trace as JSON: in full where it will be sealed, minimized where nothing may seal it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from cds_service.chart.model import Gap
from cds_service.criteria.explanation import Explanation
from cds_service.evidence.model import Evidence
from cds_service.hooks.card import Card
from cds_service.trace import Trace

Json = dict[str, Any]


def full(trace: Trace) -> bytes:
    """Return everything, quotes and ids included."""
    return orjson.dumps(trace, default=_plain)


def minimal(trace: Trace, patient: str) -> bytes:
    """Return what explains the answer without text, ids, dates or codes of the patient.

    Args:
        trace: the trace.
        patient: the pseudonym that stands for the patient.
    """
    out: Json = {
        "consult_id": trace.consult_id,
        "client": trace.client,
        "service": trace.service,
        "hook": trace.hook,
        "patient": patient,
        "orders": len(trace.orders),
        "tier": trace.tier,
        "tier_before": trace.tier_before,
        "disposition": trace.disposition,
        "content_version": trace.content_version,
        "content_hash": trace.content_hash,
        "explanation": _explanation(trace.explanation) if trace.explanation else None,
        "suppressions": [_explanation(item) for item in trace.suppressions],
        "gaps": [_gap(gap) for gap in trace.gaps],
        "cards": [_card(card) for card in trace.cards],
        "withheld": trace.withheld,
        "oddities": trace.oddities,
        "timings": trace.timings,
    }
    return orjson.dumps(out)


def _explanation(node: Explanation) -> Json:
    out: Json = {"criterion": node.criterion, "states": node.states, "truth": node.truth, "tier": node.tier}
    if node.because:
        out["because"] = [_evidence(item) for item in node.because]
    if node.parts:
        out["parts"] = [_explanation(part) for part in node.parts]
    return out


def _evidence(item: Evidence) -> Json:
    """Keep what kind of place spoke and how; drop the words, the date and the resource."""
    how = "code" if item.coding else "text"
    return {
        "finding": item.finding,
        "state": item.state,
        "kind": item.kind,
        "by": how,
        "ignored": item.ignored,
    }


def _gap(gap: Gap) -> Json:
    return {"what": gap.what.partition("/")[0], "reason": gap.reason}


def _card(card: Card) -> Json:
    return {
        "uuid": card.uuid,
        "indicator": card.indicator,
        "suggestions": [item.uuid for item in card.suggestions],
    }


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value, key=str)
    return str(value)

"""A trace as JSON: in full where it will be sealed, minimized where nothing may seal it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from cds_service.chart.model import Gap
from cds_service.criteria.explanation import Explanation
from cds_service.criteria.tree import opened
from cds_service.evidence.model import Evidence
from cds_service.hooks.card import Card
from cds_service.trace import Trace

Json = dict[str, Any]
SAME_AS = "same_as"
"""The name of a criterion that was told before: it is assessed once and used in many places."""

_STRING = frozenset({str})
_MOST_LINES = 5_000
_lines: dict[int, tuple[Explanation, str]] = {}
"""The line of a silent node, by its id, which stays its own while the node is held here. Where the record is
silent, a compiled criterion gives one and the same node for every patient."""


def full(trace: Trace) -> bytes:
    """Return everything, quotes and ids included."""
    tree = _Tree(lambda evidence: evidence)
    out = {
        "consult_id": trace.consult_id,
        "at": trace.at,
        "user_id": trace.user_id,
        "orders": trace.orders,
        "fingerprint": trace.fingerprint,
        "gaps": trace.gaps,
        "cards": [card.as_json() for card in trace.cards],
        **_common(trace, trace.patient_id, tree),
    }
    return orjson.dumps(out, default=_plain)


def minimal(trace: Trace, patient: str, names: frozenset[str] = frozenset()) -> bytes:
    """Return what explains the answer without text, ids, dates or codes of the patient.

    Args:
        trace: the trace.
        patient: the pseudonym that stands for the patient.
        names: see ``gap_name``.
    """
    tree = _Tree(_minimal_evidence)
    out = {
        "consult_id": trace.consult_id,
        "orders": len(trace.orders),
        "gaps": [{"what": gap_name(gap, names), "reason": gap.reason} for gap in trace.gaps],
        "cards": [_minimal_card(card) for card in trace.cards],
        **_common(trace, patient, tree),
    }
    return orjson.dumps(out, default=_plain)


def _common(trace: Trace, patient: str, tree: _Tree) -> Json:
    return {
        "client": trace.client,
        "service": trace.service,
        "hook": trace.hook,
        "patient": patient,
        "tier": trace.tier,
        "tier_before": trace.tier_before,
        "disposition": trace.disposition,
        "withheld": trace.withheld,
        "content_version": trace.content_version,
        "content_hash": trace.content_hash,
        "oddities": trace.oddities,
        "timings": trace.timings,
        # In the order in which a person reads them: what refers to a criterion comes after it.
        "suppressions": [tree.node(item) for item in trace.suppressions],
        "explanation": tree.node(trace.explanation) if trace.explanation else None,
        "evidence": tree.evidence,
    }


@dataclass(slots=True)
class _Tree:
    """Writes each named criterion and each evidence once; a second use says the name or the number."""

    write_evidence: Callable[[Evidence], object]
    evidence: list[object] = field(default_factory=list)
    _told: dict[int, Json] = field(default_factory=dict)
    _places: dict[int, int] = field(default_factory=dict)

    def node(self, node: Explanation) -> Json | str:
        """Return *node* with all below it; where the record is silent throughout, it is a line of words."""
        silent = _lines.get(id(node))
        if silent is not None:
            return silent[1]
        told = self._told.get(id(node))
        if told is not None:
            return told
        how, below = opened(node)
        parts = [self.node(part) for part in below]
        if not node.because and _STRING.issuperset(map(type, parts)):
            return _line(node)
        out = _head(node, how)
        if node.because:
            out["because"] = [self._place(item) for item in node.because]
        if parts:
            out["parts"] = parts
            if node.criterion:
                self._told[id(node)] = {SAME_AS: node.criterion}
        return out

    def _place(self, item: Evidence) -> int:
        place = self._places.get(id(item))
        if place is None:
            place = self._places[id(item)] = len(self.evidence)
            self.evidence.append(self.write_evidence(item))
        return place


def _head(node: Explanation, how: str) -> Json:
    criterion, states, truth, tier, _, _ = node
    head: Json = {"criterion": criterion, "truth": truth}
    if states:
        head["states"] = states
    if tier:
        head["tier"] = tier
    if how:
        head["how"] = how
    return head


def _line(node: Explanation) -> str:
    if len(_lines) >= _MOST_LINES:
        _lines.clear()
    line = " ".join(filter(None, (f"{node.truth}:", node.criterion, node.states)))
    _lines[id(node)] = (node, line)
    return line


def _minimal_evidence(item: Evidence) -> Json:
    """Keep what kind of place spoke and how; drop the words, the date and the resource."""
    how = "code" if item.coding else "text"
    return {
        "finding": item.finding,
        "state": item.state,
        "kind": item.kind,
        "by": how,
        "ignored": item.ignored,
    }


def gap_name(gap: Gap, names: frozenset[str]) -> str:
    """Return the prefetch key or resource type of *gap* if it is one of our own *names*, else "other".

    A client may call a key, or a resource type, by the name of a patient.
    """
    what = gap.what.partition("/")[0]
    return what if what in names else "other"


def _minimal_card(card: Card) -> Json:
    topic = card.source.topic.code if card.source.topic else ""
    suggestions = [item.uuid for item in card.suggestions]
    return {"uuid": card.uuid, "id": topic, "indicator": card.indicator, "suggestions": suggestions}


def _plain(value: object) -> object:
    """Say in JSON what is neither a plain value nor a dataclass (named tuples included)."""
    as_dict = getattr(value, "_asdict", None)
    if as_dict is not None:
        return as_dict()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value, key=str)
    return str(value)

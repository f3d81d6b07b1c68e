"""Print an explanation as the tree that it is, for people and for the trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cds_service.criteria.explanation import Explanation
from cds_service.evidence.model import Evidence

_INDENT = "  "


def print_tree(explanations: Iterable[Explanation]) -> str:
    """Return the tree in lines; a group that was printed once is named "as above" the next time."""
    printed: set[str] = set()
    return "\n".join(line for explanation in explanations for line in _lines(explanation, 0, printed))


def _lines(node: Explanation, depth: int, printed: set[str]) -> Iterator[str]:
    how, below = opened(node)
    again = node.criterion in printed and bool(below)
    words = " ".join(filter(None, (node.states, f"({how})" if how else "", "(as above)" if again else "")))
    head = (node.truth, node.tier, node.criterion, words)
    line = _INDENT * depth + "  ".join(part for part in head if part)
    yield line + (f"  <- {'; '.join(map(evidence_line, node.because))}" if node.because else "")
    if again:
        return
    if below:
        printed.add(node.criterion or "")
        printed.discard("")
    for part in below:
        yield from _lines(part, depth + 1, printed)


def opened(node: Explanation) -> tuple[str, tuple[Explanation, ...]]:
    """Return how the parts of *node* are combined, and the parts, without the nameless node between."""
    if node.criterion and len(node.parts) == 1 and not node.parts[0].criterion and node.parts[0].parts:
        return node.parts[0].states, node.parts[0].parts
    return "", node.parts


def evidence_line(item: Evidence) -> str:
    """Return one piece of evidence on one line: what was written or coded, where and when."""
    if item.coding is not None:
        said = f"{item.coding.system}|{item.coding.code}"
    else:
        said = '"' + " ".join(item.quote.split()) + '"'
    side = f" ({item.side})" if item.side else ""
    return f"{said}{side}, {item.reference or item.kind}, {item.date or 'no date'}"


def tree_json(node: Explanation) -> dict[str, Any]:
    """Return the same tree as JSON; empty members are left out."""
    members = {
        "criterion": node.criterion,
        "states": node.states,
        "truth": str(node.truth),
        "tier": str(node.tier) if node.tier else "",
        "because": [evidence_json(item) for item in node.because],
        "parts": [tree_json(part) for part in node.parts],
    }
    return {name: value for name, value in members.items() if value}


def evidence_json(item: Evidence) -> dict[str, Any]:
    """Return one piece of evidence as JSON; what was not recorded is left out."""
    members = {
        "finding": item.finding,
        "state": str(item.state),
        "reference": item.reference,
        "kind": item.kind,
        "date": str(item.date) if item.date else None,
        "side": str(item.side) if item.side else None,
        "onsetDays": item.onset_days,
        "course": str(item.course) if item.course else None,
        "quote": item.quote,
        "span": list(item.span) if item.span else None,
        "element": item.element,
        "code": f"{item.coding.system}|{item.coding.code}" if item.coding else None,
        "number": item.number,
        "ignored": item.ignored,
    }
    return {name: value for name, value in members.items() if value is not None and value != ""}

"""Why was there a card, or none: print the trace of one answer."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from cds_service.adapters.trace_form import SAME_AS
from cds_service.keeping import open_keeping
from cds_service.settings import Settings

HELP = "print the traces of one answer (a retry has the same id; the newest 20), by its consultId"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    parser.add_argument("consult_id")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print it; 1 when there is none.

    Raises:
        StoreUnavailable: the store does not answer, or the key of the trace is not configured.
    """
    keeping = open_keeping(Settings.read(os.environ))
    found = keeping.traces.find(arguments.consult_id)
    keeping.store.close()
    for item in found:
        print(json.dumps(item, indent=2) if arguments.json else "\n".join(told(item)))
    if not found:
        print("no such trace: not written yet, purged, or of another store")
    return 0 if found else 1


def told(item: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that tell one trace to a person."""
    trace = item["trace"]
    kept = datetime.fromtimestamp(item["kept_ms"] / 1000, UTC).isoformat(timespec="seconds")
    yield f"row     {item['sequence']}, kept {kept}"
    yield f"consult {trace['consult_id']}  {trace['service']} ({trace['hook']}) of {trace['client']}"
    yield f"content {trace['content_version']}  {trace['timings'].get('total', '?')} ms  trace {item['form']}"
    yield f"answer  {trace['disposition']}, tier {trace['tier']} (before suppression {trace['tier_before']})"
    if trace["withheld"]:
        yield f"withheld: {trace['withheld']}"
    yield from (f"card    {card.get('summary') or card.get('id')}" for card in trace["cards"])
    for name in ("suppressions", "gaps"):
        if trace[name]:
            yield f"{name}:"
    yield from (f"  gap {gap['what']}: {gap['reason']}" for gap in trace["gaps"])
    for suppression in trace["suppressions"]:
        yield from _node(suppression, trace["evidence"], 1)
    if trace["explanation"]:
        yield "explanation:"
        yield from _node(trace["explanation"], trace["evidence"], 1)


def _node(node: dict[str, Any] | str, evidence: list[dict[str, Any]], depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(node, str):
        yield f"{indent}{node}"
        return
    if SAME_AS in node:
        yield f"{indent}{node[SAME_AS]} (as above)"
        return
    how = f"({node['how']})" if "how" in node else ""
    words = (node["truth"], node.get("tier") or "", node["criterion"], node.get("states") or "", how)
    yield f"{indent}{'  '.join(filter(None, words))}"
    for place in node.get("because", ()):
        yield f"{indent}  <- {_evidence(evidence[place])}"
    for part in node.get("parts", ()):
        yield from _node(part, evidence, depth + 1)


def _evidence(item: dict[str, Any]) -> str:
    where = item.get("reference") or item.get("kind", "")
    said = f'"{item["quote"]}", ' if item.get("quote") else ""
    ignored = f" (ignored: {item['ignored']})" if item.get("ignored") else ""
    return f"{item['finding']} {item['state']}: {said}{where}{ignored}"

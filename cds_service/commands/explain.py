"""Explain the answer to one request: the verdict, the tree of reasons, and what could not be read."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from cds_service.cases.run import offered_kinds_of
from cds_service.content.library import Library
from cds_service.content.load import load_library
from cds_service.criteria.explanation import Explanation
from cds_service.criteria.tree import print_tree, tree_json
from cds_service.criteria.truth import Truth
from cds_service.errors import InvalidRequest, MalformedBody
from cds_service.guidance import Ports, respond
from cds_service.hooks.card import HookResponse
from cds_service.hooks.request import HookRequest, read_request
from cds_service.hooks.service import Service
from cds_service.trace import Trace
from cds_service.wording.definitions import Publisher

HELP = "explain the answer to a request file: the tree of reasons behind it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    parser.add_argument("file", type=Path, help="a hook request as JSON; what it lacks is not fetched")
    parser.add_argument("--cards", type=Path, default=Path("cards"), help="content folder (default: cards)")
    parser.add_argument(
        "--as-of", type=_day, metavar="DAY", help="the day of the question, as 2026-11-21 (default: today)"
    )
    parser.add_argument(
        "--all", action="store_true", help="print the tree of every rule, not only of those met"
    )
    parser.add_argument("--json", action="store_true", help="print the answer and the whole tree as JSON")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2026-11-21") from None


def run(arguments: argparse.Namespace) -> int:
    """Print the explanation; return 0."""
    library = load_library(arguments.cards)
    request = _request(arguments.file, arguments.as_of)
    service = _service(request, library)
    response, trace = explain(request, service, library)
    if arguments.json:
        print(json.dumps(_as_json(response, trace), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(response, trace, service, everything=arguments.all)))
    return 0


def explain(request: HookRequest, service: Service, library: Library) -> tuple[HookResponse, Trace | None]:
    """Return the answer of the main path with its trace; no trace when the orders are not our business."""
    traces: list[Trace] = []
    ports = Ports(
        publisher=Publisher("https://cordcheck.example.org/fhir", "https://cordcheck.example.org"),
        keep_trace=traces.append,
    )
    response = respond(request, service, library, ports)
    return response, traces[0] if traces else None


def _request(file: Path, as_of: date | None) -> HookRequest:
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else "it cannot be read as JSON"
        raise MalformedBody(f"{file}: {why}") from error
    received_at = datetime.combine(as_of, time(12), UTC) if as_of else datetime.now(UTC)
    try:
        return read_request(body, received_at)
    except (KeyError, TypeError) as error:
        raise InvalidRequest(
            f"{file}: not a hook request; hook, hookInstance and context are needed"
        ) from error


def _service(request: HookRequest, library: Library) -> Service:
    for service in library.services.values():
        if service.hook == request.hook:
            return service
    hooks = ", ".join(sorted({service.hook for service in library.services.values()}))
    raise InvalidRequest(f"hook: no service answers {request.hook!r}; there are {hooks}")


def _lines(
    response: HookResponse, trace: Trace | None, service: Service, *, everything: bool
) -> Iterator[str]:
    consult = response.consult
    yield f"{service.id}, content {consult.content_version}"
    yield f"answer: {consult.tier}, {consult.disposition}"
    if trace is None or trace.explanation is None:
        yield "none of the newly selected orders is one that this service is about"
        return
    if trace.tier_before != trace.tier:
        yield f"rules alone: {trace.tier_before}"
    yield from (f"would settle it: {what}" for what in consult.would_settle)
    for card in response.cards:
        kinds = ", ".join(offered_kinds_of(card)) or "nothing"
        yield f"card: {card.source.topic.code if card.source.topic else '-'}, offers {kinds}"
    yield from (f"gap: {gap.what}, {gap.reason}" for gap in trace.gaps)
    if trace.suppressions:
        yield "\nheld back or turned by:\n" + print_tree(trace.suppressions)
    yield from _rules(trace.explanation.parts if trace.explanation else (), everything)


def _rules(rules: tuple[Explanation, ...], everything: bool) -> Iterator[str]:
    shown = [rule for rule in rules if everything or rule.met]
    if shown:
        yield "\n" + print_tree(shown)
    for truth in (Truth.UNKNOWN, Truth.NOT_MET):
        names = [rule.criterion for rule in rules if rule.truth is truth and rule not in shown]
        if names:
            yield f"\n{truth}: {' '.join(names)}"


def _as_json(response: HookResponse, trace: Trace | None) -> dict[str, Any]:
    parts: dict[str, Any] = {"response": response.as_json()}
    if trace is not None and trace.explanation is not None:
        parts["tierOfRules"] = trace.tier_before
        parts["gaps"] = [{"what": gap.what, "reason": gap.reason} for gap in trace.gaps]
        parts["suppressions"] = [tree_json(one) for one in trace.suppressions]
        parts["rules"] = [tree_json(rule) for rule in trace.explanation.parts]
    return parts

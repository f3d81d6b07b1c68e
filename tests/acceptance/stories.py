"""The requests of fixtures/requests, asked over HTTP as of one fixed day, and what counts of each answer.

``python -m tests.acceptance.stories --write`` writes the expected answers anew: read what changed.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cds_service.cases.run import offered_kinds_of
from cds_service.clients import Client
from cds_service.guidance import Ports, respond
from cds_service.hooks.card import Card, HookResponse
from cds_service.hooks.request import HookRequest
from cds_service.wording.definitions import Publisher
from tests.clients.content import the_library
from tests.web.stand_in import ROOT, SELECT_URL, SIGN_URL, stand_in

AS_OF = datetime(2026, 11, 21, 12, tzinfo=UTC)
FOLDER = ROOT / "fixtures" / "requests"
ANSWER = ".expected.json"
STORIES = sorted(path for path in FOLDER.glob("*.json") if not path.name.endswith(ANSWER))
PORTS = Ports(publisher=Publisher("https://our.example/fhir", "https://our.example"))
URLS = {"order-select": SELECT_URL, "order-sign": SIGN_URL}


def expected_of(path: Path) -> Path:
    """Return the file with the expected answer to the request in *path*."""
    return path.with_name(path.stem + ANSWER)


def ask(path: Path) -> dict[str, Any]:
    """Return status, tier, disposition and cards of the answer to the request in *path*."""
    given: list[HookResponse] = []

    def answer(request: HookRequest, service_id: str, client: Client) -> HookResponse:
        library = the_library()
        asked = replace(request, received_at=AS_OF)
        given.append(respond(asked, library.services[service_id], library, PORTS))
        return given[0]

    body = json.loads(path.read_text("utf-8"))
    reply = stand_in(answer=answer).invoke(body, URLS[body["hook"]])
    return {"status": reply.status_code, **essence(given[0])}


def essence(response: HookResponse) -> dict[str, Any]:
    """Return what counts of *response*: a change of any of it is a change for the clinician."""
    return {
        "tier": str(response.consult.tier),
        "disposition": str(response.consult.disposition),
        "cards": [_card(card) for card in response.cards],
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "id": card.source.topic.code if card.source.topic else None,
        "indicator": str(card.indicator),
        "summary": card.summary,
        "offers": list(offered_kinds_of(card)),
    }


def main() -> None:
    """Say which stories get another answer than expected; with --write, expect what they get."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--write", action="store_true", help="write the expected answers anew")
    write = parser.parse_args().write
    for path in STORIES:
        kept, now = expected_of(path), json.dumps(ask(path), indent=2, ensure_ascii=False) + "\n"
        if not kept.exists() or kept.read_text("utf-8") != now:
            sys.stdout.write(f"{path.stem}: {'written' if write else 'differs'}\n")
            if write:
                kept.write_text(now, "utf-8")


if __name__ == "__main__":
    main()

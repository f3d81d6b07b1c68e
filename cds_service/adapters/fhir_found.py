"""What a FHIR server has given for one key so far, and what it amounts to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cds_service.adapters.fhir_http import LATE
from cds_service.chart.unbundle import unbundle
from cds_service.hooks.prefetch import Failed, Prefetched, Sent, SentEmpty


@dataclass(slots=True)
class Found:
    """What has come for one key so far; it grows while pages come in, and is read when the time is over.

    Attributes:
        entries: Bundle entries, in order.
        resource: the answer when it is a single resource.
        problem: why something is missing, "" when nothing is.
        done: nothing more will come.
    """

    entries: list[Any] = field(default_factory=list)
    resource: Mapping[str, Any] | None = None
    problem: str = ""
    done: bool = False

    @property
    def missing(self) -> str:
        """Return why something is missing, "" when all is there."""
        return self.problem or ("" if self.done else LATE)

    def matches(self) -> tuple[Mapping[str, Any], ...]:
        """Return the resources that have come, without the server's remarks."""
        return unbundle(_bundle(self.entries)).resources

    def answered(self) -> bool:
        """Say whether the server did answer, be it to refuse."""
        refused = self.problem.startswith("FHIR server answered 4") and "429" not in self.problem
        return bool(self.entries or self.resource or refused or not self.missing)


def as_prefetched(found: Found) -> Prefetched:
    """Return what has come as if the client had sent it."""
    if found.resource is not None:
        return Sent(found.resource)
    opened = unbundle(_bundle(found.entries))
    if opened.resources:
        return Sent(_bundle(found.entries, found.missing))
    reasons = (found.missing, *opened.failures)
    return Failed(next(filter(None, reasons))) if any(reasons) else SentEmpty()


def extended(sent: Mapping[str, Any], found: Found) -> Sent:
    """Return the Bundle that the client sent, with the pages that followed."""
    entries = sent.get("entry")
    first = entries if isinstance(entries, list) else []
    return Sent({**sent, **_bundle([*first, *found.entries], found.missing)})


def _bundle(entries: list[Any], missing: str = "") -> dict[str, Any]:
    """Return a Bundle; what is missing stands in it as FHIR says, so that no reader can overlook it."""
    said = [_outcome(missing)] if missing else []
    return {"resourceType": "Bundle", "type": "searchset", "link": [], "entry": [*entries, *said]}


def _outcome(missing: str) -> dict[str, Any]:
    code = "timeout" if missing == LATE else "incomplete"
    issue = {"severity": "error", "code": code, "diagnostics": missing}
    return {"resource": {"resourceType": "OperationOutcome", "issue": [issue]}, "search": {"mode": "outcome"}}

"""One query answered by one FHIR server: retried, simplified where the server refuses it, page after page."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import requests

from cds_service.adapters.fhir_address import FhirBase
from cds_service.adapters.fhir_found import Found
from cds_service.adapters.fhir_http import Reply, Round, get
from cds_service.adapters.fhir_plan import BARE, PREFIXED, Query, fallbacks
from cds_service.chart.fhir_json import each
from cds_service.chart.unbundle import unbundle
from cds_service.errors import NotFetched

FHIR_JSON = "application/fhir+json"

_REFUSED = frozenset({400, 414, 422, 501})
_LEAST_SECONDS = 0.02


@dataclass(slots=True)
class Learned:
    """What one server has taught us; only ever a shortcut, never a truth.

    Attributes:
        form: how it wants ``patient=``; "" while nothing is known.
        ways: by the shape of a query, which of its fallbacks the server takes.
    """

    form: str = ""
    ways: dict[tuple[str, ...], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks one server on behalf of one hook request.

    Attributes:
        headers: with the token; sent to the origin of ``base`` only.
        pages: how many pages of one search are read.
    """

    base: FhirBase
    session: requests.Session
    headers: Mapping[str, str] = field(repr=False)
    of: Round
    learned: Learned
    pages: int

    def answer(self, query: Query, found: Found) -> None:
        """Put into *found* what the server knows; a problem is noted there and never raised."""
        try:
            if query.id:
                found.resource = _same(self.json(f"{self.base.url}/{query.url()}"), query)
            else:
                self._search(query, found)
        except NotFetched as problem:
            found.problem = problem.reason
        found.done = True

    def follow(self, link: str, found: Found) -> None:
        """Read on from a Bundle's next link."""
        try:
            self._pages(link, found, self.pages - 1)
        except NotFetched as problem:
            found.problem = problem.reason
        found.done = True

    def _search(self, query: Query, found: Found) -> None:
        """Try the query, then simpler ones, in each form of the patient that the server may want."""
        shape = (query.kind, *sorted({name for name, _ in query.params}))
        ways, first = fallbacks(query), self.learned.ways.get(shape, 0)
        for number, way in list(enumerate(ways))[first:]:
            try:
                self._in_its_form(way, found)
            except NotFetched as problem:
                if problem.status not in _REFUSED or number == len(ways) - 1:
                    raise
                continue
            self.learned.ways[shape] = number
            return

    def _in_its_form(self, way: tuple[Query, ...], found: Found) -> None:
        """Ask with "Patient/1", then with "1", until one of them is understood; remember which."""
        forms = (self.learned.form,) if self.learned.form else (PREFIXED, BARE)
        refusals: list[NotFetched] = []
        understood = ""
        for form in forms if way[0].patient_id else (PREFIXED,):
            try:
                self._all_of(way, form, found)
            except NotFetched as problem:
                refusals.append(_refusal(problem))
                continue
            understood = understood or form
            if found.matches():
                understood = form
                break
        if not understood:
            self.learned.form = ""
            raise refusals[0]
        if way[0].patient_id and (found.matches() or refusals):
            self.learned.form = understood

    def _all_of(self, way: tuple[Query, ...], form: str, found: Found) -> None:
        """Put the searches of one way together; a part that is refused is a problem, not the end."""
        refusals = []
        for query in way:
            try:
                self._pages(f"{self.base.url}/{query.url(form)}", found, self.pages)
            except NotFetched as problem:
                refusals.append(_refusal(problem))
        if len(refusals) == len(way):
            raise refusals[0]
        if refusals:
            found.problem = refusals[0].reason

    def _pages(self, url: str, found: Found, pages: int) -> None:
        link: str | None = url
        seen: set[str] = set()
        left = 0
        while link and link not in seen:
            if len(seen) >= pages:
                raise NotFetched("FHIR server has more pages than are read")
            whole = self.base.resolve(link)
            if whole is None:
                raise NotFetched("FHIR server's next page stands on another server")
            page = self.json(whole)
            left = (left if seen else _total(page)) - len(each(page.get("entry")))
            seen.add(link)
            link = _take(page, found)
        if left > 0:
            found.problem = "FHIR server counted more than it sent"

    def json(self, url: str) -> dict[str, Any]:
        """Return the FHIR resource at *url*.

        Raises:
            NotFetched: no answer, an error, or an answer that is no FHIR JSON.
        """
        return _resource(self.reply(url, FHIR_JSON))

    def reply(self, url: str, accept: str) -> Reply:
        """Return the raw answer, asked for once more where that is safe and there is time.

        Raises:
            NotFetched: no complete answer came.
        """
        headers = {**self.headers, "Accept": accept, "Accept-Encoding": "gzip"}
        try:
            return get(self.session, url, headers, self.of)
        except NotFetched as problem:
            if not problem.try_again or self.of.seconds_left() < _LEAST_SECONDS:
                raise
        time.sleep(_LEAST_SECONDS / 2)
        return get(self.session, url, headers, self.of)


def _refusal(problem: NotFetched) -> NotFetched:
    """Return *problem* when the server refused the question itself; raise every other one."""
    if problem.status not in _REFUSED:
        raise problem
    return problem


def _total(page: Mapping[str, Any]) -> int:
    total = page.get("total")
    return total if isinstance(total, int) else 0


def _take(resource: dict[str, Any], found: Found) -> str | None:
    """Add one answer to a search to *found*; return the link to the next page."""
    if resource.get("resourceType") != "Bundle":
        found.entries.append({"resource": resource})
        return None
    found.entries += each(resource.get("entry"))
    return unbundle(resource).next_url


def _resource(reply: Reply) -> dict[str, Any]:
    kind = reply.content_type.partition(";")[0].strip().lower()
    try:
        value = orjson.loads(reply.body)
    except ValueError:
        shown = kind if 0 < len(kind) < 40 else "an unnamed content type"
        raise NotFetched(f"FHIR server sent {shown} that is no JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise NotFetched("FHIR server sent JSON that is no FHIR resource")
    if value["resourceType"] == "OperationOutcome":
        raise NotFetched("FHIR server reported a failure")
    return value


def _same(resource: dict[str, Any], query: Query) -> dict[str, Any]:
    if resource["resourceType"] != query.kind or str(resource.get("id", query.id)) != query.id:
        raise NotFetched("FHIR server sent another resource than was asked for")
    return resource

"""Prefetch templates turned into FHIR queries, with the simpler queries to fall back on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import quote

from cds_service.hooks.request import HookRequest

PREFIXED, BARE = "prefixed", "bare"

_TOKEN = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_TODAY = re.compile(r"today\(\)(?:\s*-\s*(\d{1,5})\s*(day|week|month|year)s?)?\Z")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_SEARCH_MARKS = re.compile(r"([\\$,|])")
_WHO = ("patient", "subject")
_ABOUT_THE_ANSWER = ("_sort", "_count", "_include", "_revinclude", "_summary", "_elements", "_total")
_TIME = ("date", "status", "authored", "authoredon", "onset-date", "recorded-date", "period")
_OBSERVATION_CATEGORIES = (
    "exam",
    "vital-signs",
    "survey",
    "social-history",
    "imaging",
    "procedure",
    "laboratory",
    "therapy",
    "activity",
)


@dataclass(frozen=True, slots=True)
class Query:
    """One read or search.

    Attributes:
        kind: resource type.
        id: for a read, "" for a search.
        params: of a search, with values escaped for FHIR search, but not yet for a URL.
        patient_id: bare id of the patient whom the search is about, "" when it names none.
    """

    kind: str
    id: str = ""
    params: tuple[tuple[str, str], ...] = ()
    patient_id: str = ""

    def url(self, form: str = PREFIXED) -> str:
        """Return the URL relative to the base, with the patient in the *form* that the server wants."""
        if self.id:
            return f"{self.kind}/{quote(self.id, safe='')}"
        who = f"Patient/{self.patient_id}" if form == PREFIXED else self.patient_id
        values = [(name, who if name in _WHO and self.patient_id else value) for name, value in self.params]
        return self.kind + "?" + "&".join(f"{quote(n, safe=':')}={quote(v, safe=',/:')}" for n, v in values)

    def without(self, names: Iterable[str]) -> Query:
        """Return this search without the parameters *names*."""
        gone = frozenset(names)
        return replace(self, params=tuple(p for p in self.params if p[0].partition(":")[0] not in gone))


def fill(template: str, request: HookRequest) -> Query | None:
    """Return the query that *template* means for *request*; None when the request lacks what it names."""
    path, _, rest = template.partition("?")
    try:
        kind, _, own_id = _TOKEN.sub(lambda m: _value(m[1], request), path).strip("/").partition("/")
        params = tuple(_params(rest, request))
    except LookupError:
        return None
    if not re.fullmatch(r"[A-Za-z]+", kind) or "/" in own_id or own_id in (".", ".."):
        return None
    about = any(name in _WHO for name, _ in params)
    who = _SEARCH_MARKS.sub(r"\\\1", request.patient_id) if about else ""
    return Query(kind, own_id, params, who)


def _params(rest: str, request: HookRequest) -> Iterator[tuple[str, str]]:
    for part in filter(None, rest.split("&")):
        name, _, value = part.partition("=")
        yield name, _TOKEN.sub(lambda m: _SEARCH_MARKS.sub(r"\\\1", _value(m[1], request)), value)


def _value(token: str, request: HookRequest) -> str:
    """Return what a token stands for; raise LookupError when the request does not say."""
    today = _TODAY.match(token)
    if today:
        days = int(today[1] or 0) * _DAYS[today[2] or "day"]
        return _earlier(request.received_at.date(), days).isoformat()
    known = {
        "context.patientId": request.patient_id,
        "context.encounterId": request.encounter_id or "",
        "context.userId": request.user_id,
        "userPractitionerId": _id_of(request.requester, "Practitioner"),
        "userPractitionerRoleId": _id_of(request.requester, "PractitionerRole"),
    }
    if not known.get(token):
        raise LookupError(token)
    return known[token]


def _earlier(day: date, days: int) -> date:
    try:
        return day - timedelta(days=days)
    except OverflowError:
        return date.min


def _id_of(reference: str | None, kind: str) -> str:
    named, _, own_id = (reference or "").partition("/")
    return own_id if named == kind else ""


def fallbacks(query: Query) -> tuple[tuple[Query, ...], ...]:
    """Return *query* and simpler ones, best first; each is one or several searches to be put together.

    Some servers refuse sorting, several categories at once, or dates; some refuse Observation searches
    without a category, others those with one. What a simpler search finds too much, evaluation leaves out.
    """
    if query.id:
        return ((query,),)
    plain = query.without(_ABOUT_THE_ANSWER)
    split = _split(plain)
    timeless = tuple(one.without(_TIME) for one in split)
    bare = (
        replace(plain, params=tuple(p for p in plain.params if p[0] in _WHO)) if query.patient_id else plain
    )
    ways = [(query,), (plain,), split, timeless, (bare,)]
    if query.kind == "Observation" and query.patient_id:
        ways.append(tuple(_with_category(bare, code) for code in _OBSERVATION_CATEGORIES))
    return tuple(dict.fromkeys(ways))


def _split(query: Query) -> tuple[Query, ...]:
    """Return one search per value of ``category`` or ``code``, where there are several."""
    for number, (name, value) in enumerate(query.params):
        if name in ("category", "code") and "," in value:
            before, after = query.params[:number], query.params[number + 1 :]
            return tuple(replace(query, params=(*before, (name, v), *after)) for v in value.split(","))
    return (query,)


def _with_category(query: Query, code: str) -> Query:
    return replace(query, params=(*query.params, ("category", code)))

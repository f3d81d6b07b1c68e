"""How complete what clients send is: the local codes nobody mapped, and what was missing how often."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from cds_service.chart.local_codes import CountedCode, LocalCode, unmapped_codes
from cds_service.gathering import Asked, Site
from cds_service.hooks.prefetch import NotSent, Sent
from cds_service.hooks.prefetch_match import match_prefetch
from cds_service.hooks.request import HookRequest
from cds_service.hooks.service import Service

REQUESTS = "requests"  # as ``keeping`` tallies them
EXAMINED = "requests examined"
MISSING = "missing key: "
UNREADABLE = "unreadable: "
FAULT = "fault: "
STRIPPED = "oddity: stripped call"
UNMAPPED = "oddity: unmapped order code"
REFUSED = "oddity: refused for want of data"

_OF_EXAMINED = (UNREADABLE, FAULT)
"""What is looked for in a sample only, and therefore a share of ``EXAMINED``."""


def local_order_codes(asked: Asked, service: Service, site: Site) -> tuple[LocalCode, ...]:
    """Return the codes of the newly selected orders that the site's terminologist should map.

    These are the codes of orders that the service takes for its own by their words alone, and the codes that
    stand in no standard system and in no concept map of the site.
    """
    codes: list[LocalCode] = []
    for draft in asked.drafts:
        if service.orders not in draft.coded:
            by_text = service.orders in draft.said
            codes += unmapped_codes(site.client, draft.entry.codings, site.code_map, by_text=by_text)
    return tuple(codes)


def is_stripped(request: HookRequest) -> bool:
    """Say whether a request brings nothing but its context, as when a client does not know our address.

    Some clients leave prefetch and FHIR access out when the address called is not the one they registered.
    """
    return request.fhir_server is None and not any(isinstance(v, Sent) for v in request.prefetch.values())


def shortcomings(
    request: HookRequest, service: Service, site: Site, unmapped: Collection[LocalCode]
) -> tuple[str, ...]:
    """Return what is to be tallied of a request as it came, before anything is fetched; often empty.

    Args:
        request: what the client sent.
        service: whose prefetch keys are asked for; one that came under another name is not missing.
        site: where it comes from.
        unmapped: its order codes that nobody has mapped.
    """
    sent = match_prefetch(service.prefetch, request.prefetch, site.aliases).prefetch
    missing = tuple(MISSING + key for key, value in sent.items() if isinstance(value, NotSent))
    stripped = (STRIPPED,) if is_stripped(request) else ()
    return (*missing, *stripped, *((UNMAPPED,) if unmapped else ()))


@dataclass(frozen=True, slots=True)
class QualityRow:
    """How often one thing was odd in what one client sent.

    Attributes:
        of: the number of requests in which it was looked for.
        share: of these, 0 to 1; None when no request was counted.
    """

    client: str
    what: str
    times: int
    of: int
    share: float | None


def quality_rows(sums: Mapping[tuple[str, str], int]) -> tuple[QualityRow, ...]:
    """Return what was odd, by client, the most frequent first.

    Args:
        sums: by (client, what), as the recorder tallies them; ``REQUESTS`` is what most are a share of, and
            ``EXAMINED`` what those are a share of that are looked for in a sample.
    """
    return tuple(
        _row(client, what, times, sums)
        for (client, what), times in sorted(sums.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
        if what not in (REQUESTS, EXAMINED)
    )


def _row(client: str, what: str, times: int, sums: Mapping[tuple[str, str], int]) -> QualityRow:
    of = sums.get((client, EXAMINED if what.startswith(_OF_EXAMINED) else REQUESTS), 0)
    return QualityRow(client, what, times, of, times / of if of else None)


def quality_lines(sums: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """Yield the data-quality report, one line per client and oddity; never nothing at all."""
    rows = quality_rows(sums)
    if not rows:
        yield "nothing odd was counted"
        return
    client = None
    for row in rows:
        if row.client != client:
            client = row.client
            number, looked = (sums.get((client, what), 0) for what in (REQUESTS, EXAMINED))
            yield f"{client}: {number} requests, {looked} of them examined for faults of their resources"
        share = f"{row.share:7.1%}" if row.share is not None else "      -"
        yield f"  {share}  {row.times:6}  {row.what}"


def worklist_lines(ranked: tuple[CountedCode, ...]) -> Iterator[str]:
    """Yield the worklist of unmapped order codes; a line that says so when it is empty."""
    if not ranked:
        yield "every order code is standard or mapped"
        return
    yield "orders  known by its words  client        code"
    for item in ranked:
        known = "yes" if item.code.by_text else "no"
        label = f"  {item.code.label}" if item.code.label else ""
        code = f"{item.code.system}|{item.code.code}{label}"
        yield f"{item.orders:6}  {known:18}  {item.code.client:12}  {code}"

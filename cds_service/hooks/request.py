"""One CDS Hooks request, parsed once at the edge into a frozen value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from cds_service.errors import InvalidRequest
from cds_service.hooks.prefetch import Prefetched, read_prefetch

ORDER_SELECT = "order-select"
ORDER_SIGN = "order-sign"

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
_REQUESTER = re.compile(r"(?:.*/)?((?:Practitioner|PractitionerRole)/[^/\s]+)\Z")


@dataclass(frozen=True, slots=True)
class FhirAuthorization:
    """Access to the client's FHIR server for this request; the token never appears in a repr.

    Attributes:
        expires_in_seconds: None when not stated.
        scope: as granted, "" when not stated.
        patient: bare id of the patient the token is limited to, "" when it is not.
    """

    access_token: str = field(repr=False)
    token_type: str = "Bearer"
    expires_in_seconds: float | None = None
    scope: str = ""
    subject: str = ""
    patient: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRequest:
    """What the client asked, with the ids as bare ids.

    Attributes:
        hook: "order-select" or "order-sign".
        hook_instance: as sent; need not be a UUID.
        user_id: as sent ("Practitioner/p1"), perhaps without a type.
        patient_id: bare id, without "Patient/".
        encounter_id: bare id; None when not given or empty.
        selections: references as sent; empty for order-sign.
        draft_orders: the FHIR resources of ``draftOrders`` as sent, whatever their type or version.
        full_urls: the ``fullUrl`` of each draft order, "" where none; empty when none is known.
        prefetch: by key; a key that did not come is not in it.
        received_at: in UTC; the moment "as of" which the question is asked.
        oddities: short fixed phrases about tolerated deviations, fit for the log.
    """

    hook: str
    hook_instance: str
    user_id: str
    patient_id: str
    received_at: datetime
    encounter_id: str | None = None
    selections: tuple[str, ...] = ()
    draft_orders: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    full_urls: tuple[str, ...] = field(default=(), repr=False)
    prefetch: Mapping[str, Prefetched] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    fhir_server: str | None = None
    fhir_authorization: FhirAuthorization | None = None
    extension: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    oddities: tuple[str, ...] = ()

    @property
    def requester(self) -> str | None:
        """Return "Practitioner/…" or "PractitionerRole/…" of the user, None when the user is neither."""
        match = _REQUESTER.match(self.user_id)
        return match.group(1) if match else None

    def newly_selected(self) -> tuple[Mapping[str, Any], ...]:
        """Return the draft orders that the question is about.

        On order-sign these are all; on order-select those that ``selections`` names by ``Type/id``, by bare
        id or by fullUrl. A draft without id and fullUrl cannot be named: it counts when a selection of its
        type names nothing else. Selections that name nothing give an empty tuple.
        """
        if self.hook != ORDER_SELECT:
            return self.draft_orders
        urls = self.full_urls or ("",) * len(self.draft_orders)
        names = [_names(order, url) for order, url in zip(self.draft_orders, urls, strict=True)]
        wanted = {_tail(selection) for selection in self.selections} | set(self.selections)
        loose = {name.partition("/")[0] for name in wanted - frozenset().union(*names)}
        return tuple(
            order
            for order, known in zip(self.draft_orders, names, strict=True)
            if known & wanted or (not known and _text(order.get("resourceType")) in loose)
        )


def _names(order: Mapping[str, Any], full_url: str) -> frozenset[str]:
    """Return every string by which a selection can mean *order*; empty when it has no name."""
    kind, own_id = order.get("resourceType"), order.get("id")
    names = {full_url, _tail(full_url)} if full_url else set()
    if isinstance(own_id, str) and own_id:
        names |= {own_id, f"{kind}/{own_id}"}
    return frozenset(names)


def _tail(reference: str) -> str:
    """Return "Type/id", the last two segments of a reference, whatever stands before or after them."""
    return "/".join(reference.partition("/_history/")[0].rstrip("/").split("/")[-2:])


def read_request(body: Mapping[str, Any], received_at: datetime) -> HookRequest:
    """Read a request whose envelope is valid against the contract.

    Args:
        body: the JSON object.
        received_at: when it came, in UTC.

    Raises:
        InvalidRequest: an id is empty, or ``fhirAuthorization`` came without ``fhirServer``.
    """
    context = body["context"]
    orders = tuple(_orders(context["draftOrders"]))
    authorization = _authorization(body.get("fhirAuthorization"))
    fhir_server = _text(body.get("fhirServer")) or None
    if authorization and not fhir_server:
        raise InvalidRequest("fhirAuthorization: fhirServer is missing; send both or neither")
    return HookRequest(
        hook=body["hook"],
        hook_instance=body["hookInstance"],
        user_id=_text(context.get("userId")),
        patient_id=_bare_id(context["patientId"], "context.patientId"),
        encounter_id=_tail(_text(context.get("encounterId"))).rpartition("/")[2] or None,
        selections=tuple(item for item in context.get("selections") or () if isinstance(item, str)),
        draft_orders=tuple(order for order, _ in orders),
        full_urls=tuple(url for _, url in orders),
        prefetch=read_prefetch(body.get("prefetch")),
        received_at=received_at,
        fhir_server=fhir_server,
        fhir_authorization=authorization,
        extension=MappingProxyType(body["extension"] if isinstance(body.get("extension"), dict) else {}),
        oddities=tuple(_oddities(body, context)),
    )


def _orders(bundle: object) -> Iterable[tuple[Mapping[str, Any], str]]:
    """Yield each draft resource of a Bundle, or the resource itself, with its fullUrl."""
    if not isinstance(bundle, dict):
        return
    if bundle.get("resourceType") not in ("Bundle", None):
        yield bundle, ""
        return
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and resource:
            yield resource, _text(entry.get("fullUrl"))


def _authorization(value: object) -> FhirAuthorization | None:
    token = _text(value.get("access_token")) if isinstance(value, dict) else ""
    if not isinstance(value, dict) or not token:
        return None
    expires = value.get("expires_in")
    return FhirAuthorization(
        access_token=token,
        token_type=_text(value.get("token_type")) or "Bearer",
        expires_in_seconds=float(expires) if isinstance(expires, (int, float)) else None,
        scope=_text(value.get("scope")),
        subject=_text(value.get("subject")),
        patient=_text(value.get("patient")).rpartition("/")[2],
    )


def _oddities(body: Mapping[str, Any], context: Mapping[str, Any]) -> Iterable[str]:
    if not _UUID.match(body["hookInstance"]):
        yield "hookInstance is not a UUID"
    if "/" in context["patientId"]:
        yield "patientId has a type"
    if context.get("encounterId") == "":
        yield "encounterId is empty"
    if not _REQUESTER.match(_text(context.get("userId"))):
        yield "userId is not a practitioner"
    if not isinstance(body.get("prefetch"), dict):
        yield "no prefetch"


def _bare_id(value: str, where: str) -> str:
    bare = _tail(value.strip()).rpartition("/")[2]
    if not bare:
        raise InvalidRequest(f"{where}: is empty; send the id of the patient")
    return bare


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""

"""The CDS clients that may call: who they are, where their data stands, and how they deviate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urlsplit

from cds_service.chart.code_map import CodeMap
from cds_service.criteria.recommendation import Tier
from cds_service.hooks.profile import Profile

Network = IPv4Network | IPv6Network

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def is_key_url(jwks: str) -> bool:
    """Say whether *jwks* is a URL from which keys may be fetched: https, or http on this machine."""
    parts = urlsplit(jwks)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A CDS client that the service knows.

    Attributes:
        id: its name in logs and metrics.
        iss: the issuer that its tokens name; "" for the open development client.
        jwks: a file (path as text) or a URL (see ``is_key_url``) that is then the only ``jku`` accepted.
        jku: the only ``jku`` accepted beside a key file; "" does not ask.
        audiences: accepted beside the exact endpoint URL.
        tenants: accepted tenants; empty accepts any.
        services: ids of the services that it may call; empty means all.
        traces: it may read the traces of its own calls.
        shadow: everything is evaluated and traced, no card is shown.
        cards_per_user_day: most cards of the two weaker tiers for one user in a day; None for no limit.
        quiet_specialties: codes of the user's role to whom cards of a tier are not shown, by tier.
        fhir_servers: base URLs, without trailing slash, to which a token may be sent.
        networks: private networks in which these servers may stand.
        any_loopback: every FHIR server on loopback is allowed (open development mode only).
        profile: the client's habits, with the site's own prefetch aliases added.
        code_map: translations of the site's own codes.
        annotate_orders: add the consult to the order by a system action.
    """

    id: str
    iss: str = ""
    jwks: str = ""
    jku: str = ""
    algorithms: tuple[str, ...] = ("ES384", "RS384")
    audiences: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    traces: bool = False
    shadow: bool = False
    cards_per_user_day: int | None = None
    quiet_specialties: Mapping[Tier, frozenset[str]] = field(default_factory=dict)
    fhir_servers: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    any_loopback: bool = False
    profile: Profile = field(default_factory=Profile)
    code_map: CodeMap = field(default_factory=CodeMap)
    annotate_orders: bool = False


OPEN_CLIENT = Client(id="open", any_loopback=True)
"""Whoever calls while no ``clients.yaml`` is set: open development mode on loopback."""


@dataclass(frozen=True, slots=True)
class Clients:
    """All known clients."""

    by_iss: Mapping[str, Client] = field(default_factory=dict)

    def of(self, iss: str) -> Client | None:
        """Return the client that issues tokens as *iss*, None when it is not known."""
        return self.by_iss.get(iss)

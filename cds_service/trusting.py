"""Who may call: the clients file and the settings into the check that stands before every route."""

from __future__ import annotations

from pathlib import Path

from cds_service.adapters.authorities import authorities
from cds_service.adapters.client_keys import ClientTrust, KeySets
from cds_service.adapters.metrics import Metrics
from cds_service.adapters.tokens import Tokens
from cds_service.clients import Client
from cds_service.clients_file import read_clients
from cds_service.errors import SettingError
from cds_service.keeping import Keeping
from cds_service.settings import Settings
from cds_service.web.auth import Bearer
from cds_service.web.ports import Authenticate, anyone


def is_open(settings: Settings) -> bool:
    """Return whether calls need no token.

    Raises:
        SettingError: nobody could call, or anybody could from elsewhere.
    """
    if settings.auth == "open" and not settings.is_loopback:
        raise SettingError("CDS_AUTH=open is for 127.0.0.1; others reach this address, so set CDS_CLIENTS")
    if settings.auth == "open" or (not settings.auth and settings.is_loopback and not settings.clients):
        return True
    if not settings.clients:
        raise SettingError("CDS_CLIENTS: tokens are required, but no file says whose are believed")
    if not settings.is_loopback and not settings.public_url:
        raise SettingError("CDS_PUBLIC_URL: tokens name the URL called, so it has to be known")
    return False


def who_calls(settings: Settings, keeping: Keeping, metrics: Metrics) -> Authenticate:
    """Return the check of each request.

    Raises:
        SettingError: see ``is_open``.
        ContentError: the clients file or a key file cannot be used.
    """
    clients = tuple(read_clients(Path(settings.clients)).by_iss.values()) if settings.clients else ()
    if is_open(settings):
        return anyone
    verify = authorities(settings.fetch_ca_bundle)
    keys = KeySets(Path(), verify=verify, on_failure=metrics.keys_not_fetched)
    trusts = tuple(map(trust_of, clients))
    for trust in trusts:
        keys.check(trust)
    tokens = Tokens(
        trusts,
        keys,
        keeping.tokens,
        lifetime_seconds=settings.token_lifetime_seconds,
        on_unchecked=metrics.replay_unchecked,
    )
    return Bearer(tokens.client, {client.id: client for client in clients}, settings.known_as)


def trust_of(client: Client) -> ClientTrust:
    """Return what has to be true of a token of *client*."""
    return ClientTrust(
        id=client.id,
        iss=client.iss,
        jwks=client.jwks,
        jku=client.jku,
        algorithms=client.algorithms,
        audiences=client.audiences,
        tenants=client.tenants,
    )

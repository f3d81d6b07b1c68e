"""``clients.yaml`` and the profiles that it names, read strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cds_service.chart.code_map import CodeMap, read_concept_maps
from cds_service.clients import LOOPBACK_HOSTS, Client, Clients, Network, is_key_url
from cds_service.criteria.recommendation import Tier
from cds_service.errors import ContentError
from cds_service.hooks.profile import Place, Profile
from cds_service.strict_yaml import NotYaml, read_strictly

Algorithm = Literal["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
QuietTier = Literal["urgent", "recommend", "consider"]
Model = TypeVar("Model", bound=BaseModel)

_PROFILES = Path(__file__).parent / "profiles"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ClientFile(_Strict):
    """One entry of ``clients.yaml`` as written; docs/clients.md says what each member means."""

    id: str
    iss: str
    jwks: str
    jku: str = ""
    algorithms: list[Algorithm] = ["ES384", "RS384"]
    audiences: list[str] = []
    tenants: list[str] = []
    services: list[str] = []
    traces: bool = False
    shadow: bool = False
    cards_per_user_day: int | None = Field(default=None, ge=0)
    quiet_specialties: dict[QuietTier, list[str]] = {}
    fhir_servers: list[str] = []
    networks: list[str] = []
    profile: str = "strict"
    prefetch_aliases: dict[str, list[str]] = {}
    concept_maps: list[str] = []
    annotate_orders: bool = False


class ClientsFile(_Strict):
    """The whole of ``clients.yaml``."""

    clients: list[ClientFile]


class ProfileFile(_Strict):
    """A profile as written in ``cds_service/profiles``."""

    name: str
    prefetch_aliases: dict[str, list[str]] = {}
    one_action_per_suggestion: bool = False
    selection_behaviors: list[Literal["at-most-one", "any"]] = ["at-most-one", "any"]
    system_actions: Literal["none", "top", "extension", "both"] = "none"
    always_system_actions: bool = False
    detail_content_type: Literal["text/markdown", "text/plain"] = "text/markdown"
    detail_extension: str = ""
    patient_parameter: Literal["adaptive", "prefixed", "bare"] = "adaptive"


def read_clients(path: Path) -> Clients:
    """Read ``clients.yaml``; files that it names are relative to its folder.

    Raises:
        ContentError: the file, or one that it names, cannot be used; says where and what to do.
    """
    written = _checked(ClientsFile, path, _yaml(path))
    clients: dict[str, Client] = {}
    for number, entry in enumerate(written.clients):
        place = f"clients[{number}] ({entry.id})"
        if entry.iss in clients or entry.id in {client.id for client in clients.values()}:
            raise ContentError(path.name, place, "id or iss stands twice; each client has its own")
        clients[entry.iss] = _client(entry, path, place)
    return Clients(clients)


@cache
def read_profiles(folder: Path = _PROFILES) -> Mapping[str, Profile]:
    """Return the profiles shipped with the service, by name.

    Raises:
        ContentError: a profile file cannot be used.
    """
    return {path.stem: _profile(path) for path in sorted(folder.glob("*.yaml"))}


def _profile(path: Path) -> Profile:
    written = _checked(ProfileFile, path, _yaml(path))
    if written.name != path.stem or not written.selection_behaviors:
        raise ContentError(path.name, "name", "has to be the file's name; selection_behaviors needs an entry")
    values = written.model_dump()
    values["prefetch_aliases"] = {key: tuple(names) for key, names in written.prefetch_aliases.items()}
    values["selection_behaviors"] = tuple(written.selection_behaviors)
    values["system_actions"] = Place(written.system_actions)
    return Profile(**values)


def _client(entry: ClientFile, path: Path, place: str) -> Client:
    for server in entry.fhir_servers:
        _check_server(server, path.name, f"{place}, fhir_servers")
    return Client(
        id=entry.id,
        iss=entry.iss,
        jwks=_key_place(entry.jwks, path, place),
        jku=entry.jku,
        algorithms=tuple(entry.algorithms),
        audiences=tuple(entry.audiences),
        tenants=tuple(entry.tenants),
        services=tuple(entry.services),
        traces=entry.traces,
        shadow=entry.shadow,
        cards_per_user_day=entry.cards_per_user_day,
        quiet_specialties={Tier(tier): frozenset(codes) for tier, codes in entry.quiet_specialties.items()},
        fhir_servers=tuple(server.rstrip("/") for server in entry.fhir_servers),
        networks=tuple(_network(text, path.name, place) for text in entry.networks),
        profile=_profile_of(entry, path.name, place),
        code_map=_code_map(entry, path, place),
        annotate_orders=entry.annotate_orders,
    )


def _check_server(url: str, file: str, place: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.username:
        raise ContentError(file, place, f"{url!r} is no base URL; write https://host/path")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise ContentError(file, place, f"{url!r} would send the token in clear; use https")


def _key_place(jwks: str, path: Path, place: str) -> str:
    if is_key_url(jwks):
        return jwks
    if "://" in jwks:
        remedy = "a key set is a file or an https URL; http on loopback only"
        raise ContentError(path.name, f"{place}, jwks", remedy)
    keys = path.parent / jwks
    if not keys.is_file():
        raise ContentError(
            path.name, f"{place}, jwks", f"{jwks} is not there; put the client's key set there"
        )
    return str(keys)


def _network(text: str, file: str, place: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ContentError(file, f"{place}, networks", f"{text!r} is no network like 10.1.0.0/16") from None


def _profile_of(entry: ClientFile, file: str, place: str) -> Profile:
    profiles = read_profiles()
    if entry.profile not in profiles:
        near = get_close_matches(entry.profile, profiles, 1) or sorted(profiles)
        remedy = f"{entry.profile!r} is no profile; did you mean {', '.join(near)}?"
        raise ContentError(file, f"{place}, profile", remedy)
    profile = profiles[entry.profile]
    aliases = {key: tuple(names) for key, names in entry.prefetch_aliases.items()}
    shipped = profile.prefetch_aliases
    both = {key: aliases.get(key, ()) + shipped.get(key, ()) for key in {**shipped, **aliases}}
    return replace(profile, prefetch_aliases=both)


def _code_map(entry: ClientFile, path: Path, place: str) -> CodeMap:
    resources = []
    for name in entry.concept_maps:
        try:
            resources.append(json.loads((path.parent / name).read_text("utf-8")))
            read_concept_maps(resources[-1:])
        except OSError:
            raise ContentError(path.name, f"{place}, concept_maps", f"{name} cannot be read") from None
        except (ValueError, AttributeError, TypeError) as problem:
            raise ContentError(name, "", f"is no usable FHIR ConceptMap: {problem}") from None
    return read_concept_maps(resources)


def _yaml(path: Path) -> Any:
    try:
        return read_strictly(path.read_text("utf-8"))
    except OSError:
        raise ContentError(path.name, "", "cannot be read; check the path") from None
    except UnicodeDecodeError:
        raise ContentError(path.name, "", "is no valid YAML: text that is not UTF-8") from None
    except NotYaml as problem:
        line = f"line {problem.line}" if problem.line else ""
        raise ContentError(path.name, line, f"is no valid YAML: {problem}") from None


def _checked(model: type[Model], path: Path, value: Any) -> Model:
    """Return *value* as *model*; the first fault becomes one sentence with the nearest allowed word."""
    try:
        return model.model_validate(value if value is not None else {})
    except ValidationError as problem:
        fault = problem.errors()[0]
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] != "extra_forbidden":
        raise ContentError(path.name, place, fault["msg"])
    allowed = {**ClientFile.model_fields, **ProfileFile.model_fields, **ClientsFile.model_fields}
    near = get_close_matches(str(fault["loc"][-1]), allowed, 1)
    hint = f"did you mean {near[0]!r}?" if near else "remove it"
    raise ContentError(path.name, place, f"is not known here; {hint}")

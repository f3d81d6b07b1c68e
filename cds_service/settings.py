"""Every setting of the service: name, default and meaning in one table, read once from the environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from cds_service.errors import SettingError

PREFIX = "CDS_"

_ORIGIN = re.compile(r"https?://[^\s/*]+\Z|http://(?:127\.0\.0\.1|localhost|\[::1\]):\*\Z")
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def _text(text: str) -> str:
    return text.strip()


def _count(text: str) -> int:
    """Read a whole number of at least one."""
    if not re.fullmatch(r"0*[1-9]\d{0,17}", text, re.ASCII):
        raise ValueError("a whole number of at least 1 is needed")
    return int(text)


def _seconds(text: str) -> float:
    """Read a number of seconds above zero."""
    if not re.fullmatch(r"\d*\.?\d+", text, re.ASCII) or not 0 < float(text) < float("inf"):
        raise ValueError("a number of seconds above 0 is needed")
    return float(text)


def _flag(text: str) -> bool:
    if text.lower() in _YES + _NO:
        return text.lower() in _YES
    raise ValueError("yes or no is needed")


def _auth(text: str) -> str:
    if text not in ("required", "open"):
        raise ValueError("required or open is needed")
    return text


def _url(text: str) -> str:
    if not re.match(r"https?://[^\s/]+", text):
        raise ValueError("an absolute http(s) URL is needed")
    return text.rstrip("/")


def _urls(text: str) -> tuple[str, ...]:
    return tuple(map(_url, text.split()))


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(text.split())
    for origin in origins:
        if not _ORIGIN.match(origin):
            raise ValueError(
                f"{origin!r} is not an origin; write https://host, or http://localhost:* for any port"
            )
    return origins


def setting(default: Any, about: str, parse: Callable[[str], Any] = _text) -> Any:
    """Declare a setting: its default, what it means, and how its text is read (``ValueError`` refuses it)."""
    return field(default=default, metadata={"about": about, "parse": parse})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings; the variable of ``body_limit_bytes`` is CDS_BODY_LIMIT_BYTES."""

    host: str = setting("127.0.0.1", "address to listen on")
    port: int = setting(8000, "port to listen on (`make run` takes PORT=)", _count)
    public_url: tuple[str, ...] = setting(
        (),
        "addresses under which clients know the service, separated by spaces; empty means host and port",
        _urls,
    )
    workers: int = setting(1, "worker processes; each answers `CDS_THREADS` requests at a time", _count)
    threads: int = setting(1, "threads of each worker; more let it wait for several FHIR servers", _count)
    waiting: int = setting(64, "requests that may wait for a turn; the next are told to come back", _count)
    wait_seconds: float = setting(1.0, "longest wait for a turn", _seconds)
    auth: str = setting(
        "",
        "`required` or `open` (no authentication, on loopback only); empty: open on loopback without clients",
        _auth,
    )
    clients: str = setting("", "file that says which clients may call; see docs/clients.md")
    token_lifetime_seconds: int = setting(900, "longest lifetime of a client's token", _count)
    metrics_token: str = setting(
        "",
        "bearer token with which /metrics is read; without one only on this machine and not through a proxy",
    )
    database_url: str = setting(
        "",
        "the store: sqlite:///path, or postgresql://user@host/database; empty is cordcheck.db in CDS_VAR",
    )
    var: str = setting(
        "var", "folder for what the service itself writes: store, pseudonym key, metrics of workers"
    )
    trace_key: str = setting(
        "",
        "base64 of 32 bytes that seal full traces and comments, several with the newest first; "
        "empty keeps minimized traces",
    )
    trace_days: int = setting(400, "days after which `purge` deletes traces", _count)
    memory: bool = setting(
        False,
        "do not repeat at signing, or after an override with a reason, a card whose evidence is the same",
        _flag,
    )
    cards: str = setting("cards", "folder of the clinical content")
    contract: str = setting("openapi.yaml", "the HTTP contract that requests are validated against")
    canonical: str = setting(
        "https://cordcheck.example.org/fhir", "base of the code systems of cards and suggestions", _url
    )
    body_limit_bytes: int = setting(5_000_000, "largest request body, decompressed", _count)
    deadline_seconds: float = setting(1.5, "time for the whole answer while a FHIR server is asked", _seconds)
    fetch_reserve_seconds: float = setting(0.3, "part of it that is kept for evaluating", _seconds)
    fetch_threads: int = setting(16, "calls at once to one FHIR server", _count)
    fetch_pages: int = setting(10, "pages read of one search", _count)
    fetch_bytes: int = setting(20_000_000, "bytes read from a FHIR server for one request", _count)
    fetch_notes: int = setting(20, "note texts fetched by their URL for one request", _count)
    fetch_ca_bundle: str = setting(
        "",
        "PEM file of the authorities that certify FHIR servers and key servers; empty means the usual ones",
    )
    cors_origins: tuple[str, ...] = setting(
        ("https://sandbox.cds-hooks.org", "http://127.0.0.1:*", "http://localhost:*"),
        "origins of browser clients, separated by spaces; `:*` is any port and only for loopback",
        _origins,
    )

    @property
    def known_as(self) -> tuple[str, ...]:
        """Return the base addresses of the service, the one for links on cards first."""
        local = (f"http://{self.host}:{self.port}", f"http://localhost:{self.port}")
        return self.public_url or (local if self.is_loopback else local[:1])

    @property
    def store_url(self) -> str:
        """Return the address of the store; without one, a SQLite file in our own folder."""
        return self.database_url or f"sqlite:///{self.var}/cordcheck.db"

    @property
    def is_loopback(self) -> bool:
        """Say whether only this machine can reach the service."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings from *environment*; an absent or empty variable means the default.

        Raises:
            SettingError: a variable has a value that cannot be used, or has our prefix and is none of ours.
        """
        known = {PREFIX + item.name.upper(): item for item in fields(cls)}
        values = {}
        for name, text in environment.items():
            if not name.startswith(PREFIX):
                continue
            if name not in known:
                nearest = get_close_matches(name, known, 1)
                raise SettingError(
                    f"{name}: no such setting" + (f"; did you mean {nearest[0]}?" if nearest else "")
                )
            if text.strip():
                values[known[name].name] = _parsed(name, known[name].metadata["parse"], text.strip())
        return cls(**values)


def _parsed(name: str, parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise SettingError(f"{name}: {error}") from error


def setting_rows() -> tuple[tuple[str, str, str], ...]:
    """Return (variable, default as text, meaning) of every setting, in the order of the table."""
    return tuple(
        (PREFIX + item.name.upper(), _shown(item.default), item.metadata["about"])
        for item in fields(Settings)
    )


def _shown(default: object) -> str:
    return " ".join(default) if isinstance(default, tuple) else str(default)

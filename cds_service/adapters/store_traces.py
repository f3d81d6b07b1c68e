"""Traces, each chained to the one before it, so that a change or a gap can be proved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import compress, decompress

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from cds_service.adapters.sealing import Sealing
from cds_service.adapters.store import Store, now_ms
from cds_service.adapters.store_tables import trace_head, traces
from cds_service.adapters.trace_form import full, minimal
from cds_service.errors import StoreUnavailable
from cds_service.trace import Trace

ANSWER, PURGE, SWITCH = "answer", "purge", "switch"
START = "0" * 64
MOST = 20
"""Traces of one consult that are read at once; a client may repeat its ``hookInstance`` without end."""

_FORMS = {True: "sealed", False: "minimal"}
_TAKE_HEAD = update(trace_head).values(sequence=trace_head.c.sequence).returning(*trace_head.c)
_COLUMNS = (
    "kind",
    "consult_id",
    "kept_ms",
    "client",
    "service",
    "tier",
    "disposition",
    "content_version",
    "form",
)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What ``verify`` found.

    Attributes:
        rows: number of rows that were read.
        broken_at: sequence of the first row that does not follow from the one before it; None when all do.
        head: "sequence:link" of the newest row, to be noted elsewhere and compared later.
    """

    rows: int
    broken_at: int | None
    head: str

    @property
    def intact(self) -> bool:
        """Say whether nothing was changed, added or taken away."""
        return self.broken_at is None


class StoredTraces:
    """The trace store."""

    def __init__(self, store: Store, sealing: Sealing, gap_names: frozenset[str] = frozenset()) -> None:
        """Use *store*.

        Args:
            store: where the traces are kept.
            sealing: says whether they are kept in full.
            gap_names: prefetch keys and resource types that a minimized trace may name.
        """
        self._store = store
        self._gap_names = gap_names
        self._sealing = sealing

    def keep(self, items: Iterable[Trace]) -> None:
        """Append *items* to the chain in one transaction.

        Raises:
            StoreUnavailable: none is kept.
        """
        rows = [self._row(trace) for trace in items]
        if rows:
            with self._store.writing() as connection:
                self._append(connection, rows)

    def note(self, kind: str, what: dict[str, Any]) -> None:
        """Append an operator's act (a switch) to the chain.

        Raises:
            StoreUnavailable: it is not kept.
        """
        with self._store.writing() as connection:
            self._append(connection, [_note(kind, what)])

    def find(self, consult_id: str, client: str | None = None) -> tuple[dict[str, Any], ...]:
        """Return the newest traces of one consult, oldest first (a retry has the same id), ``MOST`` of them.

        Args:
            consult_id: from the consult extension of the answer.
            client: only what this client asked; None for an operator.

        Raises:
            StoreUnavailable: it cannot be read, or its key is not here.
        """
        query = select(traces).where(traces.c.consult_id == consult_id, traces.c.kind == ANSWER)
        if client is not None:
            query = query.where(traces.c.client == client)
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(traces.c.sequence.desc()).limit(MOST)).all()
        return tuple(self._opened(row) for row in reversed(rows))

    def purge(self, before_ms: int) -> int:
        """Delete the traces kept before then, note it in the chain, and return how many they were.

        Raises:
            StoreUnavailable: none is deleted.
        """
        with self._store.writing() as connection:
            head, _ = self._head(connection)
            old = (
                select(traces.c.sequence)
                .where(traces.c.kept_ms >= before_ms)
                .order_by(traces.c.sequence)
                .limit(1)
            )
            first_kept = connection.execute(old).scalar()
            until = (first_kept - 1) if first_kept is not None else head
            last = select(traces.c.link).where(traces.c.sequence == until)
            link = connection.execute(last).scalar()
            if link is None:
                return 0
            self._append(connection, [_note(PURGE, {"until": until, "link": link})])
            return int(connection.execute(delete(traces).where(traces.c.sequence <= until)).rowcount)

    def verify(self, since: str = "") -> ChainReport:
        """Walk the whole chain.

        Args:
            since: a head noted earlier, which must be in the chain, or purged from it, as it was; "" does
                not ask.

        Raises:
            StoreUnavailable: it cannot be read.
        """
        with self._store.reading() as connection:
            head = connection.execute(select(trace_head)).one()
            rows = connection.execute(select(traces).order_by(traces.c.sequence)).all()
        anchor = _anchor(rows)
        broken_at = self._broken_at(rows, anchor, head)
        if broken_at is None and since:
            broken_at = _missing(since, rows, anchor)
        return ChainReport(len(rows), broken_at, f"{head.sequence}:{head.link}")

    def _broken_at(self, rows: Sequence[Row[Any]], anchor: tuple[int, str], head: Row[Any]) -> int | None:
        sequence, link = anchor
        for row in rows:
            if row.sequence != sequence + 1 or row.link not in self._sealing.links(link, _content(row)):
                return int(row.sequence)
            sequence, link = row.sequence, row.link
        return None if (sequence, link) == (head.sequence, head.link) else int(sequence) + 1

    def _row(self, trace: Trace) -> dict[str, Any]:
        if self._sealing.sealed:
            body = self._sealing.seal(compress(full(trace), 1), trace.consult_id)
        else:
            who = self._sealing.pseudonym("patient", trace.client, trace.patient_id)
            body = compress(minimal(trace, who, self._gap_names), 1)
        return {
            "kind": ANSWER,
            "consult_id": trace.consult_id[:64],
            "kept_ms": now_ms(),
            "client": trace.client[:64],
            "service": trace.service[:64],
            "tier": trace.tier,
            "disposition": trace.disposition,
            "content_version": trace.content_version[:32],
            "form": _FORMS[self._sealing.sealed],
            "body": body,
        }

    def _opened(self, row: Row[Any]) -> dict[str, Any]:
        body = self._sealing.open(row.body, row.consult_id) if row.form == "sealed" else row.body
        out: dict[str, Any] = {"sequence": row.sequence, "kept_ms": row.kept_ms, "form": row.form}
        return out | {"trace": orjson.loads(decompress(body))}

    def _head(self, connection: Connection) -> tuple[int, str]:
        """Take the head for this transaction; other writers wait here."""
        row = connection.execute(_TAKE_HEAD).one_or_none()
        if row is None:
            raise StoreUnavailable("the trace chain has lost its head")
        return int(row.sequence), str(row.link)

    def _append(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
        sequence, link = self._head(connection)
        for row in rows:
            sequence += 1
            row["sequence"] = sequence
            row["link"] = link = self._sealing.link(link, _bytes(sequence, row))
        connection.execute(insert(traces), list(rows))
        connection.execute(update(trace_head).values(sequence=sequence, link=link))


def _note(kind: str, what: dict[str, Any]) -> dict[str, Any]:
    words = dict.fromkeys(("consult_id", "client", "service", "tier", "disposition", "content_version"), "")
    return {**words, "kind": kind, "kept_ms": now_ms(), "form": "minimal", "body": orjson.dumps(what)}


def _anchor(rows: Iterable[Row[Any]]) -> tuple[int, str]:
    """Return sequence and link of the last row that a purge took away, as the chain itself says."""
    anchor = (0, START)
    for row in rows:
        if row.kind == PURGE:
            said = orjson.loads(row.body)
            anchor = max(anchor, (said["until"], said["link"]))
    return anchor


def _missing(since: str, rows: Iterable[Row[Any]], anchor: tuple[int, str]) -> int | None:
    """Return the sequence of a head noted earlier when the chain no longer has it, None when it has."""
    number, _, link = since.partition(":")
    sequence = int(number) if number.isdecimal() else 0
    known = {anchor, (0, START), *((row.sequence, row.link) for row in rows)}
    return None if (sequence, link) in known or sequence < anchor[0] else sequence


def _content(row: Row[Any]) -> bytes:
    return _bytes(row.sequence, dict(row._mapping))


def _bytes(sequence: int, row: dict[str, Any]) -> bytes:
    return b"\x1f".join([str(sequence).encode(), *_parts(row), bytes(row["body"])])


def _parts(row: dict[str, Any]) -> Iterator[bytes]:
    for name in _COLUMNS:
        yield str(row[name]).encode("utf-8", "surrogatepass")

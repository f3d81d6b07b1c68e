"""Counters that an operator reads later: local order codes, and what arrived incomplete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import select

from cds_service.adapters.store import Store, now_ms
from cds_service.adapters.store_tables import order_codes, tallies
from cds_service.chart.local_codes import CountedCode, LocalCode, rank


class StoredCodes:
    """The worklist of local codes, in the store."""

    def __init__(self, store: Store) -> None:
        """Use *store*."""
        self._store = store
        fresh = store.insert_new(order_codes)
        self._insert = fresh.on_conflict_do_update(
            index_elements=["client", "system", "code"],
            set_={
                "times": order_codes.c.times + fresh.excluded.times,
                "last_ms": fresh.excluded.last_ms,
                "label": fresh.excluded.label,
                "by_text": fresh.excluded.by_text,
            },
        )

    def count(self, codes: Iterable[LocalCode]) -> None:
        """Count one order for each of *codes*.

        Raises:
            StoreUnavailable: none is counted.
        """
        moment = now_ms()
        rows: dict[tuple[str, str, str], dict[str, object]] = {}
        for code, times in Counter(codes).items():
            key = (code.client[:64], _fitted(code.system, 256), _fitted(code.code, 256))
            row = dict(zip(("client", "system", "code"), key, strict=True))
            before = rows.get(key, {"times": 0})["times"]
            rows[key] = row | {
                "label": _fitted(code.label, 120),
                "by_text": code.by_text,
                "times": times + int(str(before)),
                "first_ms": moment,
                "last_ms": moment,
            }
        if rows:
            with self._store.writing(swift=True) as connection:
                connection.execute(self._insert, list(rows.values()))

    def ranked(self) -> tuple[CountedCode, ...]:
        """Return all counted codes, recognised by their words first, then the most frequent.

        Raises:
            StoreUnavailable: they cannot be read.
        """
        with self._store.reading() as connection:
            rows = connection.execute(select(order_codes)).all()
        return rank(
            CountedCode(LocalCode(row.client, row.system, row.code, row.label, row.by_text), row.times)
            for row in rows
        )


def _fitted(text: str, length: int) -> str:
    """Cut *text* to its column, without the one character that PostgreSQL cannot keep."""
    return text.replace("\x00", "\ufffd")[:length]


class StoredTallies:
    """How often something was odd, by client and day; the words are our own, never the patient's."""

    def __init__(self, store: Store) -> None:
        """Use *store*."""
        self._store = store
        fresh = store.insert_new(tallies)
        self._insert = fresh.on_conflict_do_update(
            index_elements=["client", "day", "what"], set_={"times": tallies.c.times + fresh.excluded.times}
        )

    def add(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Add *counts*, by (client, what), to today's.

        Raises:
            StoreUnavailable: none is added.
        """
        day = datetime.now(UTC).date().isoformat()
        rows = [
            {"client": client[:64], "day": day, "what": what[:128], "times": times}
            for (client, what), times in counts.items()
        ]
        if rows:
            with self._store.writing(swift=True) as connection:
                connection.execute(self._insert, rows)

    def since(self, day: str) -> dict[tuple[str, str], int]:
        """Return the sums since *day* (YYYY-MM-DD), by (client, what).

        Raises:
            StoreUnavailable: they cannot be read.
        """
        sums: Counter[tuple[str, str]] = Counter()
        with self._store.reading() as connection:
            for row in connection.execute(select(tallies).where(tallies.c.day >= day)):
                sums[row.client, row.what] += row.times
        return dict(sums)

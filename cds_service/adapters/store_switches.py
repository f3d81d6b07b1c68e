"""Kill switches and shadow mode, set by an operator and seen by every worker within seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import delete, select

from cds_service.adapters.store import Store, now_ms
from cds_service.adapters.store_tables import switches
from cds_service.errors import StoreUnavailable
from cds_service.memory import EVERYTHING, Scope, Switch, Switches, SwitchState

SEEN_WITHIN_SECONDS = 2.0


class StoredSwitches:
    """The switches as last read; read again when they are older than ``SEEN_WITHIN_SECONDS``."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        """Read nothing yet.

        Args:
            store: where they are kept.
            clock: seconds that only go forward.
        """
        self._store = store
        self._clock = clock
        self._known = Switches()
        self._read_at = float("-inf")

    def now(self) -> Switches:
        """Return the switches; those last known when the store does not answer."""
        if self._clock() - self._read_at > SEEN_WITHIN_SECONDS:
            self._read_at = self._clock()
            try:
                self._known = self._store.for_cards(self.read)
            except StoreUnavailable:
                return self._known
        return self._known

    def read(self) -> Switches:
        """Return the switches as they stand in the store.

        Raises:
            StoreUnavailable: they cannot be read.
        """
        with self._store.reading() as connection:
            rows = connection.execute(select(switches).order_by(switches.c.scope, switches.c.name)).all()
        return Switches(
            tuple(
                Switch(
                    Scope(row.scope),
                    row.name,
                    SwitchState(row.state),
                    row.reason,
                    row.changed_by,
                    row.changed_ms,
                )
                for row in rows
            )
        )

    def turn(self, scope: Scope, name: str, state: SwitchState | None, reason: str, by: str) -> None:
        """Set a switch, or remove it when *state* is None.

        Args:
            scope: what it is about.
            name: which one; for everything the name is ignored.
            state: None removes the switch.
            reason: why, for whoever asks later.
            by: who.

        Raises:
            StoreUnavailable: it cannot be kept.
        """
        name = EVERYTHING if scope is Scope.EVERYTHING else name
        with self._store.writing() as connection:
            connection.execute(delete(switches).where(switches.c.scope == scope, switches.c.name == name))
            if state is not None:
                row = {
                    "scope": scope,
                    "name": name,
                    "state": state,
                    "reason": reason[:500],
                    "changed_by": by[:64],
                }
                connection.execute(switches.insert().values(**row, changed_ms=now_ms()))
        self._read_at = float("-inf")

"""Token ids that were used, unique over all workers and hosts on one database."""

from __future__ import annotations

from sqlalchemy import delete

from cds_service.adapters.store import Store, now_ms
from cds_service.adapters.store_tables import token_ids

_USE = (
    "INSERT INTO token_ids (client, token_hash, expires_ms) VALUES (?, ?, ?) "
    "ON CONFLICT (client, token_hash) DO UPDATE SET expires_ms = excluded.expires_ms "
    "WHERE token_ids.expires_ms < ? RETURNING expires_ms"
)
"""One statement that both databases read alike, its own transaction: it stands before every answer."""


class StoredTokens:
    """The port ``UsedTokens`` on the store."""

    def __init__(self, store: Store) -> None:
        """Use *store*; nothing is read yet."""
        self._store = store

    def use(self, client: str, token_hash: str, expires_ms: int) -> bool:
        """Note the id as used until it expires; False when it already was.

        Raises:
            StoreUnavailable: it cannot be noted.
        """
        values = (client, token_hash, expires_ms, now_ms())
        return self._store.swiftly(_USE, values) is not None

    def forget_expired(self) -> int:
        """Delete the ids that have expired and return how many.

        Raises:
            StoreUnavailable: they cannot be deleted.
        """
        with self._store.writing(swift=True) as connection:
            return int(
                connection.execute(delete(token_ids).where(token_ids.c.expires_ms < now_ms())).rowcount
            )

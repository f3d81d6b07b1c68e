"""Feedback, kept once and on disk before anybody is told so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Row, select

from cds_service.adapters.sealing import Sealing
from cds_service.adapters.store import Store, now_ms
from cds_service.adapters.store_tables import feedback, shown_cards
from cds_service.hooks.feedback import FeedbackItem

LONGEST = 256
"""Codes, systems and displays of reasons are cut to this; a comment is kept whole where it can be sealed."""


class StoredFeedback:
    """What clinicians did with cards."""

    def __init__(self, store: Store, sealing: Sealing) -> None:
        """Use *store*; comments are kept only where *sealing* has a key."""
        self._store = store
        self._sealing = sealing
        self._insert = store.insert_new(feedback).on_conflict_do_nothing(index_elements=["item_key"])

    def keep(self, client: str, service: str, items: Iterable[FeedbackItem]) -> None:
        """Keep all items in one transaction; an item that is known already stays as it is.

        Raises:
            StoreUnavailable: nothing of the batch is kept.
        """
        rows = {row["item_key"]: row for row in (self._row(client, service, item) for item in items)}
        if rows:
            with self._store.writing() as connection:
                connection.execute(self._insert, list(rows.values()))

    def _row(self, client: str, service: str, item: FeedbackItem) -> dict[str, object]:
        key = item_key(client, service, item)
        comment = item.user_comment
        sealed = self._sealing.seal(comment.encode(), key) if comment and self._sealing.sealed else None
        kept_ms = now_ms()
        return {
            "item_key": key,
            "kept_ms": kept_ms,
            "client": client,
            "service": service,
            "card": _fitted(item.card),
            "outcome": str(item.outcome),
            "outcome_ms": int(item.outcome_at.timestamp() * 1000) if item.outcome_at else kept_ms,
            "suggestions": orjson.dumps(item.accepted_suggestions).decode()[:4000],
            "reason_code": _fitted(item.reason_code),
            "reason_system": _fitted(item.reason_system),
            "reason_display": _fitted(item.reason_display),
            "commented": bool(comment),
            "comment_sealed": sealed,
        }

    def outcomes(self, since_ms: int) -> Sequence[Row[Any]]:
        """Return each card shown since then with what was last said about it (None where nothing was).

        Raises:
            StoreUnavailable: it cannot be read.
        """
        same = (feedback.c.client == shown_cards.c.client) & (feedback.c.card == shown_cards.c.card)
        columns = (
            shown_cards.c.client,
            shown_cards.c.card,
            shown_cards.c.card_id,
            shown_cards.c.rules,
            shown_cards.c.content_version,
            feedback.c.outcome,
            feedback.c.reason_code,
            feedback.c.reason_display,
            feedback.c.outcome_ms,
        )
        rows = (
            select(*columns)
            .select_from(shown_cards.outerjoin(feedback, same))
            .where(shown_cards.c.shown_ms >= since_ms, shown_cards.c.shadow.is_(False))
            .order_by(feedback.c.outcome_ms, feedback.c.kept_ms)
        )
        with self._store.reading() as connection:
            last: dict[tuple[str, str], Any] = {}
            for row in connection.execute(rows):
                last[row.client, row.card] = row
        return list(last.values())


def _fitted(text: str) -> str:
    """Cut *text* to its column, without the one character that PostgreSQL cannot keep."""
    return text.replace("\x00", "\ufffd")[:LONGEST]


def item_key(client: str, service: str, item: FeedbackItem) -> str:
    """Return the same text whenever the same thing is reported again, whatever surrounds it."""
    moment = item.outcome_at.isoformat() if item.outcome_at else ""
    reason = (item.reason_code, item.reason_system, item.reason_display, item.user_comment)
    parts = [client, service, item.card, str(item.outcome), moment, sorted(item.accepted_suggestions), reason]
    return sha256(orjson.dumps(parts)).hexdigest()

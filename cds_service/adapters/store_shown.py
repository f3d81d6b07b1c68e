"""Which cards were shown to whom, under pseudonyms: what the memory and the feedback report ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import func, select

from cds_service.adapters.store import Store
from cds_service.adapters.store_tables import feedback, shown_cards
from cds_service.criteria.recommendation import Tier
from cds_service.memory import DAY_MS, Remembered, ShownBefore

LOOK_BACK_DAYS = 90
SIGN = "order-sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """One card in an answer; patient, orders and user are pseudonyms, texts are joined by spaces.

    Attributes:
        card: uuid of the card.
        card_id: its id in the content.
        shadow: it was due, but nobody saw it.
    """

    client: str
    card: str
    shown_ms: int
    service: str
    hook: str
    card_id: str
    tier: str
    rules: str
    content_version: str
    patient_key: str
    order_keys: str
    user_key: str
    fingerprint: str
    shadow: bool = False


class StoredShown:
    """The cards that were shown."""

    def __init__(self, store: Store) -> None:
        """Use *store*."""
        self._store = store
        self._insert = store.insert_new(shown_cards).on_conflict_do_nothing(index_elements=["client", "card"])

    def keep(self, cards: Iterable[ShownCard]) -> None:
        """Keep *cards* in one transaction; a retry's card is the same card.

        Raises:
            StoreUnavailable: none is kept.
        """
        rows = [_fitted(asdict(card)) for card in cards]
        if rows:
            with self._store.writing(swift=True) as connection:
                connection.execute(self._insert, rows)

    def remembered(
        self, patient_key: str, user_key: str, at_ms: int, budgeted: frozenset[Tier]
    ) -> Remembered:
        """Return what was shown for this patient, and how much to this user in the last day.

        Raises:
            StoreUnavailable: it cannot be read.
        """
        same = (feedback.c.client == shown_cards.c.client) & (feedback.c.card == shown_cards.c.card)
        query = (
            select(shown_cards, feedback.c.outcome, feedback.c.outcome_ms, feedback.c.reason_code)
            .add_columns(feedback.c.reason_display)
            .select_from(shown_cards.outerjoin(feedback, same))
            .where(shown_cards.c.patient_key == patient_key, shown_cards.c.shadow.is_(False))
            .where(shown_cards.c.shown_ms >= at_ms - LOOK_BACK_DAYS * DAY_MS)
        )
        counted = select(func.count()).where(
            shown_cards.c.user_key == user_key,
            shown_cards.c.shown_ms >= at_ms - DAY_MS,
            shown_cards.c.tier.in_([str(tier) for tier in budgeted]),
            shown_cards.c.shadow.is_(False),
        )
        with self._store.reading() as connection:
            shown = tuple(
                ShownBefore(
                    card_id=row.card_id,
                    shown_ms=row.shown_ms,
                    order_keys=frozenset(row.order_keys.split()),
                    fingerprint=row.fingerprint,
                    signed=row.hook == SIGN,
                    outcome=row.outcome or "",
                    reasoned=bool(row.reason_code or row.reason_display),
                    answered_ms=row.outcome_ms or 0,
                )
                for row in connection.execute(query)
            )
            today = connection.execute(counted).scalar_one() if user_key else 0
        return Remembered(shown, int(today))


def _fitted(row: dict[str, object]) -> dict[str, object]:
    """Cut joined texts to their columns at a whole word."""
    for name, length in (("rules", 1000), ("order_keys", 2000)):
        text = str(row[name])
        row[name] = text if len(text) <= length else text[:length].rpartition(" ")[0]
    return row

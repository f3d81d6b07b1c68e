"""The first store: feedback, token ids, the trace chain, shown cards, switches, order codes, tallies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def upgrade() -> None:
    """Create every table, and the head of the still empty trace chain."""
    _feedback()
    _token_ids()
    _traces()
    _shown_cards()
    _switches()
    _counts()


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("item_key", sa.String(64), primary_key=True),
        _number("kept_ms"),
        _text("client", 64),
        _text("service", 64),
        _text("card", 256),
        _text("outcome", 16),
        _number("outcome_ms"),
        _text("suggestions", 4000),
        _text("reason_code", 256),
        _text("reason_system", 256),
        _text("reason_display", 256),
        sa.Column("commented", sa.Boolean, nullable=False),
        sa.Column("comment_sealed", sa.LargeBinary, nullable=True),
    )
    op.create_index("feedback_card", "feedback", ["client", "card"])
    op.create_index("feedback_kept", "feedback", ["kept_ms"])


def _token_ids() -> None:
    op.create_table(
        "token_ids",
        _text("client", 64),
        _text("token_hash", 64),
        _number("expires_ms"),
        sa.PrimaryKeyConstraint("client", "token_hash"),
    )
    op.create_index("token_ids_expiry", "token_ids", ["expires_ms"])


def _traces() -> None:
    op.create_table(
        "traces",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        _text("kind", 16),
        _text("consult_id", 64),
        _number("kept_ms"),
        _text("client", 64),
        _text("service", 64),
        _text("tier", 16),
        _text("disposition", 32),
        _text("content_version", 32),
        _text("form", 16),
        sa.Column("body", sa.LargeBinary, nullable=False),
        _text("link", 64),
    )
    op.create_index("traces_consult", "traces", ["consult_id"])
    op.create_index("traces_kept", "traces", ["kept_ms"])
    head = op.create_table(
        "trace_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        _number("sequence"),
        _text("link", 64),
    )
    op.bulk_insert(head, [{"id": 1, "sequence": 0, "link": "0" * 64}])


def _shown_cards() -> None:
    op.create_table(
        "shown_cards",
        _text("client", 64),
        _text("card", 64),
        _number("shown_ms"),
        _text("service", 64),
        _text("hook", 32),
        _text("card_id", 128),
        _text("tier", 16),
        _text("rules", 1000),
        _text("content_version", 32),
        _text("patient_key", 64),
        _text("order_keys", 2000),
        _text("user_key", 64),
        _text("fingerprint", 64),
        sa.Column("shadow", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("client", "card"),
    )
    op.create_index("shown_cards_patient", "shown_cards", ["patient_key", "shown_ms"])
    op.create_index("shown_cards_user", "shown_cards", ["user_key", "shown_ms"])
    op.create_index("shown_cards_shown", "shown_cards", ["shown_ms"])


def _switches() -> None:
    op.create_table(
        "switches",
        _text("scope", 16),
        _text("name", 128),
        _text("state", 16),
        _text("reason", 500),
        _text("changed_by", 64),
        _number("changed_ms"),
        sa.PrimaryKeyConstraint("scope", "name"),
    )


def _counts() -> None:
    op.create_table(
        "order_codes",
        _text("client", 64),
        _text("system", 256),
        _text("code", 256),
        _text("label", 120),
        sa.Column("by_text", sa.Boolean, nullable=False),
        _number("times"),
        _number("first_ms"),
        _number("last_ms"),
        sa.PrimaryKeyConstraint("client", "system", "code"),
    )
    op.create_table(
        "tallies",
        _text("client", 64),
        _text("day", 10),
        _text("what", 128),
        _number("times"),
        sa.PrimaryKeyConstraint("client", "day", "what"),
    )


def downgrade() -> None:
    """Drop every table; what they hold is gone."""
    for name in (
        "tallies", "order_codes", "switches", "shown_cards", "trace_head", "traces", "token_ids", "feedback"
    ):  # fmt: skip
        op.drop_table(name)

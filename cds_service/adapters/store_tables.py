"""The tables of the store, as SQLAlchemy Core metadata; every moment is milliseconds since 1970, UTC."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
)

SCHEMA_REVISION = "0001"
"""The newest migration in ``cds_service/migrations``; a test holds the two together."""

metadata = MetaData()

feedback = Table(
    "feedback",
    metadata,
    Column("item_key", String(64), primary_key=True),
    Column("kept_ms", BigInteger, nullable=False),
    Column("client", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("card", String(256), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("outcome_ms", BigInteger, nullable=False),
    Column("suggestions", String(4000), nullable=False),
    Column("reason_code", String(256), nullable=False),
    Column("reason_system", String(256), nullable=False),
    Column("reason_display", String(256), nullable=False),
    Column("commented", Boolean, nullable=False),
    Column("comment_sealed", LargeBinary, nullable=True),
    Index("feedback_card", "client", "card"),
    Index("feedback_kept", "kept_ms"),
)

token_ids = Table(
    "token_ids",
    metadata,
    Column("client", String(64), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("client", "token_hash"),
    Index("token_ids_expiry", "expires_ms"),
)

traces = Table(
    "traces",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("consult_id", String(64), nullable=False),
    Column("kept_ms", BigInteger, nullable=False),
    Column("client", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("tier", String(16), nullable=False),
    Column("disposition", String(32), nullable=False),
    Column("content_version", String(32), nullable=False),
    Column("form", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("link", String(64), nullable=False),
    Index("traces_consult", "consult_id"),
    Index("traces_kept", "kept_ms"),
)

trace_head = Table(
    "trace_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("link", String(64), nullable=False),
)

shown_cards = Table(
    "shown_cards",
    metadata,
    Column("client", String(64), nullable=False),
    Column("card", String(64), nullable=False),
    Column("shown_ms", BigInteger, nullable=False),
    Column("service", String(64), nullable=False),
    Column("hook", String(32), nullable=False),
    Column("card_id", String(128), nullable=False),
    Column("tier", String(16), nullable=False),
    Column("rules", String(1000), nullable=False),
    Column("content_version", String(32), nullable=False),
    Column("patient_key", String(64), nullable=False),
    Column("order_keys", String(2000), nullable=False),
    Column("user_key", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("shadow", Boolean, nullable=False),
    PrimaryKeyConstraint("client", "card"),
    Index("shown_cards_patient", "patient_key", "shown_ms"),
    Index("shown_cards_user", "user_key", "shown_ms"),
    Index("shown_cards_shown", "shown_ms"),
)

switches = Table(
    "switches",
    metadata,
    Column("scope", String(16), nullable=False),
    Column("name", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("changed_by", String(64), nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("scope", "name"),
)

order_codes = Table(
    "order_codes",
    metadata,
    Column("client", String(64), nullable=False),
    Column("system", String(256), nullable=False),
    Column("code", String(256), nullable=False),
    Column("label", String(120), nullable=False),
    Column("by_text", Boolean, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("client", "system", "code"),
)

tallies = Table(
    "tallies",
    metadata,
    Column("client", String(64), nullable=False),
    Column("day", String(10), nullable=False),
    Column("what", String(128), nullable=False),
    Column("times", BigInteger, nullable=False),
    PrimaryKeyConstraint("client", "day", "what"),
)

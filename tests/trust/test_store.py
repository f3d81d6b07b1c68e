"""The store keeps its promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, func, select, text, update

from cds_service.adapters.sealing import Sealing
from cds_service.adapters.store import Store, now_ms
from cds_service.adapters.store_counts import StoredCodes, StoredTallies
from cds_service.adapters.store_feedback import StoredFeedback
from cds_service.adapters.store_schema import migrate, prepare
from cds_service.adapters.store_shown import ShownCard, StoredShown
from cds_service.adapters.store_switches import StoredSwitches
from cds_service.adapters.store_tables import (
    SCHEMA_REVISION,
    feedback,
    metadata,
    shown_cards,
    trace_head,
    traces,
)
from cds_service.adapters.store_tokens import StoredTokens
from cds_service.adapters.store_traces import StoredTraces
from cds_service.chart.local_codes import LocalCode
from cds_service.criteria.recommendation import Tier
from cds_service.errors import SettingError, StoreUnavailable
from cds_service.hooks.feedback import Outcome
from cds_service.memory import Scope, SwitchState
from tests.trust.made import AT, a_trace, an_item

KEY = b"k" * 32
SEALED = Sealing([KEY], b"p" * 32)
MINIMAL = Sealing([], b"p" * 32)
AT_MS = int(AT.timestamp() * 1000)


def rows(store: Store, table: Any) -> int:
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def everything(store: Store) -> str:
    """All that stands in the database, as one text."""
    with store.reading() as connection:
        found = [str(row) for table in metadata.tables.values() for row in connection.execute(select(table))]
    return "\n".join(found)


def a_shown(card: str = "card-1", **more: Any) -> ShownCard:
    values: dict[str, Any] = {
        "client": "ehr",
        "card": card,
        "shown_ms": AT_MS,
        "service": "one",
        "hook": "order-select",
        "card_id": "card.one",
        "tier": "consider",
        "rules": "R1 R2",
        "content_version": "2026.11.0",
        "patient_key": "patient",
        "order_keys": "o1 o2",
        "user_key": "user",
        "fingerprint": "f1",
    }
    return ShownCard(**values | more)


# --- schema


def test_the_migrations_make_exactly_the_tables_of_the_code(store: Store) -> None:
    assert store.revision() == SCHEMA_REVISION
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_two_workers_that_start_at_once_migrate_once(store_url: str) -> None:
    stores = [Store(store_url) for _ in range(4)]
    together = threading.Barrier(4)

    def start(store: Store) -> str:
        together.wait()
        return migrate(store)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(start, stores)) == {SCHEMA_REVISION}
    assert all(store.is_ready() for store in stores)
    for store in stores:
        store.close()


def test_only_a_file_of_our_own_is_migrated_at_start(store_url: str) -> None:
    store = Store(store_url)
    prepare(store)
    assert store.is_ready() is store.is_sqlite
    store.close()


def test_a_schema_of_a_newer_release_is_left_alone(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="newer"):
        migrate(store)
    assert not store.is_ready()


def test_a_store_that_is_away_is_unavailable_and_not_ready(tmp_path: Path) -> None:
    for url in ("postgresql://root@127.0.0.1:1/test", f"sqlite:///{tmp_path}"):
        store = Store(url)
        assert not store.is_ready()
        with pytest.raises(StoreUnavailable):
            StoredFeedback(store, MINIMAL).keep("ehr", "one", [an_item()])
        with pytest.raises(StoreUnavailable):
            StoredTokens(store).use("ehr", "hash", 1)
        store.close()


def test_other_databases_are_refused_at_start() -> None:
    for url in ("mysql://root@127.0.0.1/test", "no url", ""):
        with pytest.raises(SettingError, match="CDS_DATABASE_URL"):
            Store(url)


# --- feedback


def test_feedback_is_kept_once_however_often_it_is_sent(store: Store) -> None:
    kept = StoredFeedback(store, MINIMAL)
    batch = [an_item("a"), an_item("b"), an_item("a")]
    for _ in range(3):
        kept.keep("ehr", "one", batch)
    assert rows(store, feedback) == 2


def test_a_second_opinion_on_the_same_card_is_kept_too(store: Store) -> None:
    kept = StoredFeedback(store, MINIMAL)
    kept.keep("ehr", "one", [an_item("a")])
    kept.keep("ehr", "one", [an_item("a", outcome=Outcome.ACCEPTED, accepted_suggestions=("s",))])
    kept.keep("other", "one", [an_item("a")])
    assert rows(store, feedback) == 3


def test_many_writers_of_the_same_feedback_keep_it_once(store: Store) -> None:
    kept = StoredFeedback(store, MINIMAL)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: kept.keep("ehr", "one", [an_item(f"c{n % 10}"), an_item("all")]), range(40)))
    assert rows(store, feedback) == 11


@pytest.mark.hazard("PRI-01", "patient data is written where it should not be")
def test_a_comment_is_kept_only_where_it_can_be_sealed(store: Store) -> None:
    item = an_item(user_comment="ZZCANARY said no")
    StoredFeedback(store, MINIMAL).keep("ehr", "one", [item])
    StoredFeedback(store, SEALED).keep("ehr", "two", [item])
    assert "ZZCANARY" not in everything(store)
    with store.reading() as connection:
        sealed = connection.execute(select(feedback).where(feedback.c.service == "two")).one()
    assert SEALED.open(sealed.comment_sealed, sealed.item_key) == b"ZZCANARY said no"


def test_what_was_last_said_about_a_card_counts(store: Store) -> None:
    StoredShown(store).keep([a_shown("a"), a_shown("b"), a_shown("hidden", shadow=True)])
    kept = StoredFeedback(store, MINIMAL)
    kept.keep("ehr", "one", [an_item("a")])
    later = AT.replace(hour=10)
    kept.keep(
        "ehr", "one", [an_item("a", outcome=Outcome.ACCEPTED, accepted_suggestions=("s",), outcome_at=later)]
    )
    kept.keep("other", "one", [an_item("b")])
    outcomes = {row.card: row.outcome for row in kept.outcomes(0)}
    assert outcomes == {"a": "accepted", "b": None}


# --- traces


@pytest.mark.parametrize("sealing", [SEALED, MINIMAL], ids=["sealed", "minimal"])
def test_a_trace_is_found_by_its_consult_id(store: Store, sealing: Sealing) -> None:
    kept = StoredTraces(store, sealing)
    kept.keep([a_trace("one"), a_trace("two"), a_trace("one")])
    found = kept.find("one")
    assert [item["sequence"] for item in found] == [1, 3]
    assert found[0]["trace"]["disposition"] == "advisory-shown"
    assert found[0]["trace"]["explanation"]["parts"][0]["criterion"] == "R1"
    assert kept.find("three") == ()


def test_a_client_finds_only_its_own_traces(store: Store) -> None:
    kept = StoredTraces(store, MINIMAL)
    kept.keep([a_trace("one")])
    assert kept.find("one", "ehr")
    assert kept.find("one", "another") == ()


def test_of_a_consult_that_was_repeated_the_newest_traces_are_found(store: Store) -> None:
    kept = StoredTraces(store, MINIMAL)
    kept.keep([a_trace("again") for _ in range(25)])
    assert [found["sequence"] for found in kept.find("again")] == list(range(6, 26))


@pytest.mark.hazard("PRI-01", "patient data is written where it should not be")
@pytest.mark.parametrize("sealing", [SEALED, MINIMAL], ids=["sealed", "minimal"])
def test_no_text_and_no_id_of_the_patient_stands_readable_in_the_store(
    store: Store, sealing: Sealing
) -> None:
    StoredTraces(store, sealing).keep([a_trace()])
    assert "ZZCANARY" not in everything(store)


def test_a_sealed_trace_has_everything_and_a_minimal_one_nothing_of_the_patient(store: Store) -> None:
    StoredTraces(store, SEALED).keep([a_trace("sealed")])
    StoredTraces(store, MINIMAL, frozenset({"notes"})).keep([a_trace("minimal")])
    assert "ZZCANARY the words of the note" in str(StoredTraces(store, SEALED).find("sealed"))
    (minimal,) = StoredTraces(store, MINIMAL).find("minimal")
    assert "ZZCANARY" not in str(minimal)
    assert minimal["trace"]["gaps"] == [
        {"what": "other", "reason": "content type application/pdf"},
        {"what": "notes", "reason": "not sent"},
    ]
    assert minimal["trace"]["patient"] == MINIMAL.pseudonym("patient", "ehr", "ZZCANARY-patient")


def test_a_sealed_trace_does_not_open_without_its_key(store: Store) -> None:
    StoredTraces(store, SEALED).keep([a_trace()])
    with pytest.raises(StoreUnavailable, match="not configured"):
        StoredTraces(store, Sealing([b"x" * 32], b"p")).find("consult-1")
    changed = Sealing([b"n" * 32, KEY], b"p")
    assert StoredTraces(store, changed).find("consult-1")
    assert StoredTraces(store, changed).verify().intact


@pytest.mark.parametrize("sealing", [SEALED, MINIMAL], ids=["sealed", "minimal"])
def test_every_change_to_the_chain_is_noticed(store: Store, sealing: Sealing) -> None:
    kept = StoredTraces(store, sealing)
    for number in range(5):
        kept.keep([a_trace(str(number))])
    assert kept.verify().intact
    assert kept.verify().rows == 5
    tampered = {
        "changed": (update(traces).where(traces.c.sequence == 3).values(disposition="no-concern"), 3),
        "body": (update(traces).where(traces.c.sequence == 2).values(body=b"{}"), 2),
        "removed": (delete(traces).where(traces.c.sequence == 4), 5),
        "cut off": (delete(traces).where(traces.c.sequence == 5), 5),
        "first": (delete(traces).where(traces.c.sequence == 1), 2),
    }
    for statement, broken_at in tampered.values():
        with store.reading() as connection:
            connection.execute(statement)
            assert kept_inside(kept, connection) == broken_at
            connection.rollback()
    assert kept.verify().intact


def kept_inside(kept: StoredTraces, connection: Any) -> int | None:
    """Verify what this connection sees, before its change is rolled back."""

    class Inside:
        def reading(self) -> Any:
            from contextlib import nullcontext  # noqa: PLC0415

            return nullcontext(connection)

    return StoredTraces(Inside(), kept._sealing).verify().broken_at  # type: ignore[arg-type]


def test_without_the_key_nobody_can_make_a_link(store: Store) -> None:
    StoredTraces(store, SEALED).keep([a_trace()])
    StoredTraces(store, MINIMAL).keep([a_trace("forged")])
    assert StoredTraces(store, SEALED).verify().broken_at == 2


def test_many_writers_make_one_chain(store: Store, store_url: str) -> None:
    stores = [Store(store_url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        for number, each in enumerate(stores):
            pool.submit(
                lambda s, n: [StoredTraces(s, SEALED).keep([a_trace(f"{n}-{i}")]) for i in range(7)],
                each,
                number,
            )
    assert StoredTraces(store, SEALED).verify() == replace(
        StoredTraces(store, SEALED).verify(), rows=21, broken_at=None
    )
    for each in stores:
        each.close()


def test_a_purge_takes_the_old_and_the_chain_says_so(store: Store) -> None:
    kept = StoredTraces(store, SEALED)
    kept.keep([a_trace("old"), a_trace("older")])
    with store.writing() as connection:
        connection.execute(update(traces).where(traces.c.sequence == 2).values(kept_ms=traces.c.kept_ms))
    limit = now_ms() + 1
    while now_ms() <= limit:
        pass
    kept.keep([a_trace("new")])
    assert kept.purge(limit) == 2
    assert kept.verify().intact
    assert kept.find("old") == ()
    assert kept.find("new")
    assert kept.purge(limit) == 0


def test_a_purge_of_everything_leaves_a_chain_that_goes_on(store: Store) -> None:
    kept = StoredTraces(store, SEALED)
    kept.keep([a_trace("a"), a_trace("b")])
    assert kept.purge(now_ms() + 1000) == 2
    kept.keep([a_trace("c")])
    assert kept.verify().intact


def test_traces_that_vanish_without_a_purge_are_noticed(store: Store) -> None:
    kept = StoredTraces(store, SEALED)
    kept.keep([a_trace("a"), a_trace("b"), a_trace("c")])
    with store.writing() as connection:
        connection.execute(delete(traces).where(traces.c.sequence <= 2))
    assert kept.verify().broken_at == 3


def test_a_chain_that_was_cut_off_is_noticed_by_its_noted_head(store: Store) -> None:
    kept = StoredTraces(store, MINIMAL)
    kept.keep([a_trace("a"), a_trace("b")])
    earlier = kept.verify().head
    kept.keep([a_trace("c")])
    assert kept.verify(earlier).intact
    last = kept.verify().head
    number, _, link = earlier.partition(":")
    with store.writing() as connection:
        connection.execute(delete(traces).where(traces.c.sequence == 3))
        connection.execute(update(trace_head).values(sequence=int(number), link=link))
    assert kept.verify().intact
    assert kept.verify(last).broken_at == 3
    kept.purge(now_ms() + 1000)
    assert kept.verify(earlier).intact


# --- shown cards


def test_the_memory_knows_what_was_shown_and_answered(store: Store) -> None:
    shown = StoredShown(store)
    shown.keep([a_shown("a"), a_shown("a"), a_shown("b", patient_key="another"), a_shown("c", shadow=True)])
    StoredFeedback(store, MINIMAL).keep("ehr", "one", [an_item("a", reason_code="done")])
    known = shown.remembered("patient", "user", AT_MS + 1000, frozenset({Tier.CONSIDER}))
    (card,) = known.shown
    assert (card.outcome, card.reasoned, card.order_keys) == ("overridden", True, frozenset({"o1", "o2"}))
    assert known.user_today == 2


def test_what_was_shown_long_ago_is_forgotten(store: Store) -> None:
    shown = StoredShown(store)
    shown.keep([a_shown()])
    later = shown.remembered("patient", "user", AT_MS + 91 * 24 * 3600 * 1000, frozenset({Tier.CONSIDER}))
    assert (later.shown, later.user_today) == ((), 0)


def test_texts_longer_than_their_column_are_cut_at_a_word(store: Store) -> None:
    StoredShown(store).keep([a_shown(rules=" ".join(["rule"] * 500))])
    with store.reading() as connection:
        rules = connection.execute(select(shown_cards.c.rules)).scalar_one()
    assert set(rules.split()) == {"rule"}


# --- switches


def test_a_switch_is_seen_by_other_workers_within_seconds(store: Store, store_url: str) -> None:
    seconds = [0.0]
    other_worker = Store(store_url)
    elsewhere = StoredSwitches(other_worker, lambda: seconds[0])
    assert elsewhere.now().on_answer("ehr", "card.one") is None
    StoredSwitches(store).turn(Scope.CLIENT, "ehr", SwitchState.OFF, "because", "operator")
    seconds[0] += 2.1
    switch = elsewhere.now().on_answer("ehr", "card.one")
    assert switch is not None
    assert (switch.reason, switch.changed_by) == ("because", "operator")
    StoredSwitches(store).turn(Scope.CLIENT, "ehr", None, "", "operator")
    seconds[0] += 2.1
    assert elsewhere.now().on_answer("ehr", "card.one") is None
    other_worker.close()


# --- counters


def test_local_codes_are_counted_and_ranked(store: Store) -> None:
    codes = StoredCodes(store)
    common, rare = (
        LocalCode("ehr", "urn:local", "1", "MRI"),
        LocalCode("ehr", "urn:local", "2", "X", by_text=True),
    )
    codes.count([common, common, rare])
    codes.count([common])
    assert [(item.code, item.orders) for item in codes.ranked()] == [(rare, 1), (common, 3)]


def test_tallies_add_up_over_workers(store: Store) -> None:
    StoredTallies(store).add({("ehr", "prefetch key missing"): 2})
    StoredTallies(store).add({("ehr", "prefetch key missing"): 3, ("ehr", "stripped"): 1})
    assert StoredTallies(store).since("2026-01-01") == {
        ("ehr", "prefetch key missing"): 5,
        ("ehr", "stripped"): 1,
    }


def test_expired_token_ids_are_forgotten_and_others_are_not(store: Store) -> None:
    used = StoredTokens(store)
    assert used.use("ehr", "old", now_ms() - 1)
    assert used.use("ehr", "new", now_ms() + 60_000)
    assert used.forget_expired() == 1
    assert not used.use("ehr", "new", now_ms() + 60_000)
    assert used.use("another", "new", now_ms() + 60_000)

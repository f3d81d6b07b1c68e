"""Whatever a FHIR server does: the answer is there in time, and nobody else sees the token."""

from __future__ import annotations

import threading
import time

import pytest

from cds_service.adapters.fhir_gather import FetchLimits
from cds_service.adapters.fhir_http import LATE, TOO_LARGE
from cds_service.adapters.fhir_server import FhirServers
from cds_service.chart.unbundle import unbundle
from cds_service.clients import OPEN_CLIENT
from cds_service.hooks.prefetch import Failed, Sent, SentEmpty
from cds_service.hooks.request import FhirAuthorization
from tests.fetch.asking import PATIENT, QUICK, TOKEN, WANTED, a_request, condition, fetch, ids
from tests.fhir_servers.misbehaving import (
    Answer,
    Call,
    bomb,
    breaks_off,
    bundle,
    dies_within,
    drips,
    drips_headers,
    gives,
    hangs,
    in_turn,
    is_slow,
    misbehaving,
    never_ends,
    pages,
    reads,
    redirects,
    sends,
)

ALL = ("Patient", "Condition", "Observation", "DocumentReference")
SMALL = FetchLimits(deadline_seconds=1.2, reserve_seconds=0.1, bytes=2_000_000)


def seconds_for(answer: Answer, limits: FetchLimits = QUICK) -> tuple[float, set[object]]:
    with misbehaving(**dict.fromkeys(ALL, answer)) as server:
        begun = time.monotonic()
        got = fetch(a_request(server.base), limits=limits)
        return time.monotonic() - begun, set(got.values())


@pytest.mark.parametrize("answer", [hangs, drips, drips_headers, is_slow(3, breaks_off)])
def test_the_answer_comes_in_time_from_a_server_that_does_not(answer: Answer) -> None:
    took, values = seconds_for(answer)
    assert values == {Failed(LATE)}
    assert took < QUICK.deadline_seconds


def test_each_key_that_was_not_had_is_counted_under_a_phrase_of_our_own() -> None:
    counted: list[tuple[str, str]] = []
    page = sends(b"<html>", "text/x-anything-42")
    with misbehaving(**dict.fromkeys(ALL, page)) as server:
        servers = FhirServers(QUICK, on_failure=lambda client, reason: counted.append((client, reason)))
        got = servers.of(OPEN_CLIENT).fetch(a_request(server.base), WANTED)
        servers.close()
    failed = sum(isinstance(value, Failed) for value in got.values())
    assert counted == [(OPEN_CLIENT.id, "FHIR server sent something unreadable")] * failed
    assert failed == len(WANTED)


def test_no_thread_waits_on_when_the_round_is_over() -> None:
    with misbehaving(**dict.fromkeys(ALL, hangs)) as server:
        servers = FhirServers(QUICK)
        servers.of(OPEN_CLIENT).fetch(a_request(server.base), WANTED)
        pool = servers.server(next(iter(servers._servers))).pool
        free = threading.Barrier(QUICK.threads + 1, timeout=0.5)
        for _ in range(QUICK.threads):
            pool.submit(free.wait)
        free.wait()  # BrokenBarrierError when a thread is still busy with the server that hangs
        servers.close()


@pytest.mark.parametrize(
    "answer", [never_ends, bomb, sends(b'"' + b"x" * 3_000_000 + b'"', "application/fhir+json")]
)
def test_a_body_that_is_too_large_is_cut(answer: Answer) -> None:
    # The limit is of the whole round, so that the patient has to be there first.
    with misbehaving(Condition=is_slow(0.4, answer), Patient=reads(PATIENT)) as server:
        got = fetch(a_request(server.base), {k: WANTED[k] for k in ("patient", "conditions")}, limits=SMALL)
    assert got["patient"] == Sent(PATIENT)
    assert got["conditions"] == Failed(TOO_LARGE)


def test_a_body_that_breaks_off_is_a_failure_and_no_half_answer() -> None:
    took, values = seconds_for(dies_within(bundle(condition("c1"))))
    assert all(isinstance(value, Failed) for value in values)
    assert took < QUICK.deadline_seconds


@pytest.mark.parametrize("second", [breaks_off, hangs, dies_within(bundle(condition("c2"))), redirects("/")])
def test_pages_that_came_before_the_server_died_are_kept_and_the_rest_is_reported(second: Answer) -> None:
    with misbehaving(Condition=pages(condition("c1"), condition("c2"), each=second)) as server:
        got = fetch(a_request(server.base))
    assert ids(got["conditions"]) == ["c1"]
    assert len(unbundle(dict(got["conditions"].resource)).failures) == 1  # type: ignore[union-attr]


def test_what_is_there_in_time_is_kept_when_the_rest_is_late() -> None:
    with misbehaving(Condition=gives(condition("c1")), Observation=hangs, Patient=reads(PATIENT)) as server:
        got = fetch(a_request(server.base))
    assert got["patient"] == Sent(PATIENT)
    assert ids(got["conditions"]) == ["c1"]
    assert got["exam"] == Failed(LATE)
    assert got["notes"] == SentEmpty()


def test_time_that_the_request_has_waited_already_counts() -> None:
    with misbehaving(**dict.fromkeys(ALL, hangs)) as server:
        servers = FhirServers(QUICK)
        begun = time.monotonic()
        servers.of(OPEN_CLIENT, waited_seconds=0.45).fetch(a_request(server.base), WANTED)
        assert time.monotonic() - begun < 0.2
        servers.of(OPEN_CLIENT, waited_seconds=60).fetch(a_request(server.base), WANTED)
        assert time.monotonic() - begun < 0.3
        servers.close()


def test_a_redirect_is_not_followed_and_the_token_stays_here() -> None:
    with misbehaving(Condition=gives(condition("stolen"))) as other:
        with misbehaving(Condition=redirects(f"{other.base}/Condition?patient=p1")) as server:
            got = fetch(a_request(server.base))
        assert other.seen == []
    assert got["conditions"] == Failed("FHIR server redirected, which is not followed")


def test_a_next_page_on_another_server_is_not_asked_for() -> None:
    with misbehaving(Condition=gives(condition("stolen"))) as other:

        def elsewhere(call: Call) -> None:
            call.say(bundle(condition("c1"), following=f"{other.base}/Condition?page=1"))

        with misbehaving(Condition=elsewhere) as server:
            got = fetch(a_request(server.base))
            sent = Sent(bundle(condition("c0"), following=f"{other.base}/Condition?page=1"))
            more = fetch(a_request(server.base, prefetch={"conditions": sent}))
        assert other.seen == []
    assert ids(got["conditions"]) == ["c1"]
    assert ids(more["conditions"]) == ["c0"]
    assert len(unbundle(dict(more["conditions"].resource)).failures) == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "url", ["{other}/Binary/1", "//{host}/fhir/Binary/1", "../Binary/1", "/other/Binary/1", "/fhir/../x/1"]
)
def test_note_texts_come_from_below_the_fhir_base_only(url: str) -> None:
    with misbehaving(Binary=sends(b"x", "text/plain")) as other:
        url = url.format(other=other.base, host=other.base.split("/")[2])
        attachment = {"contentType": "text/plain", "url": url}
        doc = {"resourceType": "DocumentReference", "id": "n1", "content": [{"attachment": attachment}]}
        with misbehaving(DocumentReference=gives(doc)) as server:
            got = fetch(a_request(server.base))
            assert set(server.kinds()) == set(ALL)
        assert other.seen == []
    assert ids(got["notes"]) == ["n1"]


def test_cookies_of_one_round_do_not_come_back_in_the_next() -> None:
    def bakes(call: Call) -> None:
        call.say(bundle(), Set_Cookie="patient=p1")

    with misbehaving(Condition=bakes) as server:
        servers = FhirServers(QUICK)
        for _ in range(2):
            servers.of(OPEN_CLIENT).fetch(a_request(server.base), WANTED)
        servers.close()
    assert all("Cookie" not in asked.headers for asked in server.seen)


def test_a_server_that_fails_again_and_again_is_left_alone_and_then_tried_again() -> None:
    limits = FetchLimits(deadline_seconds=0.25, reserve_seconds=0.1, breaker_pause_seconds=0.3)
    wanted = {"conditions": WANTED["conditions"]}
    with misbehaving(Condition=in_turn(hangs, hangs, hangs, gives(condition("c1")))) as server:
        servers = FhirServers(limits)
        for _ in range(3):
            servers.of(OPEN_CLIENT).fetch(a_request(server.base), wanted)
        begun = time.monotonic()
        left_alone = servers.of(OPEN_CLIENT).fetch(a_request(server.base), wanted)
        assert time.monotonic() - begun < 0.05
        assert len(server.seen) == 3
        time.sleep(0.3)
        again = servers.of(OPEN_CLIENT).fetch(a_request(server.base), wanted)
        servers.close()
    assert left_alone["conditions"] == Failed("FHIR server failed repeatedly and is left alone for a while")
    assert ids(again["conditions"]) == ["c1"]


def test_one_servers_hanging_does_not_hold_up_another() -> None:
    limits = FetchLimits(deadline_seconds=0.8, reserve_seconds=0.1, threads=4)
    with (
        misbehaving(**dict.fromkeys(ALL, hangs)) as bad,
        misbehaving(Condition=gives(condition("c1"))) as good,
    ):
        servers = FhirServers(limits)
        stuck = [
            threading.Thread(target=servers.of(OPEN_CLIENT).fetch, args=(a_request(bad.base), WANTED))
            for _ in range(5)
        ]
        for thread in stuck:
            thread.start()
        begun = time.monotonic()
        got = servers.of(OPEN_CLIENT).fetch(a_request(good.base), WANTED)
        assert time.monotonic() - begun < 0.4
        for thread in stuck:
            thread.join()
        servers.close()
    assert ids(got["conditions"]) == ["c1"]


def test_an_environment_with_proxies_and_stored_passwords_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with misbehaving() as proxy, misbehaving(Condition=gives(condition("c1"))) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.base.removesuffix("/fhir"))
        monkeypatch.delenv("no_proxy", raising=False)
        got = fetch(a_request(server.base))
    assert ids(got["conditions"]) == ["c1"]
    assert proxy.seen == []


@pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "a b", "ü", "\x00"])
def test_a_token_that_could_change_the_headers_is_not_sent(token: str) -> None:
    with misbehaving() as server:
        got = fetch(a_request(server.base, fhir_authorization=FhirAuthorization(token)))
    assert set(got.values()) == {Failed("FHIR access token is not usable")}
    assert server.seen == []


def test_no_reason_names_patient_token_or_server(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    for answer in (hangs, breaks_off, redirects("http://x.example/?p1"), sends(b"p1 ZZCANARY", "text/html")):
        _, values = seconds_for(answer)
        assert TOKEN not in str(values)
        assert "127.0.0.1" not in str(values)
        assert "p1" not in str(values)
    assert TOKEN not in caplog.text

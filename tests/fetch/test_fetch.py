"""What is absent or failed is fetched from the client's FHIR server, in every shape servers answer in."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from cds_service.chart.unbundle import unbundle
from cds_service.clients import OPEN_CLIENT
from cds_service.hooks.prefetch import Failed, NotSent, Sent, SentEmpty
from cds_service.hooks.profile import Profile
from cds_service.hooks.request import FhirAuthorization
from tests.fetch.asking import PATIENT, QUICK, TOKEN, WANTED, a_request, condition, fetch, ids
from tests.fhir_servers.misbehaving import (
    Call,
    breaks_off,
    bundle,
    fails,
    gives,
    in_turn,
    misbehaving,
    pages,
    reads,
    sends,
    zipped,
)


def test_everything_absent_is_fetched_with_the_token() -> None:
    with misbehaving(Patient=reads(PATIENT), Condition=gives(condition("c1"))) as server:
        got = fetch(a_request(server.base))
    assert got["patient"] == Sent(PATIENT)
    assert ids(got["conditions"]) == ["c1"]
    assert got["exam"] == SentEmpty()
    assert {asked.headers["Authorization"] for asked in server.seen} == {f"Bearer {TOKEN}"}
    assert {asked.headers["Accept"] for asked in server.seen} == {"application/fhir+json"}


def test_null_is_no_data_and_is_not_asked_for() -> None:
    with misbehaving() as server:
        got = fetch(a_request(server.base, prefetch={"conditions": SentEmpty()}))
    assert got["conditions"] == SentEmpty()
    assert "Condition" not in server.kinds()


def test_what_the_client_failed_to_send_is_asked_for() -> None:
    with misbehaving(Condition=gives(condition("c1"))) as server:
        got = fetch(a_request(server.base, prefetch={"conditions": Failed("client reported a failure")}))
    assert ids(got["conditions"]) == ["c1"]


def test_what_was_sent_is_not_asked_for_again() -> None:
    sent = Sent(bundle(condition("c9")))
    with misbehaving() as server:
        got = fetch(a_request(server.base, prefetch=dict.fromkeys(WANTED, sent)))
    assert got["conditions"] == sent
    assert server.seen == []


def test_without_a_fhir_server_what_is_absent_stays_not_sent() -> None:
    got = fetch(a_request(None, fhir_authorization=None))
    assert set(got.values()) == {NotSent()}


def test_without_a_token_no_authorization_is_sent() -> None:
    with misbehaving(Condition=gives(condition("c1"))) as server:
        got = fetch(a_request(server.base, fhir_authorization=None))
    assert ids(got["conditions"]) == ["c1"]
    assert all("Authorization" not in asked.headers for asked in server.seen)


def test_pages_are_followed_to_the_end() -> None:
    with misbehaving(Condition=pages(condition("c1"), condition("c2"), condition("c3"))) as server:
        got = fetch(a_request(server.base))
    assert ids(got["conditions"]) == ["c1", "c2", "c3"]


def test_pages_that_the_client_left_to_us_are_followed() -> None:
    with misbehaving(Condition=pages(condition("c0"), condition("c1"))) as server:
        sent = Sent(bundle(condition("c0"), following=f"{server.base}/Condition?page=1"))
        got = fetch(a_request(server.base, prefetch={"conditions": sent}))
    assert ids(got["conditions"]) == ["c0", "c1"]
    assert unbundle(dict(got["conditions"].resource)).failures == ()  # type: ignore[union-attr]


def test_more_pages_than_are_read_is_said_in_the_bundle() -> None:
    many = [condition(f"c{number}") for number in range(15)]
    with misbehaving(Condition=pages(*many)) as server:
        got = fetch(a_request(server.base))
    assert len(ids(got["conditions"])) == QUICK.pages
    assert len(unbundle(dict(got["conditions"].resource)).failures) == 1  # type: ignore[union-attr]


def test_a_page_that_leads_back_ends() -> None:
    def circle(call: Call) -> None:
        call.say(bundle(condition("c1"), following=f"{call.base}/Condition?page=1"))

    with misbehaving(Condition=circle) as server:
        got = fetch(a_request(server.base))
    assert set(ids(got["conditions"])) == {"c1"}
    assert server.kinds().count("Condition") == 2


def test_gzip_is_asked_for_and_read() -> None:
    with misbehaving(Condition=zipped(bundle(condition("c1")))) as server:
        got = fetch(a_request(server.base))
    assert ids(got["conditions"]) == ["c1"]
    assert server.seen[0].headers["Accept-Encoding"] == "gzip"


def test_an_outcome_entry_in_an_empty_search_is_no_data() -> None:
    remark = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "not-found"}]}
    with misbehaving(Condition=gives(remark)) as server:
        got = fetch(a_request(server.base))
    assert got["conditions"] == SentEmpty()


def test_an_error_entry_alone_is_a_failure() -> None:
    error = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    with misbehaving(Condition=gives(error)) as server:
        got = fetch(a_request(server.base))
    assert isinstance(got["conditions"], Failed)


def test_a_single_resource_where_a_bundle_is_due_is_read() -> None:
    with misbehaving(Condition=reads(condition("c1"))) as server:
        got = fetch(a_request(server.base))
    assert ids(got["conditions"]) == ["c1"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>404</html>", "text/html"),
        (b'<Bundle xmlns="http://hl7.org/fhir"/>', "application/fhir+xml"),
        (b"", "application/fhir+json"),
        (b"[1, 2]", "application/json"),
        (b'{"a": 1}', "application/json"),
        (b"\xff\xfe\x00", "application/fhir+json"),
        (b"[" * 100_000, "application/fhir+json"),
        (b'{"resourceType": "OperationOutcome"}', "application/fhir+json"),
        (b'{"resourceType": "Bundle", "entry": [' + b'{"resource": ' * 50_000, "application/fhir+json"),
    ],
)
def test_an_answer_that_is_no_fhir_json_is_a_failure_of_its_key_only(body: bytes, kind: str) -> None:
    with misbehaving(Observation=sends(body, kind), Condition=gives(condition("c1"))) as server:
        got = fetch(a_request(server.base))
    assert isinstance(got["exam"], Failed)
    assert ids(got["conditions"]) == ["c1"]


@pytest.mark.parametrize(
    "body",
    [
        {"entry": None},
        {"entry": {}},
        {"entry": [None, 5, "x", {}, {"resource": None}, {"resource": []}]},
        {"link": "next"},
        {"link": [None, {"relation": "next"}, {"relation": "next", "url": 7}]},
        {"link": [{"relation": "next", "url": "http://["}]},
    ],
)
def test_odd_bundles_never_end_the_round(body: dict[str, Any]) -> None:
    with misbehaving(Condition=reads({"resourceType": "Bundle", **body})) as server:
        got = fetch(a_request(server.base))
    assert isinstance(got["conditions"], (SentEmpty, Failed))


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500, 503])
def test_an_error_status_is_named_and_costs_its_key_only(status: int) -> None:
    with misbehaving(Observation=fails(status), Condition=gives(condition("c1"))) as server:
        got = fetch(a_request(server.base))
    assert got["exam"] == Failed(f"FHIR server answered {status}")
    assert ids(got["conditions"]) == ["c1"]


def test_a_refused_token_is_not_tried_on_and_on() -> None:
    wanted = {
        f"k{number}": f"Condition?patient={{{{context.patientId}}}}&code={number}" for number in range(60)
    }
    with misbehaving(Condition=fails(401)) as server:
        got = fetch(a_request(server.base), wanted)
    assert all(isinstance(value, Failed) and "401" in value.reason for value in got.values())
    assert len(server.seen) <= QUICK.threads


def test_a_connection_that_is_reset_is_tried_once_more() -> None:
    with misbehaving(Condition=in_turn(breaks_off, gives(condition("c1")))) as server:
        got = fetch(a_request(server.base))
    assert ids(got["conditions"]) == ["c1"]


def test_503_is_tried_once_more_and_not_twice() -> None:
    with misbehaving(Condition=in_turn(fails(503), gives(condition("c1"))), Observation=fails(503)) as server:
        got = fetch(a_request(server.base))
    assert ids(got["conditions"]) == ["c1"]
    assert got["exam"] == Failed("FHIR server answered 503")
    assert server.kinds().count("Observation") == 2


def test_503_with_a_long_retry_after_is_not_tried_again() -> None:
    with misbehaving(Condition=fails(503, Retry_After="30")) as server:
        fetch(a_request(server.base))
    assert server.kinds().count("Condition") == 1


@pytest.mark.parametrize("refused", ["_sort", "_count", "category"])
def test_a_search_that_the_server_refuses_is_asked_more_simply(refused: str) -> None:
    def picky(call: Call) -> None:
        if refused in call.asked.query:
            call.say({"resourceType": "OperationOutcome"}, 400)
        else:
            call.say(bundle({"resourceType": "Observation", "id": "o1"}))

    with misbehaving(Observation=picky) as server:
        got = fetch(a_request(server.base))
    assert ids(got["exam"]) == ["o1"]


def test_a_server_that_takes_one_category_at_a_time_gets_them_one_by_one() -> None:
    def picky(call: Call) -> None:
        (category,) = call.asked.query.get("category", [""])
        if not category or "," in category:
            call.say({"resourceType": "OperationOutcome"}, 400)
        else:
            call.say(bundle({"resourceType": "Observation", "id": category}))

    with misbehaving(Observation=picky) as server:
        got = fetch(a_request(server.base))
        all_of_them = fetch(a_request(server.base), {"all": "Observation?patient={{context.patientId}}"})
    assert ids(got["exam"]) == ["exam", "survey"]
    assert {"exam", "survey", "laboratory"} < set(ids(all_of_them["all"]))


@pytest.mark.parametrize("form", ["Patient/p1", "p1"])
@pytest.mark.parametrize("otherwise", [200, 400])
def test_the_patient_is_named_as_the_server_wants_it(form: str, otherwise: int) -> None:
    def picky(call: Call) -> None:
        fits = call.asked.query["patient"] == [form]
        call.say(bundle(*[condition("c1")] * fits), 200 if fits else otherwise)

    with misbehaving(Condition=picky) as server:
        got = fetch(a_request(server.base))
    assert ids(got["conditions"]) == ["c1"]


@pytest.mark.parametrize(("parameter", "form"), [("prefixed", "Patient/p1"), ("bare", "p1")])
def test_a_profile_that_says_how_the_patient_is_named_is_believed(parameter: str, form: str) -> None:
    client = replace(OPEN_CLIENT, profile=Profile(patient_parameter=parameter))
    with misbehaving() as server:
        fetch(a_request(server.base), client=client)
    assert {tuple(a.query["patient"]) for a in server.seen if "patient" in a.query} == {(form,)}
    assert server.kinds().count("Condition") == 1


def test_ids_from_the_context_cannot_change_the_question() -> None:
    wanted = {"conditions": WANTED["conditions"], "patient": WANTED["patient"]}
    with misbehaving() as server:
        got = fetch(a_request(server.base, patient_id="p1&_id=2,3?x#y"), wanted)
        assert all(list(asked.query) in (["patient"], []) for asked in server.seen)
        assert all(asked.path.count("/") <= 3 for asked in server.seen)
        dots = fetch(a_request(server.base, patient_id=".."), {"patient": WANTED["patient"]})
    assert got["conditions"] == SentEmpty()
    assert dots["patient"] == NotSent()


def test_another_patient_in_place_of_this_one_is_refused() -> None:
    with misbehaving(Patient=reads(PATIENT | {"id": "p2"})) as server:
        got = fetch(a_request(server.base))
    assert isinstance(got["patient"], Failed)


def test_a_token_for_another_patient_is_not_used() -> None:
    with misbehaving() as server:
        got = fetch(a_request(server.base, fhir_authorization=FhirAuthorization(TOKEN, patient="p2")))
    assert set(got.values()) == {Failed("FHIR access token is for another patient")}
    assert server.seen == []


@pytest.mark.parametrize(
    "scope", ["patient/Condition.read patient/Patient.rs", "user/Condition.rs user/Patient.r"]
)
def test_what_the_scopes_do_not_grant_is_not_asked_for(scope: str) -> None:
    granted = FhirAuthorization(TOKEN, scope=f"launch openid {scope}")
    with misbehaving(Condition=gives(condition("c1")), Patient=reads(PATIENT)) as server:
        got = fetch(a_request(server.base, fhir_authorization=granted))
    assert set(server.kinds()) == {"Condition", "Patient"}
    assert got["notes"] == Failed("FHIR access token does not cover it")


@pytest.mark.parametrize(
    "scope", ["", "launch openid", "Observation.Read (Labs) (R4) Condition.Search", "user/*.*"]
)
def test_scopes_that_say_nothing_clear_leave_everything_to_be_asked(scope: str) -> None:
    with misbehaving() as server:
        fetch(a_request(server.base, fhir_authorization=FhirAuthorization(TOKEN, scope=scope)))
    assert set(server.kinds()) == {"Patient", "Condition", "Observation", "DocumentReference"}


def note(
    own_id: str, *attachments: dict[str, str], date: str = "2026-11-01", patient: str = "p1"
) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "id": own_id,
        "date": date,
        "subject": {"reference": f"Patient/{patient}"},
        "content": [{"attachment": attachment} for attachment in attachments],
    }


def text_of(value: Any, number: int = 0) -> str:
    content = value.resource["entry"][number]["resource"]["content"]
    data = [item["attachment"].get("data") for item in content]
    return "".join(base64.b64decode(part).decode() for part in data if part)


def test_note_texts_are_fetched_as_binary_or_as_plain_text() -> None:
    binary = {
        "resourceType": "Binary",
        "contentType": "text/plain",
        "data": base64.b64encode(b"one").decode(),
    }
    as_json = in_turn(reads(binary), sends(b"two", "text/plain; charset=utf-8"))
    notes = [
        note("n1", {"contentType": "text/plain", "url": "Binary/1"}, date="2026-11-03"),
        note("n2", {"contentType": "text/html", "url": "Binary/2"}),
    ]
    with misbehaving(DocumentReference=gives(*notes), Binary=as_json) as server:
        got = fetch(a_request(server.base))
    assert {text_of(got["notes"], 0), text_of(got["notes"], 1)} == {"one", "two"}
    assert all(asked.headers["Authorization"] for asked in server.seen if asked.kind == "Binary")


def test_note_texts_are_fetched_for_notes_that_the_client_sent() -> None:
    sent = Sent(bundle(note("n1", {"contentType": "text/plain", "url": "Binary/1"})))
    with misbehaving(Binary=sends(b"gait", "text/plain")) as server:
        got = fetch(a_request(server.base, prefetch={"notes": sent}))
    assert text_of(got["notes"]) == "gait"
    assert "data" not in sent.resource["entry"][0]["resource"]["content"][0]["attachment"]


def test_one_text_per_note_the_plainest_and_none_that_cannot_be_read() -> None:
    notes = [
        note(
            "n1",
            {"contentType": "text/html", "url": "Binary/h"},
            {"contentType": "text/plain", "url": "Binary/p"},
        ),
        note("n2", {"contentType": "application/pdf", "url": "Binary/pdf"}),
        note("n3", {"contentType": "text/plain", "data": "eA==", "url": "Binary/inline"}),
        note("n4", {"contentType": "text/plain", "url": "Binary/other"}, patient="p2"),
    ]
    with misbehaving(DocumentReference=gives(*notes), Binary=sends(b"x", "text/plain")) as server:
        fetch(a_request(server.base))
    assert [asked.path for asked in server.seen if asked.kind == "Binary"] == ["/fhir/Binary/p"]


def test_a_note_text_that_fails_leaves_the_note_as_it_was() -> None:
    notes = note("n1", {"contentType": "text/plain", "url": "Binary/1"})
    with misbehaving(DocumentReference=gives(notes), Binary=fails(500)) as server:
        got = fetch(a_request(server.base))
    assert text_of(got["notes"]) == ""
    assert ids(got["notes"]) == ["n1"]


def test_a_template_that_the_request_cannot_fill_is_not_sent() -> None:
    with misbehaving() as server:
        got = fetch(a_request(server.base), {"visit": "Encounter/{{context.encounterId}}"})
        seen = list(server.seen)
        filled = fetch(
            a_request(server.base, encounter_id="e1"), {"visit": "Encounter/{{context.encounterId}}"}
        )
    assert got["visit"] == NotSent()
    assert seen == []
    assert isinstance(filled["visit"], Failed)
    assert server.seen[-1].path == "/fhir/Encounter/e1"


def test_today_in_a_template_is_the_day_of_the_request() -> None:
    wanted = {"recent": "Observation?patient={{context.patientId}}&date=ge{{today() - 365 days}}"}
    with misbehaving() as server:
        fetch(a_request(server.base), wanted)
    assert server.seen[0].query["date"] == ["ge2025-11-21"]

"""Memory, switches, shadow, budget and specialty on the real main path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from cds_service.__main__ import main
from cds_service.adapters.store import Store
from cds_service.adapters.store_tables import shown_cards
from tests.trust.service import (
    CONSIDER,
    EMERGENCY,
    SELECT,
    URGENT,
    Running,
    a_body,
    a_service,
    consult,
    soon,
)


def shown(folder: Path, number: int) -> None:
    """Wait until so many cards of all answers are written."""
    store = Store(f"sqlite:///{folder}/store.db")

    def is_so() -> bool:
        with store.reading() as connection:
            return connection.execute(select(func.count()).select_from(shown_cards)).scalar() == number

    assert soon(is_so)
    store.close()


def remembering(folder: Path, *clients: dict[str, Any], **settings: Any) -> Running:
    return a_service(folder, *clients, **({"memory": True} | settings))


def operator(folder: Path, monkeypatch: pytest.MonkeyPatch, *command: str) -> int:
    monkeypatch.setenv("CDS_DATABASE_URL", f"sqlite:///{folder}/store.db")
    monkeypatch.setenv("CDS_VAR", str(folder))
    monkeypatch.setenv("CDS_CARDS", str(folder / "content"))
    return main(command)


def test_without_memory_both_hooks_show_every_tier(tmp_path: Path) -> None:
    service = remembering(tmp_path, memory=False)
    for note in (CONSIDER, URGENT):
        for sign in (False, True):
            assert len(service.ask(note, sign=sign)["cards"]) == 1


def test_signing_does_not_repeat_an_unchanged_card_but_new_evidence_does(tmp_path: Path) -> None:
    service = remembering(tmp_path)
    assert service.ask(CONSIDER)["cards"]
    shown(tmp_path, 1)
    again = service.ask(CONSIDER, sign=True)
    assert again["cards"] == []
    assert consult(again)["disposition"] == "suppressed"
    assert service.ask("Beta sign. Later: alpha sign.", sign=True)["cards"]
    assert service.ask(CONSIDER, sign=True, patient="p2")["cards"]


def test_signing_repeats_an_urgent_card_until_it_is_answered(tmp_path: Path) -> None:
    service = remembering(tmp_path)
    answer = service.ask(URGENT)
    shown(tmp_path, 1)
    assert service.ask(URGENT, sign=True)["cards"]
    service.say(answer, "accepted", acceptedSuggestions=[{"id": "s"}])
    assert service.ask(URGENT, sign=True)["cards"] == []


def test_an_emergency_is_always_shown(tmp_path: Path) -> None:
    service = remembering(tmp_path, {"cards_per_user_day": 0})
    answer = service.ask(EMERGENCY)
    number = len(answer["cards"])
    shown(tmp_path, number)
    service.say(answer, "overridden", overrideReason={"reason": {"code": "known"}})
    for sign in (False, True):
        assert consult(service.ask(EMERGENCY, sign=sign))["tier"] == "emergency"


def test_an_override_with_a_reason_is_respected(tmp_path: Path) -> None:
    service = remembering(tmp_path)
    answer = service.ask(CONSIDER)
    shown(tmp_path, 1)
    assert service.ask(CONSIDER)["cards"]
    service.say(answer, "overridden", overrideReason={"reason": {"code": "known"}})
    assert service.ask(CONSIDER)["cards"] == []


def test_the_budget_of_a_user_ends_the_weaker_cards(tmp_path: Path) -> None:
    service = remembering(tmp_path, {"cards_per_user_day": 2}, memory=False)
    for number in (1, 2):
        assert service.ask(CONSIDER, patient=f"p{number}")["cards"]
        shown(tmp_path, number)
    assert service.ask(CONSIDER, patient="p3")["cards"] == []
    assert service.ask(URGENT, patient="p3")["cards"]
    assert service.ask(CONSIDER, patient="p3", user="Practitioner/d2")["cards"]


def test_a_specialty_is_spared_where_the_client_asks_for_it(tmp_path: Path) -> None:
    service = remembering(tmp_path, {"quiet_specialties": {"consider": ["surgeon"]}})
    body = a_body(CONSIDER)
    role = {
        "resourceType": "PractitionerRole",
        "id": "r1",
        "practitioner": {"reference": "Practitioner/d1"},
        "specialty": [{"coding": [{"code": "surgeon"}]}],
    }
    assert len(service.call(SELECT, body).json["cards"]) == 1
    body["prefetch"]["role"] = role
    assert service.call(SELECT, body).json["cards"] == []
    body["context"]["userId"] = "Practitioner/somebody-else"
    assert len(service.call(SELECT, body).json["cards"]) == 1


@pytest.mark.parametrize(
    ("what", "cards", "disposition"),
    [
        (("off", "everything"), 0, "suppressed"),
        (("off", "client", "open"), 0, "suppressed"),
        (("off", "client", "another"), 1, "advisory-shown"),
        (("off", "card", "maybe"), 0, "suppressed"),
        (("shadow", "everything"), 0, "shadow"),
        (("off", "rule", "C1"), 0, "no-concern"),
        (("off", "rule", "A1"), 1, "advisory-shown"),
    ],
    ids=str,
)
def test_a_switch_works_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: tuple[str, ...], cards: int, disposition: str
) -> None:
    service = remembering(tmp_path)
    assert operator(tmp_path, monkeypatch, "switch", *what, "--reason", "a test", "--by", "tester") == 0
    answer = service.ask(CONSIDER)
    assert (len(answer["cards"]), consult(answer)["disposition"]) == (cards, disposition)


@pytest.mark.hazard("H-11", "a switched-off service looks like a patient without findings")
def test_a_running_worker_follows_a_switch_within_seconds_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = remembering(tmp_path, memory=False)
    assert service.ask(URGENT)["cards"]
    operator(tmp_path, monkeypatch, "switch", "off", "card", "soon", "--reason", "a test")
    assert soon(lambda: service.ask(URGENT)["cards"] == [])
    assert consult(service.ask(URGENT))["disposition"] == "suppressed"
    operator(tmp_path, monkeypatch, "switch", "on", "card", "soon")
    assert soon(lambda: bool(service.ask(URGENT)["cards"]))


def test_a_switch_needs_a_reason_and_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remembering(tmp_path)
    assert operator(tmp_path, monkeypatch, "switch", "off", "rule", "C1") == 2
    assert operator(tmp_path, monkeypatch, "switch", "off", "rule", "--reason", "x") == 2


@pytest.mark.parametrize(("scope", "name"), [("rule", "C7x"), ("card", "mayby")])
def test_a_switch_of_what_does_not_exist_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    scope: str,
    name: str,
) -> None:
    remembering(tmp_path)
    assert operator(tmp_path, monkeypatch, "switch", "off", scope, name, "--reason", "x") == 2
    assert f"no {scope} {name!r}" in capsys.readouterr().err
    assert operator(tmp_path, monkeypatch, "switch", "on", scope, name) == 0  # it may be of an older content


@pytest.mark.parametrize("head", ["abc", "5", "12:zzz", "1:" + "A" * 64])
def test_what_is_no_head_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: str) -> None:
    remembering(tmp_path)
    assert operator(tmp_path, monkeypatch, "verify") == 0
    with pytest.raises(SystemExit) as ended:
        operator(tmp_path, monkeypatch, "verify", "--since", head)
    assert ended.value.code == 2


def test_a_client_in_shadow_sees_nothing_and_everything_is_traced(tmp_path: Path) -> None:
    service = remembering(tmp_path, {"shadow": True, "traces": True})
    answer = service.ask(URGENT)
    assert answer["cards"] == []
    assert (consult(answer)["disposition"], consult(answer)["tier"]) == ("shadow", "urgent")
    path = f"/traces/{consult(answer)['consultId']}"
    assert soon(lambda: service.call(path).status_code == 200)
    trace = service.call(path).json["traces"][0]["trace"]
    assert (trace["withheld"], len(trace["cards"])) == ("shadow mode of the client", 1)


def test_the_trace_says_why_there_was_no_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service = remembering(tmp_path)
    answer = service.ask("No alpha sign.")
    assert answer["cards"] == []
    consult_id = consult(answer)["consultId"]
    assert soon(lambda: operator(tmp_path, monkeypatch, "trace", consult_id) == 0)
    told = capsys.readouterr().out
    assert "not met  recommend  B1" in told
    assert "<- sign.alpha denied" in told


def test_an_order_that_is_none_of_ours_leaves_a_trace_that_says_so(tmp_path: Path) -> None:
    service = remembering(tmp_path, {"traces": True})
    body = a_body(URGENT)
    body["context"]["draftOrders"]["entry"][0]["resource"]["code"] = {"text": "Ankle"}
    answer = service.call(SELECT, body).json
    path = f"/traces/{consult(answer)['consultId']}"
    assert soon(lambda: service.call(path).status_code == 200)
    assert service.call(path).json["traces"][0]["trace"]["disposition"] == "not-applicable"


def test_the_feedback_report_counts_by_card_rule_client_and_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service = remembering(tmp_path, memory=False)
    answers = [service.ask(URGENT, patient=f"p{number}") for number in range(4)]
    shown(tmp_path, 4)
    service.say(answers[0], "accepted", acceptedSuggestions=[{"id": "s"}])
    service.say(answers[1], "overridden", overrideReason={"reason": {"code": "known"}})
    service.say(answers[1], "overridden", overrideReason={"reason": {"code": "known"}})
    always = ("--days", "36500")  # the command goes by the clock of the machine
    assert operator(tmp_path, monkeypatch, "feedback", *always) == 0
    table = capsys.readouterr().out
    assert "card     soon" in table
    assert "25% (5% to 70%)" in table
    for form in ("csv", "json"):
        operator(tmp_path, monkeypatch, "feedback", *always, "--format", form)
        out = capsys.readouterr().out
        assert "known" in out
        assert "A1" in out

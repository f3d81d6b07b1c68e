"""The commands explain and check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cds_service.__main__ import main
from tests.builders import a_note, an_order
from tests.tiny_content import changed, write_content


def a_file(folder: Path, *notes: str, **members: Any) -> str:
    body = {
        "hook": "order-select",
        "hookInstance": "0a7f7a52-9f0b-4c8e-8d7b-6b1f0e6f6701",
        "context": {
            "userId": "Practitioner/p1",
            "patientId": "pat-1",
            "selections": ["ServiceRequest/draft-1"],
            "draftOrders": {
                "resourceType": "Bundle",
                "entry": [{"resource": an_order("Knee scan", id="draft-1")}],
            },
        },
        "prefetch": {"notes": [a_note(note) for note in notes], "patient": None},
        **members,
    }
    path = folder / "request.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    return str(path)


def explained(folder: Path, file: str, *options: str) -> int:
    cards = str(write_content(folder / "cards"))
    return main(["explain", file, "--cards", cards, "--as-of", "2026-11-21", *options])


def test_explain_prints_the_tree_of_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explained(tmp_path, a_file(tmp_path, "Alpha sign. Beta sign.")) == 0
    printed = capsys.readouterr().out
    assert "answer: urgent, advisory-shown" in printed
    assert "card: soon, offers scan, talk, write" in printed
    assert "met  urgent  A1  Two signs. (all of)\n  met  sign.alpha  <- " in printed
    assert "not met: X1" in printed


def test_explain_can_print_every_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explained(tmp_path, a_file(tmp_path, "Alpha sign."), "--all")
    assert "unknown  urgent  A1  Two signs. (all of)" in capsys.readouterr().out


def test_explain_names_what_held_the_answer_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explained(tmp_path, a_file(tmp_path, "Alpha sign. Scan done."))
    printed = capsys.readouterr().out
    assert "answer: none, suppressed\nrules alone: recommend" in printed
    assert "held back or turned by:\nmet  P1  Scan done." in printed.replace("\n\n", "\n")


def test_explain_says_when_the_orders_are_not_our_business(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(tmp_path, "Alpha sign.", context={"patientId": "pat-1", "draftOrders": {}})
    assert explained(tmp_path, file) == 0
    assert "none of the newly selected orders" in capsys.readouterr().out


def test_explain_as_json_is_the_answer_with_the_whole_tree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    explained(tmp_path, a_file(tmp_path, "Alpha sign."), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["response"]["cards"][0]["summary"] == "Later."
    assert {rule["criterion"]: rule["truth"] for rule in told["rules"]} == {
        "X1": "not met", "A1": "unknown", "B1": "met", "C1": "met", "D1": "unknown",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("{", "cannot be read as JSON"), ("{}", "not a hook request"), ("[]", "not a hook request")],
)
def test_explain_refuses_what_is_no_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text)
    assert explained(tmp_path, str(file)) == 2
    assert sentence in capsys.readouterr().err


def test_explain_names_the_hooks_that_are_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explained(tmp_path, a_file(tmp_path, "Alpha sign.", hook="patient-view")) == 2
    assert "no service answers 'patient-view'; there are order-select, order-sign" in capsys.readouterr().err


def test_check_counts_what_it_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(write_content(tmp_path))]) == 0
    assert "8 findings, 5 rules, 6 cards, 1 worked cases: no mistake" in capsys.readouterr().out


def test_check_prints_one_line_for_each_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changes = changed("tiny/rules.yaml", "finding: sign.gamma", "finding: sign.gama")
    assert main(["check", str(write_content(tmp_path, changes))]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 3
    assert printed[-1] == "2 mistakes"


def test_check_runs_the_worked_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_content(tmp_path, changed("tiny/cases/all.yaml", "tier: urgent", "tier: consider"))
    assert main(["check", str(folder)]) == 1
    assert "Two signs are urgent: tier is urgent, expected consider" in capsys.readouterr().out
    assert main(["check", str(folder), "--without-cases"]) == 0


@pytest.mark.parametrize("command", ["explain", "check"])
def test_both_have_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert "usage: python -m cds_service" in capsys.readouterr().out

"""Worked cases go through FHIR resources and the main path, and say in words how the answer differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.cases.run import run_cases
from cds_service.cases.shape import read_cases
from cds_service.commands.check import check_cases
from cds_service.content.load import load_library
from cds_service.errors import ContentError
from tests.tiny_content import write_content

CASES = "tiny/cases/all.yaml"


def mistakes_of(folder: Path, case: str) -> list[str]:
    write_content(folder, {CASES: f"- {case}\n"})
    _, mistakes = check_cases(folder, load_library(folder))
    return [str(mistake) for mistake in mistakes]


def a_case(chart: str, expect: str, more: str = "") -> str:
    return f"{{case: It is so, order: knee, {more}chart: [{chart}], expect: {{{expect}}}}}"


@pytest.mark.parametrize(
    "case",
    [
        a_case('{note: "Alpha sign."}', "tier: recommend, disposition: advisory-shown, fires: [B1, C1], not: [A1]"),
        a_case('{note: "Alpha sign.", days: 181}', "tier: none, disposition: no-concern, card: null"),
        a_case('{note: "Alpha sign.", patient: other}', "tier: none"),
        a_case('{observation: Alpha sign, value: Positive}', "tier: recommend"),
        a_case('{condition: Alpha sign}', "tier: recommend"),
        a_case('{reason: Alpha sign}', "tier: recommend", "hook: order-sign, "),
        a_case('{procedure: Scan done}, {note: "Alpha sign."}', "tier: none, disposition: suppressed, fires: [B1]"),
        a_case('{family: "Mother: alpha sign"}', "tier: none"),
        a_case('{note: "Gamma sign."}', "tier: none, disposition: insufficient-data"),
        a_case('{note: "Alpha sign. Beta sign. Gamma sign."}', "tier: emergency, card: now, suggests: [scan], never: [talk]"),
        a_case('{note: "Alpha sign. Gamma sign."}', "card: later, companion: aside, says: [alpha sign], omits: [zeta]"),
        a_case('{note: "Alpha sign."}', "card: later, companion: null"),
    ],
)  # fmt: skip
def test_a_case_that_holds_says_nothing(tmp_path: Path, case: str) -> None:
    assert mistakes_of(tmp_path, case) == []


@pytest.mark.parametrize(
    ("expect", "difference"),
    [
        ("tier: urgent", "tier is recommend, expected urgent"),
        ("disposition: suppressed", "disposition is advisory-shown, expected suppressed"),
        ("fires: [A1]", "A1 does not fire"),
        ("not: [B1]", "B1 fires"),
        ("card: soon", "card is later, expected soon"),
        ("card: null", "card is later, expected none"),
        ("companion: aside", "the card aside is not shown beside the main one"),
        ("suggests: [write]", "write is not offered"),
        ("never: [scan]", "scan is offered"),
        ("says: [zeta]", "the detail does not say 'zeta'"),
        ("omits: [alpha sign]", "the detail says 'alpha sign'"),
        ("fires: [A9]", "unknown rule 'A9'; did you mean 'A1'?"),
        ("card: latr", "unknown card 'latr'; did you mean 'later'?"),
        ("never: [skan]", "unknown suggestion 'skan'; did you mean 'scan'?"),
    ],
)
def test_a_case_that_fails_says_how(tmp_path: Path, expect: str, difference: str) -> None:
    said = mistakes_of(tmp_path, a_case('{note: "Alpha sign."}', expect))
    assert len(said) == 1
    assert said[0].startswith("tiny/cases/all.yaml: It is so: ")
    assert difference in said[0]


def test_a_case_without_company_says_which_card_is_shown_all_the_same(tmp_path: Path) -> None:
    said = mistakes_of(tmp_path, a_case('{note: "Alpha sign. Gamma sign."}', "companion: null"))
    assert "the card aside is shown beside the main one" in said[0]


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (a_case('{nota: "Alpha sign."}', ""), "did you mean 'note'?"),
        (a_case('{note: a, reason: b}', ""), "name exactly one of"),
        ("{case: It is so, order: kne, chart: [], expect: {}}", "unknown order 'kne'; did you mean 'knee'?"),
        (a_case("", "tire: urgent"), "did you mean 'tier'?"),
    ],
)  # fmt: skip
def test_a_misspelt_case_is_a_mistake(tmp_path: Path, case: str, sentence: str) -> None:
    assert any(sentence in said for said in mistakes_of(tmp_path, case))


def test_a_case_for_a_hook_without_service_is_a_mistake(tmp_path: Path) -> None:
    services = write_content(tmp_path) / "services.yaml"
    services.write_text(services.read_text().replace("order-sign", "order-select"))
    (tmp_path / CASES).write_text(f"- {a_case('', '', 'hook: order-sign, ')}")
    wrong: list[ContentError] = []
    cases = read_cases(tmp_path, "tiny", wrong)
    with pytest.raises(ContentError, match="no service answers order-sign"):
        run_cases(cases, load_library(tmp_path))

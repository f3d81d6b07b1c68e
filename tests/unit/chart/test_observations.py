"""Observations: values of every type, sides, components, and what has no result."""

from __future__ import annotations

import pytest

from cds_service.chart.model import Quantity
from tests.builders import a_chart, a_concept, an_observation


@pytest.mark.parametrize(
    ("value", "words", "quantity"),
    [
        ({"valueString": "Positive"}, "Positive", None),
        ({"valueString": "4/5"}, "4/5", None),
        ({"valueString": "3+"}, "3+", None),
        ({"valueString": "12"}, "12", Quantity(12)),
        ({"valueString": " 8 beats "}, "8 beats", Quantity(8, "beats")),
        ({"valueString": "0.62 left, 0.58 right"}, "0.62 left, 0.58 right", None),
        ({"valueQuantity": {"value": 4}}, "4", Quantity(4)),
        ({"valueQuantity": {"value": 4.5, "unit": "s"}}, "4.5 s", Quantity(4.5, "s")),
        ({"valueQuantity": {"value": 200, "code": "mL"}}, "200 mL", Quantity(200, "mL")),
        ({"valueQuantity": {"value": 13, "code": "{score}"}}, "13 score", Quantity(13, "score")),
        ({"valueQuantity": {"value": 3, "unit": "+"}}, "3+", Quantity(3, "+")),
        ({"valueQuantity": {"value": 3, "code": "1"}}, "3", Quantity(3)),
        ({"valueQuantity": {"value": "13"}}, "13", Quantity(13)),
        ({"valueQuantity": {"value": 200, "unit": "mL", "comparator": "<"}}, "<200 mL", None),
        ({"valueInteger": 4}, "4", Quantity(4)),
        ({"valueBoolean": True}, "Yes", None),
        ({"valueBoolean": False}, "No", None),
        ({"valueCodeableConcept": a_concept("Absent")}, "Absent", None),
        ({"valueCodeableConcept": {"coding": [{"code": "x", "display": "Absent"}]}}, "Absent", None),
        ({"valueCodeableConcept": {"coding": [{"code": "LA1"}]}}, "LA1", None),
        ({"valueRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "s"}}}, "1 to 2 s", None),
        ({"valueRange": {"low": {"value": 1}}}, ">=1", None),
        ({"valueRange": {"high": {"value": 2}}}, "<=2", None),
        ({"valueRatio": {"numerator": {"value": 4}, "denominator": {"value": 5}}}, "4/5", None),
        ({"valueDateTime": "2026-11-01"}, "2026-11-01", None),
        ({"valuePeriod": {"start": "2026", "end": "2027"}}, "2026 to 2027", None),
        ({"interpretation": [{"coding": [{"code": "POS"}]}]}, "Positive", None),
        ({"interpretation": {"coding": [{"code": "NEG"}]}}, "Negative", None),
        ({"interpretation": [{"text": "odd"}]}, "odd", None),
        ({"valueString": "Absent", "interpretation": [{"coding": [{"code": "A"}]}]}, "Absent", None),
    ],
    ids=str,
)
def test_a_value_is_read_as_recorded(value: dict[str, object], words: str, quantity: Quantity | None) -> None:
    chart = a_chart(an_observation("Sign", value=value))
    [entry], [passage] = chart.entries, chart.passages
    assert (entry.value_text, entry.value) == (words, quantity)
    assert (passage.element, passage.text, passage.entry) == ("code+value", f"Sign: {words}", entry)


@pytest.mark.parametrize("value", [True, "x", "inf", None, [], {}, float("nan"), float("inf"), 10**400])
def test_a_quantity_that_is_no_number_is_no_value(value: object) -> None:
    [entry] = a_chart(an_observation("Sign", value={"valueQuantity": {"value": value, "unit": "s"}})).entries
    assert (entry.value, entry.value_text) == (None, "")


def test_the_body_site_stands_between_label_and_value() -> None:
    chart = a_chart(an_observation("Sign", value="Positive", bodySite={"text": "left foot"}))
    assert chart.passages[0].text == "Sign, left foot: Positive"


def test_a_label_without_value_speaks_for_itself() -> None:
    chart = a_chart(an_observation("Sign present on the left"))
    assert [passage.text for passage in chart.passages] == ["Sign present on the left"]


def test_a_value_without_label_is_read() -> None:
    assert [passage.text for passage in a_chart(an_observation("", value="upgoing toe")).passages] == [
        "upgoing toe"
    ]


@pytest.mark.parametrize(
    "elements",
    [
        {"dataAbsentReason": {"coding": [{"code": "not-performed"}]}},
        {"status": "registered"},
        {"status": "cancelled", "value": "Positive"},
        {"status": "entered-in-error", "value": "Positive"},
        {"status": "Entered-in-Error ", "value": "Positive"},
    ],
    ids=str,
)
def test_what_has_no_result_says_nothing(elements: dict[str, object]) -> None:
    chart = a_chart(an_observation("Sign", **elements))
    assert (chart.entries, chart.passages) == ((), ())


@pytest.mark.parametrize("status", ["preliminary", "final", "amended", "corrected", "unknown", "registered"])
def test_a_result_counts_in_every_other_status(status: str) -> None:
    assert [
        entry.status for entry in a_chart(an_observation("Sign", value="Absent", status=status)).entries
    ] == [status]


def test_every_component_is_a_finding_of_its_own() -> None:
    parts = [
        {"code": a_concept("First"), "valueString": "Positive"},
        {"code": a_concept("Second"), "valueInteger": 3},
        {"code": a_concept("Third"), "dataAbsentReason": a_concept("not done")},
        "odd",
    ]
    chart = a_chart(an_observation("Panel", component=parts))
    assert [(p.element, p.text) for p in chart.passages] == [
        ("component[0].code+value", "First: Positive"),
        ("component[1].code+value", "Second: 3"),
    ]
    assert [entry.label for entry in chart.entries] == ["First", "Second"]
    assert len({entry.reference for entry in chart.entries}) == 1


def test_a_panel_with_a_value_of_its_own_keeps_it() -> None:
    parts = [{"code": a_concept("Item"), "valueInteger": 3}]
    assert [p.text for p in a_chart(an_observation("Score", value=12, component=parts)).passages] == [
        "Score: 12",
        "Item: 3",
    ]


def test_a_component_named_by_a_side_is_the_whole_on_that_side() -> None:
    parts = [
        {"code": a_concept("Left"), "valueString": "Positive"},
        {"code": a_concept("right"), "valueString": "Absent"},
    ]
    chart = a_chart(an_observation("Sign", component=parts))
    assert [passage.text for passage in chart.passages] == ["Sign, Left: Positive", "Sign, right: Absent"]
    assert [entry.label for entry in chart.entries] == ["Sign", "Sign"]


@pytest.mark.parametrize(
    "when",
    [
        {"effectiveDateTime": "2026-11-03T23:30:00-08:00"},
        {"effectivePeriod": {"start": "2026-11-03", "end": "2026-11-09"}},
        {"effectiveInstant": "2026-11-03T10:00:00Z"},
        {"effectiveTiming": {"event": ["2026-11-03"]}},
        {"effectiveDateTime": "soon", "issued": "2026-11-03T10:00:00Z"},
    ],
    ids=str,
)
def test_when_it_was_observed_is_found_in_every_form(when: dict[str, object]) -> None:
    chart = a_chart({"resourceType": "Observation", "code": {"text": "Sign"}, **when})
    assert [str(item.date) for item in (*chart.entries, *chart.passages)] == ["2026-11-03"] * 2


@pytest.mark.parametrize(
    "element", [{"note": [{"text": " As seen. "}]}, {"comments": " As seen. "}, {"comment": " As seen. "}]
)
def test_a_comment_is_read_as_written(element: dict[str, object]) -> None:
    assert a_chart(an_observation("Sign", value="Absent", **element)).passages[1].text == " As seen. "

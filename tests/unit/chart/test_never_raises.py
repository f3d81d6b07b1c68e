"""No JSON crashes the reader, and one odd resource spoils no other."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.chart.read import SOURCES
from cds_service.chart.unbundle import unbundle
from tests.builders import a_bundle, a_chart, a_concept, a_condition, a_note, an_attachment

WORDS = st.one_of(
    st.text(max_size=8), st.sampled_from(["#x", "Patient/pat-1", "2026-01-01", "final", "<p>", "e1xydGYx"])
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(
                WORDS,
                st.sampled_from(
                    [
                        "coding",
                        "code",
                        "text",
                        "display",
                        "concept",
                        "reference",
                        "value",
                        "start",
                        "item",
                        "answer",
                        "section",
                        "div",
                    ]
                ),
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
REFERENCE = {"reference": "#x", "display": "shown"}
CONCEPT = a_concept("said", ("http://snomed.info/sct", "1"))
RICH: dict[str, Any] = {
    "id": "odd",
    "status": "final",
    "subject": {"reference": "Patient/pat-1"},
    "contained": [{"id": "x", "code": CONCEPT}],
    "clinicalStatus": CONCEPT,
    "verificationStatus": CONCEPT,
    "docStatus": "final",
    "code": CONCEPT,
    "type": [CONCEPT],
    "category": [CONCEPT],
    "bodySite": CONCEPT,
    "reasonCode": [CONCEPT],
    "reasonReference": [REFERENCE],
    "reason": [{"concept": CONCEPT, "value": [{"reference": REFERENCE}]}],
    "note": [{"text": "noted"}],
    "orderDetail": [{"parameter": [{"valueString": "said"}]}],
    "supportingInfo": [REFERENCE],
    "performerType": CONCEPT,
    "item": [
        {
            "text": "asked",
            "code": CONCEPT,
            "answer": [{"valueQuantity": {"value": 1, "unit": "s"}}],
            "item": [{}],
        }
    ],
    "section": [{"title": "Title", "text": {"div": "<p>said</p>"}, "section": [{}]}],
    "component": [{"code": CONCEPT, "valueCodeableConcept": CONCEPT, "interpretation": [CONCEPT]}],
    "valueRange": {"low": {"value": 1}, "high": {"value": 2}},
    "valuePeriod": {"start": "2026", "end": "2027"},
    "effectivePeriod": {"start": "2026-11-01"},
    "onsetPeriod": {"start": "2026"},
    "abatementDateTime": "2026",
    "period": {"start": "2026-11-01"},
    "context": {"period": {"start": "2026-11-01"}},
    "conclusion": "said",
    "conclusionCode": [CONCEPT],
    "presentedForm": [an_attachment("said")],
    "content": [{"attachment": an_attachment("<p>said</p>", "text/html")}],
    "series": [{"modality": {"code": "MR"}, "bodySite": REFERENCE, "description": "said"}],
    "medicationReference": REFERENCE,
    "device": {"concept": CONCEPT},
    "deviceName": [{"name": "named"}],
    "safety": [CONCEPT],
    "participant": [{"type": [CONCEPT], "actor": REFERENCE}],
    "location": [{"location": REFERENCE}],
    "serviceProvider": REFERENCE,
    "serviceType": [{"concept": CONCEPT}],
    "specialty": [CONCEPT],
    "finding": [{"itemCodeableConcept": CONCEPT}],
    "summary": "said",
    "focus": [REFERENCE],
    "birthDate": "1960",
}


def places(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of everything inside *node*."""
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [inner for key, value in steps for inner in ((*path, key), *places(value, (*path, key)))]


def with_value(node: Any, path: tuple[str | int, ...], value: object) -> Any:
    """Return a copy of *node* with *value* at *path*."""
    changed = deepcopy(node)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return changed


@settings(max_examples=600, deadline=None)
@given(st.sampled_from([*SOURCES, "Patient"]), st.sampled_from(places(RICH)), JSON)
def test_any_json_anywhere_in_a_resource_is_survived(
    kind: str, path: tuple[str | int, ...], value: object
) -> None:
    odd = {"resourceType": kind, **with_value(RICH, path, value)}
    chart = a_chart(odd, a_condition("Pain"), a_note("Numb."), drafts=(odd,))
    assert {"Pain", "Numb."} <= {passage.text for passage in chart.passages}


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_in_place_of_a_resource_or_bundle_is_survived(value: object) -> None:
    opened = unbundle(value)
    a_chart(value, *opened.resources, drafts=(value,))
    assert a_condition("Pain") in unbundle(a_bundle(value, a_condition("Pain"))).resources


def test_every_rich_resource_says_something() -> None:
    for kind in SOURCES:
        chart = a_chart({"resourceType": kind, **RICH})
        assert chart.passages, kind


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_a_plain_note_comes_back_verbatim(text: str) -> None:
    expected = (
        []
        if not text.strip() or "\0" in text or text[:64].lstrip().lower().startswith(("{\\rtf", "%pdf"))
        else [text]
    )
    chart = a_chart(a_note(text.removeprefix("\ufeff").encode("utf-8", "replace")))
    read = [passage.text for passage in chart.passages]
    assert read == [t.removeprefix("\ufeff").encode("utf-8", "replace").decode() for t in expected]

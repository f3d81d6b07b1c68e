"""No JSON in prefetch, order or attachment makes what reads it stumble."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cds_service.adapters.fhir_found import Found, as_prefetched, extended
from cds_service.adapters.fhir_notes import attachment_urls, with_texts
from cds_service.hooks.annotate import annotate_order, consult_url
from cds_service.hooks.prefetch import read_prefetch
from cds_service.hooks.prefetch_match import match_prefetch

CANONICAL = "https://site.example.org/fhir"
NAMES = st.sampled_from(
    [
        "resourceType",
        "extension",
        "entry",
        "resource",
        "link",
        "relation",
        "url",
        "category",
        "coding",
        "code",
    ]
) | st.sampled_from(
    ["content", "attachment", "contentType", "data", "presentedForm", "subject", "reference", "extension"]
)
WORDS = st.sampled_from(
    ["Bundle", "Observation", "DocumentReference", "OperationOutcome", "next", "exam", ""]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS | st.text(max_size=4),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(NAMES, parts, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=5)
TEMPLATES = {"patient": "Patient/{{context.patientId}}", "exam": "Observation?patient=1&category=exam"}


@given(st.dictionaries(st.sampled_from(["patient", "Exam", "x", "y"]), VALUES, max_size=4))
def test_any_prefetch_is_matched_and_none_of_it_is_lost(prefetch: dict[str, Any]) -> None:
    sent = read_prefetch(prefetch)
    matched = match_prefetch(TEMPLATES, sent).prefetch
    assert set(matched) >= set(TEMPLATES)
    assert len(matched) <= len(sent) + len(TEMPLATES)


@given(OBJECTS)
def test_any_attachment_is_looked_at(resource: dict[str, Any]) -> None:
    urls = attachment_urls([resource], "p1")
    texts = {url: {"contentType": "text/plain", "data": "eA=="} for url in urls}
    assert set(with_texts(resource, texts)) == set(resource)
    bundle = {"resourceType": "Bundle", "entry": [{"resource": resource}]}
    assert with_texts(bundle, {}) == bundle


@given(st.lists(VALUES, max_size=4), OBJECTS, st.booleans())
def test_any_entries_of_a_server_become_a_value(entries: list[Any], sent: dict[str, Any], done: bool) -> None:
    found = Found(entries=entries, done=done)
    as_prefetched(found)
    assert extended(sent, found).resource["resourceType"] == "Bundle"
    assert found.answered() in (True, False)


@given(OBJECTS)
def test_any_order_is_annotated_without_another_change(order: dict[str, Any]) -> None:
    resource = annotate_order(order, {"consultId": "k1"}, CANONICAL)["resource"]
    assert {**resource, "extension": 0} == {**order, "extension": 0}
    assert resource["extension"][-1]["url"] == consult_url(CANONICAL)

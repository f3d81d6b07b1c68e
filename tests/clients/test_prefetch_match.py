"""Prefetch of sites that typed their own keys is found by name, alias and content, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.errors import PrefetchMissing
from cds_service.hooks.prefetch import Failed, NotSent, Prefetched, Sent, SentEmpty
from cds_service.hooks.prefetch_match import match_prefetch, require_any

TEMPLATES = {
    "patient": "Patient/{{context.patientId}}",
    "conditions": "Condition?patient={{context.patientId}}",
    "exam": "Observation?patient={{context.patientId}}&category=exam",
    "survey": "Observation?patient={{context.patientId}}&category=http://x|survey,social-history",
    "orders": "ServiceRequest?patient={{context.patientId}}",
}
PATIENT = Sent({"resourceType": "Patient", "id": "p1"})


def bundle(*resources: dict[str, Any]) -> Sent:
    return Sent({"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources]})


def observation(*categories: str) -> dict[str, Any]:
    return {"resourceType": "Observation", "category": [{"coding": [{"code": code} for code in categories]}]}


CONDITIONS = bundle({"resourceType": "Condition"})


def test_the_same_key_is_the_same_key() -> None:
    matched = match_prefetch(TEMPLATES, {"patient": PATIENT, "conditions": CONDITIONS})
    assert matched.prefetch["patient"] == PATIENT
    assert matched.prefetch["conditions"] == CONDITIONS
    assert matched.prefetch["exam"] == NotSent()
    assert matched.quirks == ()


def test_null_and_failure_under_the_same_key_stay_what_they_are() -> None:
    sent: dict[str, Prefetched] = {"patient": SentEmpty(), "conditions": Failed("client reported a failure")}
    matched = match_prefetch(TEMPLATES, sent)
    assert matched.prefetch["patient"] == SentEmpty()
    assert matched.prefetch["conditions"] == sent["conditions"]


def test_an_alias_stands_for_our_key_even_when_it_is_null() -> None:
    aliases = {"patient": ("pat",), "conditions": ("problems",)}
    matched = match_prefetch(TEMPLATES, {"pat": PATIENT, "problems": SentEmpty()}, aliases)
    assert matched.prefetch["patient"] == PATIENT
    assert matched.prefetch["conditions"] == SentEmpty()
    assert matched.quirks == ("prefetch-alias",)


@pytest.mark.parametrize("key", ["Conditions", "CONDITIONS", "con_ditions", "conditions "])
def test_another_spelling_is_the_same_key(key: str) -> None:
    matched = match_prefetch(TEMPLATES, {key: CONDITIONS})
    assert matched.prefetch["conditions"] == CONDITIONS
    assert matched.quirks == ("prefetch-key-spelling",)


def test_keys_of_the_sites_own_are_matched_by_what_they_hold() -> None:
    matched = match_prefetch(TEMPLATES, {"epicPatient_1": PATIENT, "probs": CONDITIONS})
    assert matched.prefetch["patient"] == PATIENT
    assert matched.prefetch["conditions"] == CONDITIONS
    assert matched.quirks == ("prefetch-by-content",)
    assert set(matched.prefetch) == set(TEMPLATES)


def test_an_older_resource_type_counts_as_its_successor() -> None:
    older = bundle({"resourceType": "ProcedureRequest"})
    assert match_prefetch(TEMPLATES, {"x": older}).prefetch["orders"] == older


def test_categories_keep_observations_apart() -> None:
    signs, habits = bundle(observation("exam")), bundle(observation("Social-History"))
    matched = match_prefetch(TEMPLATES, {"a": habits, "b": signs})
    assert matched.prefetch["exam"] == signs
    assert matched.prefetch["survey"] == habits


def test_one_value_may_answer_several_keys() -> None:
    everything = bundle(observation("exam"), observation("survey"))
    matched = match_prefetch(TEMPLATES, {"obs": everything})
    assert matched.prefetch["exam"] == matched.prefetch["survey"] == everything


def test_observations_without_category_answer_every_observation_key() -> None:
    plain = bundle({"resourceType": "Observation"})
    matched = match_prefetch(TEMPLATES, {"obs": plain})
    assert matched.prefetch["exam"] == matched.prefetch["survey"] == plain


def test_several_values_for_one_key_are_put_together() -> None:
    matched = match_prefetch(
        TEMPLATES, {"a": CONDITIONS, "b": Sent({"resourceType": "Condition", "id": "2"})}
    )
    held = matched.prefetch["conditions"]
    assert isinstance(held, Sent)
    assert len(held.resource["entry"]) == 2


def test_what_fits_nowhere_is_kept_under_its_own_key() -> None:
    other = bundle({"resourceType": "Flag"})
    matched = match_prefetch(TEMPLATES, {"flags": other, "broken": Failed("x")})
    assert matched.prefetch["flags"] == other
    assert matched.prefetch["broken"] == Failed("x")


@pytest.mark.parametrize(
    "odd",
    [
        {"resourceType": "Bundle", "entry": None},
        {"resourceType": "Bundle", "entry": [None, 4, {"resource": 5}, {}]},
        {"resourceType": "Observation", "category": "exam"},
        {"resourceType": "Observation", "category": [{"coding": [None, {"code": 7}]}]},
        {"resourceType": "Observation", "category": {"coding": {"code": "exam"}}},
    ],
)
def test_odd_values_are_no_reason_to_stumble(odd: dict[str, Any]) -> None:
    assert set(match_prefetch(TEMPLATES, {"x": Sent(odd)}).prefetch) >= set(TEMPLATES)


def test_a_stripped_request_is_refused_with_the_keys() -> None:
    stripped = match_prefetch(TEMPLATES, {}).prefetch
    with pytest.raises(PrefetchMissing, match="no FHIR server to ask") as refused:
        require_any(stripped, TEMPLATES)
    assert refused.value.keys == tuple(TEMPLATES)


def test_a_request_whose_fetch_failed_altogether_is_refused_with_the_reason() -> None:
    failed = dict.fromkeys(TEMPLATES, Failed("FHIR server did not answer in time"))
    with pytest.raises(PrefetchMissing, match="did not answer in time"):
        require_any(failed, TEMPLATES)


@pytest.mark.parametrize("one", [PATIENT, SentEmpty()])
def test_a_single_answer_is_enough_to_go_on(one: Prefetched) -> None:
    require_any({"patient": Failed("x"), "conditions": one}, TEMPLATES)

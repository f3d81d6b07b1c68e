"""CDS Hooks: Prefetch (rule P1 of our conformance list; P2 to P5 belong to the fetch)."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.hooks.prefetch import Failed, NotSent, Sent, SentEmpty, prefetched, read_prefetched
from tests.web.stand_in import a_body, assert_outcome, stand_in

PATIENT = {"resourceType": "Patient", "id": "1"}


@pytest.mark.parametrize("value", [None, {}, []])
def test_null_prefetch_is_no_data_and_not_missing(value: object) -> None:
    """P1: the key is present, there are no data."""
    assert read_prefetched(value) == SentEmpty()


def test_an_absent_key_is_not_sent() -> None:
    """P1: the service may fetch it itself."""
    assert prefetched({}, "patient") == NotSent()


@pytest.mark.parametrize(
    "value",
    [
        PATIENT,
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "entry": []},
        {"resourceType": "Bundle", "entry": None},
        {"resourceType": "Bundle", "entry": [{"fullUrl": "x"}], "link": [{"relation": "next"}]},
        {"resourceType": "DiagnosticOrder"},
    ],
)
def test_a_resource_or_bundle_of_any_shape_is_sent(value: dict[str, Any]) -> None:
    """P1: what is inside is the chart reader's business."""
    assert read_prefetched(value) == Sent(value)


def test_a_bare_list_and_a_bundle_without_type_are_taken_as_bundles() -> None:
    """P1: best effort with shapes that clients send."""
    as_bundle = {"resourceType": "Bundle", "entry": [{"resource": PATIENT}]}
    assert read_prefetched([PATIENT]) == Sent(as_bundle)
    assert read_prefetched({"entry": [{"resource": PATIENT}]}) == Sent(as_bundle)


@pytest.mark.parametrize(
    "value", [{"resourceType": "OperationOutcome"}, "<html>502</html>", 7, True, {"error": "x"}]
)
def test_what_is_no_data_is_the_clients_failure(value: object) -> None:
    """P1: an OperationOutcome, an error page or nonsense: the client tried and failed."""
    assert isinstance(read_prefetched(value), Failed)


def test_the_reason_of_a_failure_repeats_nothing_of_the_value() -> None:
    """P1: the reason may be shown and logged."""
    values = ["ZZCANARY", {"ZZCANARY": 1}, {"resourceType": "OperationOutcome", "text": "ZZCANARY"}]
    assert "ZZCANARY" not in str([read_prefetched(value) for value in values])


@pytest.mark.parametrize("prefetch", [None, {}, {"patient": None}, {"": [], "x": "<html>"}])
def test_a_request_with_any_prefetch_object_is_answered(prefetch: Any) -> None:
    """P1: the whole prefetch may be absent, null or odd."""
    body = a_body() | {"prefetch": prefetch}
    assert stand_in().invoke(body).status_code == 200


@pytest.mark.parametrize("prefetch", ["<html>", [], 7])
def test_a_prefetch_that_is_no_object_is_400(prefetch: Any) -> None:
    """P1: without keys nothing can be read, and silence would be wrong."""
    assert_outcome(stand_in().invoke(a_body() | {"prefetch": prefetch}), 400, "prefetch")

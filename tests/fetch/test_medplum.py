"""A whole patient fetched from a FHIR server that nobody here wrote, with no prefetch at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cds_service.adapters.fhir_gather import FetchLimits
from cds_service.chart.unbundle import unbundle
from cds_service.hooks.prefetch import Failed, Sent, SentEmpty
from cds_service.hooks.request import FhirAuthorization
from tests.fetch.asking import PATIENT, WANTED, a_request, condition, fetch, ids
from tests.fhir_servers.medplum_server import Medplum, medplum

SLOW_NODE = FetchLimits(deadline_seconds=10, reserve_seconds=0.1)


@pytest.fixture(scope="module")
def server() -> Iterator[Medplum]:
    with medplum() as running:
        running.put([PATIENT, condition("c1"), condition("c2"), condition("other", "p2")])
        running.put(_exam(number) for number in range(60))
        running.put([{**PATIENT, "id": "p2"}])
        yield running


def _exam(number: int) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "category": [{"coding": [{"system": system, "code": "exam" if number % 2 else "laboratory"}]}],
        "code": {"text": "a sign"},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-01",
    }


def granted(server: Medplum) -> FhirAuthorization:
    return FhirAuthorization(server.token, scope="patient/*.read")


def test_a_patient_is_fetched_with_no_prefetch(server: Medplum) -> None:
    request = a_request(server.base, fhir_authorization=granted(server))
    got = fetch(request, limits=SLOW_NODE)
    assert isinstance(got["patient"], Sent)
    assert got["patient"].resource["birthDate"] == "1958"
    assert sorted(ids(got["conditions"])) == ["c1", "c2"]
    assert got["notes"] == SentEmpty()


def test_a_search_cut_short_without_a_next_link_is_noticed(server: Medplum) -> None:
    request = a_request(server.base, fhir_authorization=granted(server))
    wanted = {
        "some": "Observation?patient={{context.patientId}}&_count=7",
        "all": "Observation?patient={{context.patientId}}&_count=200",
    }
    got = fetch(request, wanted, limits=SLOW_NODE)
    assert len(ids(got["some"])) == 7
    assert len(unbundle(dict(got["some"].resource)).failures) == 1  # type: ignore[union-attr]
    assert len(ids(got["all"])) == 60
    assert unbundle(dict(got["all"].resource)).failures == ()  # type: ignore[union-attr]


def test_its_categories_are_filtered(server: Medplum) -> None:
    request = a_request(server.base, fhir_authorization=granted(server))
    got = fetch(request, {"exam": WANTED["exam"]}, limits=SLOW_NODE)
    assert set(ids(got["exam"])) == {f"o{number}" for number in range(1, 60, 2)}


def test_an_unknown_patient_is_said_to_be_unknown(server: Medplum) -> None:
    request = a_request(server.base, fhir_authorization=granted(server), patient_id="nobody")
    got = fetch(request, limits=SLOW_NODE)
    assert got["patient"] == Failed("FHIR server answered 404")
    assert got["conditions"] == SentEmpty()


def test_a_wrong_token_gets_nothing(server: Medplum) -> None:
    got = fetch(a_request(server.base), limits=SLOW_NODE)
    assert all(isinstance(value, Failed) for value in got.values())

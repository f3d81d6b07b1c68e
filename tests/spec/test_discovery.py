"""CDS Hooks: Discovery (rules D1 to D5 of our conformance list)."""

from __future__ import annotations

import pytest

from cds_service.hooks.discovery import ServiceDescription, check_template, discovery
from tests.web.stand_in import SELECT, SERVICES, SIGN, stand_in


@pytest.mark.parametrize("path", ["/cds-services", "/cds-services/", "/cds-services//"])
def test_discovery_answers_with_or_without_superfluous_slashes(path: str) -> None:
    """D1: discovery is a GET on cds-services; a trailing slash answers the same."""
    response = stand_in().client.get(path)
    assert response.status_code == 200
    assert [service["id"] for service in response.get_json()["services"]] == [SELECT, SIGN]


def test_every_service_says_what_a_client_needs_to_know() -> None:
    """D2: hook, id and description are required; title, prefetch and the versions come along."""
    for service in stand_in().client.get("/cds-services").get_json()["services"]:
        for name in ("hook", "id", "description", "title", "version", "hookVersion"):
            assert isinstance(service[name], str)
            assert service[name]
        assert service["prefetch"] == {"patient": "Patient/{{context.patientId}}"}
        assert "usageRequirements" not in service  # empty, so it is left out


def test_two_services_cannot_share_an_id() -> None:
    """D3: one id for each hook, since a client keys services by their URL."""
    with pytest.raises(ValueError, match="same id"):
        discovery((SERVICES[0], SERVICES[0]))


@pytest.mark.parametrize(
    "template",
    [
        "Patient/{{context.patientId}}",
        "Practitioner/{{userPractitionerId}}",
        "Condition?patient={{context.patientId}}&_count=200",
        "Observation?patient={{context.patientId}}&category=exam,survey&_sort=-date&date=ge2020-01-01",
    ],
)
def test_a_template_that_every_client_can_resolve_is_accepted(template: str) -> None:
    """D4: reads and searches with tokens of context or user."""
    check_template("key", template)


@pytest.mark.parametrize(
    "template",
    [
        "",
        "patient/{{context.patientId}}",
        "https://ehr.example.org/Patient/{{context.patientId}}",
        "Condition?patient={{context.draftOrders.ServiceRequest.subject}}",
        "Condition?patient={{today()}}",
        "Observation?patient={{context.patientId}}&date=ge2020-01-01&date=le2021-01-01",
        "Observation?patient={{context.patientId}}&date=sa2020-01-01",
        "Observation?patient={{context.patientId}}&code:in=http://x",
        "Observation?subject.name=x",
        "Observation?patient",
    ],
)
def test_a_template_that_some_client_cannot_resolve_is_refused(template: str) -> None:
    """D4: no other tokens, no modifiers or chains, no parameter twice."""
    with pytest.raises(ValueError, match="prefetch key"):
        check_template("key", template)


def test_a_service_without_a_description_cannot_be_built() -> None:
    """D2: the description is required."""
    with pytest.raises(ValueError, match="description"):
        ServiceDescription(id="a", hook="order-sign", title="A", description=" ")


def test_discovery_can_be_revalidated_without_being_sent_again() -> None:
    """D5: an ETag, and 304 when it is sent back."""
    client = stand_in().client
    first = client.get("/cds-services")
    again = client.get("/cds-services", headers={"If-None-Match": first.headers["ETag"]})
    other = client.get("/cds-services", headers={"If-None-Match": '"other"'})
    assert (again.status_code, again.data) == (304, b"")
    assert (other.status_code, other.data) == (200, first.data)

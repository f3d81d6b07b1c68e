"""Requests that bring no prefetch, and the fetch that answers them, for tests against running servers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cds_service.adapters.fhir_gather import FetchLimits
from cds_service.adapters.fhir_server import FhirServers
from cds_service.clients import OPEN_CLIENT, Client
from cds_service.hooks.prefetch import Prefetched, Sent
from cds_service.hooks.request import FhirAuthorization, HookRequest

TOKEN = "ZZCANARY-token-a7f3"
WANTED = {
    "patient": "Patient/{{context.patientId}}",
    "conditions": "Condition?patient={{context.patientId}}",
    "exam": "Observation?patient={{context.patientId}}&category=exam,survey&_sort=-date&_count=200",
    "notes": "DocumentReference?patient={{context.patientId}}",
}
QUICK = FetchLimits(deadline_seconds=0.6, reserve_seconds=0.1)

PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1958"}


def condition(own_id: str, patient: str = "p1") -> dict[str, Any]:
    return {"resourceType": "Condition", "id": own_id, "subject": {"reference": f"Patient/{patient}"}}


def a_request(fhir_server: str | None, **changes: Any) -> HookRequest:
    values: dict[str, Any] = {
        "hook": "order-sign",
        "hook_instance": "0d6f1f6e-2a55-4a5e-9d0b-2a4b5c6d7e8f",
        "user_id": "Practitioner/d1",
        "patient_id": "p1",
        "received_at": datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
        "fhir_server": fhir_server,
        "fhir_authorization": FhirAuthorization(TOKEN),
    }
    return HookRequest(**(values | changes))


def fetch(
    request: HookRequest,
    wanted: Mapping[str, str] = WANTED,
    *,
    client: Client = OPEN_CLIENT,
    limits: FetchLimits = QUICK,
) -> Mapping[str, Prefetched]:
    """Fetch once, with servers that nothing is known about."""
    servers = FhirServers(limits)
    try:
        return servers.of(client).fetch(request, wanted)
    finally:
        servers.close()


def ids(value: Prefetched) -> list[str]:
    """Return the ids of the resources in a value that was sent."""
    assert isinstance(value, Sent), value
    held = [entry["resource"] for entry in value.resource["entry"]]
    return [resource["id"] for resource in held if resource["resourceType"] != "OperationOutcome"]

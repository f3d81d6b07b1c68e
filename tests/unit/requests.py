"""Hook requests for the tests of the main path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from cds_service.hooks.prefetch import Prefetched, Sent
from cds_service.hooks.request import HookRequest
from tests.builders import AS_OF, PATIENT


def a_request(
    draft: Mapping[str, Any],
    *resources: Mapping[str, Any],
    hook: str = "order-select",
    hook_instance: str = "0a7f7a52-9f0b-4c8e-8d7b-6b1f0e6f6701",
    user_id: str = "Practitioner/p1",
    encounter_id: str | None = None,
    selections: tuple[str, ...] = ("ServiceRequest/draft-1",),
    other_drafts: tuple[Mapping[str, Any], ...] = (),
    prefetch: Mapping[str, Prefetched] | None = None,
) -> HookRequest:
    """Return a request about *draft* with *resources* on record, and *prefetch* beside them."""
    record = Sent({"resourceType": "Bundle", "entry": [{"resource": dict(one)} for one in resources]})
    return HookRequest(
        hook=hook,
        hook_instance=hook_instance,
        user_id=user_id,
        patient_id=PATIENT,
        received_at=datetime.combine(AS_OF, time(12), UTC),
        encounter_id=encounter_id,
        selections=selections if hook == "order-select" else (),
        draft_orders=(draft, *other_drafts),
        prefetch={**(prefetch or {}), **({"record": record} if resources else {})},
    )

"""Suggestions of content into actions, each with a draft order that the clinician may accept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from cds_service.criteria.assess import Assessor
from cds_service.criteria.recommendation import Tier
from cds_service.hooks.card import Action, Suggestion, stable_id
from cds_service.hooks.request import HookRequest
from cds_service.wording.definitions import (
    CardDefinition,
    Catalogue,
    FirstOf,
    Offer,
    Publisher,
    SuggestionDefinition,
)
from cds_service.wording.found import Found, found_words
from cds_service.wording.quote import one_line, shortened

_PRIORITY_OF_TIER = {Tier.EMERGENCY: "stat", Tier.URGENT: "urgent"}
_REASON_LIMIT = 400


def offered_kinds(
    card: CardDefinition, catalogue: Catalogue, assessor: Assessor, without: frozenset[str]
) -> tuple[str, ...]:
    """Return the kinds of suggestion for this patient, each once, the recommended one first.

    Args:
        card: says what it offers, and when.
        catalogue: says what gives way to what.
        assessor: over the facts of the request.
        without: kinds that a suppression takes away.
    """
    kinds = [kind for offer in card.suggests for kind in _offered(offer, assessor) if kind not in without]
    for replacement in catalogue.replacements:
        if assessor.assess(replacement.when).met:
            kinds = [replacement.instead if kind in replacement.kinds else kind for kind in kinds]
    return tuple(dict.fromkeys(kinds))


def _offered(offer: Offer | FirstOf, assessor: Assessor) -> Iterator[str]:
    offers = offer.offers if isinstance(offer, FirstOf) else (offer,)
    met = (one.kind for one in offers if one.when is None or assessor.assess(one.when).met)
    yield from [kind for kind, _ in zip(met, (None,), strict=False)]


def word_suggestions(
    kinds: Iterable[str],
    card: CardDefinition,
    catalogue: Catalogue,
    request: HookRequest,
    publisher: Publisher,
    *,
    tier: Tier,
    found: tuple[Found, ...],
) -> tuple[Suggestion, ...]:
    """Return one suggestion for each kind, creating one draft order; the first is the recommended one."""
    reason = reason_text(found, catalogue)
    return tuple(
        Suggestion(
            label=definition.label,
            uuid=stable_id(request.hook_instance, "suggestion", card.id, definition.kind),
            actions=(
                Action(
                    type="create",
                    description=definition.description,
                    resource=draft_order(definition, request, publisher, tier=tier, reason=reason),
                ),
            ),
            is_recommended=number == 0,
        )
        for number, definition in enumerate(catalogue.suggestions[kind] for kind in kinds)
    )


def reason_text(found: tuple[Found, ...], catalogue: Catalogue) -> str:
    """Return what was found as the reason of an order, "" when nothing was."""
    return shortened(one_line("; ".join(found_words(one, catalogue.names) for one in found)), _REASON_LIMIT)


def draft_order(
    definition: SuggestionDefinition, request: HookRequest, publisher: Publisher, *, tier: Tier, reason: str
) -> dict[str, Any]:
    """Return the FHIR R4 ServiceRequest: a draft for this patient, with the findings as its reason."""
    priority = definition.priority
    order: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "meta": {
            "tag": [{"system": f"{publisher.canonical}/CodeSystem/suggestion", "code": definition.kind}]
        },
        "status": "draft",
        "intent": "order",
        "priority": _PRIORITY_OF_TIER.get(tier, "routine") if priority == "by-tier" else priority,
        **_with_canonical(definition.resource, publisher.canonical),
        "subject": {"reference": f"Patient/{request.patient_id}"},
    }
    if request.encounter_id:
        order["encounter"] = {"reference": f"Encounter/{request.encounter_id}"}
    if request.requester:
        order["requester"] = {"reference": request.requester}
    if reason:
        order["reasonCode"] = [{"text": reason}]
    return order


def _with_canonical(resource: Mapping[str, Any], canonical: str) -> Any:
    """Return a plain copy in which the slot ``{canonical}`` of each text is filled."""
    return orjson.loads(orjson.dumps(dict(resource)).replace(b"{canonical}", canonical.encode()))

"""Clinical vignettes as records, asked of the service in one process, and what an answer gets wrong.

``fixtures/vignettes.json`` holds an order, a patient and dated facts ("when": days before the order) for each
vignette, and what a spine surgeon expects of the answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from cds_service.guidance import Ports, respond
from cds_service.hooks.request import read_request
from cds_service.wording.definitions import Publisher
from tests.builders import (
    AS_OF,
    CPT,
    PATIENT,
    a_bundle,
    a_concept,
    a_condition,
    a_note,
    a_patient,
    a_report,
    a_request,
    a_resource,
    an_observation,
    an_order,
    days_ago,
)
from tests.content.library import the_library

Vignette = Mapping[str, Any]
Resource = dict[str, Any]

FIXTURES = Path(__file__).parents[2] / "fixtures"
HOOKS = ("order-select", "order-sign")
PORTS = Ports(publisher=Publisher("https://our.example/fhir", "https://our.example"))
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
CODES_OF = {"ICD-10": ICD10, "CPT": CPT}
LUMBAR_CPT = {"MRI": "72148", "CT": "72131", "X-ray": "72100"}
RACE_CODES = {"Black or African American": "2054-5", "White": "2106-3", "Asian": "2028-9"}
US_CORE_RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
CHANGES_THE_ORDER = "cancel-lumbar-order"


class Answer(NamedTuple):
    """What counts of an answer: tier, disposition, card ids and suggestion kinds."""

    tier: str
    disposition: str
    cards: tuple[str, ...]
    kinds: frozenset[str]


@cache
def the_vignettes(name: str = "vignettes") -> tuple[Vignette, ...]:
    """Return those of ``fixtures/NAME.json``."""
    found: list[Vignette] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))["vignettes"]
    return tuple(found)


def record_of(vignette: Vignette) -> tuple[list[Resource], list[Resource]]:
    """Return what is on record about the patient, and the draft orders; the lumbar order comes first."""
    items = list(enumerate(vignette["data"]))
    reasons = [_concept(item) for _, item in items if item["type"] == "reason"]
    asked = vignette["order"]
    code = asked["code_hint"] or f"CPT {LUMBAR_CPT[asked['modality']]}"
    drafts = [
        an_order(
            asked["text"],
            _coding(code),
            id="draft-1",
            priority=asked["priority"],
            reasonCode=reasons or None,
        )
    ]
    kept = [_person(vignette["patient"])]
    for number, item in items:
        if item["type"] != "reason":
            resource = _MAKERS[item["type"]](item) | {"id": f"r{number}"} | _of_another(item)
            (drafts if resource.get("status") == "draft" else kept).append(resource)
    return kept, drafts


def _of_another(item: Mapping[str, Any]) -> Resource:
    """Return whose the resource is, where the vignette says that it is another patient's."""
    return {"subject": {"reference": item["subject"]}} if "subject" in item else {}


def request_of(vignette: Vignette, hook: str) -> Resource:
    """Return the JSON that an order entry system would send about the vignette."""
    kept, drafts = record_of(vignette)
    body = a_request(*kept, drafts=tuple(drafts), hook=hook)
    if hook == "order-select":
        body["context"]["selections"] = ["ServiceRequest/draft-1"]
    return with_our_keys(body)


def with_our_keys(body: Resource) -> Resource:
    """Return *body* with its prefetch under the keys of the service; an empty Bundle is "nothing"."""
    templates = the_library().services["cervical-cord-check"].prefetch
    asked = {template.partition("?")[0]: key for key, template in templates.items()}
    sent = {asked.get(kind, kind): value for kind, value in body["prefetch"].items()}
    return body | {"prefetch": {key: a_bundle() for key in templates} | sent}


def ask(body: Resource) -> Resource:
    """Return the JSON of the answer to *body*, asked on the day of the builders."""
    library = the_library()
    service = next(one for one in library.services.values() if one.hook == body["hook"])
    request = read_request(body, datetime.combine(AS_OF, time(12), UTC))
    return respond(request, service, library, PORTS).as_json()


def answer_to(vignette: Vignette, hook: str = "order-sign") -> Answer:
    return read_answer(ask(request_of(vignette, hook)))


def read_answer(answer: Resource) -> Answer:
    consult = answer["extension"]["org.cordcheck.consult"]
    return Answer(
        tier=consult["tier"],
        disposition=consult["disposition"],
        cards=tuple(card["source"]["topic"]["code"] for card in answer["cards"]),
        kinds=frozenset(chain.from_iterable(kinds_on(card) for card in answer["cards"])),
    )


def kinds_on(card: Resource) -> Iterator[str]:
    """Yield the kind of each suggestion; an action that changes an order is a kind of its own."""
    for suggestion in card.get("suggestions", ()):
        for action in suggestion["actions"]:
            if action["type"] != "create":
                yield CHANGES_THE_ORDER
            for tag in action.get("resource", {}).get("meta", {}).get("tag", ()):
                if tag["system"].endswith("/CodeSystem/suggestion"):
                    yield tag["code"]


def faults(vignette: Vignette, answer: Answer) -> list[str]:
    """Return what is wrong; cards and suggestions are compared only where the tier is the expected one."""
    expected = vignette["expected"]
    if answer.tier != expected["tier"]:
        allowed = answer.tier in expected["acceptable_tiers"]
        return [] if allowed else [f"tier {answer.tier}, not {expected['tier']}"]
    offered = answer.kinds | ({"emg-caveat"} & set(answer.cards))
    groups = expected["suggestions_expected_any_of"]
    return [
        *(f"no card {card}" for card in expected["cards_must_be_present"] if card not in answer.cards),
        *(f"card {card}" for card in expected["cards_must_not_be_present"] if card in answer.cards),
        *(f"none of {group} suggested" for group in groups if not offered & set(group)),
        *(f"{kind} suggested" for kind in expected["suggestions_must_not"] if kind in offered),
    ]


# --- the facts of a vignette as FHIR ----------------------------------------------------------------------


def _coding(hint: str) -> tuple[str, str]:
    system, code = hint.split(" ")[:2]
    return CODES_OF[system], code


def _codings(item: Vignette) -> tuple[tuple[str, str], ...]:
    hint = item["code_hint"] or ""
    return (_coding(hint),) if hint.startswith(tuple(CODES_OF)) else ()


def _concept(item: Vignette) -> Resource:
    return a_concept(item["text"], *_codings(item))


def _person(who: Vignette) -> Resource:
    born = AS_OF - timedelta(days=int(who["age"] * 365.25) + 100)
    patient = a_patient(born=born.isoformat(), gender=who["sex"])
    race = who.get("race") or ""
    return patient | ({"extension": [_race(race)]} if race in RACE_CODES else {})


def _race(race: str) -> Resource:
    coding = {"system": "urn:oid:2.16.840.1.113883.6.238", "code": RACE_CODES[race], "display": race}
    parts = [{"url": "ombCategory", "valueCoding": coding}, {"url": "text", "valueString": race}]
    return {"url": US_CORE_RACE, "extension": parts}


def _a_condition(item: Vignette) -> Resource:
    wrong = item["status"] == "entered-in-error"
    condition = a_condition(
        item["text"],
        *_codings(item),
        days=item["when"] or 0,
        status=item["status"] or "active",
        verification="entered-in-error" if wrong else item["verification"] or "confirmed",
    )
    if wrong:
        del condition["clinicalStatus"]
    return condition


def _an_observation(item: Vignette) -> Resource:
    status = item["status"] if item["status"] not in ("", "completed") else "final"
    return an_observation(
        item["text"], *_codings(item), value=item["value"], days=item["when"] or 0, status=status
    )


def _a_report(item: Vignette) -> Resource:
    days, status = item["when"] or 0, item["status"] or "final"
    return a_report(item["text"], *_codings(item), conclusion=item["value"] or None, days=days, status=status)


def _an_order(item: Vignette) -> Resource:
    return an_order(item["text"], *_codings(item), status=item["status"] or "active", days=item["when"] or 0)


def _a_referral(item: Vignette) -> Resource:
    category = [{"text": "Referral"}]
    status, days = item["status"] or "active", item["when"] or 0
    return an_order(f"Referral: {item['text']}", status=status, days=days, category=category)


def _a_procedure(item: Vignette) -> Resource:
    done = days_ago(item["when"] or 0)
    status = item["status"] or "completed"
    return a_resource("Procedure", status=status, code=_concept(item), performedDateTime=done)


def _a_device(item: Vignette) -> Resource:
    return _of_patient("Device", status=item["status"] or "active", type=_concept(item))


def _a_prescription(item: Vignette) -> Resource:
    return a_resource(
        "MedicationRequest",
        status=item["status"] or "active",
        intent="order",
        medicationCodeableConcept={"text": item["text"]},
        authoredOn=days_ago(item["when"] or 0),
    )


def _a_family_history(item: Vignette) -> Resource:
    relative, _, condition = item["text"].partition(":")
    return _of_patient(
        "FamilyMemberHistory",
        status="completed",
        relationship={"text": relative},
        condition=[{"code": {"text": condition.strip()}}],
    )


def _of_patient(kind: str, **elements: object) -> Resource:
    """Return a resource of those that name the patient in ``patient``."""
    resource = a_resource(kind, **elements)
    del resource["subject"]
    return resource | {"patient": {"reference": f"Patient/{PATIENT}"}}


_MAKERS: dict[str, Callable[[Vignette], Resource]] = {
    "note": lambda item: a_note(item["text"], days=item["when"] or 0),
    "condition": _a_condition,
    "observation": _an_observation,
    "questionnaire": _an_observation,
    "imaging": _a_report,
    "order": _an_order,
    "referral": _a_referral,
    "procedure": _a_procedure,
    "device": _a_device,
    "medication": _a_prescription,
    "family_history": _a_family_history,
}

"""Whose record it is: references of every kind, other patients, duplicates (client-quirks 28 to 30)."""

from __future__ import annotations

from datetime import date

import pytest

from cds_service.chart.read import read_chart
from cds_service.chart.references import local, own_reference
from tests.builders import (
    AS_OF,
    PATIENT,
    a_chart,
    a_condition,
    a_note,
    a_patient,
    a_resource,
    an_observation,
    an_order,
)

OURS = [
    {"reference": "Patient/pat-1"},
    {"reference": " Patient/pat-1 "},
    {"reference": "Patient/pat-1/_history/3"},
    {"reference": "https://ehr.example.org/fhir/Patient/pat-1"},
    {"reference": "https://ehr.example.org/fhir/Patient/pat-1/_history/1"},
    {"reference": "urn:uuid:pat-1"},
    {"reference": "#p", "display": "Jane"},
    {"display": "Jane"},
    {"identifier": {"value": "MRN"}},
    {"reference": ""},
    {"reference": 7},
    {},
    None,
    "Patient/pat-1",
    [{"reference": "Patient/pat-1"}],
    [],
    [["nested"]],
]
THEIRS = [
    {"reference": "Patient/pat-2"},
    {"reference": "Patient/pat-11"},
    {"reference": "Patient/PAT-1"},
    {"reference": "https://ehr.example.org/fhir/Patient/pat-2/_history/1"},
    {"reference": "urn:uuid:11111111-2222-3333-4444-555555555555"},
    {"reference": "Group/pat-1"},
    "Patient/pat-2",
    [{"reference": "Patient/pat-2"}],
]


@pytest.mark.parametrize("element", ["subject", "patient"])
@pytest.mark.parametrize("subject", OURS, ids=str)
def test_a_resource_that_names_the_patient_or_nobody_is_the_patients(subject: object, element: str) -> None:
    resource = {**a_condition("Pain"), "subject": {"reference": "Patient/pat-1"}, element: subject}
    chart = a_chart(resource)
    assert (len(chart.entries), chart.dropped) == (1, 0)


@pytest.mark.parametrize("element", ["subject", "patient"])
@pytest.mark.parametrize("subject", THEIRS, ids=str)
def test_another_patients_resource_is_dropped_and_counted(subject: object, element: str) -> None:
    resource = {**a_condition("Pain"), "subject": {"reference": "Patient/pat-1"}, element: subject}
    chart = a_chart(resource)
    assert (chart.entries, chart.passages, chart.dropped) == ((), (), 1)


def test_another_patients_draft_order_is_dropped() -> None:
    chart = a_chart(drafts=(an_order(patient="pat-2"),))
    assert (chart.entries, chart.dropped) == ((), 1)


def test_an_observation_that_is_focused_on_a_relative_is_not_the_patients() -> None:
    mother = an_observation("Sign", value="Positive", focus=[{"reference": "RelatedPerson/mother"}])
    device = an_observation("Sign", value="Positive", focus=[{"reference": "Device/d1"}])
    assert (a_chart(mother).entries, a_chart(mother).dropped) == ((), 1)
    assert len(a_chart(device).entries) == 1


def test_an_appointment_is_of_the_patient_who_takes_part_in_it() -> None:
    def booked(patient: str) -> dict[str, object]:
        actor = {"actor": {"reference": f"Patient/{patient}"}}
        return {
            "resourceType": "Appointment",
            "serviceType": [{"text": "Imaging"}],
            "participant": [{}, actor],
        }

    assert [entry.label for entry in a_chart(booked("pat-1"), booked("pat-2")).entries] == ["Imaging"]


def test_family_history_is_never_read() -> None:
    family = a_resource(
        "FamilyMemberHistory", condition=[{"code": {"text": "Spasticity"}}], note=[{"text": "gait"}]
    )
    chart = a_chart(family)
    assert (chart.entries, chart.passages) == ((), ())


def test_the_same_resource_under_two_keys_counts_once() -> None:
    pain, note = a_condition("Pain", id="c1"), a_note("Leg pain.", id="n1")
    chart = a_chart(pain, note, dict(pain), dict(note))
    assert (len(chart.entries), len(chart.passages)) == (1, 2)


def test_the_same_id_of_another_type_is_another_resource() -> None:
    assert len(a_chart(a_condition("Pain", id="1"), an_observation("Sign", id="1")).entries) == 2


def test_resources_without_id_are_all_read() -> None:
    nameless = {"resourceType": "Condition", "code": {"text": "Pain"}}
    chart = a_chart(nameless, dict(nameless))
    assert [entry.reference for entry in chart.entries] == ["", ""]


@pytest.mark.parametrize("written", ["pat-1", "Patient/pat-1", " pat-1 ", "https://e.org/fhir/Patient/pat-1"])
def test_the_patient_id_may_carry_its_type(written: str) -> None:
    chart = read_chart(written, [a_patient(), a_condition("Pain")], AS_OF)
    assert (chart.patient.id, chart.patient.age_on(AS_OF), len(chart.entries)) == (PATIENT, 66, 1)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("1960-05-04", 66),
        ("1960-12-31", 65),
        ("1960", 65),
        ("1960-11", 65),
        (None, None),
        ("unknown", None),
        (7, None),
    ],
)
def test_an_imprecise_birth_date_gives_the_lower_age_and_a_missing_one_none(
    born: str | None, age: int | None
) -> None:
    assert a_chart(a_patient(born=born)).patient.age_on(date(2026, 11, 21)) == age


def test_gender_and_further_names_change_nothing() -> None:
    plain = a_chart(a_patient())
    more = a_patient(
        gender="female", name=[{"family": "A"}, {"family": "B"}], deceasedBoolean=False, extension=[{}]
    )
    assert a_chart(more) == plain


def test_another_patients_birth_date_is_not_taken() -> None:
    chart = a_chart(a_patient(id="pat-2", born="2020-01-01"))
    assert (chart.patient.birth_date, chart.dropped) == (None, 1)
    nameless = {"resourceType": "Patient", "birthDate": "1999-01-01"}
    assert a_chart(nameless).patient.age_on(AS_OF) == 27
    assert a_chart(nameless, a_patient()).patient.age_on(AS_OF) == 66
    assert a_chart(a_patient(), nameless).patient.age_on(AS_OF) == 66


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("ServiceRequest/a", "ServiceRequest/a"),
        ("https://e.org/fhir/ServiceRequest/a/_history/2", "ServiceRequest/a"),
        ("ServiceRequest/a?x=1", "ServiceRequest/a"),
        ("urn:uuid:1", "urn:uuid:1"),
        ("#a", "#a"),
        ("a", "a"),
        (None, ""),
        ({}, ""),
    ],
)
def test_a_reference_is_reduced_to_type_and_id(reference: object, named: str) -> None:
    assert local(reference) == named


@pytest.mark.parametrize("own_id", ["a_b", "a\u2011b", "x" * 200])
def test_ids_that_fhir_forbids_are_kept(own_id: str) -> None:
    assert own_reference({"resourceType": "Condition", "id": own_id}) == f"Condition/{own_id}"

"""Reports, imaging, procedures, drugs, devices, visits: label, date, status, words."""

from __future__ import annotations

import pytest

from cds_service.chart.model import Gap
from tests.builders import a_chart, a_concept, a_report, a_resource, an_attachment


def said(resource: object) -> list[tuple[str, str]]:
    return [(passage.element, passage.text) for passage in a_chart(resource).passages]


def test_a_report_is_read_with_its_conclusion_and_its_text() -> None:
    report = a_report(
        "MRI",
        ("http://loinc.org", "1"),
        conclusion="Narrow canal.",
        conclusionCode=[a_concept("Stenosis")],
        presentedForm=[an_attachment("Full text."), {"contentType": "application/pdf", "data": "x"}],
        note=[{"text": "Seen."}],
    )
    chart = a_chart(report)
    [entry] = chart.entries
    assert (entry.kind, entry.label, entry.status, entry.codings[0].code) == (
        "DiagnosticReport",
        "MRI",
        "final",
        "1",
    )
    assert said(report) == [
        ("code", "MRI"),
        ("conclusion", "Narrow canal."),
        ("conclusionCode[0].text", "Stenosis"),
        ("note[0].text", "Seen."),
        ("presentedForm[0]", "Full text."),
    ]
    assert {passage.entry for passage in chart.passages} == {entry}
    assert chart.gaps == ()


def test_a_report_that_is_only_a_pdf_is_a_gap() -> None:
    chart = a_chart(a_report("MRI", id="r1", presentedForm=[{"contentType": "application/pdf", "data": "x"}]))
    assert chart.gaps == (Gap("DiagnosticReport/r1", "content type application/pdf"),)
    assert [entry.label for entry in chart.entries] == ["MRI"]


def test_an_old_report_is_read_whatever_the_window_for_notes() -> None:
    assert len(a_chart(a_report("MRI", conclusion="Narrow.", days=3000), note_days=180).passages) == 2


@pytest.mark.parametrize(
    ("elements", "label"),
    [
        ({"description": "MR neck"}, "MR neck"),
        ({"procedureCode": [{"text": "MR neck"}]}, "MR neck"),
        ({"procedure": [{"concept": {"text": "MR neck"}}]}, "MR neck"),
        ({"series": [{"modality": {"code": "MR"}, "bodySite": {"code": "1", "display": "neck"}}]}, "MR neck"),
        (
            {"series": [{"modality": {"code": "MR"}, "description": "neck"}, {"modality": {"code": "MR"}}]},
            "MR neck, MR",
        ),
        ({"series": [3, {}]}, ""),
    ],
    ids=str,
)
def test_an_imaging_study_is_named_as_well_as_it_can_be(elements: dict[str, object], label: str) -> None:
    chart = a_chart(
        a_resource("ImagingStudy", status="available", started="2026-01-02T10:00:00Z", **elements)
    )
    assert [(entry.label, str(entry.date), entry.status) for entry in chart.entries] == [
        (label, "2026-01-02", "available")
    ]


@pytest.mark.parametrize(
    "when",
    [
        {"performedDateTime": "2026-03"},
        {"performedPeriod": {"start": "2026-03"}},
        {"occurrenceDateTime": "2026-03"},
        {"performedString": "2026-03"},
    ],
    ids=str,
)
def test_a_procedure_is_dated_in_every_version(when: dict[str, object]) -> None:
    procedure = a_resource(
        "Procedure", status="completed", code=a_concept("Surgery"), reasonCode=[a_concept("Pain")], **when
    )
    chart = a_chart(procedure)
    assert [(entry.label, entry.status, str(entry.date)) for entry in chart.entries] == [
        ("Surgery", "completed", "2026-03")
    ]
    assert said(procedure) == [("code", "Surgery"), ("reasonCode[0].text", "Pain")]


@pytest.mark.parametrize(
    "elements", [{"status": "not-done"}, {"status": "completed", "notDone": True}, {"notPerformed": True}]
)
def test_a_procedure_that_was_not_done_says_nothing(elements: dict[str, object]) -> None:
    assert a_chart(a_resource("Procedure", code=a_concept("Surgery"), **elements)).entries == ()


@pytest.mark.parametrize(
    ("kind", "elements", "read_as"),
    [
        ("MedicationRequest", {"medicationCodeableConcept": {"text": "Drug"}}, "MedicationRequest"),
        ("MedicationRequest", {"medicationReference": {"display": "Drug"}}, "MedicationRequest"),
        (
            "MedicationRequest",
            {
                "medicationReference": {"reference": "#m"},
                "contained": [{"id": "m", "code": {"text": "Drug"}}],
            },
            "MedicationRequest",
        ),
        ("MedicationRequest", {"medication": {"concept": {"text": "Drug"}}}, "MedicationRequest"),
        ("MedicationOrder", {"medicationCodeableConcept": {"text": "Drug"}}, "MedicationRequest"),
        ("MedicationStatement", {"medicationCodeableConcept": {"text": "Drug"}}, "MedicationStatement"),
    ],
    ids=str,
)
def test_a_drug_is_read_by_its_name(kind: str, elements: dict[str, object], read_as: str) -> None:
    chart = a_chart(a_resource(kind, status="active", authoredOn="2026-03-01", **elements))
    assert [(entry.kind, entry.label, str(entry.date)) for entry in chart.entries] == [
        (read_as, "Drug", "2026-03-01")
    ]


@pytest.mark.parametrize(
    "elements", [{"doNotPerform": True}, {"status": "not-taken"}, {"taken": "n"}, {"wasNotTaken": True}]
)
def test_a_drug_that_is_not_taken_says_nothing(elements: dict[str, object]) -> None:
    drug = a_resource("MedicationStatement", medicationCodeableConcept={"text": "Drug"}, **elements)
    assert a_chart(drug).entries == ()


@pytest.mark.parametrize(
    ("elements", "passages"),
    [
        ({"type": a_concept("Pacemaker")}, ["Pacemaker"]),
        ({"type": [a_concept("Pacemaker")], "deviceName": [{"name": "X1"}]}, ["Pacemaker", "X1"]),
        ({"deviceName": [{"name": "X1"}]}, ["X1"]),
        ({"name": [{"value": "X1"}]}, ["X1"]),
        ({"model": "X1"}, ["X1"]),
        (
            {"type": a_concept("Clip"), "safety": [a_concept("Unsafe near magnets")]},
            ["Clip", "Unsafe near magnets"],
        ),
    ],
    ids=str,
)
def test_a_device_is_read_with_its_names_and_what_is_said_of_its_safety(
    elements: dict[str, object], passages: list[str]
) -> None:
    device = a_resource("Device", status="active", **elements)
    assert [text for _, text in said(device)] == passages
    assert [entry.label for entry in a_chart(device).entries] == passages[:1]


def test_the_use_of_a_device_is_read() -> None:
    held = [{"resourceType": "Device", "id": "d", "type": a_concept("Pump")}]
    use = a_resource("DeviceUseStatement", status="active", device={"reference": "#d"}, contained=held)
    assert [(entry.kind, entry.label) for entry in a_chart(use).entries] == [("DeviceUseStatement", "Pump")]
    order = a_resource("DeviceRequest", status="active", codeCodeableConcept=a_concept("Walker"))
    assert [(entry.kind, entry.label) for entry in a_chart(order).entries] == [("DeviceRequest", "Walker")]


@pytest.mark.parametrize(
    ("elements", "label"),
    [
        (
            {"type": [a_concept("Office visit")], "serviceType": a_concept("Cardiology")},
            "Cardiology, Office visit",
        ),
        ({"serviceType": [{"concept": a_concept("Cardiology")}]}, "Cardiology"),
        ({"serviceProvider": {"display": "Heart clinic"}}, "Heart clinic"),
        ({"location": [{"location": {"display": "Heart clinic"}}]}, "Heart clinic"),
        ({"participant": [{"type": [a_concept("Cardiologist")]}]}, "Cardiologist"),
    ],
    ids=str,
)
def test_a_visit_is_named_by_its_service(elements: dict[str, object], label: str) -> None:
    visit = a_resource("Encounter", status="finished", period={"start": "2026-03-01T09:00:00Z"}, **elements)
    assert [(e.label, e.status, str(e.date)) for e in a_chart(visit).entries] == [
        (label, "finished", "2026-03-01")
    ]


@pytest.mark.parametrize(
    "elements",
    [
        {"reasonCode": [a_concept("Leg pain")]},
        {"reason": a_concept("Leg pain")},
        {"reason": [{"value": [{"concept": a_concept("Leg pain")}]}]},
        {"reasonReference": [{"display": "Leg pain"}]},
    ],
    ids=str,
)
def test_what_a_visit_was_about_is_read(elements: dict[str, object]) -> None:
    assert [text for _, text in said(a_resource("Encounter", status="finished", **elements))] == ["Leg pain"]


def test_an_appointment_is_read_by_its_specialty() -> None:
    appointment = a_resource(
        "Appointment", status="booked", specialty=[a_concept("Cardiology")], start="2026-12-01T09:00:00Z"
    )
    assert [(e.label, e.status, str(e.date)) for e in a_chart(appointment).entries] == [
        ("Cardiology", "booked", "2026-12-01")
    ]


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error"])
def test_an_appointment_that_did_not_take_place_says_nothing(status: str) -> None:
    assert (
        a_chart(a_resource("Appointment", status=status, specialty=[a_concept("Cardiology")])).entries == ()
    )


@pytest.mark.parametrize("kind", ["AllergyIntolerance", "Goal", "CarePlan", "Provenance", "", "Nonsense"])
def test_other_types_say_nothing(kind: str) -> None:
    chart = a_chart(a_resource(kind, code=a_concept("Pain"), note=[{"text": "Pain"}]))
    assert (chart.entries, chart.passages, chart.gaps, chart.dropped) == ((), (), (), 0)

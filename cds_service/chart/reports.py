"""Diagnostic reports and imaging studies: what was imaged or tested, and the conclusion."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart.attachments import attachment_text
from cds_service.chart.fhir_json import (
    Json,
    codings,
    each,
    fields,
    first_date,
    label,
    numbered,
    objects,
    status,
    text,
    verbatim,
)
from cds_service.chart.model import Entry, Gap
from cds_service.chart.parts import Part, concepts, labelled, labels, notes_of, passage_of


def read_report(resource: Json, reference: str) -> Iterator[Part]:
    """Yield the report, its conclusion, and its text where that was sent inline."""
    entry = Entry(
        kind="DiagnosticReport",
        reference=reference,
        label=label(resource.get("code")),
        codings=codings(resource.get("code")),
        status=status(resource.get("status")),
        date=first_date(resource, "effectiveDateTime", "effectivePeriod", "issued"),
    )
    yield from labelled(entry)
    conclusion = verbatim(resource.get("conclusion"))
    if conclusion:
        yield passage_of(entry, "conclusion", conclusion)
    yield from concepts(entry, resource, "conclusionCode", "codedDiagnosis")
    yield from notes_of(entry, resource, "note")
    yield from _forms(entry, resource)


def _forms(entry: Entry, resource: Json) -> Iterator[Part]:
    """Yield the report as presented; forms that cannot be read are a gap only when none can be."""
    reasons, read = [], False
    for path, form in numbered(resource, "presentedForm"):
        words = attachment_text(fields(form))
        if not isinstance(words, str):
            reasons.append(words.reason)
        elif words.strip():
            read = True
            yield passage_of(entry, path, words)
    if reasons and not read:
        yield Gap(entry.reference, reasons[0])


def read_imaging_study(resource: Json, reference: str) -> Iterator[Part]:
    """Yield what was imaged; a study without description is named by modality and body site."""
    procedures = [item for name in ("procedureCode", "procedure") for item in each(resource.get(name))]
    entry = Entry(
        kind="ImagingStudy",
        reference=reference,
        label=text(resource.get("description"))
        or next(filter(None, map(label, procedures)), _series(resource)),
        codings=tuple(coding for item in procedures for coding in codings(item)),
        status=status(resource.get("status")),
        date=first_date(resource, "started"),
    )
    yield from labelled(entry, "description")
    yield from concepts(entry, resource, "reasonCode", "reasonReference", "reason")
    yield from notes_of(entry, resource, "note")


def _series(resource: Json) -> str:
    """Return "MR Knee" from the series, "" when they do not say."""
    found: dict[str, None] = {}
    for series in objects(resource.get("series")):
        modality = next((c.code for c in codings(series.get("modality"))), "")
        words = " ".join(
            filter(None, (modality, text(series.get("description")) or labels(series, "bodySite")))
        )
        found[words] = None
    return ", ".join(filter(None, found))

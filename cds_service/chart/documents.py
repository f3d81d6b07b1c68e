"""Texts written about the patient: notes, compositions, clinical impressions, questionnaires."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart.attachments import attachment_text
from cds_service.chart.dates import FhirDate
from cds_service.chart.fhir_json import Json, fields, first_date, label, numbered, spoken, text, verbatim
from cds_service.chart.html_text import words_of_html
from cds_service.chart.model import Gap, Passage
from cds_service.chart.parts import Part
from cds_service.chart.values import value_of

_DEEPEST = 30  # sections or items within each other; no author means more


def date_written(resource: Json) -> FhirDate | None:
    """Return when a text was written, else when the visit began that it is about; None when not recorded."""
    date = first_date(
        resource, "date", "effectiveDateTime", "effectivePeriod", "authored", "indexed", "created"
    )
    return date or first_date(fields(resource.get("context")), "period") or first_date(resource, "period")


def read_document(resource: Json, reference: str) -> Iterator[Part]:
    """Yield the text of a note; when none of its renditions can be read, a gap says why."""
    date, title = date_written(resource), label(resource.get("type"))
    seen, reasons = set(), []
    for path, content in numbered(resource, "content"):
        attachment = fields(content).get("attachment")
        words = attachment_text(fields(attachment))
        if not isinstance(words, str):
            reasons.append(words.reason)
        elif words.strip() and words not in seen:
            seen.add(words)
            yield Passage("DocumentReference", reference, f"{path}.attachment", words, date, title=title)
    if not seen and reasons:
        yield Gap(reference or "DocumentReference", reasons[0])


def read_composition(resource: Json, reference: str) -> Iterator[Part]:
    """Yield each section, under the titles that it stands beneath."""
    date = date_written(resource)
    for path, titles, section in _sections(resource, "", (), 0):
        words = words_of_html(text(fields(section.get("text")).get("div")))
        if words:
            headed = "".join(f"{title}:\n" for title in titles) + words
            yield Passage("Composition", reference, f"{path}.text", headed, date)


def _sections(
    node: Json, prefix: str, titles: tuple[str, ...], depth: int
) -> Iterator[tuple[str, tuple[str, ...], Json]]:
    if depth > _DEEPEST:
        return
    for path, item in numbered(node, "section"):
        section = fields(item)
        title = (text(section.get("title")) or label(section.get("code"))).rstrip(": ")
        below = (*titles, title) if title else titles
        yield prefix + path, below, section
        yield from _sections(section, f"{prefix}{path}.", below, depth + 1)


def read_impression(resource: Json, reference: str) -> Iterator[Part]:
    """Yield the words of a clinical impression: summary, description, findings, notes."""
    date = date_written(resource)
    for path, words in _impressions(resource):
        if words:
            yield Passage("ClinicalImpression", reference, path, words, date)


def _impressions(resource: Json) -> Iterator[tuple[str, str]]:
    for name in ("summary", "description"):
        yield name, verbatim(resource.get(name))
    for path, item in numbered(resource, "finding"):
        found = fields(item)
        for name in ("itemCodeableConcept", "item", "itemReference"):
            place, words = spoken(found.get(name))
            yield f"{path}.{name}{place}", words
    for path, item in numbered(resource, "note"):
        yield f"{path}.text", verbatim(fields(item).get("text"))


def read_answers(resource: Json, reference: str) -> Iterator[Part]:
    """Yield each answered question of a questionnaire as "question: answer"."""
    date = date_written(resource)
    for path, question, answer in _answers(resource, "", 0):
        _, words = value_of(answer)
        if words:
            said = f"{question.rstrip(': ')}: {words}" if question else words
            yield Passage("QuestionnaireResponse", reference, path, said, date)


def _answers(node: Json, prefix: str, depth: int) -> Iterator[tuple[str, str, Json]]:
    if depth > _DEEPEST:
        return
    for name in ("item", "group", "question"):  # the last two are DSTU2
        for path, child in numbered(node, name):
            item = fields(child)
            for place, given in numbered(item, "answer"):
                answer = fields(given)
                yield f"{prefix}{path}.{place}", text(item.get("text")), answer
                yield from _answers(answer, f"{prefix}{path}.{place}.", depth + 1)
            yield from _answers(item, f"{prefix}{path}.", depth + 1)

"""The parts that many resources share: reasons, notes and references, each as a passage of its entry."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart.dates import FhirDate
from cds_service.chart.fhir_json import Json, codings, each, fields, label, numbered, spoken, text, verbatim
from cds_service.chart.model import Entry, Gap, Passage
from cds_service.chart.references import contained

Part = Entry | Passage | Gap
"""What a resource gives to the chart."""


def passage_of(entry: Entry, element: str, words: str, date: FhirDate | None = None) -> Passage:
    """Return a passage that belongs to *entry*, dated like it unless it has a date of its own."""
    return Passage(entry.kind, entry.reference, element, words, date or entry.date, entry)


def labelled(entry: Entry, element: str = "code") -> Iterator[Part]:
    """Yield *entry* and a passage with its label, which is left out when the label is empty."""
    yield entry
    if entry.label:
        yield passage_of(entry, element, entry.label)


def concepts(entry: Entry, resource: Json, *names: str) -> Iterator[Part]:
    """Yield the words of each concept or reference in the elements *names*.

    A concept that has codes and no words at all becomes an entry, whose kind is the path of the element
    ("ServiceRequest.reasonCode"), since no passage can speak for it.
    """
    for name in names:
        for path, item in numbered(resource, name):
            place, words = spoken(item)
            if words:
                yield passage_of(entry, path + place, words)
            elif found := codings(item):
                yield Entry(
                    f"{entry.kind}.{name}",
                    entry.reference,
                    "",
                    found,
                    entry.status,
                    entry.uncertain,
                    entry.date,
                )
            else:
                yield from _inside(entry, resource, path, item)


def _inside(entry: Entry, resource: Json, path: str, item: object) -> Iterator[Part]:
    """Yield the label of the contained resource that *item* refers to, if it does."""
    target = contained_target(resource, item)
    words = label(target.get("code"))
    if words:
        yield passage_of(entry, path, words)


def contained_target(resource: Json, item: object) -> Json:
    """Return the contained resource behind a Reference or CodeableReference, an empty object when none is."""
    reference = fields(item).get("reference")
    return contained(resource, fields(reference).get("reference", reference))


def notes_of(entry: Entry, resource: Json, *names: str) -> Iterator[Part]:
    """Yield the text of each annotation (or plain string, in older versions) in the elements *names*."""
    for name in names:
        for path, item in numbered(resource, name):
            words = verbatim(item) or verbatim(fields(item).get("text"))
            if words:
                yield passage_of(entry, path if isinstance(item, str) else f"{path}.text", words)


def labels(resource: Json, *names: str) -> str:
    """Return the labels of all concepts in the elements *names*, each once, joined by commas."""
    found = (label(item) for name in names for item in each(resource.get(name)))
    return ", ".join(dict.fromkeys(words for words in found if words))


def sited(words: str, site: str) -> str:
    """Return *words* with the body site behind them, unless they name it already."""
    return f"{words}, {site}" if words and site and site.lower() not in words.lower() else words


def display_of(resource: Json, *names: str) -> str:
    """Return the first display among the references *names*, "" when none has one."""
    found = (text(fields(item).get("display")) for name in names for item in each(resource.get(name)))
    return next((words for words in found if words), "")

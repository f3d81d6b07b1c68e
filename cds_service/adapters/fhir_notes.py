"""The texts behind attachment URLs: which ones are worth fetching, and how they come into the resources."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from cds_service.adapters.fhir_http import Reply
from cds_service.errors import NotFetched

Json = dict[str, Any]
Texts = Mapping[str, Mapping[str, str]]
"""By attachment URL: the attachment's ``contentType`` and base64 ``data``."""

BINARY_ACCEPT = "application/fhir+json, text/plain;q=0.9, text/html;q=0.8"

_READABLE = ("text/plain", "text/html", "application/xhtml+xml", "text/xml", "text/markdown", "")


def attachment_urls(resources: Iterable[Mapping[str, Any]], patient_id: str) -> tuple[str, ...]:
    """Return the URLs of texts that the resources only point to, those of the newest resource first.

    One per resource, plain text rather than HTML; none where a readable text stands in the resource itself,
    and none for a resource that names another patient.
    """
    dated: dict[str, str] = {}
    for resource in resources:
        url = _best_url(resource) if _is_about(resource, patient_id) else ""
        if url:
            dated.setdefault(url, str(resource.get("date") or resource.get("effectiveDateTime") or ""))
    return tuple(sorted(dated, key=lambda url: dated[url], reverse=True))


def with_texts(value: Mapping[str, Any], texts: Texts) -> Mapping[str, Any]:
    """Return a resource, or a Bundle, with the fetched texts in its attachments; *value* stays as it is."""
    entries = value.get("entry")
    if value.get("resourceType") != "Bundle" or not isinstance(entries, list):
        return _filled(value, texts)
    return {**value, "entry": [_entry(entry, texts) for entry in entries]}


def read_text(reply: Reply) -> Mapping[str, str]:
    """Return content type and base64 data of an answer: a Binary resource, or the text itself.

    Raises:
        NotFetched: the answer holds no text that can be read.
    """
    kind = reply.content_type.partition(";")[0].strip().lower()
    if "json" in kind:
        binary = _json(reply.body)
        if binary.get("resourceType") != "Binary" or not isinstance(binary.get("data"), str):
            raise NotFetched("FHIR server sent no text for a note")
        return {"contentType": str(binary.get("contentType") or ""), "data": binary["data"]}
    if kind not in _READABLE:
        raise NotFetched("FHIR server sent a note as " + (kind if len(kind) < 40 else "something unreadable"))
    return {"contentType": reply.content_type, "data": b64encode(reply.body).decode("ascii")}


def _json(body: bytes) -> Json:
    try:
        value = orjson.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _entry(entry: object, texts: Texts) -> object:
    if isinstance(entry, Mapping) and isinstance(entry.get("resource"), Mapping):
        return {**entry, "resource": _filled(entry["resource"], texts)}
    return entry


def _filled(resource: Mapping[str, Any], texts: Texts) -> Mapping[str, Any]:
    if resource.get("resourceType") == "DocumentReference" and isinstance(resource.get("content"), list):
        content = [_filled_content(item, texts) for item in resource["content"]]
        return {**resource, "content": content}
    if isinstance(resource.get("presentedForm"), list):
        return {**resource, "presentedForm": [_filled_one(a, texts) for a in resource["presentedForm"]]}
    return resource


def _filled_content(item: object, texts: Texts) -> object:
    if isinstance(item, Mapping) and isinstance(item.get("attachment"), Mapping):
        return {**item, "attachment": _filled_one(item["attachment"], texts)}
    return item


def _filled_one(attachment: object, texts: Texts) -> object:
    if not isinstance(attachment, Mapping) or attachment.get("data"):
        return attachment
    text = texts.get(str(attachment.get("url")))
    if not text:
        return attachment
    return {**attachment, "contentType": text["contentType"] or _type(attachment), "data": text["data"]}


def _attachments(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    kind = resource.get("resourceType")
    items = resource.get("content") if kind == "DocumentReference" else resource.get("presentedForm")
    for item in items if isinstance(items, list) else ():
        attachment = item.get("attachment", item) if isinstance(item, Mapping) else None
        if isinstance(attachment, Mapping):
            yield attachment


def _best_url(resource: Mapping[str, Any]) -> str:
    readable = [a for a in _attachments(resource) if _plain_type(a) in _READABLE]
    if any(attachment.get("data") for attachment in readable):
        return ""
    pointing = [a for a in readable if isinstance(a.get("url"), str) and a["url"]]
    best = min(pointing, key=lambda a: _READABLE.index(_plain_type(a)), default=None)
    return best["url"] if best else ""


def _type(attachment: Mapping[str, Any]) -> str:
    return str(attachment.get("contentType") or "")


def _plain_type(attachment: Mapping[str, Any]) -> str:
    return _type(attachment).partition(";")[0].strip().lower()


def _is_about(resource: Mapping[str, Any], patient_id: str) -> bool:
    subject = resource.get("subject")
    reference = subject.get("reference") if isinstance(subject, Mapping) else None
    return not isinstance(reference, str) or reference.rpartition("/")[2] == patient_id

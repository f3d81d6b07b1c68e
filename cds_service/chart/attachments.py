"""The text of an attachment sent inline, or why it cannot be read."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from dataclasses import dataclass

from cds_service.chart.fhir_json import Json, text
from cds_service.chart.html_text import words_of_html

_PLAIN = ("text/plain", "text/markdown", "text/x-markdown")
_HTML = ("text/html", "application/xhtml+xml", "text/xhtml", "application/xhtml")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_SAFE_NAME = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}\Z", re.ASCII)
_CODECS = {
    "iso-8859-1": "cp1252",  # as browsers do: real senders mean Windows
    "latin1": "cp1252",
    "us-ascii": "utf-8",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-15": "iso-8859-15",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_NOT_BASE64 = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why an attachment gave no text: a short fixed phrase."""

    reason: str


def attachment_text(attachment: Json) -> str | Unreadable:
    """Return the text of a plain or HTML attachment; "" when it is empty.

    Plain text comes back exactly as written. Bytes that are not valid in the stated (or no) character set are
    read as Windows-1252, as browsers do.
    """
    media = text(attachment.get("contentType"))
    kind = media.partition(";")[0].strip().lower()
    if kind and kind not in _PLAIN and kind not in _HTML:
        return Unreadable(f"content type {kind if _SAFE_NAME.match(kind) else 'not known'}")
    data = attachment.get("data")
    if not isinstance(data, str) or not data:
        return Unreadable(
            "attachment not sent inline" if attachment.get("url") else "attachment without data"
        )
    raw = _bytes(data)
    if raw is None:
        return Unreadable("attachment is not base64")
    charset = _CHARSET.search(media)
    return _words(_decoded(raw, charset.group(1).lower() if charset else ""), kind)


def _bytes(data: str) -> bytes | None:
    """Decode base64, also with line breaks, in the URL alphabet or without padding; None when it is none."""
    try:
        return a2b_base64(data, strict_mode=True)
    except ValueError:
        pass
    cleaned = _NOT_BASE64.sub("", data).translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
    try:
        return a2b_base64(cleaned + "=" * (-len(cleaned) % 4), strict_mode=True)
    except (Error, ValueError):
        return None


def _decoded(raw: bytes, charset: str) -> str:
    for codec in (_CODECS.get(charset, "utf-8"), "utf-8", "cp1252"):
        try:
            return raw.decode(codec).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _words(words: str, kind: str) -> str | Unreadable:
    """Tell text from what was only called text."""
    start = words[:64].lstrip().lower()
    if start.startswith("{\\rtf"):
        return Unreadable("content type application/rtf")
    if start.startswith("%pdf"):
        return Unreadable("content type application/pdf")
    if "\0" in words:
        return Unreadable("attachment is not text")
    if kind in _HTML or (not kind and start.startswith("<")):
        return words_of_html(words)
    return words

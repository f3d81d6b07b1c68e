"""Words of the record made fit for a card: short, on one line, and without any effect on the client."""

from __future__ import annotations

import re
import unicodedata

QUOTE_LIMIT = 80
_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")


def one_line(text: str) -> str:
    """Return *text* on one line without control, direction and other invisible characters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    visible = (" " if char.isspace() else char for char in text if char.isspace() or _is_visible(char))
    return " ".join("".join(visible).split())


def quoted(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Return the words as a Markdown code span, in which nothing is markup, HTML or a link.

    A backtick becomes an apostrophe, and what looks like an HTML tag is opened up by a space, since not every
    client follows Markdown; all else is verbatim. "" for a text without visible characters.
    """
    line = shortened(one_line(text), limit).replace("`", "'")
    return f"`{_TAG_LIKE.sub('< ', line)}`" if line else ""


def shortened(text: str, limit: int) -> str:
    """Return *text* cut at a word boundary, with an ellipsis, so that it has at most *limit* characters."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rpartition(" ")[0] or head).rstrip(" ,;:") + "…"


def _is_visible(char: str) -> bool:
    return not unicodedata.category(char).startswith("C")

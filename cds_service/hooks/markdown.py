"""Words of the record made safe for a card's detail, which is GitHub Flavored Markdown."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_SPACES = re.compile(r"\s+")
_URL = re.compile(r"(?i)\b(https?:|www\.)")


def plain(text: str) -> str:
    """Return *text* on one line so that a Markdown reader shows exactly its words: no markup, no link."""
    line = _SPACES.sub(" ", text).strip()
    return _URL.sub(
        lambda match: match.group(0)[:-1] + "\\" + match.group(0)[-1], _SPECIAL.sub(r"\\\1", line)
    )

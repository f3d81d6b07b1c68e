"""The words of an HTML or XHTML text, its blocks on lines of their own."""

from __future__ import annotations

import re
from html import unescape

_REST_OF_TAG = (
    r"""(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>"""  # ends at the next "<": nothing is scanned again and again
)
_UNREAD = re.compile(
    rf"<!--.*?(?:-->|\Z)|<(script|style|head|title)\b{_REST_OF_TAG}.*?(?:</\1\s*>|\Z)|<!\[CDATA\[|\]\]>",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(rf"<[/!?]?([a-z][a-z0-9:]*)?+{_REST_OF_TAG}", re.IGNORECASE)
_INLINE = frozenset(
    (
        *(
            "a",
            "abbr",
            "acronym",
            "b",
            "bdi",
            "bdo",
            "big",
            "cite",
            "code",
            "data",
            "del",
            "dfn",
            "em",
            "font",
        ),
        *(
            "i",
            "ins",
            "kbd",
            "mark",
            "o:p",
            "q",
            "s",
            "samp",
            "small",
            "span",
            "strike",
            "strong",
            "sub",
            "sup",
        ),
        *("time", "tt", "u", "var", "wbr"),
    )
)
_CELLS = frozenset(("td", "th"))
_SOURCE_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BLANKS = re.compile(r"[ \t\xa0]+")
_LINE_ENDS = re.compile(r" ?\n[ \n]*")


def words_of_html(html: str) -> str:
    """Return the text of *html*: entities decoded, tags gone, each block or row on its own line.

    Malformed markup is read as far as it goes; a "<" that opens no tag ("power <4/5") stays.
    """
    html = _UNREAD.sub(" ", html)
    if "<pre" not in html.lower():
        html = _SOURCE_BLANKS.sub(" ", html)
    lines = unescape(_TAG.sub(_in_place_of, html))
    return _LINE_ENDS.sub("\n", _BLANKS.sub(" ", lines)).strip()


def _in_place_of(tag: re.Match[str]) -> str:
    name = (tag.group(1) or "").lower()
    if not name:
        return "" if tag.group().startswith(("<!", "<?")) else tag.group()
    if name in _INLINE:
        return ""
    return " " if name in _CELLS else "\n"

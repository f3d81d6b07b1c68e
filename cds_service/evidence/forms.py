"""Lines of a form: what its boxes leave of them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

EMPTY_BOX = r"\[\s*\]|[☐□]"
TICKED_BOX = r"\[\s*[xX✓]\s*\]|[☑☒■]"
_EMPTY = re.compile(
    rf"""
      {EMPTY_BOX} | \{{[^{{}}\n]*\}} | \(\s+\) | __+ | \*\*\*
    | \[\s*[^\W\d_][^\[\]\n/\d]* (?:\s/\s[^\[\]\n/\d]+){{2,}} \]          # [mild / moderate / severe]
    | \b[Yy](?:es)?\s?/\s?[Nn]o?\b (?!\)?\s*[:=-]?\s*(?:[YyNn]|[Yy]es|[Nn]o)\b)     # Y / N
    """,
    re.VERBOSE,
)
_MAY_HOLD_A_BOX = re.compile(r"[\[{☐□_*(]|[YySs]\s?/")
_TICKED = re.compile(rf"{TICKED_BOX}|\([xX]\)")
_CLOSING = " \t.,;)"


class _Box(NamedTuple):
    start: int
    end: int
    empty: bool


def as_filled_in(text: str) -> str:
    """Return *text* without what stands beside its empty boxes; places stay."""
    if not _MAY_HOLD_A_BOX.search(text):
        return text
    boxes = [_Box(*box.span(), True) for box in _EMPTY.finditer(text)]
    if not boxes:
        return text
    boxes = sorted(boxes + [_Box(*box.span(), False) for box in _TICKED.finditer(text)])
    if all(box.empty for box in boxes):
        return " " * len(text)
    out = text
    for start, end in _unsaid(text, boxes):
        out = out[:start] + " " * (end - start) + out[end:]
    return out


def _unsaid(text: str, boxes: list[_Box]) -> list[tuple[int, int]]:
    """Return the stretches to leave out: every box, and the words that belong to an empty one."""
    if text[boxes[-1].end :].strip(_CLOSING):  # "Clonus: [ ] present [x] absent"
        ends = [*(box.start for box in boxes[1:]), len(text)]
        return [
            (box.start, _line_end(text, box, end) if box.empty else box.end)
            for box, end in zip(boxes, ends, strict=True)
        ]
    edges = [_Box(0, 0, False), *boxes]  # "Clonus: present [ ] absent [x]"
    return [
        (_after_label(text, before.end, box.start) if box.empty else box.start, box.end)
        for before, box in pairwise(edges)
    ]


def _line_end(text: str, box: _Box, end: int) -> int:
    stop = text.find("\n", box.end, end)
    return end if stop < 0 else stop


def _after_label(text: str, start: int, end: int) -> int:
    """Return where the words between two boxes begin; a label with a colon belongs to all boxes behind it."""
    return max(start, text.rfind(":", start, end) + 1, text.rfind("\n", start, end) + 1)

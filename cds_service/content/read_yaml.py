"""Read content files strictly: YAML 1.2, no duplicate keys, plain values only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cds_service.errors import ContentError
from cds_service.strict_yaml import NotYaml, read_strictly


def read_yaml(folder: Path, name: str) -> Any:
    """Return what the file *name* of the content *folder* says.

    Raises:
        ContentError: the file is missing, is not UTF-8 or not YAML, or has a key twice in one mapping.
    """
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(name, "", "the file is missing; create it, an empty list is []") from None
    except UnicodeDecodeError:
        raise ContentError(name, "", "the file is not UTF-8; save it as UTF-8 text") from None
    try:
        return read_strictly(text)
    except NotYaml as problem:
        line = f"line {problem.line}" if problem.line else ""
        remedy = "keep one of them" if problem.twice else "check indentation and quotes"
        raise ContentError(name, line, f"{problem}; {remedy}") from None

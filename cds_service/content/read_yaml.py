"""Read content files strictly: YAML 1.2, no duplicate keys, plain values only."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from cds_service.errors import ContentError


def read_yaml(folder: Path, name: str) -> object:
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
        return YAML(typ="safe", pure=True).load(text)
    except DuplicateKeyError as error:
        raise ContentError(name, _line(error), "a key stands here twice; keep one of them") from None
    except MarkedYAMLError as error:
        problem = error.problem or "not valid YAML"
        raise ContentError(name, _line(error), f"{problem}; check indentation and quotes") from None
    except YAMLError:
        raise ContentError(name, "", "this is not YAML; check indentation and quotes") from None


def _line(error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f"line {mark.line + 1}" if mark else ""

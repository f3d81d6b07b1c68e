"""Content mistakes, each as one sentence with file, place and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from cds_service.content.read_yaml import read_yaml
from cds_service.errors import ContentError

T = TypeVar("T")


def nearest(word: object, allowed: Iterable[str]) -> str:
    """Return the end of a sentence that offers the allowed word nearest to *word*."""
    words = sorted(set(allowed))
    close = get_close_matches(str(word), words, 1, 0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"allowed: {', '.join(words[:8])}{', …' if len(words) > 8 else ''}" if words else "none is defined"


def read_as(shape: TypeAdapter[T], folder: Path, name: str, mistakes: list[ContentError], empty: T) -> T:
    """Return the file *name* as *shape*, or *empty* after adding what is wrong with it to *mistakes*."""
    try:
        return shape.validate_python(_lists_are_not_null(read_yaml(folder, name)))
    except ContentError as error:
        mistakes.append(error)
    except ValidationError as error:
        value = read_yaml(folder, name)
        mistakes.extend(
            ContentError(name, _place(detail["loc"], value), _remedy(detail, shape))
            for detail in error.errors()
        )
    return empty


def _lists_are_not_null(value: object) -> object:
    """Take an empty file for an empty list."""
    return [] if value is None else value


def _place(loc: tuple[int | str, ...], value: object) -> str:
    """Return a path that names entries by their id, as "U2, when" and not "rules.3.when"."""
    words: list[str] = []
    for step in loc:
        value = _step(value, step)
        if isinstance(step, int):
            words.append(_entry_name(value) or f"entry {step + 1}")
        else:
            words.append(step)
    return ", ".join(words)


def _step(value: object, step: int | str) -> object:
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return value.get(step) if isinstance(value, dict) else None


def _entry_name(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    named = (value.get(key) for key in ("id", "kind", "code", "case", "finding"))
    return next((str(name) for name in named if name), "")


def _remedy(detail: ErrorDetails, shape: TypeAdapter[T]) -> str:
    key = detail["loc"][-1] if detail["loc"] else ""
    match detail["type"]:
        case "extra_forbidden":
            allowed = _keys(shape, detail["loc"][:-1])
            return f"unknown key {key!r}; {nearest(key, allowed)}"
        case "missing":
            return f"{key!r} is missing; add it"
        case "string_type":
            return f"{detail['input']!r} is not text; write it in quotes"
        case "literal_error":
            return f"{detail['input']!r} is not one of {detail.get('ctx', {}).get('expected', '')}"
        case "value_error":
            return str(detail.get("ctx", {}).get("error", detail["msg"]))
        case _:
            return f"{detail['msg'][0].lower()}{detail['msg'][1:]}"


def _keys(shape: TypeAdapter[T], loc: tuple[int | str, ...]) -> set[str]:
    """Return the keys that the format allows at *loc*."""
    whole = shape.json_schema()
    part: dict[str, Any] = _resolved(whole, whole)
    for step in loc:
        inside = part.get("items", {}) if isinstance(step, int) else part.get("properties", {}).get(step, {})
        part = _resolved(inside, whole)
    return set(part.get("properties", {}))


def _resolved(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, and of alternatives take the one that has structure."""
    if "$ref" in part:
        return dict(whole["$defs"][part["$ref"].rpartition("/")[2]])
    choices = [_resolved(one, whole) for one in part.get("anyOf", ())]
    return next((one for one in choices if "properties" in one or "items" in one), part)

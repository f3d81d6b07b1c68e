"""YAML 1.2 read strictly and fast: libyaml takes the text apart, a key that stands twice is refused."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import date, datetime
from typing import Any

from yaml import CSafeLoader, MappingNode, MarkedYAMLError, Node, ScalarNode, YAMLError
from yaml.constructor import ConstructorError

_TAG = "tag:yaml.org,2002:"
_TWICE = "a key stands here twice"

_PLAIN = (
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
)
"""What unquoted words are, after the core schema of YAML 1.2 ("no" and "on" are text) and with days."""


class NotYaml(ValueError):
    """The text is not YAML, or has a key twice.

    Attributes:
        line: where, from 1; None when that is not known.
        twice: a key stands twice in one mapping.
    """

    def __init__(self, problem: str, line: int | None) -> None:
        super().__init__(problem)
        self.line = line
        self.twice = problem == _TWICE


def read_strictly(text: str) -> Any:
    """Return what the YAML *text* says.

    Raises:
        NotYaml: it says nothing that could be relied on.
    """
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYaml(error.problem or "not valid YAML", mark.line + 1 if mark else None) from None
    except YAMLError:
        raise NotYaml("not valid YAML", None) from None
    finally:
        loader.dispose()


class _Loader(CSafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as the base has it

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping.

        Raises:
            ConstructorError: a key stands twice, or is no plain value.
        """
        keys = [key.value for key, _ in node.value if isinstance(key, ScalarNode)]
        if len(keys) != len(node.value):
            raise ConstructorError(None, None, "a key has to be a plain value", node.start_mark)
        if len(set(keys)) != len(keys):
            again = next(key for number, (key, _) in enumerate(node.value) if key.value in keys[:number])
            raise ConstructorError(None, None, _TWICE, again.start_mark)
        return {
            self.construct_object(key): self.construct_object(value, deep=True) for key, value in node.value
        }


def _int(loader: _Loader, node: Node) -> int:
    written = str(node.value)
    return int(written, {"0o": 8, "0x": 16}.get(written[:2], 10))


def _float(loader: _Loader, node: Node) -> float:
    return float(node.value)


def _day(loader: _Loader, node: Node) -> date:
    try:
        return datetime.strptime(node.value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise ConstructorError(None, None, "there is no such day", node.start_mark) from None


for _name, _words, _first in _PLAIN:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_words})\Z"), ["", *_first])
_Loader.add_constructor(_TAG + "int", _int)
_Loader.add_constructor(_TAG + "float", _float)
_Loader.add_constructor(_TAG + "timestamp", _day)

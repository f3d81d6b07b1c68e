"""Read a criterion of the rule language from YAML, explaining each mistake in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from cds_service.content.mistakes import nearest
from cds_service.criteria.shapes import (
    AgeIs,
    AllOf,
    AnyOf,
    AtLeast,
    Criterion,
    FindingIs,
    Named,
    NewSince,
    Silence,
    Unless,
)
from cds_service.errors import ContentError
from cds_service.evidence.model import Course, Side, State

W = TypeVar("W", bound=StrEnum)

_FINDING_KEYS = (
    "finding",
    "state",
    "side",
    "onset_within",
    "onset_over",
    "current_within",
    "onset_stated",
    "course",
    "at_least",
    "at_most",
    "if_silent",
)
_SHAPES = (
    "finding",
    "age_at_least",
    "age_under",
    "all_of",
    "any_of",
    "at_least",
    "unless",
    "group",
    "rule",
    "new_since",
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The ids that criteria may use, and the ones that were used.

    Attributes:
        windows: named numbers of days.
        used: filled while criteria are read: ("window", id), ("finding", id), ("group", id), ("rule", id).
        asked: filled, too: what asks the same of a finding becomes one object, assessed once for a request.
    """

    findings: Collection[str]
    windows: Mapping[str, int]
    groups: Collection[str] = ()
    rules: Collection[str] = ()
    used: set[tuple[str, str]] = field(default_factory=set)
    asked: dict[FindingIs, FindingIs] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CriterionReader:
    """Reads the criteria of one file."""

    file: str
    vocabulary: Vocabulary

    def read(self, value: object, place: str) -> Criterion:
        """Return the criterion that *value* writes.

        Raises:
            ContentError: an unknown shape, key or id, or a value of the wrong type.
        """
        if not isinstance(value, dict) or not value:
            raise self._wrong(place, f"{value!r} is not a criterion; write one such as {{finding: id}}")
        if "finding" in value:
            return self._finding(value, f"{place}, finding")
        if len(value) > 1:
            raise self._wrong(place, f"one criterion has one key, here are {', '.join(map(str, value))}")
        shape, inside = next(iter(value.items()))
        if shape not in _SHAPES:
            raise self._wrong(place, f"unknown criterion {shape!r}; {nearest(shape, _SHAPES)}")
        return self._shape(shape, inside, f"{place}, {shape}")

    def _shape(self, shape: str, inside: Any, place: str) -> Criterion:
        readers: dict[str, Callable[[], Criterion]] = {
            "all_of": lambda: AllOf(self._parts(inside, place)),
            "any_of": lambda: AnyOf(self._parts(inside, place)),
            "unless": lambda: Unless(self._parts(inside, place)),
            "at_least": lambda: self._at_least(inside, place),
            "age_at_least": lambda: AgeIs(at_least=self._whole(inside, place)),
            "age_under": lambda: AgeIs(under=self._whole(inside, place)),
            "group": lambda: Named(self._id("group", inside, self.vocabulary.groups, place)),
            "rule": lambda: Named(self._id("rule", inside, self.vocabulary.rules, place)),
            "new_since": lambda: self._new_since(inside, place),
        }
        return readers[shape]()

    def _parts(self, value: object, place: str) -> tuple[Criterion, ...]:
        if not isinstance(value, list) or not value:
            raise self._wrong(place, "write a list of at least one criterion")
        return tuple(self.read(part, f"{place}[{number}]") for number, part in enumerate(value, 1))

    def _at_least(self, value: Any, place: str) -> AtLeast:
        self._keys(value, ("n", "of"), ("n", "of"), place)
        parts, n = self._parts(value["of"], place), self._whole(value["n"], place)
        if not 1 <= n <= len(parts):
            raise self._wrong(place, f"n is {n}, but there are {len(parts)} parts")
        return AtLeast(n, parts)

    def _finding(self, value: dict[str, Any], place: str) -> FindingIs:
        self._keys(value, _FINDING_KEYS, ("finding",), place)
        finding = self._id("finding", value["finding"], self.vocabulary.findings, place)
        place = f"{place} {finding}"
        asked = FindingIs(
            finding,
            state=self._word(State, value.get("state", "asserted"), place),
            side=None if "side" not in value else self._word(Side, value["side"], place),
            onset_within_days=self._days(value, "onset_within", place),
            onset_over_days=self._days(value, "onset_over", place),
            current_within_days=self._days(value, "current_within", place),
            onset_stated=self._flag(value, "onset_stated", place),
            course=tuple(self._word(Course, word, place) for word in _listed(value.get("course", ()))),
            number_at_least=None if "at_least" not in value else self._number(value["at_least"], place),
            number_at_most=None if "at_most" not in value else self._number(value["at_most"], place),
            if_silent=None if "if_silent" not in value else self._word(Silence, value["if_silent"], place),
        )
        return self.vocabulary.asked.setdefault(asked, asked)

    def _new_since(self, value: Any, place: str) -> NewSince:
        self._keys(value, ("event", "any"), ("event", "any"), place)
        event = self._id("finding", value["event"], self.vocabulary.findings, place)
        names = [self._id("finding", name, self.vocabulary.findings, place) for name in _listed(value["any"])]
        return NewSince(event, tuple(names))

    def _days(self, value: dict[str, Any], key: str, place: str) -> int | None:
        return None if value.get(key) is None else self._window(value[key], place)

    def _window(self, name: object, place: str) -> int:
        return self.vocabulary.windows[self._id("window", name, self.vocabulary.windows, place)]

    def _id(self, what: str, name: object, allowed: Collection[str], place: str) -> str:
        if not isinstance(name, str) or name not in allowed:
            raise self._wrong(place, f"unknown {what} {name!r}; {nearest(name, allowed)}")
        self.vocabulary.used.add((what, name))
        return name

    def _word(self, kind: type[W], word: object, place: str) -> W:
        words = {str(member): member for member in kind}
        if word not in words:
            raise self._wrong(place, f"{word!r} is not allowed here; {nearest(word, words)}")
        return words[str(word)]

    def _flag(self, value: Mapping[str, Any], key: str, place: str) -> bool:
        if not isinstance(value.get(key, False), bool):
            raise self._wrong(place, f"{key} is {value[key]!r}; write true, or leave it out")
        return bool(value.get(key, False))

    def _whole(self, value: object, place: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(place, f"{value!r} is not a whole number")
        return value

    def _number(self, value: object, place: str) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self._wrong(place, f"{value!r} is not a number")
        return float(value)

    def _keys(self, value: object, allowed: Collection[str], needed: Collection[str], place: str) -> None:
        if not isinstance(value, dict):
            raise self._wrong(place, f"write the keys {', '.join(needed)}")
        for key in value:
            if key not in allowed:
                raise self._wrong(place, f"unknown key {key!r}; {nearest(key, allowed)}")
        for key in needed:
            if key not in value:
                raise self._wrong(place, f"{key!r} is missing; add it")

    def _wrong(self, place: str, remedy: str) -> ContentError:
        return ContentError(self.file, place, remedy)


def _listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)

"""Three-valued truth after Kleene: "nobody looked" is neither yes nor no."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """Whether a criterion is met, as far as the record can tell."""

    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "unknown"


def all_met(truths: Iterable[Truth]) -> Truth:
    """Return the conjunction: one "not met" decides, else one "unknown" does; nothing at all is met."""
    seen = set(truths)
    if Truth.NOT_MET in seen:
        return Truth.NOT_MET
    return Truth.UNKNOWN if Truth.UNKNOWN in seen else Truth.MET


def any_met(truths: Iterable[Truth]) -> Truth:
    """Return the disjunction: one "met" decides, else one "unknown" does; nothing at all is not met."""
    seen = set(truths)
    if Truth.MET in seen:
        return Truth.MET
    return Truth.UNKNOWN if Truth.UNKNOWN in seen else Truth.NOT_MET


def at_least_met(n: int, truths: Iterable[Truth]) -> Truth:
    """Return whether *n* are met: unknown while the unknown ones could still make up the number."""
    seen = list(truths)
    met = seen.count(Truth.MET)
    if met >= n:
        return Truth.MET
    return Truth.UNKNOWN if met + seen.count(Truth.UNKNOWN) >= n else Truth.NOT_MET


def none_met(truths: Iterable[Truth]) -> Truth:
    """Return whether none is met; not Kleene's negation, since an unknown one does not stand in the way."""
    return Truth.NOT_MET if Truth.MET in set(truths) else Truth.MET

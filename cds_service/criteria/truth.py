"""Three-valued truth after Kleene: "nobody looked" is neither yes nor no."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Truth(StrEnum):
    """Whether a criterion is met, as far as the record can tell."""

    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "unknown"


def all_met(truths: Collection[Truth]) -> Truth:
    """Return the conjunction: one "not met" decides, else one "unknown" does; nothing at all is met."""
    if Truth.NOT_MET in truths:
        return Truth.NOT_MET
    return Truth.UNKNOWN if Truth.UNKNOWN in truths else Truth.MET


def any_met(truths: Collection[Truth]) -> Truth:
    """Return the disjunction: one "met" decides, else one "unknown" does; nothing at all is not met."""
    if Truth.MET in truths:
        return Truth.MET
    return Truth.UNKNOWN if Truth.UNKNOWN in truths else Truth.NOT_MET


def at_least_met(n: int, truths: Collection[Truth]) -> Truth:
    """Return whether *n* are met: unknown while the unknown ones could still make up the number."""
    met = sum(truth is Truth.MET for truth in truths)
    if met >= n:
        return Truth.MET
    possible = met + sum(truth is Truth.UNKNOWN for truth in truths)
    return Truth.UNKNOWN if possible >= n else Truth.NOT_MET


def none_met(truths: Collection[Truth]) -> Truth:
    """Return whether none is met; not Kleene's negation, since an unknown one does not stand in the way."""
    return Truth.NOT_MET if Truth.MET in truths else Truth.MET

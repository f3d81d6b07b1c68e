"""How often cards are accepted and overridden, with how sure one can be of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

BY = ("card", "rule", "version", "client", "reason")
_Z = 1.959963984540054
"""Of the normal distribution, for intervals of 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One card that was shown.

    Attributes:
        rules: ids of the rules that fired.
        outcome: "accepted", "overridden", or "" when nobody answered.
        reason: why it was overridden, "" when no reason was given.
    """

    client: str
    card: str
    rules: tuple[str, ...]
    version: str
    outcome: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % Wilson interval; all three None when there is nothing to divide by."""

    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the report: all cards that have *value* in common.

    Attributes:
        accepted_of_shown: share of the cards shown that were accepted; silence counts against it.
        overridden_of_answered: share of the answered cards that were overridden.
    """

    by: str
    value: str
    shown: int
    accepted: int
    overridden: int
    accepted_of_shown: Rate
    overridden_of_answered: Rate


def wilson(hits: int, of: int) -> Rate:
    """Return the share *hits* / *of* with its 95 % interval (Wilson 1927)."""
    if of == 0:
        return Rate(None, None, None)
    share, z2 = hits / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return Rate(share, max(0.0, middle - half), min(1.0, middle + half))


def report(outcomes: Iterable[Outcome]) -> tuple[Line, ...]:
    """Return the lines by card, rule, content version, client and reason, the most shown first."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for one in outcomes:
        for key in _keys(one):
            counts.setdefault(key, Counter())[one.outcome] += 1
    lines = [_line(by, value, count) for (by, value), count in counts.items()]
    return tuple(sorted(lines, key=lambda line: (BY.index(line.by), -line.shown, line.value)))


def _keys(one: Outcome) -> list[tuple[str, str]]:
    keys = [("card", one.card), ("version", one.version), ("client", one.client)]
    keys += [("rule", rule) for rule in one.rules]
    if one.outcome == "overridden":
        keys.append(("reason", one.reason or "(none given)"))
    return keys


def _line(by: str, value: str, count: Counter[str]) -> Line:
    accepted, overridden, shown = count["accepted"], count["overridden"], count.total()
    return Line(
        by=by,
        value=value,
        shown=shown,
        accepted=accepted,
        overridden=overridden,
        accepted_of_shown=wilson(accepted, shown),
        overridden_of_answered=wilson(overridden, accepted + overridden),
    )

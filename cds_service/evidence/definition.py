"""What a finding is: its codes, its patterns of words, its window, and what silence about it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cds_service.evidence.lexicon import Lexicon
from cds_service.evidence.model import Side, State


class NumberKind(StrEnum):
    """How a number is written in a note."""

    GRADE = "grade"  # reflex grade: 3+, 3+/4, 2/4
    POWER = "power"  # muscle power: 4/5, 4+/5 is 4.5 and 4-/5 is 3.5
    PLAIN = "plain"  # 13, 0.62, 350


@dataclass(frozen=True, slots=True)
class WordOf:
    """A word of one of these groups of the lexicon."""

    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberOf:
    """A number of this kind within these limits (both included)."""

    kind: NumberKind
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, number: float) -> bool:
        """Tell whether *number* lies within the limits."""
        return (self.at_least is None or number >= self.at_least) and (
            self.at_most is None or number <= self.at_most
        )


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words and numbers that stand together in one segment of a sentence, in any order.

    Attributes:
        near: what has to be there; the first element is what the pattern is about.
        within: the most words that may stand between its outermost elements.
        ordered: the elements have to stand in the order given.
        across: the elements may stand in different segments of the sentence.
        state: what a match says before its context is read.
        kinds: resource types whose text it reads; empty means all.
    """

    near: tuple[WordOf | NumberOf, ...]
    within: int
    ordered: bool
    across: bool
    state: State
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CodeRule:
    """One code of a value set as a finding uses it."""

    side: Side | None = None
    likely: bool = False


@dataclass(frozen=True, slots=True)
class FindingDefinition:
    """One clinical finding of ``cards/findings``.

    Attributes:
        id: finding id.
        name: as printed on a card when asserted.
        absent_name: as printed when documented absent.
        window_days: how old an observation or a note may be; None for any age. Active conditions have no age.
        if_silent: "unknown" or "not-met": what it means that the record says nothing.
        codes: (system, code) of the value sets that assert it.
        code_prefixes: (system, beginning of a code) that assert it (headings of ICD-10-CM).
        coded_kinds: resource types whose codes count; empty means all.
        patterns: how notes and labels speak about it.
        text_kinds: resource types whose text counts; empty means all.
        statuses: entry statuses that count; empty means any that is not over.
        of: the text or code counts only on a resource that also asserts this finding.
        not_with: its words count only where none of these findings is asserted on the same resource.
        explained_by: findings that explain it when they are known and it is stable.
        plain: its words are the name of a thing: read in labels alone, and "without" in them denies nothing.
        past_counts: it still counts when told as history (a chronic disease, an operation).
        long_standing: without a date it is older than what began within a month, and does not explain that.
        event: it happened when the text says; its age is counted from then ("seen three years ago").
        conflict: what a same-day disagreement of two resources amounts to.
        doubt_counts: a question or suspicion counts as asserted.
    """

    id: str
    name: str
    absent_name: str
    window_days: int | None
    if_silent: str
    codes: Mapping[tuple[str, str], CodeRule]
    code_prefixes: tuple[tuple[str, str, CodeRule], ...] = ()
    coded_kinds: frozenset[str] = frozenset()
    patterns: tuple[Pattern, ...] = ()
    text_kinds: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    of: str = ""
    not_with: tuple[str, ...] = ()
    explained_by: tuple[str, ...] = ()
    plain: bool = False
    past_counts: bool = False
    long_standing: bool = False
    event: bool = False
    conflict: State = State.UNCERTAIN
    doubt_counts: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """All definitions with the lexicon that they are written in."""

    definitions: Mapping[str, FindingDefinition]
    lexicon: Lexicon

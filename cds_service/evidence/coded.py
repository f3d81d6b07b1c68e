"""Findings in coded entries: a code of one of a finding's value sets, with what the entry's value says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cds_service.chart.model import Coding, Entry
from cds_service.evidence.definition import CodeRule, FindingDefinition
from cds_service.evidence.lexicon import Cue, Lexicon
from cds_service.evidence.model import Evidence, State
from cds_service.evidence.sentence import read_sentence
from cds_service.evidence.tokens import tokens

OVER = frozenset(
    {
        "resolved",
        "inactive",
        "remission",
        "revoked",
        "cancelled",
        "entered-in-error",
        "stopped",
        "not-done",
        "rejected",
    }
)


class CodeIndex:
    """Definitions by the codes that assert them."""

    def __init__(self, definitions: Iterable[FindingDefinition]) -> None:
        self._exact: dict[tuple[str, str], list[tuple[FindingDefinition, CodeRule]]] = {}
        self._prefixes: list[tuple[str, str, FindingDefinition, CodeRule]] = []
        for definition in definitions:
            for key, rule in definition.codes.items():
                self._exact.setdefault(key, []).append((definition, rule))
            for system, prefix, rule in definition.code_prefixes:
                self._prefixes.append((system, prefix, definition, rule))

    def findings_of(self, coding: Coding) -> Iterator[tuple[FindingDefinition, CodeRule]]:
        """Yield the definitions that *coding* asserts."""
        yield from self._exact.get((coding.system, coding.code), ())
        for system, prefix, definition, rule in self._prefixes:
            if coding.system == system and coding.code.startswith(prefix):
                yield definition, rule


def find_in_entry(entry: Entry, index: CodeIndex, lexicon: Lexicon) -> Iterator[Evidence]:
    """Yield one item for each finding that a coding of *entry* asserts or, by its value, denies."""
    seen = set()
    for coding in entry.codings:
        for definition, rule in index.findings_of(coding):
            if definition.id in seen or not _counts(entry, definition):
                continue
            seen.add(definition.id)
            state = _state(entry, lexicon)
            if state is not None:
                yield Evidence(
                    finding=definition.id,
                    state=state,
                    reference=entry.reference,
                    kind=entry.kind,
                    date=entry.date,
                    side=rule.side,
                    onset_days=0 if entry.kind == "Condition" and entry.date else None,
                    element="code",
                    coding=coding,
                    number=entry.value.number if entry.value else None,
                )


def _counts(entry: Entry, definition: FindingDefinition) -> bool:
    if definition.coded_kinds and entry.kind not in definition.coded_kinds:
        return False
    return status_counts(entry, definition)


def status_counts(entry: Entry, definition: FindingDefinition) -> bool:
    """Tell whether the status of *entry* lets it speak about the finding."""
    if definition.statuses:
        return entry.status in definition.statuses
    return entry.status not in OVER or (
        definition.past_counts and entry.status in {"resolved", "inactive", "remission"}
    )


def _state(entry: Entry, lexicon: Lexicon) -> State | None:
    """Read what the value says of the code; None when it says neither yes nor no, as a bare number does."""
    if entry.uncertain:
        return State.UNCERTAIN
    if not entry.value_text:
        return State.ASSERTED
    words = tokens(entry.value_text, lexicon.normal)
    cues = read_sentence(words, lexicon).cues.keys()
    if Cue.NOT_EXAMINED in cues:
        return None
    if cues & {Cue.NOT_AFTER, Cue.NOT_BEFORE, Cue.ANSWER_NO}:
        return State.DENIED
    if cues & {Cue.DOUBT_BEFORE, Cue.DOUBT_AFTER}:
        return State.UNCERTAIN
    return State.ASSERTED if Cue.AFFIRMS in cues else None

"""Findings and lexicon of the content folder, compiled into what ``evidence`` searches with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from cds_service.content.findings_format import (
    Examples,
    FindingEntry,
    Limits,
    PatternEntry,
)
from cds_service.content.mistakes import nearest, read_as
from cds_service.content.phrases import compile_lexicon, own_group, patterns_of, phrase_mistakes, read_lexicon
from cds_service.errors import ContentError
from cds_service.evidence.definition import (
    CodeRule,
    FindingDefinition,
    Findings,
    NumberKind,
    NumberOf,
    Pattern,
    WordOf,
)
from cds_service.evidence.lexicon import Lexicon
from cds_service.evidence.model import Side, State

ALWAYS = "always"
_EMPTY = Lexicon.of(())


@dataclass(frozen=True, slots=True)
class ValueSetCode:
    """One code of a value set, as findings use it."""

    system: str
    code: str
    side: Side | None = None
    likely: bool = False
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class FoundContent:
    """Findings with their lexicon.

    Attributes:
        examples: the example sentences by finding id.
        used: ("window" | "value set" | "finding", id) of everything that findings use or keep on purpose.
    """

    findings: Findings
    examples: Mapping[str, Examples]
    used: frozenset[tuple[str, str]] = frozenset()


def read_findings(
    folder: Path,
    windows: Mapping[str, int],
    value_sets: Mapping[str, tuple[ValueSetCode, ...]],
    mistakes: list[ContentError],
) -> FoundContent:
    """Read ``lexicon/`` and ``findings/``; what is wrong is added to *mistakes*.

    Args:
        folder: the content folder.
        windows: days by window name.
        value_sets: codes by value set id.
        mistakes: the list to add to.
    """
    lexicon = read_lexicon(folder, mistakes)
    files = {
        path.relative_to(folder).as_posix(): read_as(
            TypeAdapter(list[FindingEntry]), folder, path.relative_to(folder).as_posix(), mistakes, []
        )
        for path in sorted((folder / "findings").glob("*.yaml"))
    }
    if mistakes:  # what refers to a file that cannot be read would only repeat the mistake
        return FoundContent(Findings({}, _EMPTY), {})
    group_ids = {group.id for group in lexicon.groups} | {timed.id for timed in lexicon.times}
    entries = [entry for found in files.values() for entry in found]
    mistakes.extend(phrase_mistakes(lexicon, files))
    for name, found in files.items():
        for entry in found:
            mistakes.extend(
                _mistakes_in(name, entry, windows, value_sets, group_ids, {e.id for e in entries})
            )
    if mistakes:
        return FoundContent(Findings({}, _EMPTY), {})
    definitions = {entry.id: _definition(entry, windows, value_sets) for entry in entries}
    return FoundContent(
        findings=Findings(definitions, compile_lexicon(lexicon, files)),
        examples={entry.id: entry.examples for entry in entries},
        used=frozenset(use for entry in entries for use in _uses(entry)),
    )


def _uses(entry: FindingEntry) -> Iterator[tuple[str, str]]:
    yield "window", entry.window
    yield from (("value set", name) for name in entry.codes)
    yield from (("finding", name) for name in (entry.of, *entry.not_with, *entry.explained_by))
    if entry.unused:
        yield "finding", entry.id


def _mistakes_in(
    file: str,
    entry: FindingEntry,
    windows: Mapping[str, int],
    value_sets: Mapping[str, tuple[ValueSetCode, ...]],
    groups: set[str],
    findings: set[str],
) -> Iterator[ContentError]:
    if entry.window != ALWAYS and entry.window not in windows:
        yield ContentError(
            file, entry.id, f"no window {entry.window!r}; {nearest(entry.window, {*windows, ALWAYS})}"
        )
    for used, known, kind in (
        (entry.codes, set(value_sets), "value set"),
        (entry.explained_by, findings, "finding"),
        (entry.not_with, findings, "finding"),
        ([entry.of] if entry.of else [], findings, "finding"),
        (_groups_used(entry), groups, "word group"),
    ):
        for word in used:
            if word not in known:
                yield ContentError(file, entry.id, f"no {kind} {word!r}; {nearest(word, known)}")
    for pattern in (*entry.says, *entry.denies, *entry.doubts):
        if not (pattern.words or pattern.states or pattern.near):
            yield ContentError(file, entry.id, "a pattern is empty; give it words, states or near")
        if pattern.near and not any(not isinstance(element, Limits) for element in pattern.near):
            yield ContentError(file, entry.id, "a pattern of numbers alone; name a word group beside them")


def _groups_used(entry: FindingEntry) -> Iterator[str]:
    for pattern in (*entry.says, *entry.denies, *entry.doubts):
        for element in pattern.near:
            if isinstance(element, str):
                yield element
            elif isinstance(element, list):
                yield from element


def _definition(
    entry: FindingEntry, windows: Mapping[str, int], value_sets: Mapping[str, tuple[ValueSetCode, ...]]
) -> FindingDefinition:
    codes = [code for name in entry.codes for code in value_sets[name]]
    return FindingDefinition(
        id=entry.id,
        name=entry.name,
        absent_name=entry.absent or f"no {entry.name}",
        window_days=None if entry.window == ALWAYS else windows[entry.window],
        if_silent=entry.if_silent,
        codes={(c.system, c.code): CodeRule(c.side, c.likely) for c in codes},
        code_prefixes=tuple((c.system, c.code, CodeRule(c.side, c.likely)) for c in codes if c.prefix),
        coded_kinds=frozenset(entry.coded_in),
        patterns=tuple(
            compiled
            for state, patterns in patterns_of(entry)
            for number, pattern in enumerate(patterns)
            for compiled in _compiled(entry.id, state, number, pattern)
        ),
        text_kinds=frozenset(entry.text_in),
        statuses=frozenset(entry.statuses),
        of=entry.of,
        not_with=tuple(entry.not_with),
        explained_by=tuple(entry.explained_by),
        plain=entry.plain,
        past_counts=entry.past_counts,
        long_standing=entry.long_standing,
        event=entry.event,
        conflict=State(entry.conflict),
        doubt_counts=entry.doubt_counts,
    )


def _compiled(finding: str, state: State, number: int, entry: PatternEntry) -> Iterator[Pattern]:
    kinds = frozenset(entry.text_in)
    if entry.words or entry.states:
        yield Pattern((WordOf((own_group(finding, state, number),)),), 0, False, False, state, kinds)
    if entry.near:
        near = tuple(_element(element) for element in entry.near)
        yield Pattern(near, entry.within, entry.ordered, entry.across, state, kinds)


def _element(element: str | list[str] | Limits) -> WordOf | NumberOf:
    if isinstance(element, Limits):
        return NumberOf(NumberKind(element.kind), element.at_least, element.at_most)
    return WordOf((element,) if isinstance(element, str) else tuple(element))

"""The lexicon, compiled from the phrases that the content is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from cds_service.content.findings_format import (
    FindingEntry,
    Interchangeable,
    Modifier,
    PatternEntry,
    PlainWords,
    Timed,
    WordGroup,
)
from cds_service.content.mistakes import nearest, read_as
from cds_service.errors import ContentError
from cds_service.evidence.lexicon import Cue, Lexicon, Meaning, Role
from cds_service.evidence.model import Side, State
from cds_service.evidence.tokens import tokens, without_apostrophes

_PLACEHOLDER = re.compile(r"<([a-z][a-z-]*)>")
_ALTERNATIVES = "lexicon/alternatives.yaml"
_GROUPS = "lexicon/words.yaml"
_TIMES = "lexicon/times.yaml"
_MODIFIERS = "lexicon/context.yaml"
_PLAIN = "lexicon/plain-words.yaml"

FindingFiles = Mapping[str, list[FindingEntry]]
"""The findings, by the file that they stand in."""


@dataclass(frozen=True, slots=True)
class LexiconFiles:
    """The files of ``lexicon/`` as they are written.

    Attributes:
        plain: correct words that resemble one of ours.
        alternatives: words that may stand for each other, by the name under which a phrase asks for one.
    """

    groups: list[WordGroup]
    times: list[Timed]
    modifiers: list[Modifier]
    plain: list[str]
    alternatives: Mapping[str, list[str]]


def read_lexicon(folder: Path, mistakes: list[ContentError]) -> LexiconFiles:
    """Read ``lexicon/``; what is wrong is added to *mistakes*."""
    alternatives = read_as(TypeAdapter(list[Interchangeable]), folder, _ALTERNATIVES, mistakes, [])
    return LexiconFiles(
        groups=read_as(TypeAdapter(list[WordGroup]), folder, _GROUPS, mistakes, []),
        times=read_as(TypeAdapter(list[Timed]), folder, _TIMES, mistakes, []),
        modifiers=read_as(TypeAdapter(list[Modifier]), folder, _MODIFIERS, mistakes, []),
        plain=read_as(TypeAdapter(PlainWords), folder, _PLAIN, mistakes, PlainWords(words=[])).words,
        alternatives={one.id: one.words for one in alternatives},
    )


def compile_lexicon(files: LexiconFiles, findings: FindingFiles) -> Lexicon:
    """Return the lexicon of phrases in which ``phrase_mistakes`` finds nothing."""
    compiled = (
        (words, written.meaning)
        for written in _phrases(files, findings)
        for words in _spelt_out(written.text, files.alternatives)
    )
    return Lexicon.of(compiled, files.plain)


def phrase_mistakes(files: LexiconFiles, findings: FindingFiles) -> Iterator[ContentError]:
    """Yield each <name> that stands for nothing, and each that no phrase asks for."""
    used: set[str] = set()
    for written in _phrases(files, findings):
        for name in _PLACEHOLDER.findall(written.text):
            used.add(name)
            if name not in files.alternatives:
                advice = nearest(name, set(files.alternatives))
                yield ContentError(written.file, written.entry, f"no <{name}> in {_ALTERNATIVES}; {advice}")
    for name in files.alternatives.keys() - used:
        yield ContentError(_ALTERNATIVES, name, f"no phrase asks for <{name}>; use it or take it out")


def patterns_of(entry: FindingEntry) -> tuple[tuple[State, list[PatternEntry]], ...]:
    """Return the patterns of *entry* by what a match of them says."""
    return (State.ASSERTED, entry.says), (State.DENIED, entry.denies), (State.UNCERTAIN, entry.doubts)


def own_group(finding: str, state: State, number: int) -> str:
    """Return the id of the word group that the phrases of one pattern make up."""
    return f"{finding}#{state.value}#{number}"


class _Phrase(NamedTuple):
    """A phrase as it is written, where it is written, and what it means."""

    file: str
    entry: str
    text: str
    meaning: Meaning


def _phrases(files: LexiconFiles, findings: FindingFiles) -> Iterator[_Phrase]:
    for group in files.groups:
        for text, meaning in _of_group(group):
            yield _Phrase(_GROUPS, group.id, text, meaning)
    for timed in files.times:
        for text, days in timed.words.items():
            yield _Phrase(_TIMES, timed.id, text, Meaning(timed.id, days=days))
    for modifier in files.modifiers:
        meaning = Meaning(modifier.section or modifier.cue, cue=Cue(modifier.cue))
        yield from (_Phrase(_MODIFIERS, modifier.cue, text, meaning) for text in modifier.words)
    for file, entries in findings.items():
        for entry in entries:
            yield from (_Phrase(file, entry.id, text, meaning) for text, meaning in _of_finding(entry))


def _spelt_out(phrase: str, alternatives: Mapping[str, list[str]]) -> Iterator[tuple[str, ...]]:
    """Yield the words of *phrase*, once for each choice among alternatives."""
    if phrase == "?":  # as it follows a word; one that comes before is read as "query"
        yield (phrase,)
        return
    parts = _PLACEHOLDER.split(phrase)  # every second one is a name
    choices = [alternatives[part] if at % 2 else [part] for at, part in enumerate(parts)]
    for chosen in product(*choices):
        yield tuple(tokens("".join(chosen), without_apostrophes).norms)


def _of_group(group: WordGroup) -> Iterator[tuple[str, Meaning]]:
    role = Role(group.role)
    for texts, meaning in (
        (group.words, Meaning(group.id, role, opens_list=group.opens_list)),
        (group.states, Meaning(group.id, Role.STATE, opens_list=group.opens_list)),
        (group.both, Meaning(group.id, role, Side.BOTH)),
        (group.left, Meaning(group.id, role, Side.LEFT)),
        (group.right, Meaning(group.id, role, Side.RIGHT)),
    ):
        yield from ((text, meaning) for text in texts)


def _of_finding(finding: FindingEntry) -> Iterator[tuple[str, Meaning]]:
    for state, patterns in patterns_of(finding):
        for number, pattern in enumerate(patterns):
            group = own_group(finding.id, state, number)
            opens_list = pattern.opens_list or state is State.DENIED
            for texts, role in ((pattern.words, Role.WHOLE), (pattern.states, Role.STATE)):
                yield from ((text, Meaning(group, role, opens_list=opens_list)) for text in texts)

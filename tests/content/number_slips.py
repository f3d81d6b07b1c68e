"""Numbers inside findings off by one: windows of days, and limits beside the words of a note."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, floor
from types import MappingProxyType

from cds_service.cases.run import Prepared, differences
from cds_service.chart.dates import FhirDate
from cds_service.chart.model import Chart, Passage, Patient
from cds_service.content.library import Library
from cds_service.evidence.definition import FindingDefinition, NumberOf, Pattern, WordOf
from cds_service.evidence.find import Finder, find_evidence
from cds_service.evidence.model import State
from cds_service.evidence.weigh import weigh
from tests.builders import AS_OF

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class NumberSlip:
    """The findings after one number slipped; a window slips in all findings that name it.

    Attributes:
        between: the numbers in a note that a slipped limit reads otherwise; None for a window.
    """

    what: str
    definitions: tuple[FindingDefinition, ...]
    between: tuple[float, float] | None = None

    def touches(self, prepared: Prepared) -> bool:
        """Say whether the record of a case holds such a number, or for a window one of the findings."""
        if self.between is None:
            return not all(_is_silent(prepared, definition.id) for definition in self.definitions)
        least, most = floor(min(self.between)), ceil(max(self.between))
        numbers = (n for passage in prepared.chart.passages for n in _NUMBER.findall(passage.text))
        return any(least <= float(number) <= most for number in numbers)


def window_slips(
    windows: Mapping[str, int], named: Mapping[str, str], definitions: Mapping[str, FindingDefinition]
) -> Iterator[NumberSlip]:
    """Yield each window that findings use, one day less and one more.

    Args:
        windows: days by window name.
        named: window name by finding id.
        definitions: the findings.
    """
    for window in sorted(set(named.values()) & set(windows)):
        users = [definitions[finding] for finding, name in named.items() if name == window]
        for days in (windows[window] - 1, windows[window] + 1):
            slipped = tuple(replace(one, window_days=days) for one in users)
            yield NumberSlip(f"{window}: {days}", slipped)


def limit_slips(definitions: Mapping[str, FindingDefinition]) -> Iterator[NumberSlip]:
    """Yield each limit of a number in a note, one less and one more; no note holds a number below zero."""
    for definition in definitions.values():
        for step in (-1, 1):
            for patterns, what, between in _slipped_patterns(definition.patterns, step):
                yield NumberSlip(
                    f"{definition.id}: {what}", (replace(definition, patterns=patterns),), between
                )


def _slipped_patterns(
    patterns: tuple[Pattern, ...], step: int
) -> Iterator[tuple[tuple[Pattern, ...], str, tuple[float, float]]]:
    for number, pattern in enumerate(patterns):
        for place, element in enumerate(pattern.near):
            if not isinstance(element, NumberOf):
                continue
            for limit in ("at_least", "at_most"):
                value = getattr(element, limit)
                if value is not None and value + step >= 0:
                    changed = replace(element, **{limit: value + step})
                    near = (*pattern.near[:place], changed, *pattern.near[place + 1 :])
                    others = (*patterns[:number], replace(pattern, near=near), *patterns[number + 1 :])
                    yield others, f"{_words(pattern)} {limit} {value + step:g}", (value, value + step)


def _words(pattern: Pattern) -> str:
    """Name a pattern by its words and their distance."""
    near = (" or ".join(one.groups) if isinstance(one, WordOf) else one.kind for one in pattern.near)
    return f"{', '.join(near)} within {pattern.within}"


def with_definitions(library: Library, changed: tuple[FindingDefinition, ...]) -> Library:
    """Return *library* with some findings defined otherwise."""
    others = {definition.id: definition for definition in changed}
    findings = replace(
        library.findings, definitions=MappingProxyType({**library.findings.definitions, **others})
    )
    return replace(library, findings=findings, finder=Finder.of(findings))


def is_noticed(slip: NumberSlip, library: Library, cases: Iterable[Prepared]) -> bool:
    """Say whether an example turns red, or a worked case whose record holds what slipped."""
    names = [definition.id for definition in slip.definitions]
    slipped = with_definitions(library, slip.definitions)
    if any(
        _misread(name, state, said, slipped) for name in names for state, said in _examples(library, name)
    ):
        return True
    return any(_turns_red(prepared, slipped) for prepared in cases if slip.touches(prepared))


def _is_silent(prepared: Prepared, finding: str) -> bool:
    return prepared.weighed[finding].state is State.SILENT and not prepared.weighed[finding].ignored


def _turns_red(prepared: Prepared, library: Library) -> bool:
    evidence = find_evidence(prepared.chart, library.finder)
    weighed = weigh(evidence, library.findings.definitions)
    return weighed != prepared.weighed and bool(differences(replace(prepared, weighed=weighed), library))


def _examples(library: Library, finding: str) -> Iterator[tuple[State, str]]:
    examples = library.examples[finding]
    yield from ((State.ASSERTED, sentence) for sentence in examples.says)
    yield from ((State.DENIED, sentence) for sentence in examples.denies)
    yield from ((State.UNCERTAIN, sentence) for sentence in examples.doubts)
    yield from ((State.SILENT, sentence) for sentence in examples.silent)


def _misread(finding: str, state: State, sentence: str, library: Library) -> bool:
    return read_example(finding, sentence, library) is not state


def read_example(finding: str, sentence: str, library: Library) -> State:
    """Return what *sentence*, read as a note of today, says of *finding*."""
    kinds = library.findings.definitions[finding].text_kinds
    kind = "DocumentReference" if not kinds or "DocumentReference" in kinds else min(kinds)
    passage = Passage(kind, f"{kind}/1", "text", sentence, FhirDate.on(AS_OF))
    chart = Chart(Patient("1"), AS_OF, passages=(passage,))
    evidence = find_evidence(chart, library.finder)
    return weigh(evidence, library.findings.definitions)[finding].state

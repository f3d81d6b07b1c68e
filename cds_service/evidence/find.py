"""Every place in a chart that speaks about a finding, coded entries first, then words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cds_service.chart.model import Chart, Entry, Passage
from cds_service.evidence.candidates import PatternIndex
from cds_service.evidence.coded import CodeIndex, find_in_entry, status_counts
from cds_service.evidence.definition import FindingDefinition, Findings
from cds_service.evidence.lexicon import Lexicon
from cds_service.evidence.model import Course, Evidence, Side, State
from cds_service.evidence.notes import TextReader
from cds_service.evidence.timing import LONG_AGO_DAYS


@dataclass(frozen=True, slots=True)
class Finder:
    """Definitions compiled for search; built once, used for every chart."""

    findings: Findings
    codes: CodeIndex
    patterns: PatternIndex

    @classmethod
    def of(cls, findings: Findings) -> Finder:
        """Index the codes and the patterns of *findings*."""
        definitions = tuple(findings.definitions.values())
        return cls(findings, CodeIndex(definitions), PatternIndex.of(definitions, findings.lexicon))

    def find(self, chart: Chart) -> tuple[Evidence, ...]:
        """Return every place in *chart* that speaks about a finding.

        Returns:
            One item a match, coded entries first, then words. Duplicates stay, and so does what does not
            count, with the reason in ``ignored``. Empty when the chart is silent, which is not "absent".
        """
        evidence = [
            item for entry in chart.entries for item in find_in_entry(entry, self.codes, self.lexicon)
        ]
        reader = TextReader(self.patterns, self.lexicon)
        for passage in chart.passages:
            evidence.extend(self._in_passage(passage, reader))
        windowed = self._windowed(_not_beside(evidence, self.definitions), chart.as_of)
        return _without_explained(_only_of(windowed, self.definitions), self.definitions, chart.as_of)

    def find_in_entry(self, entry: Entry, passages: Iterable[Passage]) -> frozenset[str]:
        """Return the findings that one entry asserts by its codes or, where no code does, by its label."""
        evidence = list(find_in_entry(entry, self.codes, self.lexicon))
        reader = TextReader(self.patterns, self.lexicon)
        for passage in passages:
            evidence.extend(self._in_passage(passage, reader))
        return frozenset(
            item.finding
            for item in _not_beside(evidence, self.definitions)
            if item.state is State.ASSERTED and not item.ignored
        )

    @property
    def definitions(self) -> Mapping[str, FindingDefinition]:
        """The definitions by id."""
        return self.findings.definitions

    @property
    def lexicon(self) -> Lexicon:
        """The lexicon of the definitions."""
        return self.findings.lexicon

    def _in_passage(self, passage: Passage, reader: TextReader) -> list[Evidence]:
        found, entry = reader.find_in(passage), passage.entry
        if entry is not None:
            found = [
                self._as_recorded(item, passage, entry)
                for item in found
                if _speaks(passage, entry, self.definitions[item.finding])
            ]
        return found

    def _as_recorded(self, item: Evidence, passage: Passage, entry: Entry) -> Evidence:
        """Add what the entry says of its own label: a provisional diagnosis is uncertain, an onset counts."""
        doubted = entry.uncertain and item.state is State.ASSERTED
        if doubted and not self.definitions[item.finding].doubt_counts:
            item = item._replace(state=State.UNCERTAIN)
        if passage.kind == "Condition" and item.onset_days is None and item.date is not None:
            item = item._replace(onset_days=0)
        return item

    def _windowed(self, evidence: list[Evidence], as_of: date) -> list[Evidence]:
        """Set aside what is older than its finding's window; an active condition has no age."""
        kept = []
        for item in evidence:
            definition = self.findings.definitions[item.finding]
            window = definition.window_days
            too_old = (
                window is not None
                and (item.kind != "Condition" or definition.statuses)
                and item.date is not None
                and item.date.days_before(as_of) + _told_days(item, definition) > window
            )
            kept.append(item._replace(ignored="outside the window") if too_old and not item.ignored else item)
        return kept


def _told_days(item: Evidence, definition: FindingDefinition) -> int:
    """Return how long before its date the text says that an event was."""
    return item.onset_days or 0 if definition.event else 0


def find_evidence(chart: Chart, finder: Finder) -> tuple[Evidence, ...]:
    """Return every place in *chart* that speaks about one of the findings of *finder*."""
    return finder.find(chart)


def _speaks(passage: Passage, entry: Entry, definition: FindingDefinition) -> bool:
    """Tell whether this text of *entry* counts: a name of a thing is read in the label alone."""
    return status_counts(entry, definition) and (not definition.plain or passage.text == entry.label)


def _not_beside(evidence: list[Evidence], definitions: Mapping[str, FindingDefinition]) -> list[Evidence]:
    """Drop the words of a finding where the same resource asserts one that it does not go with."""
    asserted = {
        (item.finding, item.reference)
        for item in evidence
        if item.state is State.ASSERTED and not item.ignored
    }
    return [
        item
        for item in evidence
        if item.coding is not None
        or not (beside := definitions[item.finding].not_with)
        or not any((other, item.reference) in asserted for other in beside)
    ]


def _only_of(evidence: list[Evidence], definitions: Mapping[str, FindingDefinition]) -> list[Evidence]:
    """Keep what a finding "of" another says only on resources that assert the other."""
    asserted = {
        (item.finding, item.reference)
        for item in evidence
        if item.state is State.ASSERTED and item.ignored in ("", "outside the window")
    }
    return [
        item
        for item in evidence
        if not definitions[item.finding].of or (definitions[item.finding].of, item.reference) in asserted
    ]


def _without_explained(
    evidence: list[Evidence], definitions: Mapping[str, FindingDefinition], as_of: date
) -> tuple[Evidence, ...]:
    """Set aside what a known, stable disease of the same side explains; new and progressive signs stay."""
    known: dict[str, dict[Side | None, Evidence]] = {}
    for item in evidence:
        if item.state is State.ASSERTED and not item.ignored:
            known.setdefault(item.finding, {})[item.side] = item
    return tuple(_explained(item, known, definitions, as_of) for item in evidence)


def _explained(
    item: Evidence,
    known: Mapping[str, Mapping[Side | None, Evidence]],
    definitions: Mapping[str, FindingDefinition],
    as_of: date,
) -> Evidence:
    causes = definitions[item.finding].explained_by
    if not causes or item.ignored or item.state is State.DENIED:
        return item
    there = (cause for name in causes for cause in known.get(name, {}).values())
    cause = next((one for one in there if _explains(one, item, definitions[one.finding], as_of)), None)
    return item._replace(ignored=f"explained by {cause.finding}") if cause else item


def _explains(cause: Evidence, sign: Evidence, disease: FindingDefinition, as_of: date) -> bool:
    if sign.course in (Course.NEW, Course.PROGRESSIVE) or _began_since(cause, sign, disease, as_of):
        return False
    if disease.long_standing and cause.kind != "Condition" and _is_recent(cause):
        return False
    if sign.course is Course.STABLE:
        return cause.side is None or sign.side is None or cause.side is Side.BOTH or cause.side is sign.side
    if cause.side in (None, Side.BOTH):
        return True
    return sign.side is cause.side


def _is_recent(item: Evidence) -> bool:
    """Tell whether the text says that it is weeks old at most ("paraplegia since this morning")."""
    return item.onset_days is not None and item.onset_days <= LONG_AGO_DAYS


def _began_since(cause: Evidence, sign: Evidence, disease: FindingDefinition, as_of: date) -> bool:
    """Tell whether *sign* is said to be weeks old at most, and *cause* to be older by more than that."""
    begun, known = sign.began(), cause.began()
    if begun is None or sign.onset_days is None or sign.onset_days > LONG_AGO_DAYS:
        return False
    if known is None:
        return disease.long_standing and (as_of - begun).days <= LONG_AGO_DAYS
    return (begun - known).days > LONG_AGO_DAYS

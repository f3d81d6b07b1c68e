"""Read the content folder into one frozen library, or say in one sentence what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from cds_service.content.catalogue import build_catalogue
from cds_service.content.criterion import Vocabulary
from cds_service.content.cross_check import cross_check
from cds_service.content.findings import FoundContent, ValueSetCode, read_findings
from cds_service.content.library import (
    About,
    Attribute,
    CodeOf,
    Library,
    SourceStatement,
    ValueSet,
)
from cds_service.content.recommendation import build_recommendation
from cds_service.content.schema import Content, ReferenceEntry, ServiceEntry, ValueSetEntry
from cds_service.content.sources import RecommendationFiles, Sources, read_sources
from cds_service.criteria.recommendation import Recommendation
from cds_service.criteria.shapes import Silence
from cds_service.errors import ContentError
from cds_service.evidence.definition import Findings
from cds_service.evidence.find import Finder
from cds_service.evidence.model import Side
from cds_service.hooks.service import Service
from cds_service.wording.definitions import Catalogue, Reference


def load_library(folder: Path) -> Library:
    """Return the content of *folder*, checked and cross-referenced.

    Raises:
        ContentError: the first mistake, with file, place and remedy.
    """
    library, mistakes = read_library(folder)
    if mistakes or library is None:
        raise mistakes[0]
    return library


def read_library(folder: Path) -> tuple[Library | None, list[ContentError]]:
    """Return the library and every mistake; no library when a file is not even in its format."""
    try:
        sources = read_sources(folder)
    except ContentError as error:
        return None, [error]
    mistakes = sources.mistakes
    windows = MappingProxyType({window.id: window.days for window in sources.windows})
    value_sets = MappingProxyType({entry.id: _value_set(entry) for entry in sources.value_sets})
    codes = {name: tuple(map(_code, one.codes)) for name, one in value_sets.items()}
    found = read_findings(folder, windows, codes, mistakes)
    if mistakes:
        return None, mistakes
    return _assemble(sources, found, windows, value_sets), mistakes


def _assemble(
    sources: Sources, found: FoundContent, windows: Mapping[str, int], value_sets: Mapping[str, ValueSet]
) -> Library:
    findings = found.findings
    references = MappingProxyType({entry.id: _reference(entry) for entry in sources.references})
    used = set(found.used)
    built = {
        files.id: _build(files, findings, windows, references, used, sources.mistakes)
        for files in sources.recommendations
    }
    cross_check(sources, findings, used)
    return Library(
        version=f"{sources.content.version}+{sources.content_hash[:8]}",
        content_hash=sources.content_hash,
        about=_about(sources.content),
        services=MappingProxyType({entry.id: _service(entry) for entry in sources.services}),
        findings=findings,
        examples=found.examples,
        finder=Finder.of(findings),
        silences=MappingProxyType(
            {name: Silence(one.if_silent) for name, one in findings.definitions.items()}
        ),
        recommendations=MappingProxyType(
            {name: recommendation for name, (recommendation, _) in built.items()}
        ),
        catalogues=MappingProxyType({name: catalogue for name, (_, catalogue) in built.items()}),
        references=references,
        statements=tuple(
            SourceStatement(one.id, tuple(one.classes), tuple(one.used_by), one.left_out)
            for one in sources.statements
        ),
        value_sets=value_sets,
        windows=windows,
    )


def _build(
    files: RecommendationFiles,
    findings: Findings,
    windows: Mapping[str, int],
    references: Mapping[str, Reference],
    used: set[tuple[str, str]],
    mistakes: list[ContentError],
) -> tuple[Recommendation, Catalogue]:
    vocabulary = Vocabulary(
        findings=frozenset(findings.definitions),
        windows=windows,
        groups=frozenset(group.id for group in files.rules.groups),
        rules=frozenset(rule.id for rule in files.rules.rules),
        used=used,
    )
    names = {name: (one.name, one.absent_name) for name, one in findings.definitions.items()}
    recommendation = build_recommendation(files, vocabulary, mistakes)
    return recommendation, build_catalogue(files, vocabulary, MappingProxyType(names), references, mistakes)


def _about(content: Content) -> About:
    return About(
        title=content.title,
        developer=content.developer,
        funding=content.funding,
        released=content.released,
        revised=content.revised,
        contact=content.contact,
        intended_use=content.intended_use,
        attributes=tuple(Attribute(one.attribute, one.used, one.how) for one in content.attributes),
    )


def _service(entry: ServiceEntry) -> Service:
    return Service(
        id=entry.id,
        hook=entry.hook,
        title=entry.title,
        description=entry.description,
        usage_requirements=entry.usageRequirements,
        prefetch=MappingProxyType(dict(entry.prefetch)),
        orders=entry.orders,
        orders_unless=entry.orders_unless,
        recommendation=entry.recommendation,
        shadow=entry.shadow,
    )


def _reference(entry: ReferenceEntry) -> Reference:
    return Reference(
        id=entry.id,
        citation=entry.citation,
        figure=entry.figure,
        population=entry.population,
        limits=entry.limits,
        seen=entry.seen,
        checked=entry.checked.isoformat(),
        doi=entry.doi,
        pmid=entry.pmid,
        url=entry.url,
        about=tuple(entry.about),
    )


def _code(one: CodeOf) -> ValueSetCode:
    side = Side(one.side) if one.side else None
    return ValueSetCode(one.system, one.code, side, one.likely, one.prefix)


def _value_set(entry: ValueSetEntry) -> ValueSet:
    codes: Iterable[CodeOf] = (
        CodeOf(one.system, one.code, one.label, one.confidence == "likely", one.prefix, one.side or "")
        for one in entry.codes
    )
    return ValueSet(entry.id, entry.title, tuple(codes))

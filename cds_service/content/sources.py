"""The content files, each read and checked for its format but not yet against the others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from cds_service.content.mistakes import nearest, read_as
from cds_service.content.schema import (
    CardEntry,
    Content,
    NeverEntry,
    OverrideEntry,
    ReferenceEntry,
    Rules,
    ServiceEntry,
    Statement,
    Suggestions,
    Suppressions,
    ValueSetEntry,
    Window,
)
from cds_service.errors import ContentError

_NOTHING = Content(version="0", title="-", developer="-", funding="-", released=date.min, revised=date.min)


@dataclass(frozen=True, slots=True)
class RecommendationFiles:
    """The files of one recommendation folder."""

    id: str
    rules: Rules
    suppressions: Suppressions
    cards: list[CardEntry]
    suggestions: Suggestions
    overrides: list[OverrideEntry]
    never: list[NeverEntry]


@dataclass(frozen=True, slots=True)
class Sources:
    """All content files but findings and lexicon, as they are written.

    Attributes:
        mistakes: what is wrong with the format of single files.
    """

    content: Content
    content_hash: str
    windows: list[Window]
    services: list[ServiceEntry]
    references: list[ReferenceEntry]
    statements: list[Statement]
    value_sets: list[ValueSetEntry]
    recommendations: tuple[RecommendationFiles, ...]
    mistakes: list[ContentError]


def read_sources(folder: Path) -> Sources:
    """Read every file of the content *folder*; mistakes are collected, not raised."""
    if not (folder / "content.yaml").is_file():
        raise ContentError(
            "content.yaml", "", f"no content in {folder.name!r}; name the folder that holds content.yaml"
        )
    mistakes: list[ContentError] = []
    services = read_as(TypeAdapter(list[ServiceEntry]), folder, "services.yaml", mistakes, [])
    return Sources(
        content=read_as(TypeAdapter(Content), folder, "content.yaml", mistakes, _NOTHING),
        content_hash=content_hash(folder),
        windows=read_as(TypeAdapter(list[Window]), folder, "windows.yaml", mistakes, []),
        services=services,
        references=read_as(TypeAdapter(list[ReferenceEntry]), folder, "references.yaml", mistakes, []),
        statements=read_as(TypeAdapter(list[Statement]), folder, "statements.yaml", mistakes, []),
        value_sets=_value_sets(folder, mistakes),
        recommendations=_recommendations(folder, services, mistakes),
        mistakes=mistakes,
    )


def content_hash(folder: Path) -> str:
    """Return the SHA-256 over the relative path and the bytes of each YAML file, in path order."""
    digest = hashlib.sha256()
    for name in sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")):
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes() + b"\0")
    return digest.hexdigest()


def _value_sets(folder: Path, mistakes: list[ContentError]) -> list[ValueSetEntry]:
    names = sorted(path.relative_to(folder).as_posix() for path in (folder / "value-sets").glob("*.yaml"))
    shape = TypeAdapter(list[ValueSetEntry])
    return [entry for name in names for entry in read_as(shape, folder, name, mistakes, [])]


def _recommendations(
    folder: Path, services: list[ServiceEntry], mistakes: list[ContentError]
) -> tuple[RecommendationFiles, ...]:
    folders = {path.parent.name for path in folder.glob("*/rules.yaml")}
    wanted = sorted({service.recommendation for service in services})
    for name in wanted:
        if name not in folders:
            remedy = f"no folder {name!r} with a rules.yaml; {nearest(name, folders)}"
            mistakes.append(ContentError("services.yaml", "recommendation", remedy))
    return tuple(_recommendation(folder, name, mistakes) for name in wanted if name in folders)


def _recommendation(folder: Path, name: str, mistakes: list[ContentError]) -> RecommendationFiles:
    return RecommendationFiles(
        id=name,
        rules=read_as(
            TypeAdapter(Rules),
            folder,
            f"{name}/rules.yaml",
            mistakes,
            Rules.model_construct(groups=[], rules=[]),
        ),
        suppressions=read_as(
            TypeAdapter(Suppressions),
            folder,
            f"{name}/suppressions.yaml",
            mistakes,
            Suppressions(suppressions=[]),
        ),
        cards=read_as(TypeAdapter(list[CardEntry]), folder, f"{name}/cards.yaml", mistakes, []),
        suggestions=read_as(
            TypeAdapter(Suggestions),
            folder,
            f"{name}/suggestions.yaml",
            mistakes,
            Suggestions(suggestions=[]),
        ),
        overrides=read_as(TypeAdapter(list[OverrideEntry]), folder, f"{name}/overrides.yaml", mistakes, []),
        never=read_as(TypeAdapter(list[NeverEntry]), folder, f"{name}/never.yaml", mistakes, []),
    )

"""What no card may say, looked for in the words of cards and suggestions when content is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cds_service.content.schema import NeverEntry
from cds_service.content.sources import RecommendationFiles
from cds_service.errors import ContentError


def forbidden(words: str, never: Iterable[NeverEntry]) -> Iterator[tuple[str, str]]:
    """Yield what *words* must not say, as it is written in lower case, each with the reason."""
    for entry in never:
        text = words.lower()
        for phrase in entry.unless:
            text = text.replace(phrase, "")
        yield from ((found[0], entry.why) for found in re.finditer(entry.words, text))


def never_said(files: RecommendationFiles) -> Iterator[ContentError]:
    """Yield a mistake for each text of a card or suggestion that says what none may say."""
    for card in files.cards:
        texts = {"title": card.title, "summary": card.summary, "lead": card.lead}
        texts |= {"notes": " ".join(note.text for note in card.notes)}
        yield from _mistakes(f"{files.id}/cards.yaml", card.id, texts, files.never)
    for one in files.suggestions.suggestions:
        texts = {"label": one.label, "description": one.description}
        yield from _mistakes(f"{files.id}/suggestions.yaml", one.kind, texts, files.never)


def _mistakes(
    file: str, entry: str, texts: dict[str, str], never: list[NeverEntry]
) -> Iterator[ContentError]:
    for name, text in texts.items():
        for said, why in forbidden(text, never):
            yield ContentError(file, f"{entry}, {name}", f"{said!r} {why}")

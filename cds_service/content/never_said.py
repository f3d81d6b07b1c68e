"""What no card may say, looked for in the words of cards and suggestions when content is loaded.

A card states what was found and what to consider: it never speaks against the order, never says what the
patient has, and never tells anybody to wait.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cds_service.content.sources import RecommendationFiles
from cds_service.errors import ContentError

_HARMLESS = re.compile(
    r"do not cancel or delay the lumbar study|is not to be delayed|does not replace clinical"
)
_NEVER = (
    (
        re.compile(
            r"\b(cancel|remov|replac|delay|postpon|downgrad|discontinu|stop|withdraw|hold"
            r"|instead of the lumbar)"
        ),
        "speaks against the order; a card adds to it",
    ),
    (
        re.compile(
            r"\b(patient|he|she|they) (has|have|suffers|is suffering)\b[^.]*(myelopathy|compression|dcm)"
            r"|\b(diagnos(is|ed|tic) (of|with|for)|confirm(s|ed)|proves?|proven|definite(ly)?)\b"
            r"|compression (is|means|equals|=) |\bmyelopathy is present|consistent with myelopathy"
        ),
        "says what the patient has; say what was found and what to consider",
    ),
    (
        re.compile(
            r"\b(wait(?!ing room)|watchful|conservative|physiotherapy|physical therapy|try pt|pt first"
            r"|trial of|re-?check in|come back in|defer|before imaging"
            r"|in \d+(-\d+)? weeks|\d+-\d+ weeks|after \d+ weeks)\b"
        ),
        "tells to wait; a card never does",
    ),
)


def forbidden(words: str) -> Iterator[tuple[str, str]]:
    """Yield what *words* must not say, as it is written, each with the reason."""
    harmless = _HARMLESS.sub("", words.lower())
    for pattern, why in _NEVER:
        yield from ((found[0], why) for found in pattern.finditer(harmless))


def never_said(files: RecommendationFiles) -> Iterator[ContentError]:
    """Yield a mistake for each text of a card or suggestion that says what none may say."""
    for card in files.cards:
        texts = {"title": card.title, "summary": card.summary, "lead": card.lead}
        texts |= {"notes": " ".join(note.text for note in card.notes)}
        yield from _mistakes(f"{files.id}/cards.yaml", card.id, texts)
    for one in files.suggestions.suggestions:
        texts = {"label": one.label, "description": one.description}
        yield from _mistakes(f"{files.id}/suggestions.yaml", one.kind, texts)


def _mistakes(file: str, entry: str, texts: dict[str, str]) -> Iterator[ContentError]:
    for name, text in texts.items():
        for said, why in forbidden(text):
            yield ContentError(file, f"{entry}, {name}", f"{said!r} {why}")

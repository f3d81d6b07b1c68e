"""Small records asked of the real content, in one process."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from cds_service.content.never_said import forbidden
from cds_service.content.schema import NeverEntry
from cds_service.content.sources import read_sources
from tests.acceptance.vignettes import HOOKS, Answer, ask, read_answer, request_of, the_vignettes
from tests.builders import a_note, a_request, an_order
from tests.content.library import FOLDER

Resource = dict[str, Any]

CAUDA_EQUINA = a_note("Saddle numbness since yesterday, cannot pass urine.")
HOFFMANN = a_note("Hoffmann positive bilaterally.")
HAND_AND_GAIT = a_note("Cannot button his shirt, drops cups. Gait wide-based.")
STRENGTH = ("none", "consider", "recommend", "urgent", "emergency")
MRI_KINDS = {"cervical-mri", "cervical-plus-lumbar-mri", "whole-spine-mri", "protocol-sagittal-t2"}


def answered(*resources: Resource, drafts: tuple[Resource, ...] = (), hook: str = "order-sign") -> Answer:
    """Return what counts of the answer to a lumbar order, or to *drafts*."""
    return read_answer(ask(a_request(*resources, drafts=drafts or None, hook=hook)))


def lumbar_order(reason: str | None = None) -> Resource:
    return an_order(id="draft-1", reason=reason)


def at_least_as_strong(one: Answer, other: Answer) -> bool:
    return STRENGTH.index(one.tier) >= STRENGTH.index(other.tier)


@cache
def all_answers() -> tuple[Resource, ...]:
    """Return the JSON of the answers to all vignettes on both hooks."""
    return tuple(ask(request_of(vignette, hook)) for vignette in the_vignettes() for hook in HOOKS)


def all_cards() -> Iterator[Resource]:
    for answer in all_answers():
        yield from answer["cards"]


def all_actions() -> Iterator[Resource]:
    for card in all_cards():
        for suggestion in card.get("suggestions", ()):
            yield from suggestion["actions"]


def words_on(card: Resource) -> str:
    """Return what a person reads of *card*, without what it quotes from the record."""
    suggestions = card.get("suggestions", ())
    texts = [card["summary"], card["detail"]]
    texts += [suggestion["label"] for suggestion in suggestions]
    texts += [action["description"] for suggestion in suggestions for action in suggestion["actions"]]
    return " ".join(part for text in texts for part in text.split("`")[::2]).lower()


def forbidden_in(words: str) -> list[tuple[str, str]]:
    """Return what *words* must not say, by the content's own list."""
    return list(forbidden(words, _never()))


@cache
def _never() -> tuple[NeverEntry, ...]:
    return tuple(entry for files in read_sources(FOLDER).recommendations for entry in files.never)

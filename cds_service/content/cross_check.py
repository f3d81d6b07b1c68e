"""Check the content files against each other: every id exists once, is used, and may be used there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from cds_service.content.mistakes import nearest
from cds_service.content.never_said import never_said
from cds_service.content.schema import CardEntry
from cds_service.content.sources import RecommendationFiles, Sources
from cds_service.errors import ContentError
from cds_service.evidence.definition import Findings
from cds_service.hooks.card import Card, Indicator, Source

_TIERS = ("emergency", "urgent", "recommend", "consider")
_DECIDED_BY_US = (
    "resourceType",
    "id",
    "meta",
    "status",
    "intent",
    "priority",
    "subject",
    "encounter",
    "requester",
)


def cross_check(sources: Sources, findings: Findings, used: set[tuple[str, str]]) -> None:
    """Add to ``sources.mistakes`` what is wrong between the files.

    Args:
        sources: the files as they are written.
        findings: the findings that they may name.
        used: ("window" | "value set" | "finding" | "group" | "rule", id) of what is used.
    """
    sources.mistakes.extend(_mistakes(sources, findings, used))


def _mistakes(sources: Sources, findings: Findings, used: set[tuple[str, str]]) -> Iterator[ContentError]:
    yield from _top_level(sources, findings)
    for files in sources.recommendations:
        yield from _rules(files, sources)
        yield from _cards(files, findings)
        yield from _suggestions(files)
        yield from never_said(files)
        yield from _insufficient(files, sources, findings)
        yield from _unprintable(files, sources, findings)
        yield from _unused(files, used)
    yield from _idle(sources, findings, used)


def _top_level(sources: Sources, findings: Findings) -> Iterator[ContentError]:
    yield from _twice("windows.yaml", (window.id for window in sources.windows))
    yield from _twice("services.yaml", (service.id for service in sources.services))
    yield from _twice("references.yaml", (reference.id for reference in sources.references))
    yield from _twice("statements.yaml", (statement.id for statement in sources.statements))
    yield from _twice("value-sets", (entry.id for entry in sources.value_sets))
    citable = {one.id for one in sources.references} | {one.id for one in sources.statements}
    for window in sources.windows:
        yield from _known("windows.yaml", f"{window.id}, cites", "source", window.cites, citable)
    for reference in sources.references:
        about = f"{reference.id}, about"
        yield from _known("references.yaml", about, "finding", reference.about, set(findings.definitions))
    for service in sources.services:
        asked = [name for name in (service.orders, service.orders_unless) if name]
        yield from _known("services.yaml", service.id, "finding", asked, findings.definitions)
    usable = _usable(sources, findings)
    for statement in sources.statements:
        yield from _known("statements.yaml", f"{statement.id}, used_by", "id", statement.used_by, usable)


def _usable(sources: Sources, findings: Findings) -> set[str]:
    """Return every id that a statement of the source documents may name as its user."""
    ids = set(findings.definitions) | {window.id for window in sources.windows}
    for files in sources.recommendations:
        ids |= {one.id for one in files.rules.groups} | {one.id for one in files.rules.rules}
        ids |= {one.id for one in files.cards}
        ids |= {one.id for one in files.suppressions.suppressions}
        ids |= {one.kind for one in files.suggestions.suggestions}
    return ids | {one.id for one in sources.references} | {one.id for one in sources.value_sets}


def _rules(files: RecommendationFiles, sources: Sources) -> Iterator[ContentError]:
    file = f"{files.id}/rules.yaml"
    seen = {one.id for one in sources.references if one.seen}
    references = {one.id for one in sources.references}
    citable = references | {one.id for one in sources.statements}
    yield from _twice(file, [*(one.id for one in files.rules.groups), *(one.id for one in files.rules.rules)])
    for rule in files.rules.rules:
        yield from _known(file, f"{rule.id}, cites", "source", rule.cites, citable)
        shows = [rule.shows] if isinstance(rule.shows, str) else rule.shows
        yield from _known(file, f"{rule.id}, shows", "reference", shows, references)
        for name in shows:
            if name in references - seen:
                yield ContentError(
                    file, f"{rule.id}, shows", f"{name} was not seen in its source; show one that was"
                )
    file = f"{files.id}/suppressions.yaml"
    yield from _twice(file, (one.id for one in files.suppressions.suppressions))
    kinds = {one.kind for one in files.suggestions.suggestions}
    cards = {card.id for card in files.cards}
    for one in files.suppressions.suppressions:
        yield from _known(file, f"{one.id}, cites", "source", one.cites, citable)
        yield from _known(file, f"{one.id}, then, without", "suggestion", one.then.without, kinds)
        yield from _known(
            file, f"{one.id}, then, card", "card", [one.then.card] if one.then.card else [], cards
        )


def _cards(files: RecommendationFiles, findings: Findings) -> Iterator[ContentError]:
    file = f"{files.id}/cards.yaml"
    yield from _twice(file, (card.id for card in files.cards))
    tiers = Counter(str(card.tier) for card in files.cards if card.tier)
    for tier in _TIERS:
        if tiers[tier] != 1:
            yield ContentError(
                file, "tier", f"{tiers[tier]} cards show the tier {tier}; there has to be exactly one"
            )
    kinds = {one.kind for one in files.suggestions.suggestions}
    reasons = {one.code for one in files.overrides}
    for card in files.cards:
        yield from _known(file, f"{card.id}, suggests", "suggestion", _kinds(card), kinds)
        yield from _known(file, f"{card.id}, exam", "finding", card.exam, findings.definitions)
        yield from _known(file, f"{card.id}, overrides", "override reason", card.overrides, reasons)
        for note in card.notes:
            yield from _slots(file, card.id, note.text, note.when)


def _slots(file: str, card: str, text: str, when: object) -> Iterator[ContentError]:
    rest = text.replace("{number}", "")
    if "{" in rest or "}" in rest:
        yield ContentError(file, f"{card}, notes", "the only slot that a note may have is {number}")
    if rest != text and not (isinstance(when, dict) and "finding" in when):
        yield ContentError(file, f"{card}, notes", "{number} needs a `when` that asks for one finding")


def _kinds(card: CardEntry) -> list[str]:
    return [one.kind for offer in card.suggests for one in (offer.first_of or [offer])]


def _suggestions(files: RecommendationFiles) -> Iterator[ContentError]:
    file = f"{files.id}/suggestions.yaml"
    suggestions = files.suggestions.suggestions
    kinds = {one.kind for one in suggestions}
    yield from _twice(file, (one.kind for one in suggestions))
    for suggestion in suggestions:
        for member in sorted(set(suggestion.resource) & set(_DECIDED_BY_US)):
            yield ContentError(
                file, f"{suggestion.kind}, resource", f"{member!r} is filled in by the service; remove it"
            )
        if "code" not in suggestion.resource:
            yield ContentError(file, f"{suggestion.kind}, resource", "'code' is missing; say what is ordered")
    for one in files.suggestions.replace:
        yield from _known(file, f"replace with {one.instead}", "suggestion", [*one.kinds, one.instead], kinds)
    replaced = {kind for one in files.suggestions.replace for kind in one.kinds}
    for suggestion in suggestions:
        if suggestion.imaging == "mri" and suggestion.kind not in replaced:
            yield ContentError(
                file, suggestion.kind, "it is an MRI but no `replace` swaps it where MRI is unsafe; add it"
            )


def _insufficient(files: RecommendationFiles, sources: Sources, findings: Findings) -> Iterator[ContentError]:
    file, place = f"{files.id}/suppressions.yaml", "insufficient_data"
    asked = files.suppressions.insufficient_data
    for service in sources.services:
        if service.recommendation == files.id:
            yield from _known(file, f"{place}, without", "prefetch key", asked.without, service.prefetch)
    yield from _known(file, f"{place}, settles", "finding", asked.settles, findings.definitions)


def _unused(files: RecommendationFiles, used: set[tuple[str, str]]) -> Iterator[ContentError]:
    """Find what stands in the files and can never be shown or asked."""
    groups = {name for what, name in used if what == "group"}
    kinds = {kind for card in files.cards for kind in _kinds(card)}
    kinds |= {one.instead for one in files.suggestions.replace}
    shown = {one.then.card for one in files.suppressions.suppressions}
    shown |= {card.id for card in files.cards if card.tier or card.companion_when is not None}
    reasons = {code for card in files.cards for code in card.overrides}
    for file, there, wanted, remedy in (
        ("rules", [group.id for group in files.rules.groups], groups, "no rule uses this group"),
        ("suggestions", [one.kind for one in files.suggestions.suggestions], kinds, "no card offers it"),
        ("cards", [card.id for card in files.cards], shown, "it has no tier and nothing else shows it"),
        ("overrides", [one.code for one in files.overrides], reasons, "no card offers this reason"),
    ):
        for name in there:
            if name not in wanted:
                yield ContentError(f"{files.id}/{file}.yaml", name, f"{remedy}; use it or remove it")


def _idle(sources: Sources, findings: Findings, used: set[tuple[str, str]]) -> Iterator[ContentError]:
    """Find windows, value sets and findings that nothing uses and that are not kept on purpose."""
    asked = {name for what, name in used if what == "finding"}
    asked |= {name for service in sources.services for name in (service.orders, service.orders_unless)}
    for files in sources.recommendations:
        asked |= {name for card in files.cards for name in card.exam}
        asked |= set(files.suppressions.insufficient_data.settles)
    for window in sources.windows:
        if ("window", window.id) not in used:
            yield ContentError("windows.yaml", window.id, "nothing counts these days; use it or remove it")
    for entry in sources.value_sets:
        if (("value set", entry.id) in used) == bool(entry.unused):
            remedy = "a finding uses it; remove" if entry.unused else "no finding uses it; say why in"
            yield ContentError("value-sets", entry.id, f"{remedy} `unused`")
    for name in findings.definitions:
        if name not in asked:
            yield ContentError("findings", name, "nothing asks for it; use it or say why in `unused`")


def _unprintable(files: RecommendationFiles, sources: Sources, findings: Findings) -> Iterator[ContentError]:
    """Find words that no card may carry, so that a request never meets them."""
    printed = [(f"{files.id}/cards.yaml", card.id, card.lead) for card in files.cards]
    printed += [(f"{files.id}/cards.yaml", card.id, note.text) for card in files.cards for note in card.notes]
    printed += [(f"{files.id}/rules.yaml", rule.id, rule.states) for rule in files.rules.rules]
    printed += [
        (f"{files.id}/suppressions.yaml", one.id, one.states) for one in files.suppressions.suppressions
    ]
    printed += [("references.yaml", one.id, f"{one.figure} {one.citation}") for one in sources.references]
    printed += [
        ("findings", one.id, f"{one.name} {one.absent_name}") for one in findings.definitions.values()
    ]
    for file, place, text in printed:
        try:
            Card(uuid="-", summary="-", indicator=Indicator.INFO, source=Source(label="-"), detail=text)
        except ValueError as error:
            yield ContentError(file, place, f"a card cannot print this ({error}); write it in plain words")


def _known(
    file: str, place: str, what: str, names: Iterable[str], allowed: Collection[str]
) -> Iterator[ContentError]:
    for name in names:
        if name not in allowed:
            yield ContentError(file, place, f"unknown {what} {name!r}; {nearest(name, allowed)}")


def _twice(file: str, ids: Iterable[str]) -> Iterator[ContentError]:
    for name, number in Counter(ids).items():
        if number > 1:
            yield ContentError(file, name, "the id stands here twice; rename or remove one")

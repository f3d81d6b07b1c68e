"""Findings about lamps, in a lexicon of a few lines: the text step apart from the medicine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cds_service.chart.dates import FhirDate
from cds_service.chart.model import Chart, Entry, Passage, Patient
from cds_service.content.findings import ValueSetCode, read_findings
from cds_service.errors import ContentError
from cds_service.evidence.find import Finder, find_evidence
from cds_service.evidence.model import Evidence, Side, State
from cds_service.evidence.weigh import Weighed, weigh
from tests.builders import AS_OF

CUES: Mapping[str, tuple[str, ...]] = {
    "not-before": ("no", "not", "without"),
    "denies": ("denies",),
    "not-after": ("absent", "negative", "not seen", "none"),
    "affirms": ("positive", "present", "yes"),
    "answer-no": ("no", "none"),
    "pseudo": ("no change in", "does not deny", "spark plug"),
    "only-new": ("no new",),
    "not-examined": ("not checked",),
    "ends": ("but", "however", "began"),
    "family": ("neighbour", "daughter", "mum"),
    "reports": ("says",),
    "patient": ("he", "owner"),
    "hypothetical": ("if", "watch for"),
    "hypothetical-after": ("would worry me",),
    "doubt-before": ("possible", "rule out", "query"),
    "doubt-after": ("suspected", "?"),
    "past": ("history of",),
    "copied": ("copied",),
    "past-after": ("resolved",),
    "onset": ("since", "for", "began"),
    "new": ("new",),
    "progressive": ("worsening",),
    "stable": ("unchanged",),
    "all": ("all",),
    "title": ("mr", "nurse"),
}
GROUPS: tuple[Mapping[str, Any], ...] = (
    {"id": "side", "left": ["left"], "right": ["right"], "both": ["both", "l>r"]},
    {"id": "lamp", "role": "subject", "words": ["lamp"], "both": ["lamps"]},
    {"id": "bell", "role": "subject", "words": ["bell"]},
    {"id": "dim", "role": "state", "words": ["dim", "flickering"]},
    {"id": "rust", "role": "whole", "words": ["rust", "corrosion", "blue rust"]},
    {"id": "spark", "role": "whole", "words": ["spark"]},
    {"id": "smoke", "role": "whole", "words": ["smoke"]},
    {"id": "eponym", "role": "other", "words": ["spark"]},
)
TIMES: tuple[Mapping[str, Any], ...] = (
    {"id": "time-unit", "words": {"day": 1, "days": 1, "week": 7, "weeks": 7, "months": 30, "years": 365}},
    {"id": "named-time", "words": {"yesterday": 1}},
    {"id": "vague-number", "words": {"two": 2, "a few": 3}},
)
SECTIONS = (
    {"cue": "section", "means": "x", "section": "family", "words": ["neighbours"]},
    {"cue": "section", "means": "x", "section": "hypothetical", "words": ["advice"]},
    {"cue": "section", "means": "x", "section": "past", "words": ["old visits"]},
    {"cue": "section", "means": "x", "section": "denied", "words": ["not seen"]},
    {"cue": "heading", "means": "x", "section": "hypothetical", "words": ["advice"]},
    {"cue": "heading", "means": "x", "section": "past", "words": ["copied"]},
)


WINDOWS = {"visit": 180}
CODES = {
    "lamp-codes": (
        ValueSetCode("urn:lamps", "D1"),
        ValueSetCode("urn:lamps", "D1-left", side=Side.LEFT),
        ValueSetCode("urn:lamps", "X", prefix=True),
    )
}
BASE = {"window": "visit", "if_silent": "unknown"}
DIM = {"id": "dim", "name": "dim lamp", "codes": ["lamp-codes"], "says": [{"near": ["lamp", "dim"]}]} | BASE
RUST = {"id": "rust", "name": "rust", "says": [{"near": ["rust"]}]} | BASE
SPARK = {"id": "spark", "name": "spark", "says": [{"near": ["spark"]}]} | BASE
SMOKE = {"id": "smoke", "name": "smoke", "says": [{"near": ["smoke"]}]} | BASE
RATED = {
    "id": "rated",
    "name": "loud bell",
    "says": [{"near": ["bell", {"kind": "grade", "at_least": 3}]}],
    "denies": [{"near": ["bell", {"kind": "grade", "at_most": 2}]}],
} | BASE
ALL = (DIM, RUST, SPARK, SMOKE, RATED)


def finder(*findings: Mapping[str, Any]) -> Finder:
    """Return a finder of *findings* as a content file writes them, by default of all that are above."""
    modifiers = [{"cue": cue, "means": "x", "words": list(said)} for cue, said in CUES.items()]
    files = {
        "lexicon/words.yaml": GROUPS,
        "lexicon/times.yaml": TIMES,
        "lexicon/context.yaml": [*modifiers, *SECTIONS],
        "lexicon/alternatives.yaml": [],
        "lexicon/plain-words.yaml": {"words": ["corrasion"]},
        "findings/lamps.yaml": findings or ALL,
    }
    mistakes: list[ContentError] = []
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(content), encoding="utf-8")  # JSON is YAML
        found = read_findings(Path(folder), WINDOWS, CODES, mistakes)
    assert [str(mistake) for mistake in mistakes] == []
    return Finder.of(found.findings)


FINDER = finder()


def a_passage(text: str, days: int = 0, reference: str = "DocumentReference/1", **more: Any) -> Passage:
    date = FhirDate.on(AS_OF).earlier(days)
    return Passage("DocumentReference", reference, "text", text, date)._replace(**more)


def a_chart(*passages: Passage, entries: Iterable[Entry] = ()) -> Chart:
    return Chart(Patient("1"), AS_OF, entries=tuple(entries), passages=passages)


def read(text: str, using: Finder = FINDER) -> list[Evidence]:
    """Return what *text*, a note of today, says."""
    return list(find_evidence(a_chart(a_passage(text)), using))


def asserted(text: str, using: Finder = FINDER) -> frozenset[str]:
    """Return the findings that *text*, a note of today, asserts and that count."""
    return frozenset(
        item.finding for item in read(text, using) if item.state is State.ASSERTED and not item.ignored
    )


def said(text: str, using: Finder = FINDER) -> dict[str, str]:
    """Return state by finding, or why it is ignored: ``{"rust": "asserted", "dim": "in the past"}``."""
    return {item.finding: item.ignored or str(item.state) for item in read(text, using)}


def sided(text: str, finding: str = "dim") -> set[tuple[str, str | None]]:
    """Return (state, side) of each item that *text* holds of *finding*."""
    items = [item for item in read(text) if item.finding == finding]
    return {(str(item.state), str(item.side) if item.side else None) for item in items}


def weighed(
    *passages: Passage, using: Finder = FINDER, entries: Iterable[Entry] = ()
) -> Mapping[str, Weighed]:
    """Return what a chart of *passages* and *entries* adds up to, by finding."""
    evidence = find_evidence(a_chart(*passages, entries=entries), using)
    return weigh(evidence, using.findings.definitions)


def state_of(finding: str, *passages: Passage, using: Finder = FINDER) -> State:
    return weighed(*passages, using=using)[finding].state

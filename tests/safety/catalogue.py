"""The hazards of the service, and the page that says which control meets each and which test proves it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "safety.md"

HAZARDS: dict[str, tuple[str, str]] = {
    "NEV-01": (
        "A card comes from negated text",
        "Negation in lists, answers and labels is read in `evidence.context`; denied findings meet no rule",
    ),
    "NEV-02": (
        "The lumbar order is spoken against or changed",
        "Suggestions only create drafts; no card of the content says a word against the order",
    ),
    "NEV-03": (
        "An emergency is suppressed",
        "`criteria.decide` has no suppression for an emergency, `consult` lets it pass an order that covers "
        "the neck, `memory` withholds none",
    ),
    "NEV-04": (
        "A question or return advice makes an emergency, or hides one",
        "Doubt and condition reach only the findings of their own sentence",
    ),
    "NEV-05": (
        "A relative's or another patient's finding is used",
        "Family clauses and family history assert nothing; another patient's resources are dropped when read",
    ),
    "NEV-06": (
        "Race, ethnicity or sex changes the advice",
        "The chart does not hold them",
    ),
    "NEV-07": (
        "Diabetes, lumbar stenosis or lumbar surgery outvotes a cord sign",
        "Other explanations stand only in the rules of the weak tier",
    ),
    "NEV-08": (
        "A card says that the patient has the disease",
        "Cards name findings and say `may`; their words are searched for a diagnosis",
    ),
    "NEV-09": (
        "A card tells somebody to wait",
        "No timeframe but the urgent one is printed; the words of all cards are searched",
    ),
    "NEV-10": (
        "MRI is offered beside a device that is MR Unsafe",
        "`replace` in suggestions.yaml; the content check wants it for every suggestion with `imaging: mri`",
    ),
    "NEV-11": (
        "The cervix uteri is read as the cervical spine",
        "Findings of the neck do not go with words of the uterus on the same resource; own code sets",
    ),
    "NEV-12": (
        "A provisional diagnosis switches on known disease",
        "An unconfirmed condition is uncertain, and uncertain meets no rule of known disease",
    ),
    "NEV-13": (
        "A radiograph or plain CT of the neck counts as an image of the cord",
        "Cervical imaging is MRI by its codes and names",
    ),
    "NEV-14": (
        "Two primary cards, or a card that does not say where it comes from",
        "One suppression or the highest tier decides on one card; each finding is printed with its source",
    ),
    "NEV-15": (
        "A figure is printed that nobody has seen in its source",
        "The content check refuses to show a reference that is not marked as seen",
    ),
    "NEV-16": (
        "An evaluation that failed looks like a patient without findings",
        "500 with an OperationOutcome and a line in the log; the answer has neither cards nor tier",
    ),
    "H-09": (
        "An urgent advice that nobody answered is dropped at signing",
        "Memory repeats an urgent card at signing until somebody has answered it; it is off by default",
    ),
    "H-10": (
        "An emergency is withheld by memory, override history, alert budget or specialty",
        "`memory.withheld` lets nothing but a switch or shadow mode, both set by a person, hold one back",
    ),
    "H-11": (
        "A switched-off service looks like a patient without findings",
        "The answer says `suppressed` or `shadow` in its consult extension, and the trace says why",
    ),
    "H-12": (
        "Feedback is acknowledged and then lost",
        "On disk before the 200, in one transaction; 503 while the store is away; repeats are kept once",
    ),
    "H-13": (
        "The store takes the advice down with it",
        "Traces are written behind the answer; without the store cards are shown and losses are counted; "
        "a store that hangs holds an answer for a moment only",
    ),
    "PRI-01": (
        "Patient data is written where it should not be",
        "Full traces and comments only sealed (AES-256-GCM); minimized traces without words, ids, dates; "
        "log and metrics from fixed words",
    ),
    "SEC-01": (
        "A forged token is believed",
        "Asymmetric algorithms only, per client; keys only from configuration; kind and curve must fit",
    ),
    "SEC-02": (
        "A token makes the service fetch from an address of its sender's choice",
        "`jku` and `x5u` are never followed; keys come from the configured file or https URL alone",
    ),
    "SEC-03": (
        "A token for another service is taken",
        "`aud` is the exact address called, built from CDS_PUBLIC_URL and never from the Host header",
    ),
    "SEC-04": (
        "A token that was seen on the way is used again",
        "`jti` is kept in the store until it expires, for all workers and hosts",
    ),
    "SEC-05": (
        "A client reaches what is another's",
        "Services and traces by client; somebody else's trace is not found",
    ),
}
"""Id: (hazard, control). A test carries ``@pytest.mark.hazard(id, words)``."""

HEAD = """# Hazards, controls and tests

Written by `python -m tests.safety.catalogue` from the markers of the tests; `tests/safety/test_document.py`
fails when this page, the list of hazards and the tests differ. NEV-01 to NEV-16 are what must never happen.

| id | hazard | control | proved by |
|---|---|---|---|
"""


def proofs() -> dict[str, tuple[str, ...]]:
    """Return the tests that carry each hazard's id, read from the source without running it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if "node_modules" in path.parts:
            continue
        for name, hazard in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(hazard, []).append(f"{path.relative_to(ROOT)}::{name}")
    return {hazard: tuple(tests) for hazard, tests in found.items()}


def _marked(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.hazard":
                    yield node.name, str(ast.literal_eval(decorator.args[0]))


def document() -> str:
    """Return the page as it has to be."""
    tests = proofs()
    rows = [
        f"| {hazard} | {what} | {control} | {'<br>'.join(f'`{test}`' for test in tests.get(hazard, ()))} |"
        for hazard, (what, control) in HAZARDS.items()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")

"""The clinical content holds: cases, example sentences, suggested orders."""

from __future__ import annotations

import json

import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest

from cds_service.cases.run import run_cases
from cds_service.criteria.recommendation import Tier
from cds_service.evidence.model import State
from cds_service.wording.definitions import Publisher
from cds_service.wording.suggestions import draft_order
from tests.builders import an_order
from tests.content.library import the_cases, the_library
from tests.content.number_slips import read_example
from tests.unit.requests import a_request

PUBLISHER = Publisher("https://our.example/fhir", "https://our.example")
RECOMMENDATIONS = sorted(the_library().recommendations)
EXAMPLES = [
    (finding, state, sentence)
    for finding, examples in the_library().examples.items()
    for state, sentences in (
        (State.ASSERTED, examples.says),
        (State.DENIED, examples.denies),
        (State.UNCERTAIN, examples.doubts),
        (State.SILENT, examples.silent),
    )
    for sentence in sentences
]
KINDS = [
    (recommendation, kind)
    for recommendation, catalogue in the_library().catalogues.items()
    for kind in catalogue.suggestions
]


@pytest.mark.parametrize("recommendation", RECOMMENDATIONS)
def test_every_worked_case_gets_the_answer_that_it_expects(recommendation: str) -> None:
    cases = the_cases(recommendation)
    assert list(cases)
    assert [str(mistake) for mistake in run_cases(cases, the_library())] == []


@pytest.mark.parametrize(("finding", "state", "sentence"), EXAMPLES)
def test_an_example_says_what_its_finding_claims(finding: str, state: State, sentence: str) -> None:
    assert read_example(finding, sentence, the_library()) is state


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("side", ("left",)),
        ("trouble-noun", ("trouble",)),
        ("eponym", ("hoffmann",)),
        ("time-unit", ("weeks",)),
        ("named-time", ("yesterday",)),
        ("vague-number", ("two",)),
    ],
)
def test_the_word_groups_that_the_program_asks_for_by_name_are_there(
    group: str, words: tuple[str, ...]
) -> None:
    assert group in {meaning.group for meaning in the_library().findings.lexicon.meanings_of(words)}


@pytest.mark.parametrize(("recommendation", "kind"), KINDS)
@pytest.mark.parametrize("tier", [Tier.EMERGENCY, Tier.CONSIDER])
def test_every_suggested_order_is_valid_fhir(recommendation: str, kind: str, tier: Tier) -> None:
    definition = the_library().catalogues[recommendation].suggestions[kind]
    request = a_request(an_order(), encounter_id="e1")
    order = draft_order(definition, request, PUBLISHER, tier=tier, reason="a reason")
    ServiceRequest.model_validate_json(json.dumps(order))


def test_each_finding_has_examples_of_saying_and_of_silence() -> None:
    """A finding "of" a report is shown by worked cases: without the report its words say nothing."""
    told_by_words = {
        name: the_library().examples[name]
        for name, one in the_library().findings.definitions.items()
        if one.patterns and not one.of
    }
    lacking = [name for name, one in told_by_words.items() if not ((one.says or one.doubts) and one.silent)]
    assert lacking == []

"""Every request of fixtures/requests gets the answer beside it, on the day for which it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.acceptance.stories import AS_OF, FOLDER, STORIES, ask, expected_of
from tests.clients.content import the_library

CLINICAL_SYSTEMS = (
    "http://snomed.info/sct",
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://www.ama-assn.org/go/cpt",
)
every_story = pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return body


def resources(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for bundle in (body["context"]["draftOrders"], *body["prefetch"].values()):
        yield from [entry["resource"] for entry in bundle.get("entry", ())]
    yield body["prefetch"]["patient"]


def codings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.keys() >= {"system", "code"}:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from codings(part)


@every_story
def test_a_story_gets_its_answer(path: Path) -> None:
    assert ask(path) == read(expected_of(path))


@every_story
def test_a_story_is_what_an_ehr_would_send(path: Path) -> None:
    body = read(path)
    (service,) = [one for one in the_library().services.values() if one.hook == body["hook"]]
    assert set(body["prefetch"]) == set(service.prefetch)
    for resource in resources(body):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@every_story
def test_a_story_uses_only_codes_of_the_content(path: Path) -> None:
    known = "".join(file.read_text("utf-8") for file in (FOLDER.parents[1] / "cards").rglob("*.yaml"))
    used = {coding["code"] for coding in codings(read(path)) if coding["system"] in CLINICAL_SYSTEMS}
    assert [code for code in sorted(used) if f'code: "{code}"' not in known] == []


@every_story
def test_nothing_in_a_story_lies_after_its_day(path: Path) -> None:
    assert max(re.findall(r'"(\d{4}-\d\d-\d\d)', path.read_text("utf-8"))) == AS_OF.date().isoformat()


def test_every_story_has_one_line_in_the_readme() -> None:
    told = re.findall(
        r"^\| `([a-z0-9-]+)` \|", (FOLDER.parent / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(told) == [path.stem for path in STORIES]


def test_every_answer_belongs_to_a_story() -> None:
    assert sorted(FOLDER.glob("*.expected.json")) == sorted(map(expected_of, STORIES))


def test_the_stories_together_show_every_tier_and_disposition() -> None:
    answers = [read(expected_of(path)) for path in STORIES]
    assert {answer["tier"] for answer in answers} == {"emergency", "urgent", "recommend", "consider", "none"}
    assert {answer["disposition"] for answer in answers} == {
        "advisory-shown",
        "no-concern",
        "insufficient-data",
        "suppressed",
        "not-applicable",
    }

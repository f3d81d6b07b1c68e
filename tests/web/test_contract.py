"""openapi.yaml against the service: Schemathesis sends what it describes and what it forbids."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from schemathesis.config import SchemathesisConfig

from cds_service.errors import ContentError
from cds_service.strict_yaml import read_strictly
from cds_service.web.contract import load_contract
from cds_service.web.operations import operations
from tests.web.stand_in import ROOT, a_body, stand_in

DOCUMENT: dict[str, Any] = read_strictly((ROOT / "openapi.yaml").read_text("utf-8"))


def _examples() -> list[Any]:
    """Return (place, schema, value) for every example of the document."""
    found = []
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for body in map(_resolved, bodies):
                for media in body.get("content", {}).values():
                    for name, example in media.get("examples", {}).items():
                        value = _resolved(example)["value"]
                        found.append(pytest.param(media["schema"], value, id=f"{method} {path} {name}"))
    return found


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    target: Any = DOCUMENT
    if "$ref" not in node:
        return node
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return dict(target)


def test_the_document_is_openapi_3_1() -> None:
    validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1")


@pytest.mark.parametrize(("schema", "value"), _examples())
def test_every_example_is_valid(schema: dict[str, Any], value: Any) -> None:
    _check(schema, value)


def _check(schema: dict[str, Any], value: Any) -> None:
    resource = Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:contract", resource)
    absolute = {"$ref": f"urn:contract{schema['$ref']}"} if "$ref" in schema else schema
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(absolute, registry=registry, format_checker=checker).validate(value)


def test_an_answer_of_the_service_keeps_to_the_contract() -> None:
    _check({"$ref": "#/components/schemas/HookResponse"}, stand_in().invoke(a_body()).get_json())


@pytest.mark.parametrize("text", ["a: [", "a: 1", "- 1", ""])
def test_a_contract_that_cannot_be_used_is_refused_at_start(text: str, tmp_path: Any) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text(text)
    with pytest.raises(ContentError, match=r"openapi\.yaml"):
        load_contract(file)
    with pytest.raises(ContentError, match=r"absent\.yaml"):
        load_contract(tmp_path / "absent.yaml")


# A body with too many items can be too large, which is said first.
_REFUSALS = ["400", "401", "403", "404", "405", "412", "413", "415"]
_CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": _REFUSALS}}}
)


@schemathesis.openapi.from_dict(DOCUMENT, config=_CONFIG).parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_service_does_what_the_contract_says(case: Any) -> None:
    web = stand_in(blueprints=(operations(lambda: b"", "", lambda *_: ()),))
    case.call_and_validate(app=web.client.application, base_url="http://localhost")

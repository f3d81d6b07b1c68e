"""The contract of openapi.yaml: its request schemas, compiled once, and what a refusal may say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

from cds_service.errors import ContentError, InvalidRequest
from cds_service.strict_yaml import NotYaml, read_strictly

_PLACE = "#/components/schemas/"


def _items(validator: Any, items: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """Look at the items of a list only when they are not too many: refusing is to cost less than working."""
    if not isinstance(instance, list) or len(instance) <= schema.get("maxItems", len(instance)):
        yield from Draft202012Validator.VALIDATORS["items"](validator, items, instance, schema)


_Validator = extend(Draft202012Validator, {"items": _items})  # type: ignore[no-untyped-call]


class Contract:
    """Checks a request body against the schema of its kind."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Compile every schema that a request body of *document* names.

        Raises:
            ContentError: a named schema does not exist.
        """
        schemas = document["components"]["schemas"]
        self._validators = {
            name: _Validator(_resolved(schema, schemas))
            for name, schema in schemas.items()
            if name.endswith(("Request", "Feedback"))
        }

    def check(self, schema: str, body: object) -> None:
        """Check *body* against the schema of that name.

        Raises:
            InvalidRequest: says where and which rule, never the value, which may be the patient's.
        """
        error = best_match(self._validators[schema].iter_errors(body))
        if error is not None:
            raise InvalidRequest(_sentence(error))


def _resolved(part: Any, schemas: Mapping[str, Any]) -> Any:
    """Return *part* with each reference replaced by what it names: followed once, not in every request."""
    if isinstance(part, list):
        return [_resolved(item, schemas) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _resolved(schemas[part["$ref"].removeprefix(_PLACE)], schemas)
    return {key: _resolved(value, schemas) for key, value in part.items() if key != "description"}


def load_contract(file: Path) -> Contract:
    """Read the contract.

    Raises:
        ContentError: the file is missing, is not YAML or has no schemas.
    """
    try:
        return Contract(read_strictly(file.read_text(encoding="utf-8")))
    except (OSError, NotYaml, KeyError, TypeError) as error:
        raise ContentError(
            file.name, "", f"cannot be used as the contract ({type(error).__name__})"
        ) from error


def _sentence(error: ValidationError) -> str:
    where = error.json_path.removeprefix("$").removeprefix(".") or "body"
    wanted: Any = error.validator_value
    if error.validator == "required" and isinstance(error.instance, Mapping):
        missing = [name for name in wanted if name not in error.instance]
        return f"{where}: {', '.join(missing)} is missing"
    if error.validator == "type":
        return f"{where}: must be {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    if error.validator == "maxItems":
        return f"{where}: holds more than {wanted}; send fewer"
    return f"{where}: does not keep to the rule {error.validator!r} of the contract"

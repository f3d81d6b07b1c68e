"""What was measured or answered: ``value[x]`` of any type as a number and as words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from cds_service.chart.fhir_json import Json, codings, each, fields, label, number, text, verbatim
from cds_service.chart.model import Quantity

_ONE_NUMBER = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)(?: ?([A-Za-z%°][\w%/°]*))?\s*\Z")
_INTERPRETATIONS = MappingProxyType(
    {
        "POS": "Positive",
        "NEG": "Negative",
        "A": "Abnormal",
        "AA": "Abnormal",
        "N": "Normal",
        "IND": "Uncertain",
    }
)
_BEFORE = MappingProxyType({"+": "", "%": "", "/": "", "°": ""})  # a blank stands before all other units

Value = tuple[Quantity | None, str]
"""The number when it is one (never of "<5"), and the words as recorded, "" when there is no value."""

NO_VALUE: Value = (None, "")


def value_of(node: Json) -> Value:
    """Return the ``value[x]`` of an Observation, component or answer; ``NO_VALUE`` when it has none."""
    for name in node:
        if name in _READERS:
            value = _READERS[name](node[name])
            if value[1]:
                return value
    return NO_VALUE


def interpretation_of(node: Json) -> Value:
    """Return the interpretation ("POS") in words, for what has no value of its own."""
    for item in each(node.get("interpretation")):
        known = next((_INTERPRETATIONS[c.code] for c in codings(item) if c.code in _INTERPRETATIONS), "")
        words = known or label(item)
        if words:
            return (None, words)
    return NO_VALUE


def _quantity(value: object) -> Value:
    sent = fields(value)
    measured = number(sent.get("value"))
    if measured is None:
        return NO_VALUE
    unit = _unit(sent)
    words = f"{sent['value']}{_BEFORE.get(unit[0], ' ')}{unit}" if unit else str(sent["value"])
    if "comparator" in sent:
        return (None, f"{text(sent['comparator'])}{words}")
    return (Quantity(measured, unit), words)


def _unit(quantity: Json) -> str:
    """Return the unit as written, "" when there is none ("1" and "{}" are UCUM's ways of saying so)."""
    unit = text(quantity.get("unit")) or text(quantity.get("code"))
    return "" if unit == "1" else unit.strip("{}")


def _string(value: object) -> Value:
    words = verbatim(value).strip()
    match = _ONE_NUMBER.match(words)
    return (Quantity(float(match.group(1)), match.group(2) or "") if match else None, words)


def _number(value: object) -> Value:
    measured = number(value)
    return NO_VALUE if measured is None else (Quantity(measured), _digits(value))


def _boolean(value: object) -> Value:
    return (None, {True: "Yes", False: "No"}[value]) if isinstance(value, bool) else NO_VALUE


def _concept(value: object) -> Value:
    words = label(value) or next((c.code for c in codings(value)), "")
    return (None, words)


def _range(value: object) -> Value:
    low, high = (_quantity(fields(value).get(end))[1] for end in ("low", "high"))
    if low and high:
        return (None, f"{low} to {high}")
    return (None, f">={low}" if low else f"<={high}" if high else "")


def _ratio(value: object) -> Value:
    parts = [_quantity(fields(value).get(part))[1] for part in ("numerator", "denominator")]
    return (None, "/".join(parts) if all(parts) else "")


def _moment(value: object) -> Value:
    sent = fields(value)
    ends = (text(sent.get("start")), text(sent.get("end")))
    return (None, text(value) or " to ".join(filter(None, ends)))


def _digits(value: object) -> str:
    return value.strip() if isinstance(value, str) else str(value)


_READERS: Mapping[str, Callable[[object], Value]] = MappingProxyType(
    {
        "valueQuantity": _quantity,
        "valueString": _string,
        "valueCodeableConcept": _concept,
        "valueCoding": _concept,
        "valueReference": _concept,
        "valueInteger": _number,
        "valueDecimal": _number,
        "valueBoolean": _boolean,
        "valueRange": _range,
        "valueRatio": _ratio,
        "valueDate": _moment,
        "valueDateTime": _moment,
        "valueTime": _moment,
        "valuePeriod": _moment,
        "valueUri": _string,
    }
)

"""Every value of a real request, replaced in turn by something odd: an answer or a clear 4xx, never a 500."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from io import StringIO
from itertools import cycle
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.real import a_real_app
from tests.web.stand_in import SELECT_URL, fixture

ODD = (
    None, {}, [], "", 7, True, "x", [None], [{}], {"coding": [{}]}, {"coding": None}, {"reference": 7},
    {"text": ["x"]}, "2026-13", [[1]], {"value": "a"}, {"resourceType": "OperationOutcome"}, "<html>",
)  # fmt: skip

Path = tuple[str | int, ...]


@cache
def the_client() -> FlaskClient:
    return a_real_app(StringIO()).test_client()


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield (*path, key)
        yield from _paths(child, (*path, key))


def _spoilt(body: Any, path: Path, odd: Any) -> Any:
    place = body = copy.deepcopy(body)
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = odd
    return body


@pytest.mark.parametrize(
    "name", ["lumbar-mri-bilateral-hoffmann", "sandbox/order-select-pama-lumbar-back-pain"]
)
def test_an_odd_value_anywhere_is_answered_or_refused(name: str) -> None:
    body = fixture(f"requests/{name}.json")
    body.pop("fhirServer", None)  # nothing is fetched in this test
    paths = list(_paths(body))
    assert len(paths) > 100
    for path, odd in zip(paths, cycle(ODD), strict=False):
        response = the_client().post(SELECT_URL, json=_spoilt(body, path, odd))
        assert response.status_code in (200, 400, 412), (path, odd, response.text)
        assert ("cards" in response.get_json()) == (response.status_code == 200)

from __future__ import annotations

import gzip
import json
from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import MalformedBody
from cds_service.web.body import parse
from tests.web.stand_in import SELECT_URL, a_body, assert_outcome, stand_in

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_what_the_standard_library_writes_is_read_the_same(value: Any, ascii_only: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")) == value


@given(st.dictionaries(st.text(), VALUES, min_size=1, max_size=4), VALUES)
def test_a_duplicate_key_is_found_wherever_it_stands(value: dict[str, Any], second: Any) -> None:
    key = json.dumps(next(iter(value)))
    twice = f"{json.dumps(value)[:-1]}, {key}: {json.dumps(second)}}}"
    with pytest.raises(MalformedBody, match="twice"):
        parse(f'{{"a": [{twice}]}}'.encode())


@pytest.mark.parametrize(
    "text",
    [
        r'{"a": 1, "a": 2}',
        r'{"a": ":", "b": {"x": 1, "x": 2}}',
        r'{"a": "\u003a", "a": 1}',
        r'{"a\u003A": 1, "a:": 1}',
        r'{"a": "::\u003a\u003A", "a": "::::"}',
    ],
)
def test_colons_in_texts_hide_no_duplicate_key(text: str) -> None:
    with pytest.raises(MalformedBody, match="twice"):
        parse(text.encode())


@pytest.mark.parametrize("text", [r'{"a": "\u003a:"}', '{"a": ":", ":": [{"a": 1}, {"a": 1}]}', "[]", '"::"'])
def test_colons_in_texts_are_no_duplicate_keys(text: str) -> None:
    assert parse(text.encode()) == json.loads(text)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(MalformedBody):
        parse(f'{{"a": {number}}}'.encode())


@pytest.mark.parametrize("levels", [255, 1_000, 100_000])
def test_what_is_nested_too_deeply_is_refused(levels: int) -> None:
    with pytest.raises(MalformedBody):
        parse(b"[" * levels + b"]" * levels)
    with pytest.raises(MalformedBody):
        parse(b'{"a":' * levels + b"1" + b"}" * levels)


def test_fifty_levels_are_plenty_and_fine() -> None:
    assert parse(b"[" * 50 + b"]" * 50)


def _post(data: bytes, limit: int = 1_000_000, **headers: str) -> Any:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    client = stand_in(body_limit_bytes=limit).client
    return client.post(SELECT_URL, data=data, content_type="application/json", headers=headers)


BODY = json.dumps(a_body()).encode()


def test_a_byte_order_mark_is_tolerated() -> None:
    assert _post(b"\xef\xbb\xbf" + BODY).status_code == 200


def test_a_gzip_body_is_read() -> None:
    assert _post(gzip.compress(BODY), Content_Encoding="gzip").status_code == 200


def test_a_body_at_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    assert _post(BODY, limit=len(BODY)).status_code == 200
    assert_outcome(_post(BODY, limit=len(BODY) - 1), 413)


def test_a_small_gzip_body_that_grows_over_the_limit_is_413() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    assert_outcome(_post(bomb, limit=100_000, Content_Encoding="gzip"), 413)


@pytest.mark.parametrize("cut", [b"no gzip", gzip.compress(BODY)[:-9], b""])
def test_a_broken_gzip_body_is_400(cut: bytes) -> None:
    assert_outcome(_post(cut, Content_Encoding="gzip"), 400, "gzip")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_another_encoding_is_415(encoding: str) -> None:
    assert_outcome(_post(BODY, Content_Encoding=encoding), 415, "gzip")


@pytest.mark.parametrize("member", ["selections", "draftOrders"])
def test_more_orders_than_anybody_writes_are_refused_before_any_is_read(member: str) -> None:
    body = a_body()
    body["context"][member] = [1] * 400_000 if member == "selections" else {"entry": [{}] * 501}
    started = monotonic()
    assert_outcome(_post(json.dumps(body).encode(), limit=5_000_000), 400, "holds more than 500")
    assert monotonic() - started < 1


def test_a_batch_of_feedback_has_an_end() -> None:
    answer = stand_in().client.post(f"{SELECT_URL}/feedback", json={"feedback": [1] * 200_000})
    assert_outcome(answer, 400, "feedback: holds more than 2000")

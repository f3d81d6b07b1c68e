from __future__ import annotations

from typing import Any

import pytest

from cds_service import errors
from cds_service.web.problems import PROBLEMS
from tests.web.stand_in import a_body, assert_outcome, stand_in


def _failing(error: Exception) -> Any:
    def answer(*_: Any) -> Any:
        raise error

    return stand_in(answer=answer)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.MalformedBody("x"), 400),
        (errors.InvalidRequest("x"), 400),
        (errors.NotAuthenticated("x"), 401),
        (errors.NotAllowed("x"), 403),
        (errors.UnknownService("x"), 404),
        (errors.PrefetchMissing(("patient",), "was not sent"), 412),
        (errors.BodyTooSlow("x"), 408),
        (errors.BodyTooLarge("x"), 413),
        (errors.UnsupportedMedia("x"), 415),
        (errors.Overloaded("x"), 503),
        (errors.StoreUnavailable("x"), 503),
        (errors.ContentError("x.yaml", "", "x"), 500),
        (KeyError("x"), 500),
        (RecursionError(), 500),
    ],
)
def test_every_exception_becomes_a_status_and_an_outcome(error: Exception, status: int) -> None:
    assert_outcome(_failing(error).invoke(a_body()), status)


def test_missing_prefetch_keys_are_named() -> None:
    error = errors.PrefetchMissing(("patient", "conditions"), "was not sent")
    assert_outcome(_failing(error).invoke(a_body()), 412, "patient, conditions")


def test_an_unforeseen_error_tells_the_client_a_trace_id_and_the_log_where_it_was() -> None:
    def answer(*_: Any) -> Any:
        raise ValueError("ZZCANARY")

    web = stand_in(answer=answer)
    response = web.invoke(a_body())
    assert_outcome(response, 500)
    assert "ZZCANARY" not in response.text
    facts = web.seen.facts[0]
    assert facts["trace"] in response.text
    assert facts["error"] == "ValueError"
    assert str(facts["where"]).startswith("cds_hooks.py:")


def test_only_the_last_row_is_for_everything() -> None:
    kinds = [kind for kind, _ in PROBLEMS]
    assert kinds[-1] is Exception
    assert all(issubclass(kind, errors.CordCheckError) for kind in kinds[:-1])


def test_every_error_that_a_client_can_mend_has_a_row_of_its_own() -> None:
    rows = {kind for kind, _ in PROBLEMS}
    assert set(errors.RequestError.__subclasses__()) <= rows

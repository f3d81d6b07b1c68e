"""Exceptions into HTTP: one table from type to status and OperationOutcome, and nothing else decides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import Any

import orjson
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from cds_service import errors

FHIR_JSON = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """What one kind of exception becomes.

    Attributes:
        issue: code of the FHIR issue-type value set.
        says: fixed text; "" sends the message of the exception, which never holds patient data.
        headers: sent along.
    """

    status: int
    issue: str
    says: str = ""
    headers: tuple[tuple[str, str], ...] = ()


PROBLEMS: tuple[tuple[type[Exception], Problem], ...] = (
    (errors.MalformedBody, Problem(400, "structure")),
    (errors.UnsupportedMedia, Problem(415, "not-supported")),
    (errors.BodyTooLarge, Problem(413, "too-long")),
    (errors.BodyTooSlow, Problem(408, "timeout", headers=(("Connection", "close"),))),
    (errors.InvalidRequest, Problem(400, "invalid")),
    (errors.UnknownService, Problem(404, "not-found")),
    (
        errors.NotAuthenticated,
        Problem(401, "login", "credentials are missing or not valid", (("WWW-Authenticate", "Bearer"),)),
    ),
    (errors.NotAllowed, Problem(403, "forbidden", "this client has no right to this")),
    (errors.PrefetchMissing, Problem(412, "required")),
    (errors.Overloaded, Problem(503, "throttled", "too many requests at once", (("Retry-After", "1"),))),
    (errors.StoreUnavailable, Problem(503, "transient", "what must be kept cannot be kept; send it again")),
    (Exception, Problem(500, "exception", "the service failed; its log has more under the trace id")),
)


def answer_with_outcomes(app: Flask) -> None:
    """Make every exception of *app* an OperationOutcome."""
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _problem)


def outcome(status: int, issue: str, text: str) -> Response:
    """Return an OperationOutcome with the trace id of this request."""
    severity = "fatal" if status >= 500 else "error"
    body: dict[str, Any] = {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": severity,
                "code": issue,
                "details": {"text": text},
                "diagnostics": f"trace {g.get('trace', 'unknown')}",
            }
        ],
    }
    return Response(orjson.dumps(body), status, content_type=FHIR_JSON)


def _problem(error: Exception) -> Response:
    row = next(problem for kind, problem in PROBLEMS if isinstance(error, kind))
    g.facts["error"] = type(error).__name__
    if row.status == 500:
        g.facts["where"] = _where(error)
    response = outcome(row.status, row.issue, row.says or str(error))
    response.headers.extend(row.headers)
    return response


def _http_problem(error: HTTPException) -> Response:
    """Answer what routing refuses: 404, 405 with Allow, and the like."""
    if error.code is None or error.code < 400:
        return Response(status=error.code or 500, headers=error.get_headers())
    g.facts["error"] = type(error).__name__
    issue = {404: "not-found", 405: "not-supported", 413: "too-long"}.get(error.code, "invalid")
    response = outcome(error.code, issue, error.name.lower())
    for name, value in error.get_headers():
        if name.lower() == "allow":
            response.headers[name] = value
    return response


def _where(error: Exception) -> str:
    """Return the last place in our own code, without any value."""
    frames = [frame for frame in extract_tb(error.__traceback__) if "cds_service" in frame.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""

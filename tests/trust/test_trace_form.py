"""What a kept trace looks like: each named criterion is told once, and a second use names it."""

from __future__ import annotations

from typing import Any

import orjson

from cds_service.adapters.trace_form import SAME_AS, minimal
from cds_service.commands.trace import told
from cds_service.criteria.explanation import Explanation
from cds_service.criteria.recommendation import Tier
from cds_service.criteria.truth import Truth
from tests.trust.made import EVIDENCE, a_trace

SIGN = Explanation("sign.one", "", Truth.MET, because=(EVIDENCE,))
SHARED = Explanation("strong", "A strong sign", Truth.MET, parts=(SIGN,))
NAMELESS = Explanation("", "none of", Truth.NOT_MET, parts=(SIGN, SHARED))
SILENT = Explanation(
    "R3", "A rule of which nothing speaks", Truth.UNKNOWN, parts=(SHARED._replace(parts=()),)
)
ROOT = Explanation(
    "",
    "any of",
    Truth.MET,
    parts=(
        Explanation("R1", "One rule", Truth.MET, Tier.URGENT, parts=(SHARED, NAMELESS)),
        Explanation("R2", "Another", Truth.NOT_MET, Tier.CONSIDER, parts=(NAMELESS, SHARED)),
        SILENT,
    ),
)


def kept() -> dict[str, Any]:
    trace: dict[str, Any] = orjson.loads(minimal(a_trace(explanation=ROOT), "someone"))
    return trace


def a_row(trace: dict[str, Any]) -> dict[str, Any]:
    return {"sequence": 1, "kept_ms": 0, "form": "minimal", "trace": trace}


def test_a_named_criterion_is_told_once_and_named_where_it_is_used_again() -> None:
    one, another, _ = kept()["explanation"]["parts"]
    strong, nameless = one["parts"]
    assert strong["parts"] == [{"criterion": "sign.one", "truth": "met", "because": [0]}]
    assert nameless["parts"][1] == {SAME_AS: "strong"}
    assert another["parts"] == [nameless, {SAME_AS: "strong"}]


def test_each_evidence_is_kept_once() -> None:
    assert len(kept()["evidence"]) == 1


def test_a_silent_rule_is_one_line() -> None:
    assert kept()["explanation"]["parts"][2] == "unknown: R3 A rule of which nothing speaks"


def test_a_person_is_told_where_to_look() -> None:
    lines = list(told(a_row(kept())))
    assert [line.strip() for line in lines].count("strong (as above)") == 3


def test_a_person_meets_a_criterion_before_what_refers_to_it() -> None:
    trace = orjson.loads(minimal(a_trace(explanation=ROOT, suppressions=(SHARED,)), "someone"))
    lines = [line.strip() for line in told(a_row(trace)) if "strong" in line]
    assert lines[0] == "met  strong  A strong sign"
    assert set(lines[1:]) == {"strong (as above)"}

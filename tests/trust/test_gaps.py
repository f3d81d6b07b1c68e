"""What clients send incompletely is counted by the running service and told by its command."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from cds_service.__main__ import main
from cds_service.adapters import inspector
from cds_service.adapters.store import Store
from cds_service.adapters.store_counts import StoredTallies
from cds_service.quality import EXAMINED
from tests.trust.service import SELECT, URGENT, Running, a_body, a_service, soon

CANARY = "ZZCANARY"


def gaps(folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.setenv("CDS_DATABASE_URL", f"sqlite:///{folder}/store.db")
    monkeypatch.setenv("CDS_VAR", str(folder))
    assert main(("gaps", *options)) == 0


def send_odd_requests(service: Running, examined: Callable[[], int]) -> None:
    """Send a whole request, one with a bad note, one stripped, one without a key and with a local code."""
    bad, stripped, short = a_body(URGENT), a_body(URGENT), a_body(URGENT)
    note = bad["prefetch"]["notes"]["entry"][0]["resource"]
    note |= {"description": [CANARY], CANARY: CANARY}
    del stripped["prefetch"]
    del short["prefetch"]["notes"]
    order = short["context"]["draftOrders"]["entry"][0]["resource"]
    order["code"]["coding"][0]["code"] = "of the site"
    bodies: list[Any] = [a_body(URGENT), bad, stripped, short]
    statuses = []
    for body in bodies:
        statuses.append(service.call(SELECT, body).status_code)
        assert soon(lambda: examined() == len(statuses), seconds=30)
    assert statuses == [200, 200, 412, 200]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have four odd requests of the client "ehr" counted and examined, in minimized mode."""
    folder = tmp_path_factory.mktemp("gaps")
    service, store = a_service(folder, {}), Store(f"sqlite:///{folder}/store.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inspector, "LONGEST_REST_SECONDS", 0.0)
        send_odd_requests(service, lambda: StoredTallies(store).since("").get(("ehr", EXAMINED), 0))
    store.close()
    return folder


def test_the_report_gives_each_client_its_shares(
    told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gaps(told, monkeypatch, "--format", "json")
    rows = {row["what"]: row for row in json.loads(capsys.readouterr().out)}
    assert {row["client"] for row in rows.values()} == {"ehr"}
    assert {what: rows[what]["share"] for what in ("missing key: notes", "missing key: patient")} == {
        "missing key: notes": 0.5,
        "missing key: patient": 0.25,
    }
    assert rows["oddity: stripped call"]["share"] == 0.25
    assert rows["oddity: refused for want of data"]["share"] == 0.25
    assert rows["oddity: unmapped order code"]["share"] == 0.25
    assert rows["fault: DocumentReference.?: is not known in FHIR R4"]["share"] == 0.25
    assert rows["fault: DocumentReference.description: string type"]["of"] == 4


def test_the_report_is_also_a_table_of_comma_separated_values(
    told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gaps(told, monkeypatch, "--format", "csv")
    rows = list(csv.DictReader(StringIO(capsys.readouterr().out)))
    assert list(rows[0]) == ["client", "what", "times", "of", "share"]
    assert ("ehr", "missing key: notes", "2", "4", "0.5") in {tuple(row.values()) for row in rows}


def test_nothing_of_the_patient_is_kept_for_the_report(told: Path) -> None:
    held = b"".join(path.read_bytes() for path in told.glob("store.db*"))
    assert b"is not known in FHIR R4" in held
    assert CANARY.encode() not in held


def test_the_table_names_the_client_and_how_many_requests_its_shares_are_of(
    told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gaps(told, monkeypatch)
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "ehr: 4 requests, 4 of them examined for faults of their resources"
    assert "    50.0%       2  missing key: notes" in lines

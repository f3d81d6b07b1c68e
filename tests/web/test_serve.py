"""The service as it runs: started by its command, asked over a socket."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from cds_service.__main__ import main
from tests.web.stand_in import ROOT, SELECT_URL, a_body

EXAMPLE = "fixtures/requests/lumbar-mri-bilateral-hoffmann.json"
START_SECONDS = 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + START_SECONDS
    while time.monotonic() < ends_at:
        assert process.poll() is None, "the service ended by itself"
        try:
            if _ask(port, "GET", "/health/live")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"no answer within {START_SECONDS} s")


def _ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, sent, encode_chunked="Transfer-Encoding" in sent)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    port, out = _free_port(), tmp_path_factory.mktemp("serve") / "out"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CDS_")},
        "CDS_PORT": str(port),
        "CDS_VAR": str(out.parent),
        "CDS_DATABASE_URL": f"sqlite:///{out.parent / 'store.db'}",
        "CDS_WORKERS": "1",
    }
    with out.open("wb") as stream:
        command = [sys.executable, "-m", "cds_service", "serve", "--example", EXAMPLE]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=stream, stderr=stream)
        try:
            _wait(port, process)
            yield port, out
        finally:
            process.terminate()
            process.wait(20)


def test_the_printed_curl_line_shows_a_card(service: tuple[int, Path]) -> None:
    port, out = service
    printed = re.findall(r"^  curl .*$", out.read_text(), re.MULTILINE)
    example = out.parent / "example.json"
    assert printed == [
        f"  curl -s -H 'Content-Type: application/json' -d @{example} http://127.0.0.1:{port}{SELECT_URL}"
    ]
    status, _, body = _ask(port, "POST", SELECT_URL, example.read_text(), Content_Type="application/json")
    assert (status, len(json.loads(body)["cards"])) == (200, 1)


def test_no_server_version_is_told(service: tuple[int, Path]) -> None:
    _, headers, _ = _ask(service[0], "GET", "/cds-services")
    assert headers.get_all("Server") == ["cordcheck"]


def test_a_chunked_body_is_read(service: tuple[int, Path]) -> None:
    chunks = iter([json.dumps(a_body()).encode()])
    headers = {"Content_Type": "application/json", "Transfer_Encoding": "chunked"}
    assert _ask(service[0], "POST", SELECT_URL, chunks, **headers)[0] == 200


def test_a_token_of_twelve_kilobytes_passes(service: tuple[int, Path]) -> None:
    headers = {"Content_Type": "application/json", "Authorization": "Bearer " + "a" * 12_000}
    assert _ask(service[0], "POST", SELECT_URL, json.dumps(a_body()), **headers)[0] == 200


def test_the_log_is_lines_of_json(service: tuple[int, Path]) -> None:
    port, out = service
    _ask(port, "GET", "/nowhere")
    lines = [json.loads(line) for line in out.read_text().splitlines() if line.startswith("{")]
    assert {"GET"} <= {line["method"] for line in lines}
    assert all(line["event"] == "request" for line in lines)


def test_a_mistake_in_a_setting_ends_the_start_with_one_sentence() -> None:
    command = [sys.executable, "-m", "cds_service", "serve"]
    environment = os.environ | {"CDS_PORTT": "1"}
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 2
    assert result.stderr == "cordcheck: CDS_PORTT: no such setting; did you mean CDS_PORT?\n"


def test_an_address_in_use_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("CDS_PORT", str(taken.getsockname()[1]))
        monkeypatch.setenv("CDS_VAR", str(tmp_path))
        assert main(["serve"]) == 2
    assert "Address already in use" in capsys.readouterr().err


def test_output_that_is_cut_off_ends_in_silence() -> None:
    command = [sys.executable, "-m", "cds_service", "check", "--without-cases"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""

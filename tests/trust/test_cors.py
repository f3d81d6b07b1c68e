"""A page on another origin calls the service from a real browser, as browser clients do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.trust.keys import a_token
from tests.trust.service import SELECT, URGENT, a_body, a_service

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CALL = """async ([url, method, token, body]) => {
  const headers = token ? {Authorization: 'Bearer ' + token} : {};
  if (body) headers['Content-Type'] = 'application/json';
  try {
    const answer = await fetch(url, {method, headers, body: body ? JSON.stringify(body) : undefined});
    return [answer.status, await answer.json()];
  } catch (refused) { return [0, String(refused)]; }
}"""

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


class Quiet(WSGIRequestHandler):
    def log(self, *args: Any, **kwargs: Any) -> None:
        pass


class Page(BaseHTTPRequestHandler):
    """An empty page; what matters is where it comes from."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>client</title>")

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def serving(server: Any) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port if hasattr(server, "server_port") else server.port
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_listed_origin_calls_everything_and_a_foreign_one_nothing(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with ExitStack() as stack:
        listed = stack.enter_context(serving(ThreadingHTTPServer(("127.0.0.1", 0), Page)))
        foreign = stack.enter_context(serving(ThreadingHTTPServer(("127.0.0.1", 0), Page)))
        with make_server("127.0.0.1", 0, lambda *_: [], request_handler=Quiet) as probe:
            port = probe.server_port
        base = f"http://127.0.0.1:{port}"
        service = a_service(tmp_path, {}, public_url=(base,), cors_origins=(f"http://127.0.0.1:{listed}",))
        stack.enter_context(
            serving(make_server("127.0.0.1", port, service.app, threaded=True, request_handler=Quiet))
        )
        chromium = stack.enter_context(playwright.sync_playwright()).chromium
        browser = chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        stack.callback(browser.close)
        calls = _calls(base)
        ours = _ask_all(browser, listed, calls)
        theirs = _ask_all(browser, foreign, _calls(base))
    assert [status for status, _ in ours] == [200, 200, 200, 401]
    assert len(ours[1][1]["cards"]) == 1
    assert ours[3][1]["resourceType"] == "OperationOutcome"
    assert [status for status, _ in theirs] == [0, 0, 0, 0]


def _calls(base: str) -> list[list[Any]]:
    """Discovery, service and feedback with a token each, and one call that is refused."""
    discovery, service, feedback = f"{base}/cds-services", f"{base}{SELECT}", f"{base}{SELECT}/feedback"
    item = {"card": "c", "outcome": "accepted", "acceptedSuggestions": [{"id": "s"}]}
    return [
        [discovery, "GET", a_token(aud=discovery), None],
        [service, "POST", a_token(aud=service), a_body(URGENT)],
        [feedback, "POST", a_token(aud=feedback), {"feedback": [item]}],
        [discovery, "GET", "wrong", None],
    ]


def _ask_all(browser: Any, port: int, calls: list[list[Any]]) -> list[Any]:
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{port}/")
    return [page.evaluate(CALL, call) for call in calls]

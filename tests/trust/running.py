"""The service as a hospital runs it: several worker processes behind one socket, started by its command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.tiny_content import write_content
from tests.trust.service import ROOT


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    url: str
    out: Path

    def worker_pids(self) -> list[int]:
        """The processes that answer, not the one that starts them."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children if _is_worker(int(pid))]

    def wait(self, seconds: float = 30) -> None:
        """Wait until it is ready."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            assert self.process.poll() is None, self.out.read_text()
            try:
                if requests.get(f"{self.url}/health/ready", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        raise AssertionError(f"not ready: {self.out.read_text()}")


def _is_worker(pid: int) -> bool:
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return b"resource_tracker" not in command


@contextmanager
def a_server(
    folder: Path, database_url: str = "", out: Path | None = None, **settings: Any
) -> Iterator[Server]:
    """Serve the content without medicine.

    Args:
        folder: takes what the service writes.
        database_url: the store; "" is a SQLite file in *folder*.
        out: takes what it prints; a file in *folder* when None.
        settings: by the names of their variables, in lower case.
    """
    write_content(folder / "content")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {
        "port": port,
        "cards": folder / "content",
        "contract": ROOT / "openapi.yaml",
        "var": folder,
        "database_url": database_url or f"sqlite:///{folder}/store.db",
    } | settings
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
    environment = clean | {f"CDS_{name.upper()}": str(value) for name, value in ours.items()}
    out = out or folder / f"out-{port}"
    with out.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "cds_service", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=stream,
            stderr=stream,
        )
        server = Server(process, f"http://127.0.0.1:{port}", out)
        try:
            server.wait()
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)

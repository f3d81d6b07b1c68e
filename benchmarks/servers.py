"""The two servers under test as child processes, and what the kernel says that they use."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ceiling import CANNED
from benchmarks.load import Target

PATH = "/cds-services/cervical-cord-check"
ROOT = Path(__file__).resolve().parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")
_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers.

    Attributes:
        cold_start_seconds: from the start of the process to its first answer.
        first_answer: the body of that answer.
    """

    target: Target
    pid: int
    cold_start_seconds: float
    first_answer: bytes

    def cpu_seconds(self) -> float:
        """Return processor time used so far by the server and its workers."""
        return sum(_cpu_seconds(pid) for pid in family(self.pid))

    def peak_megabytes(self) -> float:
        """Return the highest resident memory that a worker ever had."""
        return max(_status(pid, "VmHWM") for pid in self._workers()) / 1024

    def megabytes(self) -> float:
        """Return the resident memory of the largest worker now."""
        return max(_status(pid, "VmRSS") for pid in self._workers()) / 1024

    def _workers(self) -> list[int]:
        """Return the processes that answer: all but the one that watches over them."""
        return family(self.pid)[1:]


@contextmanager
def service(folder: Path, workers: int, body: bytes) -> Iterator[Running]:
    """Run the service as ``make run`` does, with its store in *folder*; *body* is its first request."""
    with _running(
        [sys.executable, "-m", "cds_service", "serve"], _settings(folder, workers), body
    ) as running:
        yield running


@contextmanager
def ceiling(
    folder: Path, workers: int, body: bytes, answer: bytes, what: str = "application"
) -> Iterator[Running]:
    """Run *what* of ``ceiling.py`` with *answer* in the same server."""
    canned = folder / "answer.json"
    canned.write_bytes(answer)
    settings = _settings(folder, workers) | {CANNED: str(canned)}
    with _running([sys.executable, "-m", "benchmarks.ceiling", what], settings, body) as running:
        yield running


def _settings(folder: Path, workers: int) -> dict[str, str]:
    """Return the environment: production settings but for the port, the folder and the workers."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("CDS_")}
    return outside | {
        "CDS_PORT": str(_free_port()),
        "CDS_WORKERS": str(workers),
        "CDS_VAR": str(folder),
        "CDS_WAIT_SECONDS": "60",
        "CDS_DATABASE_URL": f"sqlite:///{folder}/bench.db",
    }


@contextmanager
def _running(command: list[str], settings: Mapping[str, str], body: bytes) -> Iterator[Running]:
    target = Target("127.0.0.1", int(settings["CDS_PORT"]), PATH)
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            answer = _first_answer(target, body, process)
            yield Running(target, process.pid, time.perf_counter() - started, answer)
        finally:
            process.send_signal(signal.SIGTERM)


def _first_answer(target: Target, body: bytes, process: subprocess.Popen[bytes]) -> bytes:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode} before its first answer")
        try:
            return target.ask(body)
        except ConnectionError:
            time.sleep(0.01)
    raise SystemExit("the server did not answer")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def family(pid: int) -> list[int]:
    """Return *pid* and all processes below it."""
    below = [pid]
    for parent in below:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            below.extend(int(child) for child in children.read_text().split())
    return below


def _cpu_seconds(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS  # user and system time


def _status(pid: int, name: str) -> int:
    """Return a line of /proc/pid/status in kilobytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0

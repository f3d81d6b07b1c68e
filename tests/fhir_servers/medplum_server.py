"""The FHIR server of the npm package @medplum/fhir-router, run for tests; skipped where Node is missing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

FOLDER = Path(__file__).parent / "medplum"


@dataclass(frozen=True)
class Medplum:
    """The running server."""

    base: str
    token: str

    def put(self, resources: Iterable[Mapping[str, Any]]) -> None:
        """Keep *resources* under their own ids."""
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {self.token}"
            for resource in resources:
                url = f"{self.base}/{resource['resourceType']}/{resource['id']}"
                session.put(url, json=resource, timeout=10).raise_for_status()


def install() -> None:
    """Install the package beside the server, once; skip the test where that cannot be done."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node and npm are needed for @medplum/fhir-router")
    if (FOLDER / "node_modules" / "@medplum" / "fhir-router").is_dir():
        return
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, timeout=180, check=False)
    if done.returncode:
        pytest.skip("@medplum/fhir-router cannot be installed on this machine")


@contextmanager
def medplum() -> Iterator[Medplum]:
    """Run the server until the block ends."""
    token = "medplum-test-token"
    install()
    process = subprocess.Popen(
        ["node", "server.mjs", token],  # noqa: S607
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdin
    try:
        yield Medplum(process.stdout.readline().strip(), token)
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()

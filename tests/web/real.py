"""The whole service with its real content, and a store of its own in a folder that goes away."""

from __future__ import annotations

import atexit
import sys
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import Any, TextIO

from flask import Flask

from cds_service.app import create_app
from cds_service.settings import Settings
from tests.web.stand_in import NOW, ROOT, a_clock


def a_real_app(log_stream: TextIO = sys.stdout, now: datetime = NOW, **changes: Any) -> Flask:
    """Return the application; *now* is when it is for it; ``changes`` are settings."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    places = {
        "cards": str(ROOT / "cards"),
        "contract": str(ROOT / "openapi.yaml"),
        "var": folder.name,
        "database_url": f"sqlite:///{folder.name}/store.db",
    }
    return create_app(Settings(**places | changes), log_stream, clock=a_clock(now))

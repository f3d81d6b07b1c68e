"""The real content, read once for all tests that only look at it."""

from __future__ import annotations

from functools import cache

from cds_service.content.library import Library
from cds_service.content.load import load_library
from tests.web.stand_in import ROOT


@cache
def the_library() -> Library:
    """Return the content of ``cards/``."""
    return load_library(ROOT / "cards")

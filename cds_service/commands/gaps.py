"""Print how complete the data of each client is, and what is wrong with the resources of one request."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from cds_service.adapters.diagnose import diagnose
from cds_service.chart.unbundle import unbundle
from cds_service.keeping import open_keeping
from cds_service.quality import QualityRow, quality_lines, quality_rows
from cds_service.settings import Settings

HELP = "show what clients send incompletely, as shares of their requests"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    parser.add_argument("--days", type=int, default=30, help="of so many days (default 30)")
    parser.add_argument("--format", choices=["table", "csv", "json"], default="table")
    parser.add_argument("--request", type=Path, help="diagnose the resources of this request file instead")


def run(arguments: argparse.Namespace) -> int:
    """Print the report.

    Raises:
        StoreUnavailable: the counts cannot be read.
    """
    if arguments.request:
        for line in fault_lines(json.loads(arguments.request.read_text("utf-8"))):
            print(line)
        return 0
    since = datetime.now(UTC).date() - timedelta(days=arguments.days)
    keeping = open_keeping(Settings.read(os.environ))
    keeping.is_ready()  # makes the tables of a new file
    sums = keeping.tallies.since(since.isoformat())
    keeping.store.close()
    write(sums, arguments.format, sys.stdout)
    return 0


def write(sums: Mapping[tuple[str, str], int], form: str, stream: TextIO) -> None:
    """Write the report as a table, as CSV or as JSON; a share is 0 to 1, empty when there is none."""
    if form == "table":
        stream.writelines(f"{line}\n" for line in quality_lines(sums))
        return
    rows = [asdict(row) for row in quality_rows(sums)]
    if form == "json":
        json.dump(rows, stream, indent=2)
        stream.write("\n")
    else:
        table = csv.DictWriter(stream, list(QualityRow.__dataclass_fields__))
        table.writeheader()
        table.writerows(rows)


def fault_lines(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the faults of all resources of a request against FHIR R4, by type and number of resources."""
    drafts = body.get("context", {}).get("draftOrders")
    values = [drafts, *(body.get("prefetch") or {}).values()]
    resources = [resource for value in values for resource in unbundle(value).resources]
    kinds = Counter(str(resource.get("resourceType")) for resource in resources)
    faults = Counter((str(r.get("resourceType")), fault) for r in resources for fault in diagnose(r))
    yield f"{len(resources)} resources, {len({kind for kind, _ in faults})} types with faults"
    for (kind, fault), times in sorted(faults.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        yield f"  {kind:24} {times:5} of {kinds[kind]:5}  {fault}"

"""docs/clients.md shows a file that is read, and names every member that the reader knows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cds_service.chart.code_map import read_concept_maps
from cds_service.clients_file import ClientFile, ProfileFile, read_clients
from tests.clients.test_code_map import a_map
from tests.web.stand_in import ROOT

TEXT = (ROOT / "docs/clients.md").read_text("utf-8")
UNDOCUMENTED = {
    "name",
    "jku",
    "traces",
    "cards_per_user_day",
    "quiet_specialties",
}  # docs/operations.md has them


def test_the_example_file_is_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    for name, content in (("keys/hospital.json", {"keys": []}), ("maps/orderables.json", a_map())):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(json.dumps(content))
    (tmp_path / "clients.yaml").write_text(example)
    (client,) = read_clients(tmp_path / "clients.yaml").by_iss.values()
    assert client.profile.name == "epic"


def test_the_example_map_translates() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    code_map = read_concept_maps([json.loads(example)])
    assert code_map.targets("urn:oid:1.2.840.114350.1.13.7.2.7.2.696580", "33476")


@pytest.mark.parametrize("name", sorted({*ClientFile.model_fields, *ProfileFile.model_fields} - UNDOCUMENTED))
def test_every_member_is_explained(name: str) -> None:
    assert re.search(rf"\b{name}\b", TEXT)

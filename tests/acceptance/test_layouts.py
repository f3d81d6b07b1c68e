"""Advice, risks, forms and texts about others assert nothing in any layout; what follows them does."""

from __future__ import annotations

import pytest

from tests.content.library import the_library
from tests.unit.evidence.tiny import asserted

RED_FLAGS = frozenset(
    {"sph.saddle", "sph.retention", "sph.bladder", "sph.bowel", "leg.weakness", "umn.hoffmann"}
)
LIST = "Numbness in the saddle area\n- cannot pass urine\n- both legs weak"

SILENT = [
    f"Return precautions:\n{LIST}",
    f"RETURN PRECAUTIONS\n{LIST}",
    f"Patient instructions (printed)\n{LIST}",
    f"WHEN TO CALL\n{LIST}",
    f"Call us if:\n{LIST}",
    f"RED FLAGS REVIEWED WITH PATIENT\n{LIST}",
    f"FOOT CARE EDUCATION\n{LIST}",
    f"Urgent help\n{LIST}",
    f"DENIES\n{LIST}",
    f"NOT PRESENT\n{LIST.lower()}",
    f"Risks include but are not limited to:\n{LIST}",
    f"----- copied from old record, 2019 -----\n{LIST}",
    "Risks discussed: paralysis of both legs, loss of bladder control, numbness in the saddle area.",
    "| Saddle numbness | No | |\n| Urinary retention | No | |\n| Both legs weak | No | |",
    "Saddle numbness\tN\tN\nUrinary retention\tnone\tnone\nLegs weak\tno",
    "Saddle numbness: {yes/no:123}\nUrinary retention: ***\nHoffmann: {positive/negative:12}",
    "Saddle numbness [ ]\nUrinary retention [ ]\nHoffmann: [ ] positive [x] negative",
    "Cauda equina syndrome would present with saddle numbness, retention and weak legs.",
    "My husband is on the list for his neck. He cannot pass urine and both his legs are weak.",
    "Her neighbor had back pain and then could not urinate and had numbness in\nthe groin.",
    "Seen for Dr. Peter Hoffmann, Hoffmann Clinic, at the Hoffmann Orthopaedic Group.",
]
"""Nothing in these is a finding of the patient."""


@pytest.mark.parametrize("text", SILENT)
def test_what_is_no_finding_is_none_in_any_layout(text: str) -> None:
    assert asserted(text, the_library().finder) & RED_FLAGS == frozenset()


@pytest.mark.parametrize("text", SILENT)
@pytest.mark.parametrize(
    "finding",
    ["\n\nSaddle numbness since Monday.", "\nEXAM\nSaddle numbness since Monday.", "\nHPI: Saddle numbness."],
)
def test_what_follows_it_is_still_found(text: str, finding: str) -> None:
    assert "sph.saddle" in asserted(text + finding, the_library().finder)

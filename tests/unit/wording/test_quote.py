"""Words of the record cannot do anything to a card but stand there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.hooks.card import Card, Indicator, Source
from cds_service.wording.quote import QUOTE_LIMIT, one_line, quoted, shortened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Reflexes 3+ & brisk, > 3 beats", "`Reflexes 3+ & brisk, > 3 beats`"),
        ("line one\r\n  line\ttwo", "`line one line two`"),
        ("[click](https://evil.example) **now**", "`[click](https://evil.example) **now**`"),
        ("close `the` span", "`close 'the' span`"),
        ("<script>alert(1)</script>", "`< script>alert(1)< /script>`"),
        ("left\u202egnp.exe\u0000\u200b!", "`leftgnp.exe!`"),
        ("PVR <200 mL", "`PVR <200 mL`"),
        ("\u0007", ""),
    ],
)
def test_a_quote_is_verbatim_but_has_no_effect(text: str, shown: str) -> None:
    assert quoted(text) == shown


def test_a_long_quote_ends_at_a_word() -> None:
    assert quoted("word " * 40) == "`" + " ".join(["word"] * 15) + "…`"
    assert shortened("x" * 200, 10) == "xxxxxxxxx…"


@given(st.text())
def test_any_text_can_be_quoted_on_a_card(text: str) -> None:
    shown = quoted(text)
    assert "\n" not in shown
    assert len(shown) <= QUOTE_LIMIT * 2
    assert shown.count("`") in (0, 2)
    assert one_line(one_line(text)) == one_line(text)
    Card(uuid="u", summary="s", indicator=Indicator.INFO, source=Source(label="l"), detail=f"- {shown}")

"""Notes and other texts: what is read, exactly as written, and what is named as a gap."""

from __future__ import annotations

import pytest

from cds_service.chart.html_text import words_of_html
from cds_service.chart.model import Gap
from tests.builders import a_chart, a_note, a_resource, an_attachment, days_ago


def texts(*resources: object, **options: int) -> list[str]:
    return [passage.text for passage in a_chart(*resources, **options).passages]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (" Numb h\u00e4nds.\r\n ".encode(), "text/plain; charset=utf-8"),
        (" Numb h\u00e4nds.\r\n ".encode("utf-8-sig"), "text/plain"),
        (" Numb h\u00e4nds.\r\n ".encode("latin-1"), "text/plain;charset=ISO-8859-1"),
        (" Numb h\u00e4nds.\r\n ".encode("cp1252"), 'TEXT/PLAIN; charset="windows-1252"'),
        (" Numb h\u00e4nds.\r\n ".encode("utf-16"), "text/plain; charset=utf-16"),
        (" Numb h\u00e4nds.\r\n ".encode("cp1252"), "text/plain; charset=utf-8"),
        (" Numb h\u00e4nds.\r\n ".encode("cp1252"), "text/plain"),
        (" Numb h\u00e4nds.\r\n ".encode(), "text/plain; charset=klingon"),
        (" Numb h\u00e4nds.\r\n ".encode(), "text/plain; charset=zlib"),
        (" Numb h\u00e4nds.\r\n ".encode(), None),
    ],
    ids=str,
)
def test_plain_text_is_read_exactly_as_written(raw: bytes, content_type: str | None) -> None:
    [passage] = a_chart(a_note(raw, content_type=content_type, id="n1", days=3)).passages
    assert passage.text == " Numb h\u00e4nds.\r\n "
    assert (passage.kind, passage.reference, passage.entry) == (
        "DocumentReference",
        "DocumentReference/n1",
        None,
    )
    assert (passage.element, str(passage.date)) == ("content[0].attachment", days_ago(3))


@pytest.mark.parametrize("data", ["Tm8gcGFpbi4/", "Tm8g\ncGFp\r\nbi4/", "Tm8gcGFpbi4_", " Tm8gcGFpbi4/ "])
def test_base64_may_be_wrapped_or_in_the_url_alphabet(data: str) -> None:
    note = a_note("", content=[{"attachment": {"contentType": "text/plain", "data": data}}])
    assert texts(note) == ["No pain.?"]


def test_base64_may_lack_its_padding() -> None:
    assert texts(a_note("", content=[{"attachment": {"data": "Tm8gcGFpbg"}}])) == ["No pain"]


@pytest.mark.parametrize(
    ("attachment", "reason"),
    [
        ({"contentType": "application/pdf", "data": "JVBERi0="}, "content type application/pdf"),
        ({"contentType": "text/rtf", "data": "e1xydGYx"}, "content type text/rtf"),
        ({"contentType": "text/plain", "data": "e1xydGYx"}, "content type application/rtf"),
        ({"data": "JVBERi0xLjQ="}, "content type application/pdf"),
        ({"contentType": "application/xml", "data": "PHg+"}, "content type application/xml"),
        ({"contentType": "Jane Doe, born 1960", "data": "eA=="}, "content type not known"),
        ({"contentType": "text/plain", "url": "https://e.org/Binary/1"}, "attachment not sent inline"),
        ({"contentType": "text/plain", "data": "<html>error</html>"}, "attachment is not base64"),
        ({"contentType": "text/plain", "data": "h\u00e4"}, "attachment is not base64"),
        ({"contentType": "text/plain", "data": "\ud800"}, "attachment is not base64"),
        ({"contentType": "text/plain", "data": "YQBi"}, "attachment is not text"),
        ({"contentType": "text/plain", "data": 7}, "attachment without data"),
        ({}, "attachment without data"),
        (None, "attachment without data"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_a_gap(attachment: object, reason: str) -> None:
    chart = a_chart(
        a_note("", id="n1", content=[{"attachment": attachment}]), gaps=(Gap("notes", "not sent"),)
    )
    assert chart.gaps == (Gap("notes", "not sent"), Gap("DocumentReference/n1", reason))
    assert chart.passages == ()


def test_one_readable_rendition_closes_the_gap() -> None:
    pdf = {"attachment": {"contentType": "application/pdf", "data": "JVBERi0="}}
    plain, html = (
        {"attachment": an_attachment(t, c)}
        for t, c in (("Pain.", "text/plain"), ("<p>Pain.</p>", "text/html"))
    )
    chart = a_chart(a_note("", content=[pdf, plain, html]))
    assert [(p.element, p.text) for p in chart.passages] == [("content[1].attachment", "Pain.")]
    assert chart.gaps == ()


@pytest.mark.parametrize(
    "elements", [{"status": "superseded"}, {"status": "entered-in-error"}, {"docStatus": "entered-in-error"}]
)
def test_a_withdrawn_note_is_not_read(elements: dict[str, object]) -> None:
    assert texts(a_note("Pain.", **elements)) == []


def test_a_note_is_dated_by_its_visit_when_it_has_no_date() -> None:
    [passage] = a_chart(a_note("Pain.", date=None, context={"period": {"start": "2026-11-02"}})).passages
    assert str(passage.date) == "2026-11-02"


def test_notes_older_than_asked_for_are_left_out_without_a_gap() -> None:
    notes = [a_note(f"Day {days}.", days=days) for days in (0, 180, 181)]
    broken = a_note("", days=400, content=[{"attachment": {"contentType": "application/pdf", "data": "x"}}])
    undated = a_note("No date.", date=None)
    chart = a_chart(*notes, broken, undated, note_days=180)
    assert [passage.text for passage in chart.passages] == ["Day 0.", "Day 180.", "No date."]
    assert chart.gaps == ()


def test_a_note_of_tomorrow_is_read() -> None:
    assert texts(a_note("Pain.", days=-3), note_days=180) == ["Pain."]


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>No pain.</p><p>Gait normal</p>", "No pain.\nGait normal"),
        ("No<br>pain<BR/>here", "No\npain\nhere"),
        ("<b>No</b> <i>p</i>ain", "No pain"),
        ("<ul><li>one</li>\n <li>two</li></ul>", "one\ntwo"),
        ("<table><tr><td>Sign</td><td>Absent</td></tr><tr><td>x</td></tr></table>", "Sign Absent\nx"),
        ("one\n  two", "one two"),
        ("<pre>one\n  two</pre>", "one\ntwo"),
        ("power &lt;4/5 &amp; numb&nbsp;h&auml;nd &#8593;", "power <4/5 & numb h\u00e4nd \u2191"),
        ("power <4/5, toes > x", "power <4/5, toes > x"),
        ("<style>p {x}</style><script>if (a < b) y()</script>Pain<!-- no > pain -->", "Pain"),
        ("<html><head><title>Jane</title></head><body class='a>b'>Pain</body></html>", "Pain"),
        ("<?xml version='1.0'?><!DOCTYPE html><div xmlns=\"x\">Pain</div>", "Pain"),
        ("<![CDATA[Pain]]>", "Pain"),
        ("Pain<!-- never closed", "Pain"),
        ("<![foo[Pain", "<![foo[Pain"),
        ("", ""),
    ],
)
def test_html_is_read_as_a_person_sees_it(html: str, words: str) -> None:
    assert words_of_html(html) == words


@pytest.mark.parametrize(
    "content_type", ["text/html", "text/html; charset=utf-8", "application/xhtml+xml", None]
)
def test_a_note_in_html_is_stripped(content_type: str | None) -> None:
    assert texts(a_note("<div>No <b>pain</b>.</div>", content_type=content_type)) == ["No pain."]


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", '<a "', "<a '", "<!--", "<style>", "<script ", "<head <title", '<script "', "<p", "&", "</"],
)
def test_malformed_html_of_any_length_is_read_in_linear_time(piece: str) -> None:
    assert len(words_of_html(piece * 100_000)) <= len(piece) * 100_000


def test_the_sections_of_a_composition_are_read_under_their_titles() -> None:
    inner = {"title": "Mother:", "text": {"div": "<div>Spastic.</div>"}}
    sections = [
        {"title": "Exam", "text": {"status": "generated", "div": "<div xmlns='x'><p>Gait normal.</p></div>"}},
        {"code": {"text": "Family history"}, "section": [inner, {"title": "Empty"}]},
        {"text": {"div": "Plain."}},
    ]
    chart = a_chart(a_resource("Composition", status="final", date="2026-11-02", section=sections))
    assert [(p.element, p.text) for p in chart.passages] == [
        ("section[0].text", "Exam:\nGait normal."),
        ("section[1].section[0].text", "Family history:\nMother:\nSpastic."),
        ("section[2].text", "Plain."),
    ]


def test_a_clinical_impression_is_read() -> None:
    impression = a_resource(
        "ClinicalImpression",
        status="completed",
        date="2026-11-02",
        summary="Sum.",
        description="Why.",
        finding=[{"itemCodeableConcept": {"text": "Found"}}, {"item": {"concept": {"text": "Found too"}}}],
        note=[{"text": "Note."}],
    )
    assert texts(impression) == ["Sum.", "Why.", "Found", "Found too", "Note."]


def test_each_answer_of_a_questionnaire_is_read_with_its_question() -> None:
    items = [
        {"text": "Trouble with buttons?", "answer": [{"valueBoolean": True}]},
        {
            "text": "Legs",
            "item": [
                {"text": "Numb: ", "answer": {"valueCoding": {"code": "n", "display": "Never"}}},
                {"text": "Skipped"},
                {
                    "answer": [
                        {
                            "valueString": "stiff",
                            "item": [{"text": "Since", "answer": [{"valueDate": "2026-01"}]}],
                        }
                    ]
                },
            ],
        },
        {
            "text": "Score",
            "answer": [{"valueDecimal": 13}, {"valueQuantity": {"value": 2, "unit": "h"}}, {}, 3],
        },
    ]
    chart = a_chart(
        a_resource("QuestionnaireResponse", status="completed", authored="2026-11-02", item=items)
    )
    assert [(p.element, p.text) for p in chart.passages] == [
        ("item[0].answer[0]", "Trouble with buttons?: Yes"),
        ("item[1].item[0].answer[0]", "Numb: Never"),
        ("item[1].item[2].answer[0]", "stiff"),
        ("item[1].item[2].answer[0].item[0].answer[0]", "Since: 2026-01"),
        ("item[2].answer[0]", "Score: 13"),
        ("item[2].answer[1]", "Score: 2 h"),
    ]
    assert {str(passage.date) for passage in chart.passages} == {"2026-11-02"}


def test_an_old_questionnaire_is_read() -> None:
    group = {"group": [{"question": [{"text": "Numb", "answer": [{"valueString": "yes"}]}]}]}
    assert texts(a_resource("QuestionnaireResponse", group=group)) == ["Numb: yes"]


@pytest.mark.parametrize(("kind", "name"), [("Composition", "section"), ("QuestionnaireResponse", "item")])
def test_texts_nested_beyond_reason_end_quietly(kind: str, name: str) -> None:
    node: dict[str, object] = {}
    for _ in range(900):
        node = {name: [node], "text": "x", "answer": [{"valueString": "y"}]}
    assert len(texts({"resourceType": kind, **node})) < 50

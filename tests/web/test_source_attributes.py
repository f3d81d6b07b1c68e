"""What the content says about itself, for a program and for a person."""

from __future__ import annotations

from tests.web.real import a_real_app


def test_a_browser_gets_a_page_and_a_program_gets_json():
    client = a_real_app().test_client()
    page = client.get("/source-attributes", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    facts = client.get("/source-attributes", headers={"Accept": "application/json"})
    assert page.mimetype == "text/html"
    assert facts.mimetype == "application/json"
    assert facts.json["developer"] in page.text


def test_every_reference_says_whether_its_figure_was_read():
    references = a_real_app().test_client().get("/source-attributes").json["references"]
    assert references
    assert all(isinstance(reference["read"], bool) for reference in references)


def test_race_ethnicity_and_sex_are_said_not_to_be_used():
    attributes = a_real_app().test_client().get("/source-attributes").json["patientAttributes"]
    unused = {item["attribute"] for item in attributes if not item["used"]}
    assert {"Race", "Ethnicity", "Sex"} <= unused

"""Content is read strictly: each mistake is one sentence with file, place and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.content.load import load_library, read_library
from cds_service.criteria.shapes import AllOf, FindingIs
from cds_service.errors import ContentError
from tests.tiny_content import FILES, changed, write_content
from tests.unit.evidence.tiny import asserted

RULES = "tiny/rules.yaml"


def test_good_content_becomes_a_library(tmp_path: Path) -> None:
    library = load_library(write_content(tmp_path))
    rule = library.recommendations["tiny"].rules[1]
    assert (rule.id, rule.shows) == ("A1", ("EV-01",))
    assert rule.when == AllOf((FindingIs("sign.alpha"), FindingIs("sign.beta")))
    assert set(library.services) == {"tiny", "tiny-sign"}


def test_codes_stay_text(tmp_path: Path) -> None:
    library = load_library(write_content(tmp_path))
    assert library.value_sets["knee-scan"].codes[0].code == "0042"


def test_the_version_carries_the_hash_of_all_files(tmp_path: Path) -> None:
    one = load_library(write_content(tmp_path / "one"))
    other = load_library(write_content(tmp_path / "other", changed("tiny/cards.yaml", "Now.", "Now!")))
    same = load_library(write_content(tmp_path / "same"))
    assert one.version == f"1.2.3+{one.content_hash[:8]}"
    assert one.content_hash == same.content_hash
    assert one.content_hash != other.content_hash


def test_a_readme_does_not_change_the_version(tmp_path: Path) -> None:
    before = load_library(write_content(tmp_path)).content_hash
    (tmp_path / "README.md").write_text("words")
    assert load_library(tmp_path).content_hash == before


MISTAKES = [
    ("unknown key", changed(RULES, "states: Alpha.", "states: Alpha., stats: x"), "tiny/rules.yaml: rules, B1, stats: unknown key 'stats'; did you mean 'states'?"),
    ("missing key", changed(RULES, "tier: recommend, ", ""), "tiny/rules.yaml: rules, B1, tier: 'tier' is missing; add it"),
    ("duplicate key", changed(RULES, "{id: B1,", "{id: B1, id: B2,"), "tiny/rules.yaml: line 7: a key stands here twice; keep one of them"),
    ("code as number", changed("value-sets/orders.yaml", 'code: "0042"', "code: 42"), "value-sets/orders.yaml: knee-scan, codes, 42, code: 42 is not text; write it in quotes"),
    ("code as octal", changed("value-sets/orders.yaml", 'code: "0042"', "code: 0042"), "is not text; write it in quotes"),
    ("wrong tier", changed(RULES, "tier: recommend", "tier: recomend"), "tiny/rules.yaml: rules, B1, tier: 'recomend' is not one of 'emergency', 'urgent', 'recommend', 'consider' or 'display'"),
    ("no citation", changed(RULES, "states: Alpha., cites: [S-1]", "states: Alpha., cites: []"), "tiny/rules.yaml: rules, B1, cites: "),
    ("unknown citation", changed(RULES, "states: Alpha., cites: [S-1]", "states: Alpha., cites: [S-2]"), "tiny/rules.yaml: B1, cites: unknown source 'S-2'; did you mean 'S-1'?"),
    ("unknown finding", changed(RULES, "when: {finding: sign.alpha}}", "when: {finding: sign.alfa}}"), "tiny/rules.yaml: B1, finding: unknown finding 'sign.alfa'; did you mean 'sign.alpha'?"),
    ("unknown group", changed(RULES, "when: {group: signs}", "when: {group: sings}"), "tiny/rules.yaml: C1, group: unknown group 'sings'; did you mean 'signs'?"),
    ("unknown shape", changed(RULES, "{any_of:", "{anyof:"), "tiny/rules.yaml: signs: unknown criterion 'anyof'; did you mean 'any_of'?"),
    ("two shapes", changed(RULES, "when: {group: signs}", "when: {group: signs, rule: A1}"), "tiny/rules.yaml: C1: one criterion has one key, here are group, rule"),
    ("unknown window", changed(RULES, "when: {finding: sign.alpha}}", "when: {finding: sign.alpha, onset_within: recnt}}"), "tiny/rules.yaml: B1, finding sign.alpha: unknown window 'recnt'; did you mean 'recent'?"),
    ("unknown side", changed(RULES, "when: {finding: sign.alpha}}", "when: {finding: sign.alpha, side: bothe}}"), "'bothe' is not allowed here; did you mean 'both'?"),
    ("unknown finding key", changed(RULES, "when: {finding: sign.alpha}}", "when: {finding: sign.alpha, sid: both}}"), "tiny/rules.yaml: B1, finding: unknown key 'sid'; did you mean 'side'?"),
    ("impossible count", changed(RULES, "n: 2", "n: 4"), "tiny/rules.yaml: D1, at_least: n is 4, but there are 3 parts"),
    ("empty list", changed(RULES, "{any_of: [{finding: sign.alpha}, {finding: sign.beta}]}", "{any_of: []}"), "tiny/rules.yaml: signs, any_of: write a list of at least one criterion"),
    ("circle", changed(RULES, "{any_of: [{finding: sign.alpha}, ", "{any_of: [{rule: C1}, "), "depends on itself; break the circle"),
    ("id twice", changed(RULES, "id: B1", "id: C1"), "tiny/rules.yaml: C1: the id stands here twice; rename or remove one"),
    ("figure not seen", changed(RULES, "shows: EV-01", "shows: EV-02"), "tiny/rules.yaml: A1, shows: EV-02 was not seen in its source; show one that was"),
    ("group unused", changed(RULES, "when: {group: signs}", "when: {finding: sign.alpha}"), "tiny/rules.yaml: signs: no rule uses this group; use it or remove it"),
    ("window unused", changed("findings/all.yaml", "window: recent", "window: exam"), "windows.yaml: recent: nothing counts these days; use it or remove it"),
    ("value set unused", changed("findings/all.yaml", "codes: [knee-scan], ", ""), "value-sets: knee-scan: no finding uses it; say why in `unused`"),
    ("value set used after all", changed("value-sets/orders.yaml", "title: Knee scan", "title: Knee scan\n  unused: Nobody."), "value-sets: knee-scan: a finding uses it; remove `unused`"),
    ("finding nobody asks for", changed("findings/all.yaml", "- {id: order.all", "- {id: sign.omega, name: omega sign, window: exam, if_silent: unknown, says: [{words: [omega sign]}]}\n- {id: order.all"), "findings: sign.omega: nothing asks for it; use it or say why in `unused`"),
    ("indicator without a card", changed("tiny/suppressions.yaml", "then: {silent: true}", "then: {silent: true, indicator: info}"), "only a card has an indicator"),
    ("unknown prefetch key", changed("tiny/suppressions.yaml", "insufficient_data: {", "insufficient_data: {without: [xpatient], "), "tiny/suppressions.yaml: insufficient_data, without: unknown prefetch key 'xpatient'"),
    ("onset stated by a word", changed(RULES, "when: {finding: sign.alpha}}", "when: {finding: sign.alpha, onset_stated: often}}"), "onset_stated is 'often'; write true, or leave it out"),
    ("two cards for a tier", changed("tiny/cards.yaml", "tier: recommend", "tier: urgent"), "tiny/cards.yaml: tier: 2 cards show the tier urgent; there has to be exactly one"),
    ("card nobody shows", changed("tiny/cards.yaml", "companion_when: {finding: sign.gamma}, ", ""), "tiny/cards.yaml: aside: it has no tier and nothing else shows it; use it or remove it"),
    ("summary too long", changed("tiny/cards.yaml", "summary: Later.", f"summary: {'x' * 140}"), "tiny/cards.yaml: later, summary: "),
    ("markup on a card", changed("tiny/cards.yaml", "lead: A scan is there.", "lead: A <b>scan</b> is there."), "tiny/cards.yaml: redirected: a card cannot print this"),
    ("unknown slot", changed("tiny/cards.yaml", "There is metal.", "'There is {metal}.'"), "tiny/cards.yaml: soon, notes: the only slot that a note may have is {number}"),
    ("unknown suggestion", changed("tiny/cards.yaml", "[{kind: scan}], exam: [sign.beta]", "[{kind: skan}], exam: [sign.beta]"), "tiny/cards.yaml: later, suggests: unknown suggestion 'skan'; did you mean 'scan'?"),
    ("unknown override", changed("tiny/cards.yaml", "overrides: [known, elsewhere]", "overrides: [known, nowhere]"), "unknown override reason 'nowhere'"),
    ("unknown card", changed("tiny/suppressions.yaml", "card: redirected", "card: redirect"), "tiny/suppressions.yaml: P2, then, card: unknown card 'redirect'; did you mean 'redirected'?"),
    ("two effects", changed("tiny/suppressions.yaml", "{silent: true}", "{silent: true, without: [scan]}"), "tiny/suppressions.yaml: suppressions, P1, then: write exactly one of"),
    ("emergency suppressed", changed("tiny/suppressions.yaml", "[recommend, consider]", "[emergency]"), "tiny/suppressions.yaml: suppressions, P1, tiers, entry 1: 'emergency' is not one of"),
    ("filled by the service", changed("tiny/suggestions.yaml", "resource: {code: {text: Question}}", "resource: {code: {text: Question}, status: active}"), "tiny/suggestions.yaml: talk, resource: 'status' is filled in by the service; remove it"),
    ("MRI without replacement", changed("tiny/suggestions.yaml", "label: Ask radiology", "imaging: mri, label: Ask radiology"), "tiny/suggestions.yaml: talk: it is an MRI but no `replace` swaps it where MRI is unsafe; add it"),
    ("statement nowhere", changed("statements.yaml", ", used_by: [A1]", ""), "statements.yaml: S-1: say either used_by or left_out"),
    ("statement misled", changed("statements.yaml", "used_by: [A1]", "used_by: [A9]"), "statements.yaml: S-1, used_by: unknown id 'A9'; did you mean 'A1'?"),
    ("unknown recommendation", changed("services.yaml", "recommendation: tiny", "recommendation: tinny"), "services.yaml: recommendation: no folder 'tinny' with a rules.yaml; did you mean 'tiny'?"),
    ("unknown order finding", changed("services.yaml", "orders: order.knee", "orders: order.nee"), "services.yaml: tiny: unknown finding 'order.nee'; did you mean 'order.knee'?"),
    ("unknown alternative", changed("findings/all.yaml", "says: [{words: [beta sign]}]", "says: [{words: [<a> beta sign]}]") | {"lexicon/alternatives.yaml": "- {id: an, words: [an]}\n"}, "findings/all.yaml: sign.beta: no <a> in lexicon/alternatives.yaml; did you mean 'an'?"),
    ("alternative unused", {"lexicon/alternatives.yaml": "- {id: an, words: [an]}\n"}, "lexicon/alternatives.yaml: an: no phrase asks for <an>; use it or take it out"),
    ("not YAML", {RULES: "rules: [\n"}, "tiny/rules.yaml: line "),
    ("missing file", {"references.yaml": None}, "references.yaml: the file is missing; create it, an empty list is []"),
    ("no content", {"content.yaml": None}, "content.yaml: no content in "),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "sentence"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_a_mistake_is_one_sentence_with_file_place_and_remedy(
    tmp_path: Path, changes: dict[str, str | None], sentence: str
) -> None:
    _, mistakes = read_library(write_content(tmp_path, changes))
    said = [str(mistake) for mistake in mistakes]
    assert any(sentence in one for one in said), said
    assert all("\n" not in one for one in said)


def test_a_phrase_is_read_with_each_of_its_alternatives(tmp_path: Path) -> None:
    changes = changed("findings/all.yaml", "words: [beta sign]", "words: [<his> beta <sign>]")
    changes["lexicon/alternatives.yaml"] = (
        "- {id: his, words: [his, her, '']}\n- {id: sign, words: [sign, mark]}\n"
    )
    library = load_library(write_content(tmp_path, changes))
    for text in ("his beta sign", "her beta mark", "beta mark"):
        assert "sign.beta" in asserted(text, library.finder)
    assert asserted("the beta", library.finder) == frozenset()


def test_loading_raises_the_first_mistake(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="tiers"):
        load_library(
            write_content(tmp_path, changed("tiny/suppressions.yaml", "[recommend, consider]", "[all]"))
        )


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    changes = changed(RULES, "finding: sign.gamma", "finding: sign.gama")
    _, mistakes = read_library(write_content(tmp_path, changes))
    assert sorted(mistake.place.split(",")[0] for mistake in mistakes) == ["D1", "X1"]


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    write_content(tmp_path)
    (tmp_path / "windows.yaml").write_bytes("- {id: größe}".encode("latin-1"))
    with pytest.raises(ContentError, match=r"windows.yaml: the file is not UTF-8"):
        load_library(tmp_path)


def test_yes_and_no_are_words(tmp_path: Path) -> None:
    changes = changed("references.yaml", "seen: true", "seen: yes")
    _, mistakes = read_library(write_content(tmp_path, changes))
    assert str(mistakes[0]).startswith("references.yaml: EV-01, seen: ")


def test_the_tiny_content_names_no_file_twice() -> None:
    assert len(FILES) == len({name.lower() for name in FILES})

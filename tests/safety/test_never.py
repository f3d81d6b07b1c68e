"""What must never happen, one test each; each has a control, so that it fails when its guard goes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from cds_service.content.load import load_library
from cds_service.criteria.recommendation import Tier
from cds_service.errors import ContentError
from cds_service.memory import Due, Policy, Remembered, ShownBefore, Switches, withheld
from tests.acceptance.vignettes import answer_to, ask, the_vignettes
from tests.builders import (
    AS_OF,
    a_condition,
    a_note,
    a_patient,
    a_report,
    a_request,
    a_resource,
    an_observation,
    an_order,
    days_ago,
)
from tests.content.library import the_library
from tests.safety.record import (
    CAUDA_EQUINA,
    HAND_AND_GAIT,
    HOFFMANN,
    MRI_KINDS,
    Resource,
    all_actions,
    all_answers,
    all_cards,
    answered,
    at_least_as_strong,
    forbidden_in,
    lumbar_order,
    words_on,
)
from tests.tiny_content import changed, write_content
from tests.web.stand_in import a_body, assert_outcome, stand_in

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
MYELOPATHY = ("Cervical spondylosis with myelopathy", (ICD10, "M47.12"))


@pytest.mark.hazard("NEV-01", "negated text leads to no card")
@pytest.mark.parametrize(
    ("denied", "asserted"),
    [
        ("Denies saddle anesthesia.", "Saddle anesthesia."),
        ("No Hoffmann.", "Hoffmann positive."),
        ("Toes downgoing.", "Toes upgoing."),
        ("Hoffmann, Babinski and clonus all absent.", "Hoffmann, Babinski and clonus all present."),
        ("Without clonus.", "Sustained clonus."),
        ("Urinary retention: no.", "Urinary retention: yes."),
        ("Saddle numbness? No.", "Saddle numbness? Yes."),
        ("He denies weak or clumsy hands; legs are not numb.", "Weak and clumsy hands; legs are numb."),
        ("Reflexes 2+ and symmetric.", "Reflexes 4+ and symmetric."),
    ],
)
def test_1_no_card_comes_from_negated_text(denied: str, asserted: str) -> None:
    assert answered(a_note(denied)).cards == ()
    assert answered(a_note(asserted)).cards != ()


@pytest.mark.hazard("NEV-02", "nothing speaks or acts against the lumbar order")
def test_2_nothing_is_suggested_against_the_lumbar_order() -> None:
    assert len(list(all_actions())) > 100
    for action in all_actions():
        assert (action["type"], action["resource"]["status"]) == ("create", "draft")
        assert "id" not in action["resource"]
    assert all("systemActions" not in answer for answer in all_answers())
    assert forbidden_in("Consider the neck instead of the lumbar study")
    assert [found for card in all_cards() for found in forbidden_in(words_on(card))] == []
    card = ask(a_request(CAUDA_EQUINA))["cards"][0]
    assert "Do not cancel or delay the lumbar study" in card["summary"]


CERVICAL_MRI = ("MRI cervical spine without contrast", ("http://www.ama-assn.org/go/cpt", "72141"))
CLEAR_NECK = a_report(CERVICAL_MRI[0], CERVICAL_MRI[1], conclusion="No cord compression.", days=60)
NEUROLOGY = an_order("Referral: neurology", status="active", days=20, category=[{"text": "Referral"}])
KNOWN = a_condition(*MYELOPATHY, days=900)
DOWNSTREAM = {
    "referral": (NEUROLOGY, an_order("Referral: spine surgery", status="active", days=20)),
    "imaging done": (CLEAR_NECK,),
    "imaging ordered": (an_order(*CERVICAL_MRI, status="active", days=5),),
    "age": (a_patient(born="2016-01-01"),),
    "pregnancy": (a_condition("Pregnancy, 28 weeks", (ICD10, "Z33.1")),),
    "known disease": (KNOWN, a_note("Spine clinic: stable, followed.", days=60)),
}


@pytest.mark.hazard("NEV-03", "nothing suppresses an emergency")
@pytest.mark.parametrize("reason", DOWNSTREAM)
def test_3_no_referral_imaging_age_pregnancy_or_known_disease_holds_back_an_emergency(reason: str) -> None:
    answer = answered(CAUDA_EQUINA, *DOWNSTREAM[reason])
    assert (answer.tier, answer.cards) == ("emergency", ("cord-emergency",))


@pytest.mark.hazard("NEV-03", "what quietens a lesser tier does so: the control of the test above")
@pytest.mark.parametrize("reason", ["referral", "imaging done", "imaging ordered", "age", "known disease"])
def test_3_the_same_reasons_do_quieten_a_lesser_tier(reason: str) -> None:
    weak = a_note("Both legs numb for 6 months.")
    assert answered(weak).cards != ()
    assert answered(weak, *DOWNSTREAM[reason]).cards == ()


@pytest.mark.hazard("NEV-03", "an order that covers the neck does not hold back an emergency")
def test_3_an_order_that_covers_the_neck_does_not_hold_back_an_emergency() -> None:
    whole = an_order("MRI cervical, thoracic and lumbar spine", id="draft-1")
    assert answered(CAUDA_EQUINA, drafts=(whole,)).cards == ("cord-emergency",)
    assert answered(HOFFMANN, drafts=(whole,)).cards == ()


@pytest.mark.hazard("NEV-03", "neither override history nor budget withholds an emergency")
def test_3_override_history_and_budget_do_not_withhold_an_emergency() -> None:
    policy = Policy(remembers=True, cards_per_user_day=0, budgeted=frozenset(Tier))
    overridden = ShownBefore(
        card_id="c",
        shown_ms=1,
        order_keys=frozenset("o"),
        fingerprint="f",
        outcome="overridden",
        reasoned=True,
        answered_ms=2,
    )
    before = Remembered((overridden,), user_today=9)
    for tier in (Tier.EMERGENCY, Tier.URGENT):
        due = Due(
            client="a",
            card_id="c",
            tier=tier,
            at_ms=3,
            sign=True,
            order_keys=frozenset("o"),
            fingerprint="f",
        )
        assert (withheld(due, policy, Switches(), before) is None) is (tier is Tier.EMERGENCY)


@pytest.mark.hazard("NEV-04", "a question or advice is no emergency, and hides none")
def test_4_a_question_or_advice_makes_no_emergency_and_hides_none() -> None:
    asked = (lumbar_order("Rule out cauda equina syndrome; r/o saddle anesthesia or urinary retention"),)
    worried = a_note("Evaluate for saddle anesthesia. ?urinary retention.")
    advice = a_note("Return immediately if saddle numbness, urinary retention or weakness develops.")
    assert answered(drafts=asked).tier != "emergency"
    assert answered(worried).tier != "emergency"
    assert answered(advice).cards == ()
    assert answered(advice, drafts=asked).tier != "emergency"
    assert answered(advice, CAUDA_EQUINA, drafts=asked).cards == ("cord-emergency",)


@pytest.mark.hazard("NEV-05", "only the patient's own findings count")
def test_5_nobody_elses_finding_is_used() -> None:
    family = a_resource(
        "FamilyMemberHistory",
        status="completed",
        relationship={"text": "Mother"},
        condition=[{"code": {"text": MYELOPATHY[0]}}],
    )
    assert answered(a_note("Mother has saddle numbness and a positive Hoffmann."), family).cards == ()
    for own, other in (
        (CAUDA_EQUINA, a_note("Saddle numbness since yesterday.", patient="pat-2")),
        (HOFFMANN, a_note("Hoffmann positive bilaterally.", patient="pat-2")),
        (
            an_observation("Babinski sign", value="Positive"),
            an_observation("Babinski sign", value="Positive", patient="pat-2"),
        ),
    ):
        assert answered(other).cards == ()
        assert answered(own).cards != ()


@pytest.mark.hazard("NEV-06", "race, ethnicity and sex change no tier and no card")
@pytest.mark.parametrize(("race", "sex"), [("Asian", "female"), ("White", "male"), (None, "unknown")])
def test_6_race_and_sex_change_nothing(race: str | None, sex: str) -> None:
    for vignette in the_vignettes():
        other = {**vignette, "patient": {**vignette["patient"], "race": race, "sex": sex}}
        assert answer_to(other) == answer_to(vignette), vignette["id"]


LUMBAR_STENOSIS = (
    a_condition("Spinal stenosis, lumbar region", (ICD10, "M48.061"), days=400),
    a_report("MRI lumbar spine", conclusion="Severe central stenosis at L4-5.", days=300),
)
LUMBAR_SURGERY = a_resource(
    "Procedure", status="completed", code={"text": "Lumbar laminectomy L3-5"}, performedDateTime=days_ago(900)
)


@pytest.mark.hazard("NEV-07", "diabetes, lumbar stenosis and lumbar surgery outvote no cord sign")
@pytest.mark.parametrize(
    "sign",
    [
        HOFFMANN,
        HAND_AND_GAIT,
        a_note("Clumsy hands, both legs numb."),
        a_note("Gait wide-based and ataxic."),
        a_note("Sustained clonus, reflexes 3+ in the legs."),
    ],
)
@pytest.mark.parametrize(
    "others",
    [
        (a_condition("Type 2 diabetes mellitus", (ICD10, "E11.9"), days=3000),),
        LUMBAR_STENOSIS,
        (LUMBAR_SURGERY,),
    ],
    ids=["diabetes", "lumbar stenosis", "lumbar surgery"],
)
def test_7_no_common_explanation_outvotes_a_sign_of_hand_gait_or_cord(
    sign: Resource, others: tuple[Resource, ...]
) -> None:
    alone, beside = answered(sign), answered(sign, *others)
    assert alone.tier in ("recommend", "urgent")
    assert at_least_as_strong(beside, alone)
    assert set(alone.cards) <= set(beside.cards)


@pytest.mark.hazard("NEV-08", "no card says that the patient has the disease")
def test_8_no_card_says_that_the_patient_has_the_disease() -> None:
    assert forbidden_in("The patient has cervical myelopathy")
    assert forbidden_in("Diagnosis of DCM confirmed")
    assert [found for card in all_cards() for found in forbidden_in(words_on(card))] == []
    for card in all_cards():
        assert "does not replace clinical judgment" in card["detail"] or card["indicator"] == "info"


@pytest.mark.hazard("NEV-09", "no card tells anybody to wait")
def test_9_no_card_tells_anybody_to_wait() -> None:
    assert forbidden_in("Try PT first")
    assert forbidden_in("Re-image in 4-6 weeks")
    cards = [*all_cards(), *ask(a_request(HOFFMANN, LUMBAR_SURGERY))["cards"]]
    assert [found for card in cards for found in forbidden_in(words_on(card))] == []


@pytest.mark.hazard("NEV-09", "no card tells anybody to wait")
def test_content_that_says_so_is_refused(tmp_path: Path) -> None:
    said = changed("tiny/cards.yaml", "lead: Look again.", "lead: Cancel the knee study.")
    with pytest.raises(ContentError, match="maybe, lead: 'cancel' speaks against the order"):
        load_library(write_content(tmp_path / "one", said))
    said = changed("tiny/cards.yaml", "lead: Look again.", "lead: Do not cancel the knee study.")
    assert load_library(write_content(tmp_path / "other", said))


UNSAFE = a_resource("Device", status="active", type={"text": "Pacemaker, MR Unsafe"})
OWN_UNSAFE = {key: value for key, value in UNSAFE.items() if key != "subject"} | {
    "patient": UNSAFE["subject"]
}


@pytest.mark.hazard("NEV-10", "no MRI is offered beside a device that is MR Unsafe")
@pytest.mark.parametrize(
    "sign",
    [
        a_note("Sudden weakness of both legs since yesterday, Babinski positive."),
        HAND_AND_GAIT,
        HOFFMANN,
        a_note("Both legs numb for 6 months."),
        a_note("Sensory level at T6."),
    ],
)
def test_10_no_mri_is_offered_beside_an_unsafe_device(sign: Resource) -> None:
    without, beside = answered(sign), answered(sign, OWN_UNSAFE)
    assert without.kinds & MRI_KINDS
    assert not beside.kinds & MRI_KINDS
    assert beside.tier == without.tier
    orders = [
        action["resource"]["code"]
        for card in ask(a_request(sign, OWN_UNSAFE))["cards"]
        for suggestion in card["suggestions"]
        for action in suggestion["actions"]
    ]
    assert [code for code in orders if code["text"].startswith("MRI")] == []


@pytest.mark.hazard("NEV-11", "the cervix uteri is not the neck")
def test_11_the_cervix_uteri_is_not_the_neck() -> None:
    legs = a_note("Both legs numb for 6 months.")
    uterine = (
        a_condition("Stricture and stenosis of cervix uteri", (ICD10, "N88.2")),
        a_condition("Cervical dysplasia", (ICD10, "N87.9")),
        a_report("MRI pelvis", conclusion="Cervical stenosis, hematometra. No cord compression.", days=60),
        a_note("Cervical stenosis at hysteroscopy.", days=40),
    )
    spinal = a_condition("Spinal stenosis, cervical region", (ICD10, "M48.02"))
    assert answered(legs, *uterine) == answered(legs)
    assert answered(*uterine).cards == ()
    assert answered(HOFFMANN, *uterine) == answered(HOFFMANN)
    assert answered(legs, spinal) != answered(legs)


@pytest.mark.hazard("NEV-11", "a screening test of the cervix uteri is neither cancer nor neck disease")
@pytest.mark.parametrize("screening", ["Cervical cancer screening normal.", "Cervical smear up to date."])
def test_11_a_screening_test_changes_nothing(screening: str) -> None:
    assert answered(HOFFMANN, a_note(screening, days=40)) == answered(HOFFMANN)


@pytest.mark.hazard("NEV-12", "a provisional diagnosis is not known disease")
@pytest.mark.parametrize("verification", ["provisional", "differential", "unconfirmed"])
def test_12_a_provisional_myelopathy_does_not_switch_on_known_disease(verification: str) -> None:
    suspected = a_condition(*MYELOPATHY, days=30, verification=verification)
    clinic = an_order("Referral: spine surgery", status="completed", days=100)
    assert answered(HOFFMANN, suspected, clinic).cards == ("cord-recommend",)
    assert "cord-recommend" not in answered(HOFFMANN, KNOWN, clinic).cards


@pytest.mark.hazard("NEV-13", "a radiograph or plain CT of the neck is no image of the cord")
@pytest.mark.parametrize("study", ["X-ray cervical spine", "CT cervical spine without contrast"])
def test_13_a_clear_radiograph_or_plain_ct_of_the_neck_silences_nothing(study: str) -> None:
    clear = a_report(study, conclusion="Normal. No stenosis, no compression.", days=60)
    assert answered(HOFFMANN, clear) == answered(HOFFMANN)
    assert answered(HOFFMANN, CLEAR_NECK).cards == ("umn-unexplained-neurology",)


@pytest.mark.hazard("NEV-14", "one primary card, and each says where it comes from")
def test_14_there_is_one_primary_card_and_it_says_where_it_comes_from() -> None:
    for answer in all_answers():
        primary = [card for card in answer["cards"] if card["source"]["topic"]["code"] != "emg-caveat"]
        assert len(primary) == bool(answer["cards"])
        for card in primary:
            found = re.search(r"\*\*Found\*\*:\n\n((?:- .*\n)+)", card["detail"])
            assert found, card["detail"]
            lines = [line for line in found[1].splitlines() if not line.startswith("- and ")]
            assert all(re.search(r": .*\b(\d{4}-\d\d-\d\d|undated|date not recorded), \w", x) for x in lines)
            assert re.search(r"\*\*Why\*\*: .*\([A-Z]\d*\w*(-\w+)?\)", card["detail"])
            assert card["source"]["label"]
            assert the_library().version in card["detail"]


_FIGURE = re.compile(r"\d+(?:\.\d+)?%")


@pytest.mark.hazard("NEV-15", "only figures seen in their source are printed")
def test_15_only_figures_seen_in_their_source_are_printed(tmp_path: Path) -> None:
    seen = {
        figure
        for reference in the_library().references.values()
        if reference.seen
        for figure in _FIGURE.findall(reference.figure)
    }
    printed = {figure for card in all_cards() for figure in _FIGURE.findall(words_on(card))}
    assert printed
    assert printed - seen == set()
    shows_unseen = changed("tiny/rules.yaml", "shows: EV-01", "shows: EV-02")
    with pytest.raises(ContentError, match="EV-02 was not seen"):
        load_library(write_content(tmp_path, shows_unseen))


@pytest.mark.hazard("NEV-16", "an evaluation that fails is an error and is logged, never tier none")
def test_16_an_evaluation_that_fails_is_an_error_and_is_logged() -> None:
    def failing(*_: Any) -> Any:
        raise RuntimeError("broken at", datetime.combine(AS_OF, time(), UTC))

    web = stand_in(answer=failing)
    response = web.invoke(a_body())
    assert_outcome(response, 500)
    assert "cards" not in response.json
    assert "none" not in response.text
    assert web.seen.facts[0]["error"] == "RuntimeError"

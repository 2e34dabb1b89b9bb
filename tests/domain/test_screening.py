"""Each row of the pharmacy's table of doses and requirements, from the outside."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.findings import Decision, Level
from pharmacy.domain.prescription import Condition, Patient, Prescriber, Prescription, TitrationStep, from_document
from pharmacy.domain.screening import Screening, screen

_TODAY = date(2026, 11, 24)
USUAL = Prescription(
    patient=Patient(family="Doe", given="Jane", birth_date="1980-05-01", sex="F", none_known=True),
    prescriber=Prescriber(family="Roe", given="Ann", npi="1234567893"),
    drug="naltrexone hydrochloride",
    strength="4.5 mg",
    form="capsule",
    directions="Take 1 capsule at bedtime",
    quantity="30",
    days_supply="30",
    refills="3",
    written="2026-11-20",
)


def _screen(**changes: Any) -> Screening:
    return screen(replace(USUAL, **changes), today=_TODAY)


def _rules(screening: Screening) -> list[str]:
    return [finding.rule for finding in screening.findings]


def _plan(*steps: tuple[str, str]) -> tuple[TitrationStep, ...]:
    return tuple(TitrationStep(dose, days) for dose, days in steps)


def test_the_usual_prescription_is_accepted_without_a_finding() -> None:
    screening = screen(USUAL, today=_TODAY)
    assert (screening.decision, screening.findings) == (Decision.ACCEPT, ())
    assert (str(screening.daily_dose_mg), str(screening.strength_mg)) == ("4.5", "4.5")


@pytest.mark.parametrize(
    ("strength", "decision", "dose"),
    [
        ("1.5 mg", "accept", "1.5"),
        ("3 mg", "accept", "3"),
        ("4.5 MG", "accept", "4.5"),
        ("1.49 mg", "pharmacist", "1.49"),
        ("0.5 mg", "pharmacist", "0.5"),
        ("4.51 mg", "pharmacist", "4.51"),
        ("6 mg", "pharmacist", "6"),
        ("0.49 mg", "stop", "0.49"),
        ("6.01 mg", "stop", "6.01"),
        ("15 mg", "stop", "15"),
        ("50 mg", "stop", "50"),
        ("300 mg", "stop", "300"),
        ("1500 mcg", "pharmacist", "1.5"),
        ("450 mcg", "stop", "0.45"),
        ("4.5 mcg", "stop", "0.0045"),
    ],
)
def test_the_daily_dose_decides_by_its_band(strength: str, decision: str, dose: str) -> None:
    document = _screen(strength=strength).to_document()
    assert (document["decision"], document["daily_dose_mg"]) == (decision, dose)


@pytest.mark.parametrize(("strength", "meant"), [("15 mg", "1.5 mg"), ("30 mg", "3 mg"), ("45 mg", "4.5 mg")])
def test_a_lost_decimal_is_named_and_not_corrected(strength: str, meant: str) -> None:
    finding = _screen(strength=strength).findings[0]
    assert finding.level is Level.STOP
    assert f"ten times {meant}" in finding.message
    assert "decimal" in finding.message


@pytest.mark.parametrize(("strength", "named"), [("49.9 mg", False), ("50 mg", True), ("300 mg", True)])
def test_conventional_naltrexone_is_named_from_50_mg(strength: str, named: bool) -> None:
    assert ("conventional naltrexone" in _screen(strength=strength).findings[0].message) is named


def test_micrograms_are_converted_and_shown() -> None:
    messages = [finding.message for finding in _screen(strength="1500 mcg").findings]
    assert any("1500 mcg = 1.5 mg" in message for message in messages)


@pytest.mark.parametrize(
    "strength",
    ["0 mg", "-4.5 mg", "NaN mg", "1e1 mg", "1.5 mg 3 mg", "1.5-4.5 mg", "1.5 to 4.5 mg", "0.0045 g",
     "5 mL", "1 mg/mL",
     "4,5 mg", "4.5", "4.5u", "four mg", "4.5.5 mg", "4 5 mg", "1,500 mcg"],
)  # fmt: skip
def test_an_unreadable_strength_stops_with_its_text(strength: str) -> None:
    screening = _screen(strength=strength)
    assert (screening.decision, screening.strength_mg, screening.daily_dose_mg) == (Decision.STOP, None, None)
    assert f"“{strength}”" in screening.findings[0].message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"strength": ".5 mg"}, "naked decimal point"),
        ({"strength": "4.50 mg"}, "trailing zero"),
        ({"strength": "4.5mg"}, "no space"),
        ({"strength": "4500 µg"}, "µg"),
        ({"directions": "1 cap QD"}, "“qd”"),
        ({"directions": "1 cap qhs"}, "“qhs”"),
        ({"directions": "1 cap po HS"}, "“hs”"),
        ({"drug": "LDN"}, "“LDN”"),
        ({"drug": "naltrexone4.5 mg"}, "runs into the number"),
    ],
)
def test_error_prone_writing_is_flagged_with_its_source(changes: dict[str, str], said: str) -> None:
    flagged = [finding for finding in _screen(**changes).findings if said in finding.message]
    assert flagged
    assert flagged[0].source.startswith("ISMP")


@pytest.mark.parametrize(
    "drug",
    ["methylnaltrexone", "Relistor", "naloxone", "naloxegol", "nalmefene", "naltrexone 50 mg tablet",
     "Revia", "Vivitrol",
     "morphine and naltrexone", "Embeda", "oxycodone/naltrexone", "Contrave", "naltrexone ER", "aspirin", ""],
)  # fmt: skip
def test_another_drug_stops(drug: str) -> None:
    assert _screen(drug=drug).decision is Decision.STOP


def test_opioid_combinations_are_named_as_opioids() -> None:
    assert "opioid" in _screen(drug="oxycodone/naltrexone").findings[0].message


@pytest.mark.parametrize("drug", ["naltrexone", "Naltrexone HCl", "NALTREXONE HYDROCHLORIDE 4.5 mg capsule"])
def test_naltrexone_is_accepted_under_its_own_name(drug: str) -> None:
    assert _screen(drug=drug).decision is Decision.ACCEPT


@pytest.mark.parametrize("drug", ["naltrexone 50", "naltrexone 450", "naltrexone 4,5 mg", "naltrexone 1.5/3/4.5 mg"])
def test_a_number_without_its_unit_in_the_drug_is_asked_about(drug: str) -> None:
    (finding,) = _screen(drug=drug).findings
    assert (finding.rule, finding.level) == ("drug.unknown-words", Level.PHARMACIST)


@pytest.mark.parametrize("drug", ["naltrexone 4.5", "naltrexone 4.5 mg capsule #30", "naltrexone 4.5 mg 30 caps"])
def test_a_number_that_can_only_mean_the_strength_or_the_capsules_is_not(drug: str) -> None:
    assert _screen(drug=drug).findings == ()


@pytest.mark.parametrize("strength", ["4.5 mg tab", "4.5 mg tablet", "4.5 mg/tablet"])
def test_a_strength_of_a_tablet_is_no_order_for_capsules(strength: str) -> None:
    assert _rules(_screen(strength=strength)) == ["form.not-made"]


@pytest.mark.parametrize(
    "drug", ["naltrexone E.R.", "naltrexone S.R. 4.5 mg", "naltrexone MR", "naltrexone timed release"]
)
def test_slow_release_is_stopped_however_it_is_written(drug: str) -> None:
    screening = _screen(drug=drug)
    assert screening.decision is Decision.STOP
    assert "form.not-made" in _rules(screening)


@pytest.mark.parametrize(
    "said", ["unknown", "Unknown.", "N/A", "?", "-", "not asked", "Not on file", "patient declined"]
)
def test_words_that_say_that_nobody_asked_are_no_allergies(said: str) -> None:
    patient = replace(USUAL.patient, none_known=False, allergies=(said,))
    (finding,) = _screen(patient=patient).findings
    assert (finding.rule, finding.level) == ("patient.allergies", Level.STOP)
    assert said in finding.message
    told = replace(USUAL.patient, none_known=False, allergies=(said, "penicillin"))
    assert _screen(patient=told).decision is Decision.ACCEPT


def test_an_opioid_in_the_purpose_is_a_question() -> None:
    for directions in ("Take 1 capsule at bedtime for opioid use disorder",
                       "Take 1 capsule at bedtime for pain as oxycodone is stopped"):  # fmt: skip
        (finding,) = _screen(directions=directions).findings
        assert (finding.rule, finding.level) == ("profile.opioid-mentioned", Level.PHARMACIST)
        assert finding.message.startswith("The purpose")
    assert _screen(directions="Take 1 capsule at bedtime for fibromyalgia").findings == ()


def test_a_misspelt_drug_is_never_corrected_silently() -> None:
    assert _screen(drug="naltrexon").decision is Decision.PHARMACIST


def test_two_strengths_that_disagree_stop() -> None:
    assert "strength.two" in _rules(_screen(drug="naltrexone 1.5 mg", strength="4.5 mg"))
    assert "directions.two-doses" in _rules(_screen(directions="Take 1 capsule (3 mg) at bedtime"))


def test_a_titration_plan_takes_the_place_of_a_range() -> None:
    plan = _plan(("1.5", "7"), ("3", "7"), ("4.5", ""))
    screening = _screen(strength="1.5-4.5 mg", titration=plan, directions="titrate per plan", refills="0")
    assert screening.decision is Decision.PHARMACIST
    assert str(screening.daily_dose_mg) == "4.5"
    assert all(finding.rule == "directions.unreadable" for finding in screening.findings)


@pytest.mark.parametrize(
    ("steps", "rule"),
    [
        ((("0.5", "7"), ("1.5", "")), "dose.unusual"),
        ((("1.5", "7"), ("4.5", "")), "titration.steep"),
        ((("3", "7"), ("1.5", "")), "titration.falls"),
        ((("0.4", "7"), ("1.5", "")), "dose.too-low"),
        ((("1.5", "7"), ("15", "")), "dose.too-high"),
        ((("1.5-3", "7"), ("4.5", "")), "titration.unreadable"),
        ((("1.5", ""), ("3", "")), "titration.unreadable"),
        ((("1.5", "20"), ("3", "20")), "titration.days"),
    ],
)
def test_a_titration_plan_is_reviewed_step_by_step(steps: tuple[tuple[str, str], ...], rule: str) -> None:
    assert rule in _rules(_screen(titration=_plan(*steps), strength=""))


def test_rising_directions_are_reviewed_like_a_plan() -> None:
    rising = "1 capsule at bedtime for 7 days, then 2 capsules at bedtime for 7 days, then 3 capsules at bedtime"
    assert _screen(strength="1.5 mg", directions=rising, quantity="69").decision is Decision.ACCEPT
    assert "titration.steep" in _rules(_screen(strength="3 mg", directions=rising, quantity="69"))


def test_a_plan_that_differs_from_the_directions_is_a_question() -> None:
    plan = _plan(("1.5", "7"), ("3", ""))
    directions = "1 capsule at bedtime for 14 days, then 2 capsules at bedtime"
    assert "titration.disagrees" in _rules(
        _screen(strength="1.5 mg", titration=plan, directions=directions, quantity="46")
    )


@pytest.mark.parametrize(
    ("changes", "plan", "highest"),
    [
        ({"directions": "Take 10 capsules at bedtime", "quantity": "300"}, (("4.5", "30"),), "45"),
        ({"directions": "Take 2 capsules at bedtime", "quantity": "60"}, (("4.5", "30"),), "9"),
        ({"strength": "1.5 mg"}, (("1.5", "7"), ("3", "7"), ("4.5", "16")), "4.5"),
        ({"strength": "3 mg", "directions": "1 capsule twice a day", "quantity": "60"}, (("3", "30"),), "6"),
        ({"strength": "", "directions": "Take 10 capsules at bedtime", "quantity": "300"}, (("4.5", "30"),), "4.5"),
    ],
)
def test_a_plan_never_hides_the_dose_that_the_label_would_print(
    changes: dict[str, Any], plan: tuple[tuple[str, str], ...], highest: str
) -> None:
    screening = _screen(titration=_plan(*plan), **changes)
    assert (screening.decision, screening.to_document()["daily_dose_mg"]) == (Decision.STOP, highest)
    assert "titration.disagrees" in _rules(screening)


def test_ten_capsules_beside_a_harmless_plan_are_named_as_a_lost_decimal() -> None:
    changed = {"directions": "Take 10 capsules at bedtime", "quantity": "300"}
    findings = _screen(titration=_plan(("4.5", "30")), **changed).findings
    assert any(f.rule == "dose.too-high" and "ten times 4.5 mg" in f.message for f in findings)


def test_a_plan_that_says_what_the_directions_say_is_accepted() -> None:
    rising = "1 capsule at bedtime for 7 days, then 2 capsules at bedtime for 7 days, then 3 capsules at bedtime"
    plan = _plan(("1.5", "7"), ("3", "7"), ("4.5", ""))
    changed = {"strength": "1.5 mg", "directions": rising, "quantity": "69"}
    assert _screen(titration=plan, **changed).decision is Decision.ACCEPT


@pytest.mark.parametrize(
    ("quantity", "days", "off"),
    [
        ("30", "3", "The days' supply is off"),
        ("30", "31", "The days' supply is off"),
        ("31", "30", "The quantity is off"),
        ("30", "90", "The quantity or the days' supply is off"),
    ],
)
def test_quantity_days_and_directions_must_agree(quantity: str, days: str, off: str) -> None:
    screening = _screen(quantity=quantity, days_supply=days)
    assert screening.decision is Decision.PHARMACIST
    assert screening.findings[0].message.startswith(off)


def test_directions_that_use_more_than_the_quantity_are_named() -> None:
    screening = _screen(strength="1.5 mg", directions="2 capsules at bedtime")
    assert screening.findings[0].message.startswith("The directions are off")


def test_capsules_are_not_split() -> None:
    assert _screen(directions="1/2 capsule at bedtime", quantity="15").decision is Decision.STOP


@pytest.mark.parametrize("field", ["quantity", "days_supply"])
@pytest.mark.parametrize("written", ["0", "-30", "30.5", "thirty", "30-60", "NaN", "1e2", "30 (sixty)"])
def test_an_unreadable_number_of_capsules_or_days_stops(field: str, written: str) -> None:
    assert _screen(**{field: written}).decision is Decision.STOP


@pytest.mark.parametrize("written", ["#30", "30 capsules", "30 caps", "30 (thirty)", " 30 "])
def test_a_quantity_is_read_as_it_is_written(written: str) -> None:
    assert _screen(quantity=written).decision is Decision.ACCEPT


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("2026-11-24", None),
        ("2025-11-24", None),
        ("2025-11-23", "written.expired"),
        ("2026-11-25", "written.future"),
        ("11/20/2026", "written.unreadable"),
        ("", "written.missing"),
    ],
)
def test_a_prescription_is_valid_for_a_year_from_its_date(written: str, rule: str | None) -> None:
    screening = _screen(written=written)
    assert _rules(screening) == ([rule] if rule else [])
    assert screening.decision is (Decision.STOP if rule else Decision.ACCEPT)


def test_the_policy_decides_how_long_a_prescription_is_valid() -> None:
    half = DosePolicy(valid_months=6)
    assert screen(replace(USUAL, written="2026-05-23"), today=_TODAY, policy=half).decision is Decision.STOP


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"family": ""}, "patient.name"),
        ({"given": " "}, "patient.name"),
        ({"birth_date": ""}, "patient.birth-date"),
        ({"birth_date": "2027-01-01"}, "patient.birth-date"),
        ({"birth_date": "May 1980"}, "patient.birth-date"),
        ({"none_known": False}, "patient.allergies"),
    ],
)
def test_what_is_missing_about_the_patient_stops(changes: dict[str, Any], rule: str) -> None:
    screening = _screen(patient=replace(USUAL.patient, **changes))
    assert screening.decision is Decision.STOP
    assert _rules(screening) == [rule]


def test_none_known_beside_an_allergy_is_a_question() -> None:
    patient = replace(USUAL.patient, allergies=("penicillin",))
    assert _screen(patient=patient).decision is Decision.PHARMACIST


def test_a_wrong_npi_stops_and_a_missing_one_is_looked_up() -> None:
    assert _screen(prescriber=replace(USUAL.prescriber, npi="1234567898")).decision is Decision.STOP
    assert _screen(prescriber=replace(USUAL.prescriber, npi="")).decision is Decision.PHARMACIST


@pytest.mark.parametrize(
    ("form", "decision"), [("Oral Capsule", "accept"), ("", "accept"), ("tablet", "stop"), ("cream", "stop")]
)
def test_only_capsules_are_made(form: str, decision: str) -> None:
    assert _screen(form=form).decision.value == decision


@pytest.mark.parametrize("form", ["", "   "])
def test_a_missing_form_is_never_taken_for_capsules_silently(form: str) -> None:
    assert [(f.rule, f.level) for f in _screen(form=form).findings] == [("form.missing", Level.WARN)]


def test_an_opioid_in_the_note_alone_keeps_a_prescription_from_being_accepted() -> None:
    assert _rules(_screen(note="Patient is on methadone 60 mg daily")) == ["profile.opioid-mentioned"]
    ill = replace(USUAL.patient, conditions=(Condition("", "Fibromyalgia"),))
    assert _screen(patient=ill, note="for fibromyalgia").decision is Decision.ACCEPT


def test_unread_directions_stop_and_doubts_need_a_pharmacist() -> None:
    assert _screen(directions="as directed").decision is Decision.STOP
    assert _screen(directions="1 capsule at bedtime as needed").decision is Decision.PHARMACIST
    assert _screen(directions="1 capsule twice a day", strength="1.5 mg", quantity="60").decision is Decision.PHARMACIST


def test_ranges_and_rare_doses_are_still_asked_about_with_what_was_understood() -> None:
    for directions, said in (
        ("1-2 capsules at bedtime", "1 to 2 capsules, 1 time in a day"),
        ("1 capsule weekly", "1 capsule, 1 time in a week"),
    ):
        screening = _screen(directions=directions)
        assert screening.decision is Decision.STOP
        unread = next(finding for finding in screening.findings if finding.rule == "directions.unreadable")
        assert f"Understood so far: {said}." in unread.message


def test_the_gravest_finding_comes_first() -> None:
    screening = _screen(strength="15mg", refills="20")
    levels = [finding.level for finding in screening.findings]
    assert levels == sorted(levels, key=list(Level).index)
    assert levels[0] is Level.STOP


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_WORDS = st.text(max_size=30) | st.sampled_from(
    ["4.5 mg", "1500 mcg", "999999 mg", "0.000001 mg", "1 cap qhs", "99 capsules 24 times a day", "30",
     "9999-12-31",
     "0001-01-01", "none known", "methadone", "naltrexone", "acute hepatitis", "100000", "1e9",
     "999999999999"]
)  # fmt: skip
_MEDICATION = st.fixed_dictionaries({"text": _WORDS, "rxcui": _WORDS, "last_taken": _WORDS})
_LISTED = {
    "allergies": st.lists(_WORDS, max_size=2) | _WORDS,
    "conditions": st.lists(st.fixed_dictionaries({"code": _WORDS, "text": _WORDS}), max_size=2),
    "medications": st.lists(_MEDICATION, max_size=2),
    "pregnant": st.none() | st.booleans(),
    "diet": _WORDS,
    "birth_date": _WORDS,
    "family": _WORDS,
}
_SHAPED = st.fixed_dictionaries(
    {},
    optional={
        "patient": st.fixed_dictionaries({}, optional=_LISTED) | _JSON,
        "prescriber": st.fixed_dictionaries({}, optional={"npi": _WORDS, "family": _WORDS}) | _JSON,
        "titration": st.lists(st.fixed_dictionaries({"dose_mg": _WORDS, "days": _WORDS}), max_size=3) | _JSON,
        **dict.fromkeys(
            (
                "drug",
                "strength",
                "form",
                "directions",
                "quantity",
                "days_supply",
                "refills",
                "written",
                "note",
            ),
            _WORDS | _JSON,
        ),
    },
)


@settings(max_examples=100, deadline=None)
@given(_SHAPED | _JSON)
def test_any_json_gives_a_decision_or_is_refused(document: object) -> None:
    try:
        screening = screen(from_document(document), today=_TODAY, excipients=("Avicel PH-101", "gelatin"))
    except InputUnusable:
        return
    printed = json.loads(json.dumps(screening.to_document()))
    assert printed["decision"] in ("accept", "pharmacist", "stop")

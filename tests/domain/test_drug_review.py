"""Each row of the pharmacy's table of drug-use review."""

import csv
from datetime import date
from pathlib import Path

import pytest

from pharmacy.domain.conditions import review_age, review_conditions
from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.drug_names import Group, find
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.excipients import review_allergies
from pharmacy.domain.findings import Finding, Level, check_override
from pharmacy.domain.interactions import review_medications
from pharmacy.domain.medicine_list import read_list
from pharmacy.domain.opioid_timeline import timeline_of
from pharmacy.domain.prescription import Condition, Medication, Patient

_OPIOID = Path(__file__).resolve().parents[3] / "shared" / "data" / "opioid"
_TODAY = date(2026, 11, 24)
_POLICY = DosePolicy()


def _review(patient: Patient) -> tuple[Finding, ...]:
    listed = read_list(patient.medications)
    timeline = timeline_of(listed, today=_TODAY, policy=_POLICY)
    return review_medications(listed, timeline, today=_TODAY, policy=_POLICY)


def _takes(text: str = "", *, rxcui: str = "", last_taken: str = "") -> list[tuple[Level, str]]:
    patient = Patient(medications=(Medication(text, rxcui, last_taken),))
    return [(f.level, f.code) for f in _review(patient)]


def _has(code: str, text: str) -> list[tuple[Level, str]]:
    return [(f.level, f.code) for f in review_conditions(Patient(conditions=(Condition(code, text),)))]


@pytest.mark.parametrize(
    "text",
    ["methadone 10 mg", "Dolophine", "buprenorphine 8 mg SL", "Suboxone film", "Butrans",
     "fentanyl 25 mcg/hr patch",
     "Duragesic", "levorphanol", "OxyContin", "oxycodone ER 20 mg", "MS Contin",
     "morphine sulfate extended release",
     "Hysingla", "tramadol 100 mg XR", "METHADON"],
)  # fmt: skip
def test_a_long_acting_opioid_stops(text: str) -> None:
    assert (Level.STOP, "DD") in _takes(text)


@pytest.mark.parametrize(
    "text",
    ["oxycodone 5 mg", "Percocet", "hydrocodone-acetaminophen", "Norco", "Tylenol #3", "Tylenol with codeine",
     "promethazine/codeine syrup", "tramadol 50 mg", "tapentadol", "kratom tea", "morphine 15 mg",
     "Dilaudid"],
)  # fmt: skip
def test_a_short_acting_opioid_needs_a_pharmacist_and_six_hours(text: str) -> None:
    patient = Patient(medications=(Medication(text),))
    finding = _review(patient)[0]
    assert (finding.level, finding.code) == (Level.PHARMACIST, "DD")
    assert "6 hours" in finding.message
    assert "contraindicates" in finding.message


@pytest.mark.parametrize(
    ("text", "last_taken", "until"),
    [
        ("oxycodone", "2026-11-20", "2026-11-30"),
        ("methadone", "2026-11-12", "2026-11-26"),
        ("Suboxone", "2026-11-11", "2026-11-25"),
        ("opioids", "2026-11-11", "2026-11-25"),
    ],
)
def test_a_recent_opioid_stops_until_the_date_that_is_shown(text: str, last_taken: str, until: str) -> None:
    patient = Patient(medications=(Medication(text, "", last_taken),))
    finding = _review(patient)[0]
    assert finding.level is Level.STOP
    assert f"until {until}" in finding.message


def test_the_first_day_after_the_washout_no_longer_stops() -> None:
    assert _takes("oxycodone", last_taken="2026-11-14") == [(Level.PHARMACIST, "DD")]
    assert _takes("oxycodone", last_taken="2026-11-15") == [(Level.STOP, "DD")]
    assert _takes("methadone", last_taken="2026-11-10") == [(Level.PHARMACIST, "DD")]
    assert _takes("methadone", last_taken="2026-11-11") == [(Level.STOP, "DD")]


def test_an_unreadable_or_future_date_never_lowers_the_level() -> None:
    assert _takes("methadone", last_taken="a while ago") == [(Level.STOP, "DD")]
    assert _takes("oxycodone", last_taken="2027-01-01") == [(Level.STOP, "DD")]


@pytest.mark.parametrize("text", ["loperamide", "Imodium A-D", "Lomotil", "diphenoxylate/atropine"])
def test_an_opioid_of_the_bowel_only_warns(text: str) -> None:
    assert _takes(text) == [(Level.WARN, "DD")]


@pytest.mark.parametrize("text", ["naltrexone 50 mg", "Vivitrol", "LDN 3 mg", "nalmefene", "Contrave"])
def test_a_second_antagonist_stops(text: str) -> None:
    assert _takes(text) == [(Level.STOP, "TD")]


@pytest.mark.parametrize(
    "text",
    ["apomorphine", "methylnaltrexone", "naloxone nasal spray", "naloxegol", "hydrocortisone cream",
     "oxymetazoline",
     "dextromethorphan", "pseudocodeinex", "aspirin", "oxytocin", "trazodone"],
)  # fmt: skip
def test_a_name_inside_another_word_is_no_match(text: str) -> None:
    assert _takes(text) == []


@pytest.mark.parametrize("text", ["oxycodne", "hydrocodoen", "morphin", "tramadal", "fentanil"])
def test_one_slip_in_a_long_name_is_matched_and_shown(text: str) -> None:
    assert (Level.PHARMACIST, "DD") in _takes(text)
    assert (Level.WARN, "MS") in _takes(text)


def test_a_slip_in_a_short_name_that_is_no_ingredient_of_an_opioid_is_no_match() -> None:
    assert find("nroco") == find("mdtone") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fent patch 25", Level.STOP),
        ("fentynal patch", Level.STOP),
        ("buprenorfine 8 mg", Level.STOP),
        ("bupe 8mg", Level.STOP),
        ("Levo-Dromoran", Level.STOP),
        ("opioid patch", Level.STOP),
        ("methodome 60 mg", Level.STOP),
        ("codiene 30 mg", Level.PHARMACIST),
        ("oxycod 10", Level.PHARMACIST),
        ("oxy 10", Level.PHARMACIST),
        ("HYDROCO/APAP 5-325", Level.PHARMACIST),
        ("T3", Level.PHARMACIST),
        ("Tylenol T#3", Level.PHARMACIST),
        ("acetaminophen-cod #3", Level.PHARMACIST),
        ("Numorphan", Level.PHARMACIST),
        ("tilidine", Level.PHARMACIST),
        ("piritramide", Level.PHARMACIST),
        ("hidrocodona", Level.PHARMACIST),
        ("MSO4", Level.PHARMACIST),
        ("opiates", Level.PHARMACIST),
        ("narcotic pain pill", Level.PHARMACIST),
    ],
)
def test_an_opioid_is_found_however_it_is_written(text: str, expected: Level) -> None:
    assert (expected, "DD") in _takes(text)


@pytest.mark.parametrize(
    "text",
    ["apomorphine", "methylnaltrexone", "naloxone", "oxybutynin ER 10 mg", "oxytocin", "oxcarbazepine 300 mg",
     "oxymetholone", "nalorphine", "metolazone", "menadione", "amiodarone", "meropenem", "memantine",
     "hydroxyzine", "hydroquinone", "prednisone", "trazodone", "tizanidine", "tiagabine", "pentamidine",
     "propafenone", "mepivacaine", "risperidone", "colchicine", "opioid antagonist", "cod liver oil",
     "acetaminophen, cod liver oil", "free T3 normal", "ibuprofen 1 t 3 times a day", "dextromethorphan"],
)  # fmt: skip
def test_a_medicine_that_only_sounds_like_an_opioid_is_not_matched(text: str) -> None:
    assert [match for match in find(text) if match.group in (Group.OPIOID, Group.LONG_ACTING_OPIOID)] == []


def test_a_named_opioid_is_not_asked_about_a_second_time_as_unnamed() -> None:
    assert [match.ingredient for match in find("oxycodone (opioid)")] == ["oxycodone"]


def test_a_code_counts_without_any_words() -> None:
    assert _takes(rxcui="863845") == [(Level.STOP, "DD")]  # morphine and naltrexone, extended release
    assert _takes(rxcui="7243") == [(Level.STOP, "TD")]  # naltrexone


def test_thyroid_replacement_is_counselled() -> None:
    assert _takes("levothyroxine 50 mcg") == [(Level.COUNSEL, "DD")]


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("B17.9", "", (Level.STOP, "DC")),
        ("", "acute hepatitis", (Level.STOP, "DC")),
        ("K72.90", "", (Level.STOP, "DC")),
        ("", "Liver failure", (Level.STOP, "DC")),
        ("", "ESLD", (Level.STOP, "DC")),
        ("", "end-stage liver disease", (Level.STOP, "DC")),
        ("", "acute liver injury", (Level.STOP, "DC")),
        ("", "Hep C", (Level.WARN, "DC")),
        ("", "on hemodialysis", (Level.WARN, "DC")),
        ("", "stage 5 chronic kidney disease", (Level.WARN, "DC")),
        ("K74.60", "", (Level.WARN, "DC")),
        ("B18.2", "Chronic viral hepatitis C", (Level.WARN, "DC")),
        ("N18.5", "", (Level.WARN, "DC")),
        ("", "severe renal impairment", (Level.WARN, "DC")),
        ("Z33.1", "", (Level.PHARMACIST, "PG")),
        ("O09.90", "", (Level.PHARMACIST, "PG")),
        ("", "breastfeeding", (Level.PHARMACIST, "NR")),
        ("", "surgery planned", (Level.COUNSEL, "ED")),
        ("F32.9", "", (Level.COUNSEL, "DC")),
        ("R45.851", "", (Level.COUNSEL, "DC")),
        ("Z79.891", "", (Level.PHARMACIST, "DD")),
    ],
)
def test_a_condition_is_found_by_code_or_words(code: str, text: str, expected: tuple[Level, str]) -> None:
    assert _has(code, text) == [expected]


@pytest.mark.parametrize("code", ["M79.7", "G35.A", "K50.90", "R53.82", "L40.9", "N18.30", "Z88.5", "F11.21"])
def test_the_usual_conditions_find_nothing(code: str) -> None:
    assert _has(code, "") == []


def test_pregnancy_and_childhood_need_a_pharmacist() -> None:
    assert [(f.level, f.code) for f in review_conditions(Patient(pregnant=True))] == [(Level.PHARMACIST, "PG")]
    assert review_age(date(2008, 11, 25), _TODAY, _POLICY)[0].level is Level.PHARMACIST
    assert review_age(date(2008, 11, 24), _TODAY, _POLICY) == ()


def _allergic(allergy: str, *excipients: str, diet: str = "") -> list[tuple[Level, str]]:
    patient = Patient(allergies=(allergy,) if allergy else (), diet=diet)
    return [(f.level, f.code) for f in review_allergies(patient, excipients, _POLICY)]


@pytest.mark.parametrize(
    ("allergy", "excipient"),
    [("lactose", "lactose monohydrate"), ("yellow dye", "FD&C Yellow 5"), ("gelatin", "gelatin capsule"),
     ("corn", "corn starch"),
     ("sucralose", "sucralose")],
)  # fmt: skip
def test_an_allergy_against_an_excipient_of_the_formula_stops(allergy: str, excipient: str) -> None:
    assert _allergic(allergy, "microcrystalline cellulose", excipient) == [(Level.STOP, "DA")]


def test_a_diet_against_an_excipient_stops_and_another_formula_does_not() -> None:
    assert _allergic("", "gelatin", diet="vegan") == [(Level.STOP, "DI")]
    assert _allergic("", "hypromellose capsule", diet="vegan") == []
    assert _allergic("lactose", "microcrystalline cellulose") == []


def test_an_excipient_allergy_before_a_formula_is_chosen_is_a_warning() -> None:
    assert _allergic("lactose intolerance") == [(Level.WARN, "DA")]


def test_an_allergy_to_naltrexone_stops_and_to_methylnaltrexone_does_not() -> None:
    assert _allergic("naltrexone (rash)", "gelatin") == [(Level.STOP, "DA")]
    assert _allergic("methylnaltrexone", "gelatin") == []


@pytest.mark.parametrize("filler", ["calcium carbonate", "methylcellulose", "Hypromellose SR K100M"])
def test_slow_fillers_are_blocked(filler: str) -> None:
    assert _allergic("", filler) == [(Level.STOP, "DI")]


def test_every_published_opioid_product_is_found_by_its_code_and_by_its_name() -> None:
    source = _OPIOID / "omtk2020_drug_ingredients.csv"
    if not source.exists():
        pytest.skip("The published opioid products are not beside this checkout.")
    opioids = {Group.OPIOID, Group.LONG_ACTING_OPIOID}
    with source.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            for found in (find("", row["rxcui"]), find(row["name"])):
                assert {row["ingredient"].lower()} <= {m.ingredient for m in found if m.group in opioids}, row


def test_every_published_extended_release_opioid_is_long_acting_by_name() -> None:
    source = _OPIOID / "cds_valueset_extended-release-opioid-with-ambulatory-misuse-potential.csv"
    if not source.exists():
        pytest.skip("The published extended-release opioids are not beside this checkout.")
    with source.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 183
    for row in rows:
        assert Group.LONG_ACTING_OPIOID in {match.group for match in find(row["display"])}, row
        assert Group.LONG_ACTING_OPIOID in {match.group for match in find("", row["rxcui"])}, row


def test_published_medicines_that_are_no_opioids_are_not_matched() -> None:
    source = _OPIOID / "cds_valueset_benzodiazepine-medications.csv"
    if not source.exists():
        pytest.skip("The published benzodiazepines are not beside this checkout.")
    with source.open(newline="", encoding="utf-8") as lines:
        assert [row for row in csv.DictReader(lines) if find(row["display"], row["rxcui"])] == []


def test_an_override_is_complete_or_refused() -> None:
    finding = Finding("dose.unusual", Level.PHARMACIST, "The daily dose is 6 mg.", "HD")
    check_override(finding, service="M0", result="1G", reason="Prescriber confirmed 6 mg by phone.")
    for service, result, reason in (
        ("XX", "1G", "long enough reason"),
        ("M0", "ZZ", "long enough reason"),
        ("M0", "1G", "ok"),
    ):
        with pytest.raises(RuleBroken):
            check_override(finding, service=service, result=result, reason=reason)
    with pytest.raises(RuleBroken, match="cannot be overridden"):
        check_override(Finding("x", Level.STOP, "No."), service="M0", result="1G", reason="long enough reason")

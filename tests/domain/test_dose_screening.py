"""Likely causes of a wrong dose, the arithmetic behind it, and error-prone writing wherever it stands."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pharmacy.domain.dose import arithmetic
from pharmacy.domain.findings import Decision, Finding, Kind
from pharmacy.domain.prescription import Patient, Prescriber, Prescription, TitrationStep
from pharmacy.domain.screening import Screening, screen
from pharmacy.domain.sig import read_directions

_USUAL = Prescription(
    patient=Patient(family="Doe", given="Jane", birth_date="1980-05-01", none_known=True),
    prescriber=Prescriber(family="Roe", given="Ann", npi="1234567893"),
    drug="naltrexone hydrochloride", strength="4.5 mg", form="capsule", directions="Take 1 capsule at bedtime",
    quantity="30", days_supply="30", refills="3", written="2026-11-20",
)  # fmt: skip


def _screen(**changes: Any) -> Screening:
    return screen(replace(_USUAL, **changes), today=date(2026, 11, 24))


def _of(rule: str, screening: Screening) -> Finding:
    (finding,) = [finding for finding in screening.findings if finding.rule == rule]
    return finding


@pytest.mark.parametrize(
    ("strength", "rule", "cause"),
    [
        ("15 mg", "dose.too-high", "ten times 1.5 mg: a decimal point was probably lost"),
        ("45 mg", "dose.too-high", "ten times 4.5 mg: a decimal point was probably lost"),
        ("4500 mg", "dose.too-high", "a thousand times 4.5 mg: mcg was probably written as mg"),
        ("4.5 mcg", "dose.too-low", "one thousandth of 4.5 mg: mg was probably written as mcg"),
        ("450 mcg", "dose.too-low", "one tenth of 4.5 mg: a decimal point was probably moved"),
        ("0.15 mg", "dose.too-low", "one tenth of 1.5 mg: a decimal point was probably moved"),
        ("50 mg", "dose.too-high", "conventional naltrexone (50 mg and more a day)"),
    ],
)
def test_a_dose_out_of_range_names_the_likely_cause_and_is_not_corrected(strength: str, rule: str, cause: str) -> None:
    screening = _screen(strength=strength)
    assert cause in _of(rule, screening).message
    assert "Nothing is corrected here; ask the prescriber." in _of(rule, screening).message
    assert screening.decision is Decision.STOP
    assert screening.strength_mg not in (Decimal("1.5"), Decimal("4.5"))


@pytest.mark.parametrize("strength", ["7 mg", "14.9 mg", "45.1 mg", "49 mg", "0.46 mg", "0.14 mg", "0.1 mg"])
def test_no_cause_is_invented(strength: str) -> None:
    message = _screen(strength=strength).findings[0].message
    assert "probably" not in message
    assert "conventional" not in message


def test_a_daily_dose_written_as_the_strength_of_one_capsule_is_named_with_the_arithmetic() -> None:
    finding = _of("dose.too-high", _screen(directions="Take 3 capsules at bedtime", quantity="90"))
    assert "13.5 mg, above 6 mg (4.5 mg × 3 capsules × 1 a day)" in finding.message
    assert "4.5 mg is a usual daily dose: it may have been written as the strength" in finding.message


@pytest.mark.parametrize(
    ("strength", "directions", "lines"),
    [
        ("1.5", "Take 3 capsules at bedtime", ("1.5 mg × 3 capsules × 1 a day = 4.5 mg a day",)),
        ("1.5", "1 capsule twice a day", ("1.5 mg × 1 capsule × 2 a day = 3 mg a day",)),
        ("4.50", "1 capsule every other day", ("4.5 mg × 1 capsule × 0.5 a day = 2.25 mg a day",)),
        ("3", "1 capsule at bedtime for 7 days", ("3 mg × 1 capsule × 1 a day = 3 mg a day for 7 days",)),
        ("3", "as directed", ()),
    ],
)
def test_the_arithmetic_of_each_phase_is_one_line(strength: str, directions: str, lines: tuple[str, ...]) -> None:
    assert arithmetic(Decimal(strength), read_directions(directions).phases) == lines
    assert arithmetic(None, read_directions(directions).phases) == ()
    assert _screen(strength=f"{strength} mg", directions=directions).doses == lines


_FORMS = {
    ".5 mg": "a naked decimal point",
    "4.50 mg": "a trailing zero",
    "3.0 mg": "a trailing zero",
    "4.5mg": "no space between number and unit",
    "4500 µg": "µg (easily read as mg",
    "4500 μg": "µg (easily read as mg",
    "4500 ug": "ug (easily read as mg",
}


@pytest.mark.parametrize("written", _FORMS)
@pytest.mark.parametrize("field", ["strength", "drug", "directions", "plan"])
def test_error_prone_amounts_are_flagged_wherever_they_stand(field: str, written: str) -> None:
    changes: dict[str, Any] = {
        "strength": {"strength": written},
        "drug": {"drug": f"naltrexone {written} capsule"},
        "directions": {"directions": f"Take 1 capsule ({written}) at bedtime"},
        "plan": {"titration": (TitrationStep(written, "30"),)},
    }[field]
    finding = _of(f"{'strength' if field == 'plan' else field}.written-form", _screen(**changes))
    assert _FORMS[written] in finding.message
    assert (finding.kind, finding.source.startswith("ISMP")) == (Kind.WORKFLOW, True)


@pytest.mark.parametrize("code", ["QD", "qhs", "HS", "Q.D.", "QOD", "u"])
def test_error_prone_abbreviations_are_flagged_in_the_drug_too(code: str) -> None:
    finding = _of("drug.written-form", _screen(drug=f"naltrexone 4.5 mg {code}"))
    assert f"“{code.lower().replace('.', '')}”" in finding.message


@pytest.mark.parametrize("code", ["QD", "qhs", "HS", "Q.D.", "q.h.s.", "QOD"])
def test_error_prone_abbreviations_are_flagged_in_the_directions(code: str) -> None:
    finding = _of("directions.written-form", _screen(directions=f"1 capsule {code}"))
    assert finding.message.count(f"“{code.lower().replace('.', '')}”") == 1


def test_writing_that_is_safe_is_not_flagged() -> None:
    screening = _screen(
        drug="naltrexone hydrochloride 4.5 mg capsules", directions="Take 1 capsule (4.5 mg) at bedtime"
    )
    assert screening.findings == ()


def test_a_naked_point_in_the_directions_is_read_as_what_it_says() -> None:
    finding = _of("directions.two-doses", _screen(strength="5 mg", directions="Take 1 capsule (.5 mg) at bedtime"))
    assert "name 0.5 mg" in finding.message


@pytest.mark.parametrize("strength", ["4.5² mg", "1½ mg", "½ mg", "① mg", "⁴ mg", "四 mg"])
def test_a_fraction_or_a_raised_digit_is_never_read_as_a_digit(strength: str) -> None:
    assert _screen(strength=strength).strength_mg is None
    assert _of("strength.unreadable", _screen(strength=strength)).message


def test_micrograms_of_a_plan_are_converted_and_shown() -> None:
    plan = (TitrationStep("1500 mcg", "14"), TitrationStep("3", "16"))
    screening = _screen(strength="1.5 mg", titration=plan, quantity="46",
                        directions="1 capsule at bedtime for 14 days, then 2 capsules at bedtime")  # fmt: skip
    assert "1500 mcg = 1.5 mg" in _of("strength.micrograms", screening).message
    assert screening.decision is Decision.PHARMACIST
    assert screening.daily_dose_mg == 3


@pytest.mark.parametrize("dose", ["1.5-3 mg", "1 mg/mL", "0.0015 g", "1.5.5 mg", "1e1 mg", "½ mg", "-1.5 mg", "mg"])
def test_a_step_that_cannot_be_read_stops(dose: str) -> None:
    assert _of("titration.unreadable", _screen(titration=(TitrationStep(dose, "30"),))).level.value == "stop"


@pytest.mark.parametrize("dose", ["0", "0 mg", "0.0"])
def test_a_step_of_nothing_stops(dose: str) -> None:
    assert _screen(titration=(TitrationStep(dose, "30"),)).decision is Decision.STOP


@pytest.mark.parametrize(
    ("drug", "rule"),
    [
        ("methylnaltrexone 4.5 mg", "drug.look-alike"),
        ("naloxone", "drug.look-alike"),
        ("naloxegol", "drug.look-alike"),
        ("nalmefene", "drug.look-alike"),
        ("naltrexone 50 mg tablet", "drug.conventional"),
        ("naltrexone 50 mg", "drug.conventional"),
        ("morphine sulfate 20 mg / naltrexone 0.8 mg", "drug.opioid"),
        ("oxycodone and naltrexone", "drug.opioid"),
        ("Embeda", "drug.opioid"),
        ("bupropion / naltrexone", "drug.not-naltrexone"),
        ("naltrexone 4.5 mg ER capsule", "form.not-made"),
        ("naltrexone 4.5 mg tablets", "form.not-made"),
        ("methyl naltrexone 4.5 mg", "drug.look-alike"),
        ("methyl-naltrexone", "drug.look-alike"),
        ("naltrexone cream 4.5 mg", "form.not-made"),
        ("naltrexone 1 mg/mL", "form.not-made"),
        ("naltrexone troche", "form.not-made"),
        ("naltrexone 4.5 mg sublingual", "form.not-made"),
    ],
)
def test_another_product_stops_with_one_reason(drug: str, rule: str) -> None:
    stops = [
        f.rule for f in _screen(drug=drug, strength="", directions="").findings if f.rule.startswith(("drug", "form"))
    ]
    assert stops == [rule]

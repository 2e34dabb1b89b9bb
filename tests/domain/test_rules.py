"""The table of rules: every finding has a row, every row can be provoked, and hard stops are few and justified."""

import ast
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.findings import Decision, Finding, Kind, Level
from pharmacy.domain.prescription import Condition, Medication, Patient, Prescriber, Prescription, TitrationStep
from pharmacy.domain.rules import RETIRABLE, RULES, found, refuse_to_retire
from pharmacy.domain.screening import Screening, duplicate_therapy, screen

_DOMAIN = Path(__file__).resolve().parents[2] / "pharmacy"
_TODAY = date(2026, 11, 24)
_USUAL = Prescription(
    patient=Patient(family="Doe", given="Jane", birth_date="1980-05-01", none_known=True),
    prescriber=Prescriber(family="Roe", given="Ann", npi="1234567893"),
    drug="naltrexone hydrochloride", strength="4.5 mg", form="capsule", directions="Take 1 capsule at bedtime",
    quantity="30", days_supply="30", refills="3", written="2026-11-20",
)  # fmt: skip
_USUAL_DOSE = Decimal("4.5")
_RISING = "1 capsule at bedtime for 7 days, then 2 capsules at bedtime for 7 days, then 3 capsules at bedtime"


def _screen(*excipients: str, retired: frozenset[str] = frozenset(), **changes: Any) -> Screening:
    return screen(replace(_USUAL, **changes), today=_TODAY, excipients=excipients, retired=retired)


def _patient(**changes: Any) -> dict[str, Any]:
    return {"patient": replace(_USUAL.patient, **changes)}


def _taking(text: str, last_taken: str = "") -> dict[str, Any]:
    return _patient(medications=(Medication(text, "", last_taken),))


def _ill(text: str, **changes: Any) -> dict[str, Any]:
    return _patient(conditions=(Condition("", text),), **changes)


def _prescriber(**changes: Any) -> dict[str, Any]:
    return {"prescriber": replace(_USUAL.prescriber, **changes)}


def _plan(*steps: tuple[str, str], **changes: Any) -> dict[str, Any]:
    return {"titration": tuple(TitrationStep(dose, days) for dose, days in steps), **changes}


# One prescription for each rule, told by what differs from the usual one.
_EXAMPLES: dict[str, dict[str, Any]] = {
    "dose.too-low": {"strength": "0.45 mg"},
    "dose.too-high": {"strength": "45 mg"},
    "dose.unusual": {"strength": "5 mg"},
    "dose.split": {"directions": "1/2 capsule at bedtime"},
    "directions.not-once-daily": {"directions": "1 capsule twice a day"},
    "directions.two-doses": {"directions": "Take 1 capsule (3 mg) at bedtime"},
    "strength.two": {"drug": "naltrexone 1.5 mg"},
    "strength.micrograms": {"strength": "1500 mcg"},
    "titration.disagrees": _plan(("3", "30")),
    "titration.strengths": _plan(("1.5", "7"), ("3", "23")),
    "titration.falls": _plan(("4.5", "7"), ("3", "23")),
    "titration.steep": _plan(("1.5", "7"), ("4.5", "23")),
    "titration.days": _plan(("4.5", "20")),
    "titration.refills": _plan(("1.5", "7"), ("3", "23")),
    "quantity.days-off": {"days_supply": "3"},
    "quantity.quantity-off": {"quantity": "31"},
    "quantity.directions-off": {"directions": "2 capsules at bedtime"},
    "quantity.disagrees": {"quantity": "47", "days_supply": "31", "directions": _RISING, "strength": "1.5 mg"},
    "drug.not-naltrexone": {"drug": "aspirin"},
    "drug.look-alike": {"drug": "naloxone"},
    "drug.opioid": {"drug": "morphine and naltrexone"},
    "drug.conventional": {"drug": "Revia"},
    "form.not-made": {"form": "cream"},
    "drug.ldn": {"drug": "LDN"},
    "drug.spelling": {"drug": "naltrexon"},
    "drug.base": {"drug": "naltrexone base"},
    "drug.unknown-words": {"drug": "naltrexone purple"},
    "drug.written-form": {"drug": "naltrexone 4.50 mg"},
    "strength.written-form": {"strength": "4.5mg"},
    "directions.written-form": {"directions": "1 capsule qhs"},
    "directions.doubt": {"directions": "1 capsule at bedtime as needed"},
    "profile.opioid-long": _taking("methadone 10 mg"),
    "profile.opioid-recent": _taking("oxycodone 5 mg", "2026-11-20"),
    "profile.opioid": _taking("oxycodone 5 mg"),
    "profile.opioid-stopped": _taking("methadone 10 mg", "2026-01-02"),
    "profile.opioid-mentioned": {"note": "takes oxycodone"},
    "profile.opioid-peripheral": _taking("loperamide"),
    "profile.antagonist": _taking("naltrexone 50 mg"),
    "profile.thyroid": _taking("levothyroxine 50 mcg"),
    "profile.unnamed": _taking(" "),
    "profile.spelling": _taking("oxycodne 5 mg"),
    "allergy.naltrexone": _patient(allergies=("Vivitrol",), none_known=False),
    "allergy.excipient": _patient(allergies=("lactose",), none_known=False) | {"excipients": "lactose"},
    "diet.excipient": _patient(diet="vegan") | {"excipients": "gelatin"},
    "allergy.formula-to-choose": _patient(allergies=("lactose",), none_known=False),
    "diet.formula-to-choose": _patient(diet="vegan"),
    "excipient.blocked": {"excipients": "calcium carbonate"},
    "condition.liver-failure": _ill("acute hepatitis"),
    "condition.liver": _ill("cirrhosis"),
    "condition.renal": _ill("dialysis"),
    "condition.pregnancy": _patient(pregnant=True),
    "condition.lactation": _ill("breastfeeding"),
    "condition.opioid-use": _ill("opioid use disorder"),
    "condition.surgery": {"note": "surgery planned"},
    "condition.mood": _ill("depression"),
    "patient.age": _patient(birth_date="2010-01-01"),
    "drug.missing": {"drug": ""},
    "form.missing": {"form": ""},
    "strength.missing": {"strength": ""},
    "strength.unreadable": {"strength": "four"},
    "directions.unreadable": {"directions": "as directed"},
    "titration.unreadable": _plan(("1.5-3", "7")),
    "quantity.missing": {"quantity": ""},
    "quantity.unreadable": {"quantity": "some"},
    "days-supply.missing": {"days_supply": ""},
    "days-supply.unreadable": {"days_supply": "a month"},
    "refills.missing": {"refills": ""},
    "refills.unreadable": {"refills": "some"},
    "refills.beyond": {"refills": "20"},
    "written.missing": {"written": ""},
    "written.unreadable": {"written": "11/20/2026"},
    "written.future": {"written": "2026-11-25"},
    "written.expired": {"written": "2025-11-23"},
    "patient.name": _patient(given=""),
    "patient.birth-date": _patient(birth_date=""),
    "patient.allergies": _patient(none_known=False),
    "patient.allergies-contradict": _patient(allergies=("penicillin",)),
    "prescriber.name": _prescriber(family=""),
    "prescriber.npi-missing": _prescriber(npi=""),
    "prescriber.npi": _prescriber(npi="1234567898"),
}  # fmt: skip


def _provoked(rule: str) -> Finding:
    if rule == "profile.duplicate":  # found by the service, which alone knows the patient's other prescriptions
        duplicate = duplicate_therapy(("7000017",))
        assert duplicate is not None
        return duplicate
    changes = dict(_EXAMPLES[rule])
    excipients = [changes.pop("excipients")] if "excipients" in changes else []
    (finding,) = [f for f in _screen(*excipients, **changes).findings if f.rule == rule]
    return finding


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_of_the_table_can_be_provoked_at_its_highest_level(rule: str) -> None:
    finding, row = _provoked(rule), RULES[rule]
    assert (finding.level, finding.source, finding.kind) == (row.level, row.source, row.kind)
    assert finding.code in row.codes
    assert finding.to_document()["kind"] in ("clinical", "workflow")


def test_findings_are_made_from_the_table_alone() -> None:
    made: set[str] = set()
    for file in _DOMAIN.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "Finding" or file.name == "rules.py", f"{file.name} makes a finding by hand"
                if node.func.id == "found" and node.args and isinstance(node.args[0], ast.Constant):
                    made.add(str(node.args[0].value))
    assert made <= set(RULES)
    assert len(made) > 60


def test_a_finding_without_a_row_or_graver_than_its_row_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        found("dose.invented", "No.")
    with pytest.raises(ValueError, match="no level stop"):
        found("dose.unusual", "No.", level=Level.STOP)
    with pytest.raises(ValueError, match="DD"):
        found("dose.unusual", "No.", code="DD")


def test_every_row_is_complete() -> None:
    for rule in RULES.values():
        assert rule.looks_for.endswith("."), rule.id
        assert rule.source, rule.id
        assert rule.since <= date(2026, 12, 31), rule.id
        assert all(re.fullmatch("[A-Z]{2}", code) for code in rule.codes), rule.id
        assert bool(rule.stops_because) is (rule.level is Level.STOP), rule.id
        assert rule.kept_because or rule.level is not Level.STOP, f"{rule.id} stops and may be retired"


def test_hard_stops_are_few() -> None:
    """About ten in drug-use review (pharmacy design, section 3); the others are about the order itself."""
    stops = {rule.id for rule in RULES.values() if rule.level is Level.STOP}
    review = {"profile", "condition", "allergy", "diet", "excipient"}
    in_review = {rule for rule in stops if rule.partition(".")[0] in review}
    clinical = {rule for rule in stops if RULES[rule].kind is Kind.CLINICAL}
    assert in_review == {
        "profile.opioid-long", "profile.opioid-recent", "profile.antagonist", "condition.liver-failure",
        "allergy.naltrexone", "allergy.excipient", "diet.excipient", "excipient.blocked",
    }  # fmt: skip
    assert clinical - in_review == {
        "dose.too-low", "dose.too-high", "dose.split", "directions.two-doses", "strength.two", "titration.disagrees",
        "drug.not-naltrexone", "drug.look-alike", "drug.opioid", "drug.conventional", "form.not-made",
    }  # fmt: skip
    assert all(not rule.startswith(tuple(review)) for rule in stops - clinical)


@pytest.mark.parametrize("rule", ["dose.too-high", "profile.opioid-long", "profile.opioid", "drug.look-alike"])
def test_a_rule_of_dose_or_opioids_is_refused_retirement_with_the_reason(rule: str) -> None:
    with pytest.raises(RuleBroken, match=f"The rule {rule} may not be retired. .+") as refused:
        refuse_to_retire(rule)
    assert refused.value.message.endswith(RULES[rule].kept_because)
    assert refused.value.field == "rule"


def test_an_unknown_rule_is_refused_and_a_retirable_one_is_not() -> None:
    with pytest.raises(RuleBroken, match=r"no rule called “dose\.invented”"):
        refuse_to_retire("dose.invented")
    for rule in RETIRABLE:
        refuse_to_retire(rule)


@pytest.mark.parametrize("rule", sorted(RETIRABLE - {"profile.duplicate"}))
def test_a_retired_rule_finds_nothing(rule: str) -> None:
    changes = dict(_EXAMPLES[rule])
    retired = _screen(retired=frozenset({rule}), **changes)
    assert rule not in {finding.rule for finding in retired.findings}
    others = {f.rule for f in _screen(**changes).findings} - {rule}
    assert {f.rule for f in retired.findings} == others


def test_what_may_not_be_retired_is_found_all_the_same() -> None:
    everything = frozenset(RULES)
    assert _screen(retired=everything, strength="45 mg").decision is Decision.STOP
    assert _screen(retired=everything, **_taking("methadone")).decision is Decision.STOP
    assert _screen(retired=everything, **_taking("oxycodone")).decision is Decision.PHARMACIST


def test_a_retired_question_no_longer_asks_for_a_pharmacist() -> None:
    minor = _patient(birth_date="2010-01-01")
    assert _screen(**minor).decision is Decision.PHARMACIST
    assert _screen(retired=frozenset({"patient.age"}), **minor).decision is Decision.ACCEPT


def test_one_rule_is_one_finding_however_often_it_fits() -> None:
    medicines = ("oxycodone 5 mg", "Percocet", "Synthroid", "levothyroxine", "Vivitrol", "LDN 3 mg", "Imodium")
    patient = replace(
        _USUAL.patient,
        medications=tuple(Medication(text) for text in medicines),
        conditions=(Condition("Z33.1", ""), Condition("", "pregnant")),
        pregnant=True,
    )
    rules = [f.rule for f in _screen(patient=patient, note="takes tramadol and codeine").findings]
    assert len(rules) == len(set(rules))


def test_a_tablet_of_50_mg_is_not_told_three_times() -> None:
    findings = _screen(drug="naltrexone 50 mg tablet", strength="50 mg", form="tablet").findings
    assert [finding.rule for finding in findings] == ["drug.conventional", "dose.too-high"]


def test_the_figures_are_the_policys() -> None:
    wide = DosePolicy(accept_most=_USUAL_DOSE * 2, pharmacist_most=_USUAL_DOSE * 3)
    assert screen(replace(_USUAL, strength="9 mg"), today=_TODAY, policy=wide).decision is Decision.ACCEPT
    low = DosePolicy(conventional_from=_USUAL_DOSE)
    drug = replace(_USUAL, drug="naltrexone 4.5 mg")
    assert "drug.conventional" in {f.rule for f in screen(drug, today=_TODAY, policy=low).findings}
    old = DosePolicy(oldest=40)
    assert "patient.birth-date" in {f.rule for f in screen(_USUAL, today=_TODAY, policy=old).findings}

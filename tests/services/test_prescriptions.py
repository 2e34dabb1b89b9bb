"""Entry beside the source, and verification by somebody who types it again without looking."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from pharmacy.domain.errors import Conflict, NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.signature import digest
from pharmacy.services import prescriptions
from pharmacy.services.prescriptions import Answered
from pharmacy.store.tables import Override, Patient, Prescriber, Prescription
from tests.services.line import Line, order

ASKED = Answered("dose.unusual", "titration start, agreed with the prescriber", "Dr Muster, by phone on 24 November")


def _patient(**changed: object) -> dict[str, Any]:
    return {**order()["patient"], **changed}


@pytest.mark.parametrize(
    ("again", "field"),
    [
        ({"strength_again": "45"}, "strength_again"),
        ({"strength_again": "0.45 mg"}, "strength_again"),
        ({"strength_again": "4,5"}, "strength_again"),
        ({"strength_again": ""}, "strength_again"),
        ({"quantity_again": "90"}, "quantity_again"),
        ({"quantity_again": "thirty"}, "quantity_again"),
    ],
)
def test_what_is_typed_again_must_be_what_was_entered(sqlite_line: Line, again: dict[str, str], field: str) -> None:
    line = sqlite_line
    rx = line.entered()
    with pytest.raises(RuleBroken) as refusal:
        line.verify(rx, **again)
    assert refusal.value.field == field
    assert line.row(Prescription, rx).state == "entered"
    assert line.read(lambda s: prescriptions.signatures(s, s.get_one(Prescription, rx))) == ()


@pytest.mark.parametrize("typed", ["4.5", "4.50", " 4.5 mg ", "4.5MG"])
def test_the_same_strength_may_be_typed_in_other_ways(sqlite_line: Line, typed: str) -> None:
    line = sqlite_line
    rx = line.entered()
    line.verify(rx, strength_again=typed)
    assert line.row(Prescription, rx).state == "verified"


@pytest.mark.parametrize(
    ("changed", "again", "said"),
    [
        ({"strength": "45 mg"}, "45", "4.5"),
        ({"strength": "50 mg"}, "50", "50 mg"),
        ({"patient": _patient(medications=[{"text": "methadone 10 mg"}])}, "4.5", "methadone"),
        ({"drug": "methylnaltrexone"}, "4.5", "methylnaltrexone"),
        ({"written": "2025-11-20"}, "4.5", "2025-11-20"),
        ({"directions": "as directed"}, "4.5", "directions"),
        ({"patient": _patient(allergies=[])}, "4.5", "[Aa]llerg"),
    ],
)
def test_a_stop_is_entered_but_never_verified(
    sqlite_line: Line, changed: dict[str, Any], again: str, said: str
) -> None:
    line = sqlite_line
    rx = line.entered(**changed)
    assert line.row(Prescription, rx).decision == "stop"
    answers = {finding["rule"]: ASKED for finding in line.row(Prescription, rx).screening["findings"]}
    with pytest.raises(RuleBroken, match=f"(?s)cannot be verified as it stands.*{said}"):
        line.verify(rx, strength_again=again, answers=answers)
    assert line.row(Prescription, rx).state == "entered"


def test_a_finding_for_the_pharmacist_needs_an_answer_with_reason_codes_and_contact(line: Line) -> None:
    rx = line.entered(strength="1 mg")
    findings = line.row(Prescription, rx).screening["findings"]
    rules = [finding["rule"] for finding in findings if finding["level"] == "pharmacist"]
    assert line.row(Prescription, rx).decision == "pharmacist"
    good = dict.fromkeys(rules, ASKED)
    for answer, field in (
        (None, "reason"),
        (replace(ASKED, reason="short"), "reason"),
        (replace(ASKED, prescriber_contact=" "), "contact"),
        (replace(ASKED, service_code="XX"), "service"),
        (replace(ASKED, result_code="XX"), "result"),
    ):
        answers = {**good, rules[0]: answer} if answer else {}
        with pytest.raises(RuleBroken) as refusal:
            line.verify(rx, strength_again="1", answers=answers)
        assert refusal.value.field == f"{field}-{rules[0]}"
    line.verify(rx, strength_again="1", answers=good)
    kept = line.read(lambda s: s.scalars(select(Override).where(Override.prescription_id == rx)).all())
    assert [(row.rule, row.reason, row.prescriber_contact) for row in kept] == [
        (rule, ASKED.reason, ASKED.prescriber_contact) for rule in rules
    ]
    assert line.trail(Event.FINDING_OVERRIDDEN, rx)[0]["by"] == "Pia Pharmacist"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quantity": "thirty"}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "1001"}, "quantity"),
        ({"days_supply": ""}, "days_supply"),
        ({"refills": "-1"}, "refills"),
        ({"written": "20.11.2026"}, "written"),
        ({"strength": "1.23456 mg"}, "strength"),
        ({"patient": _patient(family=" ")}, "patient.family"),
        ({"patient": _patient(family="x" * 121)}, "patient.family"),
        ({"patient": _patient(sex="x" * 65)}, "patient.sex"),
        ({"patient": _patient(diet="x" * 121)}, "patient.diet"),
        ({"patient": _patient(birth_date="2027-01-01")}, None),
        ({"patient": _patient(given="A\0B")}, "patient.given"),
        ({"prescriber": {**order()["prescriber"], "npi": "1234567890"}}, "prescriber.npi"),
        ({"prescriber": {**order()["prescriber"], "phone": "1" * 65}}, "prescriber.phone"),
        ({"unknown": "key"}, "unknown"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_field_and_nothing_changes(
    sqlite_line: Line, changed: dict[str, Any], field: str | None
) -> None:
    line = sqlite_line
    rx = line.received()
    with pytest.raises(RuleBroken) as refusal:
        line.entered(rx=rx, **changed)
    assert refusal.value.message
    assert field is None or refusal.value.field == field
    row = line.row(Prescription, rx)
    assert (row.state, row.entered_by_id) == ("received", None)
    assert line.read(lambda s: s.scalars(select(Patient)).all()) == []


def test_a_form_that_was_open_while_somebody_else_changed_it_is_refused(line: Line) -> None:
    rx = line.received()
    seen = line.row(Prescription, rx).revision
    line.entered(rx=rx)
    with pytest.raises(Conflict, match="was changed by somebody else while this form was open"):
        line.run(
            lambda s: prescriptions.enter(
                s, rx, order(), actor=line.who["tom"], now=line.now, today=line.today, revision=seen
            )
        )


def test_a_patient_is_found_again_and_keeps_what_stood_before(line: Line) -> None:
    line.entered()
    line.entered(by="tom", patient=_patient(family="BEISPIEL ", allergies=["penicillin"]))
    patients = line.read(lambda s: s.scalars(select(Patient)).all())
    assert [(p.family, p.allergies, p.none_known) for p in patients] == [("Beispiel", ["penicillin"], False)]
    [changed] = line.trail(Event.PATIENT_CHANGED)
    assert changed["allergies"] == {"from": [], "to": ["penicillin"]}
    assert changed["by"] == "Tom Technician"
    line.entered(patient=_patient(birth_date="1980-04-12"))
    assert len(line.read(lambda s: s.scalars(select(Patient)).all())) == 2


def test_an_npi_belongs_to_one_name(line: Line) -> None:
    line.entered()
    with pytest.raises(RuleBroken, match="1234567893 belongs to Max Muster"):
        line.entered(prescriber={**order()["prescriber"], "family": "Other"})
    assert len(line.read(lambda s: s.scalars(select(Prescriber)).all())) == 1


def test_a_correction_after_entry_needs_verification_anew(line: Line) -> None:
    rx = line.entered()
    line.entered("tom", rx, quantity="60", days_supply="60")
    with pytest.raises(RuleBroken, match="Quantity"):
        line.verify(rx)
    line.verify(rx, quantity_again="60")
    entries = line.trail(Event.PRESCRIPTION_ENTERED, rx)
    assert (entries[1]["before"]["quantity"], entries[1]["after"]["quantity"]) == ("30", "60")


@pytest.mark.parametrize("verb", ["cancel", "transfer", "expire"])
def test_a_prescription_with_a_fill_under_way_stays(line: Line, verb: str) -> None:
    rx = line.verified()
    fill = line.started(rx)
    pia = line.who["pia"]
    with pytest.raises(RuleBroken, match="cancel the fill first"):
        line.run(lambda s: prescriptions.advance(s, rx, verb, reason="moved away", actor=pia, now=line.now))
    line.cancel(fill)
    line.run(lambda s: prescriptions.advance(s, rx, verb, reason="moved away", actor=pia, now=line.now))


def test_a_prescription_on_hold_stops_its_fill_and_is_not_entered_anew_meanwhile(line: Line) -> None:
    batch, rx = line.released(), line.verified()
    fill = line.started(rx)
    line.run(lambda s: prescriptions.advance(s, rx, "hold", reason="patient in hospital", **line.by))
    with pytest.raises(RuleBroken, match="is on hold; only a verified prescription is filled"):
        line.allocate(fill, batch)
    line.run(lambda s: prescriptions.advance(s, rx, "resume", **line.by))
    with pytest.raises(RuleBroken, match="cancel the fill first"):
        line.entered(rx=rx, quantity="60", days_supply="60")
    line.cancel(fill)
    line.entered(rx=rx, quantity="60", days_supply="60")


def test_a_prescription_is_taken_on_by_one_person_and_the_trail_names_who_had_it(line: Line) -> None:
    rx = line.received()
    tess, tom = line.who["tess"], line.who["tom"]
    for who in (tess, tess, tom):
        line.run(lambda s, who=who: prescriptions.claim(s, rx, actor=who, now=line.now))
    assert line.row(Prescription, rx).claimed_by_id == tom.id
    assert [entry["before"] for entry in line.trail(Event.PRESCRIPTION_CLAIMED, rx)] == [None, tess.id]
    line.entered(rx=rx)
    assert line.row(Prescription, rx).claimed_by_id is None
    line.run(lambda s: prescriptions.advance(s, rx, "cancel", reason="twice", actor=line.who["pia"], now=line.now))
    with pytest.raises(RuleBroken, match="nobody needs to take it on"):
        line.run(lambda s: prescriptions.claim(s, rx, actor=tess, now=line.now))


def test_reading_a_patients_record_is_noted_and_a_missing_one_is_said_plainly(line: Line) -> None:
    rx = line.received()
    line.run(lambda s: prescriptions.note_reading(s, rx, actor=line.who["otto"], now=line.now))
    assert line.trail(Event.RECORD_READ, rx)[0]["by"] == "Otto Auditor"
    with pytest.raises(NotFound, match="There is no prescription with this number"):
        line.run(lambda s: prescriptions.note_reading(s, 999, actor=line.who["otto"], now=line.now))


def test_a_dose_in_micrograms_is_kept_in_milligrams(line: Line) -> None:
    rx = line.entered(strength="1500 mcg")
    assert line.row(Prescription, rx).strength_mg == Decimal("1.5")


def _seen(line: Line, rx: int) -> str:
    """The digest that the page of the signature would hold."""
    return line.read(lambda s: digest(prescriptions.to_sign(s, s.get_one(Prescription, rx), line.today)))


def test_a_prescription_entered_anew_while_the_page_was_open_is_not_signed(line: Line) -> None:
    rx = line.entered()
    seen = _seen(line, rx)
    line.entered(by="tom", rx=rx, refills="5")
    with pytest.raises(Conflict, match="nothing was signed"):
        line.verify(rx, proof=replace(line.proof("pia"), seen=seen))
    assert line.row(Prescription, rx).state == "entered"
    line.verify(rx, proof=replace(line.proof("pia"), seen=_seen(line, rx)))
    assert line.row(Prescription, rx).state == "verified"


def test_a_warning_that_came_up_while_the_page_was_open_is_seen_before_signing(line: Line) -> None:
    rx = line.entered(patient=_patient())
    seen = _seen(line, rx)
    line.entered(patient=_patient(medications=[{"text": "levothyroxine"}]))
    with pytest.raises(Conflict):
        line.verify(rx, proof=replace(line.proof("pia"), seen=seen))

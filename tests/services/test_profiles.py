"""The patient's record: entry adds to it, a pharmacist takes off it, and every prescription is held against it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import prescriptions, profiles, reviewing
from pharmacy.services.prescriptions import Answered
from pharmacy.store.tables import Fill, Patient, Prescriber, Prescription
from tests.services.line import Line, order

REASON = "the patient never took it"
METHADONE = {"text": "methadone 10 mg", "rxcui": "", "last_taken": ""}
ANOTHER = Answered("profile.duplicate", "replaces the earlier prescription", "Dr Muster, by phone")


def _patient(**changed: object) -> dict[str, Any]:
    return {**order()["patient"], **changed}


def _record(line: Line, rx: int) -> Patient:
    row: Patient = line.read(lambda s: s.get_one(Prescription, rx).patient)
    return row


def _strike(line: Line, rx: int, kind: str, text: str, by: str = "pia", reason: str = REASON) -> None:
    patient = _record(line, rx).id
    line.run(
        lambda s: profiles.strike_out(s, patient, kind, text, reason=reason, actor=line.who[by], now=line.now),
    )


def _stops(line: Line, rx: int) -> str:
    return line.read(lambda s: reviewing.stops_of(reviewing.screening_for(s, s.get_one(Prescription, rx), line.today)))


def test_what_a_later_prescription_leaves_out_stays_on_the_record(line: Line) -> None:
    first = _patient(allergies=["penicillin"], medications=[METHADONE], conditions=[{"code": "K70.3", "text": ""}])
    line.entered(patient=first)
    rx = line.entered(patient=_patient(allergies=["latex"], medications=[], conditions=[]))
    record = _record(line, rx)
    assert record.allergies == ["penicillin", "latex"]
    assert record.medications == [METHADONE]
    assert [condition["code"] for condition in record.conditions] == ["K70.3"]


def test_none_known_does_not_erase_an_allergy_on_record(line: Line) -> None:
    line.entered(patient=_patient(allergies=["penicillin"]))
    with pytest.raises(RuleBroken, match="penicillin is on the record") as refusal:
        line.entered(patient=_patient(allergies="none known"))
    assert refusal.value.field == "patient.allergies"


def test_the_same_words_written_otherwise_are_the_same_line(sqlite_line: Line) -> None:
    line = sqlite_line
    line.entered(patient=_patient(allergies=["Penicillin"]))
    rx = line.entered(patient=_patient(allergies=["  penicillin "]))
    assert _record(line, rx).allergies == ["Penicillin"]


def test_an_opioid_learnt_with_a_later_prescription_stops_the_earlier_one(line: Line) -> None:
    rx = line.verified(patient=_patient())
    assert _stops(line, rx) == ""
    line.entered(patient=_patient(medications=[METHADONE]))
    assert "methadone" in _stops(line, rx)
    with pytest.raises(RuleBroken, match=r"must not be filled now.*methadone"):
        line.started(rx)


def test_a_line_struck_out_by_a_pharmacist_no_longer_stops_and_the_trail_keeps_it(line: Line) -> None:
    rx = line.verified(patient=_patient())
    line.entered(patient=_patient(medications=[METHADONE]))
    _strike(line, rx, "medications", "Methadone  10 MG")
    # What the other prescription says of itself stands; the record, and with it this one, is free again.
    assert _stops(line, rx) == ""
    last = line.trail(Event.PATIENT_CHANGED, _record(line, rx).id)[-1]
    assert last["medications"] == {"from": [METHADONE], "to": []}
    assert (last["reason"], last["by"]) == (REASON, "Pia Pharmacist")


@pytest.mark.parametrize(
    ("by", "kind", "text", "reason", "said"),
    [
        ("tess", "medications", "methadone 10 mg", REASON, "Only a pharmacist"),
        ("pia", "medications", "methadone 10 mg", "wrong", "at least 10 letters"),
        ("pia", "medications", "fentanyl", REASON, "no such line"),
        ("pia", "birth_date", "1979", REASON, "Choose what to take off"),
    ],
)
def test_a_line_is_not_struck_out_by_anybody_nor_for_nothing(
    sqlite_line: Line, by: str, kind: str, text: str, reason: str, said: str
) -> None:
    line = sqlite_line
    rx = line.entered(patient=_patient(medications=[METHADONE]))
    with pytest.raises(RuleBroken, match=said):
        _strike(line, rx, kind, text, by, reason)
    assert _record(line, rx).medications == [METHADONE]


def test_a_second_prescription_of_one_patient_has_to_be_answered_for(line: Line) -> None:
    first = line.verified(patient=_patient())
    second = line.entered(patient=_patient())
    number = line.row(Prescription, first).number
    with pytest.raises(RuleBroken, match=f"another naltrexone prescription: {number}"):
        line.verify(second)
    line.verify(second, answers={ANOTHER.rule: ANOTHER})
    assert line.row(Prescription, second).state == "verified"


def test_a_patient_of_the_same_name_born_another_day_is_somebody_else(sqlite_line: Line) -> None:
    line = sqlite_line
    line.verified(patient=_patient(medications=[]))
    other = line.entered(patient=_patient(birth_date="1980-04-12"))
    line.verify(other)
    assert line.row(Prescription, other).state == "verified"


def test_capsules_handed_out_count_as_a_second_prescription_until_they_are_used_up(sqlite_line: Line) -> None:
    line = sqlite_line
    rx = line.verified(patient=_patient(), refills="0")
    line.dispensed(rx=rx)
    assert line.row(Prescription, rx).state == "filled"
    second = line.entered(patient=_patient(), refills="0")
    found = line.read(lambda s: reviewing.findings_for(s, s.get_one(Prescription, second), line.today))
    assert [finding.rule for finding in found] == ["profile.duplicate"]
    used_up = line.today + timedelta(days=30)
    assert line.read(lambda s: reviewing.findings_for(s, s.get_one(Prescription, second), used_up)) == ()


def test_a_given_name_that_was_not_known_is_kept_and_another_one_is_refused(sqlite_line: Line) -> None:
    line = sqlite_line
    line.entered(prescriber={**order()["prescriber"], "given": ""})
    rx = line.entered()
    prescriber: Prescriber = line.read(lambda s: s.get_one(Prescription, rx).prescriber)
    assert prescriber.name == "Max Muster"
    with pytest.raises(RuleBroken, match="belongs to Max Muster") as refusal:
        line.entered(prescriber={**order()["prescriber"], "given": "Moritz"})
    assert refusal.value.field == "prescriber.given"


def test_what_comes_up_after_the_signature_is_decided_by_a_pharmacist_before_the_next_fill(line: Line) -> None:
    rx = line.verified(patient=_patient())
    line.entered(patient=_patient(medications=[{"text": "tramadol 50 mg", "rxcui": "", "last_taken": ""}]))
    with pytest.raises(RuleBroken, match=r"must be verified anew.*since it was signed.*tramadol"):
        line.started(rx)
    reopened = {"actor": line.who["pia"], "now": line.now, "reason": "tramadol has come up"}
    line.run(lambda s: prescriptions.advance(s, rx, "reopen", **reopened))
    asked = Answered("profile.opioid", "six hours apart, agreed with the prescriber", "Dr Muster, by phone")
    line.verify(rx, answers={"profile.opioid": asked})
    assert line.row(Fill, line.started(rx)).state == "planned"


def test_what_only_warns_does_not_hold_a_signed_prescription_up(sqlite_line: Line) -> None:
    line = sqlite_line
    rx = line.verified(patient=_patient())
    line.entered(patient=_patient(medications=[{"text": "levothyroxine 50 mcg", "rxcui": "", "last_taken": ""}]))
    since = line.read(lambda s: _since(s, rx, line))
    assert [finding.rule for finding in since.new] == ["profile.thyroid"]
    assert line.row(Fill, line.started(rx)).state == "planned"


def test_what_is_no_longer_found_is_told_as_well(sqlite_line: Line) -> None:
    line = sqlite_line
    first = line.verified(patient=_patient())
    rx = line.entered(patient=_patient())
    line.verify(rx, answers={ANOTHER.rule: ANOTHER})
    line.run(
        lambda s: prescriptions.advance(s, first, "cancel", actor=line.who["pia"], now=line.now, reason="replaced")
    )
    since = line.read(lambda s: _since(s, rx, line))
    assert since.new == ()
    assert [message.split(":")[0] for message in since.gone] == ["The patient has another naltrexone prescription"]


def test_an_opioid_learnt_after_the_label_stops_check_and_hand_out(line: Line) -> None:
    fill = line.labelled(rx=line.verified(patient=_patient()))
    line.entered(patient=_patient(medications=[METHADONE]))
    with pytest.raises(RuleBroken, match="methadone"):
        line.check(fill)
    line.assert_whole()


def _since(session: Session, rx: int, line: Line) -> reviewing.Since:
    row = session.get_one(Prescription, rx)
    return reviewing.since_verification(row, reviewing.screening_for(session, row, line.today))


def test_unknown_is_kept_on_the_prescription_and_is_no_allergy_on_the_record(sqlite_line: Line) -> None:
    rx = sqlite_line.entered(patient=_patient(allergies=["unknown"]))
    assert sqlite_line.row(Prescription, rx).document["patient"]["allergies"] == ["unknown"]
    assert "allergies are missing" in _stops(sqlite_line, rx)
    assert _record(sqlite_line, rx).allergies == []
    told = sqlite_line.entered(patient=_patient(allergies="none known"))
    assert _stops(sqlite_line, told) == ""


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\ufeff"])
def test_a_name_with_a_sign_nobody_sees_is_the_same_patient(sqlite_line: Line, sign: str) -> None:
    sqlite_line.entered(patient=_patient(medications=[METHADONE]))
    family = _patient()["family"]
    rx = sqlite_line.entered(patient=_patient(family=f"{family}{sign}", medications=[]))
    assert "methadone" in _stops(sqlite_line, rx)

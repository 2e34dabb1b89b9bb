"""Opioids in the note, the conditions and the allergies; another prescription of naltrexone."""

import pytest

from pharmacy.domain.findings import Level
from pharmacy.domain.medicine_list import read_list
from pharmacy.domain.mentions import review_mentions
from pharmacy.domain.prescription import Condition, Medication, Patient
from pharmacy.domain.screening import duplicate_therapy


@pytest.mark.parametrize(
    ("patient", "note", "said"),
    [
        (Patient(), "Patient is on methadone 60 mg daily", ("The note", "“methadone”")),
        (Patient(), "on metadone since May", ("The note", "“metadone” (methadone)")),
        (
            Patient(conditions=(Condition("G89.4", "chronic pain, takes OxyContin"),)),
            "",
            ("The condition", "“oxycontin” (oxycodone)"),
        ),
        (
            Patient(allergies=("nausea from methadone which she takes daily",)),
            "",
            ("The allergy", "“methadone”"),
        ),
        (Patient(), "no opioids", ("The note", "“opioids”")),
    ],
)
def test_an_opioid_that_is_only_mentioned_is_a_question_that_says_where(
    patient: Patient, note: str, said: tuple[str, str]
) -> None:
    (finding,) = review_mentions(patient, note=note)
    assert (finding.rule, finding.level, finding.code) == ("profile.opioid-mentioned", Level.PHARMACIST, "DD")
    assert finding.message.startswith(said[0])
    assert said[1] in finding.message


@pytest.mark.parametrize("text", ["Fibromyalgia", "MS", "T3-T4 disc prolapse", "cancer T3 N0", "low free T4", ""])
def test_texts_without_an_opioid_ask_nothing(text: str) -> None:
    patient = Patient(conditions=(Condition("", text),), allergies=(text,))
    assert review_mentions(patient, note=text) == ()


def test_opioid_use_as_a_condition_is_asked_about_once() -> None:
    assert review_mentions(Patient(conditions=(Condition("F11.20", "Opioid dependence"),))) == ()


def test_what_the_medicine_list_asks_about_already_is_not_asked_again() -> None:
    taken = Patient(medications=(Medication("oxycodone 5 mg"),))
    listed = read_list(taken.medications)
    assert review_mentions(taken, listed, note="takes oxycodone, an opioid") == ()
    assert review_mentions(taken, listed, note="oxycodone at noon, naltrexone at bedtime") == ()
    assert len(review_mentions(taken, listed, note="takes OxyContin")) == 1
    assert len(review_mentions(taken, listed, note="takes methadone")) == 1
    stopped = Patient(medications=(Medication("oxycodone 5 mg", "", "2026-01-01"),))
    assert len(review_mentions(stopped, read_list(stopped.medications), note="takes oxycodone")) == 1


def test_another_prescription_of_naltrexone_is_a_question_with_its_number() -> None:
    assert duplicate_therapy(()) is None
    finding = duplicate_therapy(("7000017", "7000025", "7000017"))
    assert finding is not None
    assert (finding.rule, finding.level, finding.code) == ("profile.duplicate", Level.PHARMACIST, "TD")
    assert "7000017, 7000025;" in finding.message

"""Drafted questions quote what was written and never name what might have been meant."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain.prescription import from_document
from pharmacy.domain.question_drafts import Draft, drafts
from pharmacy.domain.questions import SUBJECTS, Asking, check_asking
from pharmacy.domain.rules import RULES
from pharmacy.domain.screening import screen
from pharmacy.domain.units import format_strength

TODAY = date(2026, 11, 24)
ORDER: dict[str, Any] = {
    "patient": {"family": "Beispiel", "given": "Erika", "birth_date": "1979-04-12", "allergies": "none known"},
    "prescriber": {"family": "Muster", "given": "Max", "npi": "1234567893"},
    "drug": "naltrexone hydrochloride",
    "strength": "4.5 mg",
    "form": "capsule",
    "directions": "Take 1 capsule at bedtime",
    "quantity": "30",
    "days_supply": "30",
    "refills": "2",
    "written": "2026-11-20",
}
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def drafted(**changed: object) -> tuple[Draft, ...]:
    rx = from_document({**ORDER, **changed})
    found = screen(rx, today=TODAY)
    return drafts(rx, found.findings, daily_dose_mg=found.daily_dose_mg)


def test_a_prescription_in_order_gives_no_question() -> None:
    assert drafted() == ()


def test_a_dose_that_is_too_high_is_quoted_and_asked_about_openly() -> None:
    [draft] = drafted(strength="45 mg")
    assert draft.about == "dose.too-high"
    assert draft.text.startswith("Please state the daily dose that you intend, in mg, and how it is to be taken.")
    assert "“45 mg”" in draft.text
    assert draft.text.endswith("As written, the highest daily dose is 45 mg.")


@pytest.mark.parametrize(("written", "tenth"), [("15 mg", "1.5"), ("30 mg", "3 mg"), ("45 mg", "4.5")])
def test_the_likely_lost_decimal_that_the_finding_names_is_never_in_the_question(written: str, tenth: str) -> None:
    found = screen(from_document({**ORDER, "strength": written}), today=TODAY).findings
    assert any(tenth in finding.message for finding in found)  # the pharmacist is told
    assert [tenth in draft.text for draft in drafted(strength=written)] == [False]


AMOUNTS = st.decimals("0.001", "999", places=3).map(lambda value: format(value.normalize(), "f"))


@given(
    strength=AMOUNTS.map(lambda n: f"{n} mg") | AMOUNTS.map(lambda n: f"{n} mcg") | st.text(max_size=200),
    directions=st.sampled_from(["Take 1 capsule at bedtime", "2 caps qhs", "as directed", "take 4.5 mg daily", ""]),
    quantity=st.integers(0, 999).map(str),
    plan=st.lists(st.tuples(AMOUNTS, st.integers(1, 60).map(str)), max_size=3),
)
def test_no_draft_names_a_number_that_is_neither_written_nor_the_dose_as_written(
    strength: str, directions: str, quantity: str, plan: list[tuple[str, str]]
) -> None:
    strength = "".join(sign for sign in strength if sign.isprintable())
    changed = {
        "strength": strength,
        "directions": directions,
        "quantity": quantity,
        "titration": [{"dose_mg": amount, "days": days} for amount, days in plan],
    }
    rx = from_document({**ORDER, **changed})
    found = screen(rx, today=TODAY)
    written = " ".join(map(str, {**ORDER, **changed}.values()))
    allowed = set(NUMBER.findall(written))
    if found.daily_dose_mg is not None:
        allowed |= set(NUMBER.findall(format_strength(found.daily_dose_mg)))
    for draft in drafts(rx, found.findings, daily_dose_mg=found.daily_dose_mg):
        # A quotation that is cut short may cut a number: what stands is then the beginning of one that is written.
        assert all(any(n.startswith(one) for n in allowed) for one in NUMBER.findall(draft.text)), draft.text


def test_several_findings_about_one_subject_give_one_question() -> None:
    opioids = [{"text": "tramadol 50 mg"}, {"text": "oxycodone 5 mg"}]
    [draft] = drafted(patient={**ORDER["patient"], "medications": opioids})
    assert draft.subject == "the patient's other medicines"
    assert "“tramadol 50 mg; oxycodone 5 mg”" in draft.text


def test_what_the_pharmacy_settles_itself_is_not_asked_but_what_is_missing_is() -> None:
    assert drafted(strength="4.5mg") == ()  # a warning about how it is written
    assert [draft.about for draft in drafted(refills="")] == ["refills.missing"]


def test_what_is_missing_is_quoted_as_nothing() -> None:
    [draft] = drafted(strength="")
    assert "strength: nothing" in draft.text


def test_a_sign_that_turns_writing_round_is_shown_and_does_not_stop_the_question() -> None:
    for draft in drafted(strength="\u202e54 mg"):
        assert "\u202e" not in draft.text
        check_asking(Asking(draft.about, draft.text, "phone", "Dr Muster"))


def test_every_draft_can_be_asked_as_it_is_however_long_the_prescription() -> None:
    long = dict.fromkeys(("drug", "strength", "form", "quantity", "days_supply", "refills", "written"), "x y" * 60)
    patient = {
        **ORDER["patient"],
        "birth_date": "never",
        "allergies": ["naltrexone " + "z" * 180] * 3,
        "medications": [{"text": f"methadone {number} " + "m" * 150} for number in range(50)],
        "conditions": [{"text": "acute hepatitis " + "c" * 150}] * 50,
        "diet": "d" * 200,
    }
    plan = [{"dose_mg": "9" * 150, "days": "8" * 150}] * 20
    found = drafted(**long, directions="x " * 400, note="n " * 900, patient=patient, titration=plan, prescriber={})
    assert {draft.about.partition(".")[0] for draft in found} >= {"drug", "strength", "profile", "titration"}
    for draft in found:
        assert check_asking(Asking(draft.about, draft.text, "fax", "Dr Muster")).text == draft.text


def test_the_subject_of_every_finding_is_one_that_can_be_asked_about() -> None:
    assert {rule for rule in RULES if rule.partition(".")[0] not in SUBJECTS} == set()

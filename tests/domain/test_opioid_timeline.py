"""From the last dose to the earliest start: 7 to 10 days and up to 14 by the product label, six hours by practice."""

from dataclasses import replace
from datetime import date

import pytest

from pharmacy.domain.citations import LABEL, SPACING
from pharmacy.domain.dose_policy import DosePolicy, OpioidRule
from pharmacy.domain.findings import Level
from pharmacy.domain.medicine_list import read_list
from pharmacy.domain.opioid_timeline import Timeline, timeline_of
from pharmacy.domain.prescription import Medication, Patient, Prescriber, Prescription
from pharmacy.domain.screening import Screening, screen

_TODAY = date(2026, 11, 24)
_LABEL = DosePolicy()
_PRACTICE = DosePolicy(opioid_rule=OpioidRule.PRACTICE)


def _timeline(*taken: tuple[str, str], policy: DosePolicy = _LABEL) -> Timeline:
    medications = tuple(Medication(text, "", last) for text, last in taken)
    timeline = timeline_of(read_list(medications), today=_TODAY, policy=policy)
    assert timeline is not None
    return timeline


def _screen(*taken: tuple[str, str], policy: DosePolicy = _LABEL) -> Screening:
    prescription = Prescription(
        patient=Patient(
            family="Doe", given="Jane", birth_date="1980-05-01", none_known=True,
            medications=tuple(Medication(text, "", last) for text, last in taken),
        ),
        prescriber=Prescriber(family="Roe", npi="1234567893"),
        drug="naltrexone", strength="4.5 mg", form="capsule", directions="Take 1 capsule at bedtime",
        quantity="30", days_supply="30", refills="0", written="2026-11-20",
    )  # fmt: skip
    return screen(prescription, today=_TODAY, policy=policy)


@pytest.mark.parametrize(
    ("text", "last", "label"),
    [
        ("oxycodone 5 mg", "2026-11-20", date(2026, 11, 30)),
        ("methadone 10 mg", "2026-11-20", date(2026, 12, 4)),
        ("Suboxone film", "2026-11-20", date(2026, 12, 4)),
        ("Butrans 5 mcg/hr patch", "2026-11-20", date(2026, 12, 4)),
        ("opioids", "2026-11-20", date(2026, 12, 4)),
        ("tramadol 50 mg", "2026-02-20", date(2026, 3, 2)),
        ("tramadol 50 mg", "2028-02-20", date(2028, 3, 1)),
        ("oxycodone", "2026-12-28", date(2027, 1, 7)),
    ],
)
def test_the_label_counts_10_days_and_14_after_methadone_and_buprenorphine(text: str, last: str, label: date) -> None:
    assert _timeline((text, last)).by_label == label


@pytest.mark.parametrize("text", ["OxyContin 20 mg", "fentanyl patch 25 mcg/h", "morphine ER", "levorphanol 2 mg"])
def test_other_long_acting_opioids_take_the_longer_figure_by_policy(text: str) -> None:
    (one,) = _timeline((text, "2026-11-20")).exposures
    assert (one.by_label, one.basis) == (date(2026, 12, 4), "pharmacy policy")
    shorter = _timeline((text, "2026-11-20"), policy=DosePolicy(other_long_washout_days=10))
    assert shorter.by_label == date(2026, 11, 30)


def test_practice_puts_a_short_acting_opioid_six_hours_away_and_has_no_day_for_a_long_acting_one() -> None:
    assert _timeline(("oxycodone", "2026-11-24")).by_practice == date(2026, 11, 25)
    assert _timeline(("methadone", "2026-11-24")).by_practice is None
    assert _timeline(("opioids", "2026-11-24")).by_practice is None
    day_and_a_half = DosePolicy(opioid_gap_hours=36)
    assert _timeline(("oxycodone", "2026-11-24"), policy=day_and_a_half).by_practice == date(2026, 11, 26)


def test_of_several_opioids_the_latest_day_counts() -> None:
    timeline = _timeline(("oxycodone", "2026-11-22"), ("methadone", "2026-11-12"), ("codeine", "2026-11-01"))
    assert [one.by_label for one in timeline.exposures] == [
        date(2026, 12, 2), date(2026, 11, 26), date(2026, 11, 11),
    ]  # fmt: skip
    assert timeline.by_label == timeline.start == date(2026, 12, 2)
    assert timeline.by_practice is None


@pytest.mark.parametrize(
    ("last", "said"),
    [("", "is not stated"), ("last week", "“last week”, could not be read"), ("2027-01-01", "a date in the future")],
)
def test_what_is_not_known_about_the_last_dose_is_said(last: str, said: str) -> None:
    timeline = _timeline(("oxycodone", last), ("codeine", "2026-11-01"))
    assert len(timeline.notes) == 1
    assert "“oxycodone”" in timeline.notes[0]
    assert said in timeline.notes[0]
    assert (timeline.start is None) is (last != "2027-01-01")


@pytest.mark.parametrize("text", ["Sublocade 300 mg", "bupe implant", "Brixadi", "buprenorphine monthly"])
def test_no_washout_is_counted_for_a_depot(text: str) -> None:
    timeline = _timeline((text, "2026-01-01"))
    assert (timeline.start, timeline.by_practice) == (None, None)
    assert "only the prescriber can name a day" in timeline.notes[0]
    assert [f.rule for f in _screen((text, "2026-01-01")).findings] == ["profile.opioid-long"]


def test_card_and_label_are_due_as_long_as_a_short_acting_opioid_may_be_taken() -> None:
    due = {
        "now": _timeline(("oxycodone", "")),
        "recent": _timeline(("oxycodone", "2026-11-15")),
        "past": _timeline(("oxycodone", "2026-11-14")),
        "long": _timeline(("methadone", "")),
    }
    assert {name: timeline.wallet_card for name, timeline in due.items()} == {
        "now": True, "recent": True, "past": False, "long": False,
    }  # fmt: skip
    assert all(timeline.auxiliary_label is timeline.wallet_card for timeline in due.values())


def test_the_policy_says_by_which_rule_a_start_goes_and_the_findings_follow() -> None:
    by_label, by_practice = (_screen(("oxycodone", "2026-11-22"), policy=policy) for policy in (_LABEL, _PRACTICE))
    assert [(f.rule, f.level) for f in by_label.findings] == [("profile.opioid-recent", Level.STOP)]
    assert [(f.rule, f.level) for f in by_practice.findings] == [("profile.opioid", Level.PHARMACIST)]
    assert by_practice.opioid_timeline is not None
    assert by_practice.opioid_timeline.start == date(2026, 11, 23)
    assert [f.rule for f in _screen(("oxycodone", "2026-11-24"), policy=_PRACTICE).findings] == [
        "profile.opioid-recent"
    ]


@pytest.mark.parametrize("text", ["methadone", "fentanyl patch", "opioids"])
def test_after_a_long_acting_or_unnamed_opioid_a_start_always_goes_by_the_label(text: str) -> None:
    assert _timeline((text, "2026-11-22"), policy=_PRACTICE).start == date(2026, 12, 6)


def test_the_day_of_the_finding_is_the_day_of_the_timeline() -> None:
    found = _screen(("oxycodone", "2026-11-22"), ("codeine", "2026-11-01"))
    document = found.to_document()["opioid_timeline"]
    assert isinstance(document, dict)
    assert document["earliest_start"] == "2026-12-02"
    assert f"until {document['earliest_start']}" in found.findings[0].message


def test_the_document_names_both_rules_with_their_sources() -> None:
    document = _timeline(("Percocet", "2026-11-20")).to_document()
    assert document == {
        "opioids": [
            {
                "name": "“Percocet” (oxycodone)", "ingredient": "oxycodone", "action": "short-acting",
                "last_taken": "2026-11-20", "washout_days": 10, "basis": "product label",
                "by_label": "2026-11-30", "by_practice": "2026-11-21",
            }
        ],
        "by_label": {"earliest_start": "2026-11-30", "source": LABEL},
        "by_practice": {"earliest_start": "2026-11-21", "source": SPACING},
        "goes_by": "label", "earliest_start": "2026-11-30", "wallet_card": True, "auxiliary_label": True, "notes": [],
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "loperamide", "naltrexone", "levothyroxine", "apomorphine"])
def test_without_an_opioid_there_is_no_timeline(text: str) -> None:
    assert _screen((text, "2026-11-20")).to_document()["opioid_timeline"] is None


def test_the_last_day_of_the_calendar_is_no_traceback() -> None:
    assert _timeline(("oxycodone", "9999-12-31")).start is None
    assert replace(_timeline(("oxycodone", "9998-12-31")), notes=()).start == date(9999, 1, 10)

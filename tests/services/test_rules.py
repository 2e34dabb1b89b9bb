"""Rules of screening: the pharmacist-in-charge alone retires them; prescriptions are screened by those in force."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pharmacy.domain.errors import Conflict, NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.questions import Asking
from pharmacy.domain.rules import RETIRABLE, RULES
from pharmacy.services import prescriptions, questions, reviewing, rules
from pharmacy.services.prescriptions import Answered
from pharmacy.services.signing import Proof
from pharmacy.store.tables import Prescription
from tests.services.line import Line, order

THYROID = {"text": "levothyroxine 50 mcg", "rxcui": "", "last_taken": ""}
DUPLICATE = Answered("profile.duplicate", "replaces the earlier prescription", "Dr Muster, by phone")
REASON = "everybody answers it as is"


def _change(line: Line, rule: str, in_force: bool, by: str = "ines", reason: str = REASON, **changed: Any) -> None:
    given = {**line.signed(by), "reason": reason, **changed}
    line.run(lambda s: rules.change(s, rule, in_force=in_force, **given))


def _found(line: Line, rx: int) -> list[str]:
    return [
        finding.rule
        for finding in line.read(lambda s: reviewing.findings_for(s, s.get_one(Prescription, rx), line.today))
    ]


def _patient(**changed: object) -> dict[str, Any]:
    return {**order()["patient"], **changed}


def test_a_retired_rule_is_looked_for_no_more_and_again_when_it_is_put_back(line: Line) -> None:
    rx = line.entered(patient=_patient(medications=[THYROID]))
    assert "profile.thyroid" in _found(line, rx)
    _change(line, "profile.thyroid", in_force=False)
    assert "profile.thyroid" not in _found(line, rx)
    _change(line, "profile.thyroid", in_force=True, reason="a patient asked about it")
    assert "profile.thyroid" in _found(line, rx)


def test_the_change_is_signed_with_its_reason_and_stands_in_the_trail(line: Line) -> None:
    _change(line, "profile.thyroid", in_force=False)
    [entry] = line.trail(Event.RULE_RETIRED)
    assert (entry["rule"], entry["reason"]) == ("profile.thyroid", REASON)
    assert (entry["before"], entry["after"]) == ({"in_force": True}, {"in_force": False})
    [changed] = line.read(lambda s: rules.history(s, "profile.thyroid"))
    [signature] = changed.signatures
    assert (signature.printed_name, signature.reason, signature.holds) == ("Ines In-Charge", REASON, True)
    assert "out of force" in signature.meaning
    line.assert_whole()


@pytest.mark.parametrize("by", ["tess", "pia", "paul"])
def test_nobody_but_the_pharmacist_in_charge_retires_a_rule(sqlite_line: Line, by: str) -> None:
    with pytest.raises(RuleBroken, match="Only the pharmacist-in-charge"):
        _change(sqlite_line, "profile.thyroid", in_force=False, by=by)


def test_another_persons_proof_does_not_sign_for_the_pharmacist_in_charge(sqlite_line: Line) -> None:
    with pytest.raises(RuleBroken, match="your own password"):
        _change(sqlite_line, "profile.thyroid", in_force=False, proof=sqlite_line.proof("pia"))
    assert "profile.thyroid" in RETIRABLE
    assert sqlite_line.trail(Event.RULE_RETIRED) == []


@pytest.mark.parametrize(
    "rule", ["dose.too-high", "dose.too-low", "profile.opioid-long", "profile.opioid", "strength.two"]
)
def test_a_rule_against_the_ten_fold_error_or_an_opioid_is_never_retired(sqlite_line: Line, rule: str) -> None:
    with pytest.raises(RuleBroken, match="may not be retired") as refusal:
        _change(sqlite_line, rule, in_force=False)
    assert refusal.value.field == "rule"


def test_no_rule_that_stops_may_be_retired() -> None:
    assert {rule.id for rule in RULES.values() if rule.level == "stop"} & RETIRABLE == set()


@pytest.mark.parametrize(
    ("rule", "in_force", "reason", "error", "said"),
    [
        ("profile.thyroid", False, " too short ", RuleBroken, "at least 10 letters"),
        ("profile.thyroid", True, REASON, RuleBroken, "in force already"),
        ("dose.ten-fold", False, REASON, NotFound, "There is no rule called"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    sqlite_line: Line, rule: str, in_force: bool, reason: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        _change(sqlite_line, rule, in_force, reason=reason)


def test_a_rule_is_not_retired_twice_nor_under_a_page_that_showed_it_otherwise(line: Line) -> None:
    ines = line.who["ines"]
    with pytest.raises(Conflict):
        _change(line, "profile.thyroid", in_force=False, proof=Proof(ines.id, line.now, "0" * 64))
    _change(line, "profile.thyroid", in_force=False)
    with pytest.raises(RuleBroken, match="out of force already"):
        _change(line, "profile.thyroid", in_force=False)


def test_a_rule_put_back_after_verification_has_to_be_answered_before_the_next_fill(line: Line) -> None:
    _change(line, "profile.duplicate", in_force=False)
    line.verified(patient=_patient())
    rx = line.verified(patient=_patient())
    line.read(lambda s: reviewing.refuse_unless_clear(s, s.get_one(Prescription, rx), line.today))
    _change(line, "profile.duplicate", in_force=True)
    with pytest.raises(RuleBroken, match="must be verified anew"):
        line.started(rx)
    pia = line.who["pia"]
    line.run(lambda s: prescriptions.advance(s, rx, "reopen", actor=pia, now=line.now, reason="a rule was put back"))
    line.verify(rx, answers={DUPLICATE.rule: DUPLICATE})
    line.started(rx)


def test_answers_and_questions_are_counted_by_rule_within_the_period(line: Line) -> None:
    line.verified(patient=_patient())
    rx = line.entered(patient=_patient())
    line.verify(rx, answers={DUPLICATE.rule: replace(DUPLICATE, result_code="1B")})
    asked = line.entered(patient=_patient(given="Anna"))
    asking = Asking("dose.too-high", "Please state the daily dose that you intend.", "phone", "Dr Muster")
    line.run(lambda s: questions.ask(s, asked, asking, **line.by))
    counted = {one.id: one for one in line.read(lambda s: rules.used(s, line.now - timedelta(days=1)))}
    assert set(counted) == set(RULES)
    duplicate, dose = counted["profile.duplicate"], counted["dose.too-high"]
    assert (duplicate.answers, duplicate.as_is, duplicate.asked) == (1, 1, 0)
    assert (dose.answers, dose.as_is, dose.asked) == (0, 0, 1)
    later = line.read(lambda s: rules.used(s, line.now + timedelta(days=1)))
    assert sum(one.answers + one.asked for one in later) == 0

"""Questions to the prescriber: who, when and how are kept, and the prescription waits until all are settled."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.questions import Asking, Reply
from pharmacy.services import prescriptions, questions
from pharmacy.store import asked
from pharmacy.store.tables import Prescription, Question
from tests.services.line import Line
from tests.services.test_at_once import at_once

ASKING = Asking("quantity.disagrees", "Please state the number of capsules that you intend.", "phone", "Dr Muster")


def ask(line: Line, rx: int, by: str = "tess", **changed: str) -> int:
    asking = replace(ASKING, **changed)
    return line.run(lambda s: questions.ask(s, rx, asking, actor=line.who[by], now=line.now)).id


def answer(line: Line, rx: int, question: int, by: str = "tess", **changed: Any) -> None:
    reply = replace(Reply("30 capsules", "nurse Kim", "phone", line.now, read_back=True), **changed)
    line.run(lambda s: questions.answer(s, rx, question, reply, actor=line.who[by], now=line.now))


def withdraw(line: Line, rx: int, question: int, reason: str = "found it in the note", by: str = "tess") -> None:
    line.run(lambda s: questions.withdraw(s, rx, question, reason=reason, actor=line.who[by], now=line.now))


def state(line: Line, rx: int) -> str:
    return str(line.row(Prescription, rx).state)


def of(line: Line, rx: int) -> list[Question]:
    statement = select(Question).where(Question.prescription_id == rx).order_by(Question.id)
    return list(line.read(lambda s: s.scalars(statement).all()))


def test_a_question_and_its_answer_keep_who_when_and_how(line: Line) -> None:
    rx = line.entered()
    question = ask(line, rx)
    assert state(line, rx) == "clarifying"
    hour_later = replace(line, now=line.now + timedelta(hours=1))
    answered_at = line.now + timedelta(minutes=40)
    answer(hour_later, rx, question, by="pia", at=answered_at)
    assert state(line, rx) == "received"
    [kept] = of(line, rx)
    assert (kept.about, kept.text, kept.asked_how, kept.asked_whom) == (
        "quantity.disagrees", ASKING.text, "phone", "Dr Muster",
    )  # fmt: skip
    assert (kept.asked_by_id, kept.asked_at) == (line.who["tess"].id, line.now)
    assert (kept.answer, kept.answered_by_name, kept.answered_how, kept.read_back, kept.answered_at) == (
        "30 capsules", "nurse Kim", "phone", True, answered_at,
    )  # fmt: skip
    assert (kept.recorded_by_id, kept.recorded_at, kept.is_open) == (line.who["pia"].id, hour_later.now, False)


def test_the_trail_tells_the_question_and_the_answer_with_their_values(line: Line) -> None:
    rx = line.entered()
    question = ask(line, rx)
    answer(line, rx, question, by="pia")
    assert line.trail(Event.QUESTION_ASKED, rx) == [
        {
            "question": question,
            "about": "quantity.disagrees",
            "text": ASKING.text,
            "how": "phone",
            "whom": "Dr Muster",
            "before": "entered",
            "after": "clarifying",
            "by": "Tess Technician",
        }
    ]
    assert line.trail(Event.QUESTION_ANSWERED, rx) == [
        {
            "question": question,
            "answer": "30 capsules",
            "answered_by": "nurse Kim",
            "how": "phone",
            "read_back": True,
            "answered_at": "2026-11-24T15:00:00+00:00",
            "before": "clarifying",
            "after": "received",
            "by": "Pia Pharmacist",
        }
    ]
    line.assert_whole()


def test_the_trail_tells_why_a_question_was_withdrawn(line: Line) -> None:
    rx = line.received()
    question = ask(line, rx)
    withdraw(line, rx, question)
    assert line.trail(Event.QUESTION_WITHDRAWN, rx) == [
        {
            "question": question,
            "reason": "found it in the note",
            "before": "clarifying",
            "after": "received",
            "by": "Tess Technician",
        }
    ]
    [kept] = of(line, rx)
    assert (kept.withdrawn_reason, kept.withdrawn_by_id, kept.withdrawn_at, kept.is_open, kept.answer) == (
        "found it in the note", line.who["tess"].id, line.now, False, None,
    )  # fmt: skip


def test_it_waits_until_the_last_of_several_questions_is_settled(line: Line) -> None:
    rx = line.entered()
    first, second, third = ask(line, rx), ask(line, rx, text="Which days' supply?"), ask(line, rx, text="And refills?")
    answer(line, rx, second)
    withdraw(line, rx, third)
    assert state(line, rx) == "clarifying"
    answer(line, rx, first)
    assert state(line, rx) == "received"


def test_the_same_question_is_not_asked_twice_by_a_second_click(line: Line) -> None:
    rx = line.entered()
    ask(line, rx)
    with pytest.raises(RuleBroken, match="open already") as refusal:
        ask(line, rx, text=f" {ASKING.text} ")
    assert refusal.value.field == "text"
    assert len(of(line, rx)) == 1


# What was verified does not stand after a question.


def test_a_question_about_a_verified_prescription_has_it_entered_and_verified_anew(line: Line) -> None:
    rx = line.verified()
    question = ask(line, rx)
    held = line.row(Prescription, rx)
    assert (held.state, held.verified_by_id, held.verified_at) == ("clarifying", None, None)
    with pytest.raises(RuleBroken, match="only a verified prescription is filled"):
        line.started(rx)
    answer(line, rx, question)
    with pytest.raises(RuleBroken, match="is received"):
        line.verify(rx)
    with pytest.raises(RuleBroken, match="only a verified prescription is filled"):
        line.started(rx)
    line.entered(rx=rx, quantity="60", days_supply="60")
    line.verify(rx, quantity_again="60")
    line.started(rx)


def test_a_withdrawn_question_has_it_verified_anew_all_the_same(line: Line) -> None:
    rx = line.verified()
    withdraw(line, rx, ask(line, rx))
    assert state(line, rx) == "received"
    line.entered(rx=rx)
    line.verify(rx)
    assert len(line.trail(Event.PRESCRIPTION_VERIFIED, rx)) == 2


def test_nothing_is_asked_while_a_fill_is_under_way(line: Line) -> None:
    rx = line.verified()
    fill = line.started(rx)
    with pytest.raises(RuleBroken, match="cancel the fill first"):
        ask(line, rx)
    assert (state(line, rx), of(line, rx)) == ("verified", [])
    line.cancel(fill)
    ask(line, rx)


def test_nobody_enters_or_verifies_while_a_question_is_open(line: Line) -> None:
    rx = line.entered()
    ask(line, rx)
    for act in (lambda: line.entered(rx=rx), lambda: line.verify(rx)):
        with pytest.raises(RuleBroken, match="is clarifying"):
            act()


def test_an_answer_changes_nothing_of_the_prescription_by_itself(line: Line) -> None:
    rx = line.entered(strength="6 mg")
    before = line.row(Prescription, rx)
    answer(line, rx, ask(line, rx), text="3 mg, says Dr Muster")
    after = line.row(Prescription, rx)
    assert (after.document, after.strength_mg, after.quantity) == (before.document, before.strength_mg, before.quantity)


def test_whoever_entered_it_before_the_question_may_not_verify_what_another_enters_after_it(line: Line) -> None:
    rx = line.entered("pia")
    answer(line, rx, ask(line, rx))
    line.entered("tess", rx)
    with pytest.raises(RuleBroken, match="You entered prescription"):
        line.verify(rx, "pia")
    line.verify(rx, "paul")


def test_whoever_had_taken_it_gives_it_back_when_a_question_is_asked(line: Line) -> None:
    rx = line.entered()
    line.run(lambda s: prescriptions.claim(s, rx, actor=line.who["pia"], now=line.now))
    answer(line, rx, ask(line, rx))
    assert line.row(Prescription, rx).claimed_by_id is None


# What is settled stays settled.


def test_a_settled_question_is_neither_answered_nor_withdrawn_again(line: Line) -> None:
    rx = line.entered()
    first, second, _ = ask(line, rx), ask(line, rx, text="Which days' supply?"), ask(line, rx, text="And refills?")
    answer(line, rx, first)
    withdraw(line, rx, second)
    for question, became in ((first, "answered"), (second, "withdrawn")):
        for act in (answer, withdraw):
            with pytest.raises(RuleBroken, match=f"is {became} already"):
                act(line, rx, question)
    assert [(q.answer, q.withdrawn_reason) for q in of(line, rx)] == [
        ("30 capsules", None),
        (None, "found it in the note"),
        (None, None),
    ]


def test_a_question_is_found_under_its_own_prescription_only(line: Line) -> None:
    mine, other = line.entered(), line.entered()
    question = ask(line, mine)
    ask(line, other)
    for act in (answer, withdraw):
        with pytest.raises(NotFound, match="There is no question with this number"):
            act(line, other, question)
        with pytest.raises(NotFound, match="There is no prescription with this number"):
            act(line, 999, question)
    assert of(line, mine)[0].is_open


def test_a_cancelled_prescription_leaves_no_question_open(line: Line) -> None:
    rx = line.entered()
    first, second = ask(line, rx), ask(line, rx, text="Which days' supply?")
    answer(line, rx, first)
    line.run(lambda s: prescriptions.advance(s, rx, "cancel", reason="moved away", actor=line.who["pia"], now=line.now))
    assert [(q.is_open, q.answer, q.withdrawn_reason) for q in of(line, rx)] == [
        (False, "30 capsules", None),
        (False, None, "The prescription was cancelled: moved away"),
    ]
    [noted] = line.trail(Event.QUESTION_WITHDRAWN, rx)
    assert (noted["question"], noted["after"], noted["by"]) == (second, "cancelled", "Pia Pharmacist")


def test_one_that_waited_before_questions_were_records_is_brought_on_by_asking_anew(line: Line) -> None:
    rx = line.entered()
    line.run(lambda s: setattr(s.get_one(Prescription, rx), "state", "clarifying"))
    answer(line, rx, ask(line, rx))
    assert state(line, rx) == "received"


def test_what_is_refused_leaves_nothing_behind(line: Line) -> None:
    rx = line.entered()
    for changed in ({"text": "why?"}, {"whom": ""}, {"how": "pigeon"}, {"about": "nonsense"}):
        with pytest.raises(RuleBroken):
            ask(line, rx, **changed)
    assert (state(line, rx), of(line, rx)) == ("entered", [])
    question = ask(line, rx)
    for given in ({"text": ""}, {"read_back": False}, {"at": line.now + timedelta(minutes=1)}):
        with pytest.raises(RuleBroken):
            answer(line, rx, question, **given)
    with pytest.raises(RuleBroken, match="write the reason"):
        withdraw(line, rx, question, reason=" ")
    assert (state(line, rx), of(line, rx)[0].is_open) == ("clarifying", True)
    assert line.trail(Event.QUESTION_ANSWERED, rx) == line.trail(Event.QUESTION_WITHDRAWN, rx) == []


@pytest.mark.parametrize("who", ["tess", "pia", "ines"])
def test_technicians_and_pharmacists_ask_answer_and_withdraw(sqlite_line: Line, who: str) -> None:
    line = sqlite_line
    rx = line.entered()
    answer(line, rx, ask(line, rx, by=who), by=who)
    line.entered(rx=rx)
    withdraw(line, rx, ask(line, rx, by=who), by=who)
    assert state(line, rx) == "received"


# Two people at once.


def test_when_the_last_two_answers_come_at_once_it_goes_back_to_entry_once(line: Line) -> None:
    rx = line.entered()
    asked_now = [ask(line, rx), ask(line, rx, text="Which days' supply?")]
    assert at_once(lambda which: answer(line, rx, asked_now[which]), 2) == [None, None]
    assert state(line, rx) == "received"
    afters = sorted(entry["after"] for entry in line.trail(Event.QUESTION_ANSWERED, rx))
    assert afters == ["clarifying", "received"]
    line.assert_whole()


def test_of_two_answers_to_one_question_one_is_kept_and_the_other_is_told(line: Line) -> None:
    rx = line.entered()
    question, _ = ask(line, rx), ask(line, rx, text="Which days' supply?")
    got = at_once(lambda which: answer(line, rx, question, text=f"answer {which}"), 2)
    [refused] = [each for each in got if each is not None]
    assert "is answered already" in str(refused)
    assert of(line, rx)[0].answer == f"answer {got.index(None)}"


# The queue of what waits for an answer.


def test_the_queue_shows_the_question_that_has_waited_longest(line: Line) -> None:
    assert line.read(asked.oldest_open) is None
    rxs = [line.entered() for _ in range(3)]
    newer = ask(line.later(2), rxs[0])
    oldest = ask(line.later(1), rxs[1])
    ask(line.later(3), rxs[1], text="And the refills, please?")
    found = line.read(asked.oldest_open)
    assert (found.asked_at, found.number) == (line.later(1).now, line.row(Prescription, rxs[1]).number)
    by_rx = line.read(lambda s: asked.open_by_prescription(s, rxs))
    assert {rx: row.asked_at for rx, row in by_rx.items()} == {
        rxs[0]: line.later(2).now,
        rxs[1]: line.later(1).now,
    }
    withdraw(line.later(4), rxs[1], oldest)
    answer(line.later(4), rxs[0], newer, at=line.later(4).now)
    found = line.read(asked.oldest_open)
    assert (found.asked_at, found.text) == (line.later(3).now, "And the refills, please?")


def test_the_questions_of_a_prescription_name_the_people(line: Line) -> None:
    rx = line.entered()
    answer(line, rx, ask(line, rx), by="pia")
    [row] = line.read(lambda s: asked.questions_of(s, rx))
    assert (row.asked_by, row.recorded_by, row.withdrawn_by) == ("Tess Technician", "Pia Pharmacist", None)

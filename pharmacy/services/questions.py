"""Questions to the prescriber: asked, answered, withdrawn. The prescription waits while one is open.

When the last one is settled the prescription goes back to entry, wherever it was asked from: an answer changes
nothing by itself. Somebody enters what it says, and a pharmacist who did not enter it verifies that.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.questions import Asking, How, Reply, check_asking, check_reply, check_withdrawal
from pharmacy.domain.workflow import RxState
from pharmacy.services.acting import Actor, get_to_change, move, record, refuse_while_filling
from pharmacy.store.asked import count_open
from pharmacy.store.tables import Prescription, Question


def ask(session: Session, prescription_id: int, asking: Asking, *, actor: Actor, now: datetime) -> Question:
    """Puts a question to the prescriber; from now on the prescription waits for its answer.

    What was verified before does not stand any more. Several questions may be open at once.
    Raises: RuleBroken naming the field.
    """
    row = get_to_change(session, Prescription, prescription_id, "prescription")
    state = move(session, row, "ask", actor=actor, now=now)
    refuse_while_filling(session, row)
    asked = check_asking(asking)
    _refuse_asked_already(session, row, asked.text)
    question = Question(
        prescription_id=row.id,
        is_open=True,
        about=asked.about,
        text=asked.text,
        asked_how=How(asked.how),
        asked_whom=asked.whom,
        asked_by_id=actor.id,
        asked_at=now,
    )
    session.add(question)
    before, row.state = row.state, RxState(state)
    row.verified_by_id = row.verified_at = row.claimed_by_id = None
    session.flush()
    told = {"about": asked.about, "text": asked.text, "how": asked.how, "whom": asked.whom}
    _note(session, Event.QUESTION_ASKED, row, question, told, actor=actor, now=now, before=before)
    return question


def answer(
    session: Session, prescription_id: int, question_id: int, reply: Reply, *, actor: Actor, now: datetime
) -> Question:
    """Records what the prescriber's side answered. A technician may: nothing is filled before a pharmacist verifies.

    Raises: RuleBroken naming the field, or when it is open no more.
    """
    row = get_to_change(session, Prescription, prescription_id, "prescription")
    row.state = RxState(move(session, row, "answer", actor=actor, now=now))
    question = _open_one(session, row, question_id)
    given = check_reply(reply, asked_at=question.asked_at, now=now)
    question.answer, question.answered_by_name, question.answered_how = given.text, given.by, How(given.how)
    question.read_back, question.answered_at = given.read_back, given.at
    question.recorded_by_id, question.recorded_at, question.is_open = actor.id, now, False
    _settle(session, row, actor=actor, now=now)
    told = {
        "answer": given.text,
        "answered_by": given.by,
        "how": given.how,
        "read_back": given.read_back,
        "answered_at": given.at.isoformat(),
    }
    _note(session, Event.QUESTION_ANSWERED, row, question, told, actor=actor, now=now)
    return question


def withdraw(
    session: Session, prescription_id: int, question_id: int, *, reason: str, actor: Actor, now: datetime
) -> Question:
    """Takes back a question that needs no answer any more; why is kept with it.

    Raises: RuleBroken naming the field, or when it is open no more.
    """
    row = get_to_change(session, Prescription, prescription_id, "prescription")
    row.state = RxState(move(session, row, "withdraw", actor=actor, now=now, reason=reason))
    question = _open_one(session, row, question_id)
    _withdraw(question, check_withdrawal(reason), actor=actor, now=now)
    _settle(session, row, actor=actor, now=now)
    _note(session, Event.QUESTION_WITHDRAWN, row, question, {"reason": question.withdrawn_reason}, actor=actor, now=now)
    return question


def withdraw_open(session: Session, row: Prescription, *, reason: str, actor: Actor, now: datetime) -> None:
    """Takes back what is still open on a prescription that is closed: nobody waits for an answer to it."""
    statement = select(Question).where(Question.prescription_id == row.id, Question.is_open.is_(True))
    for question in session.scalars(statement.order_by(Question.id)).all():
        _withdraw(question, reason, actor=actor, now=now)
        _note(session, Event.QUESTION_WITHDRAWN, row, question, {"reason": reason}, actor=actor, now=now)


def _open_one(session: Session, row: Prescription, question_id: int) -> Question:
    """The open question of this very prescription; its row is as it is now, since the prescription is locked.

    Raises: NotFound, or RuleBroken when it is settled.
    """
    statement = select(Question).where(Question.id == question_id, Question.prescription_id == row.id)
    question = session.execute(statement, execution_options={"populate_existing": True}).scalar()
    if question is None:
        raise NotFound("There is no question with this number.")
    if not question.is_open:
        became = "withdrawn" if question.answer is None else "answered"
        raise RuleBroken(f"This question is {became} already; it is never changed. Ask another one if need be.")
    return question


def _settle(session: Session, row: Prescription, *, actor: Actor, now: datetime) -> None:
    session.flush()
    if not count_open(session, row.id):
        row.state = RxState(move(session, row, "settle", actor=actor, now=now))
        session.flush()


def _withdraw(question: Question, reason: str, *, actor: Actor, now: datetime) -> None:
    question.withdrawn_reason, question.withdrawn_by_id, question.withdrawn_at = reason, actor.id, now
    question.is_open = False


def _note(
    session: Session,
    event: Event,
    row: Prescription,
    question: Question,
    told: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    before: RxState = RxState.CLARIFYING,
) -> None:
    """The entry in the trail of the prescription: what was told, and its states before and after."""
    record(
        session,
        event,
        actor=actor,
        now=now,
        subject="prescription",
        subject_id=row.id,
        question=question.id,
        before=before.value,
        after=row.state.value,
        **told,
    )


def _refuse_asked_already(session: Session, row: Prescription, text: str) -> None:
    statement = select(Question.id).where(
        Question.prescription_id == row.id, Question.is_open.is_(True), Question.text == text
    )
    if session.execute(statement).first():
        raise RuleBroken("Question: this very question is open already.", field="text")

"""The queries about questions to prescribers: those of a prescription, and those that wait for an answer."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from pharmacy.store.tables import Person, Prescription, Question


def questions_of(session: Session, prescription_id: int) -> Sequence[Any]:
    """Every question about a prescription with what became of it and who did it, oldest first."""
    asked, recorded, withdrawn = aliased(Person), aliased(Person), aliased(Person)
    statement = (
        select(
            Question.id,
            Question.is_open,
            Question.about,
            Question.text,
            Question.asked_how,
            Question.asked_whom,
            Question.asked_at,
            asked.full_name.label("asked_by"),
            Question.answer,
            Question.answered_by_name,
            Question.answered_how,
            Question.read_back,
            Question.answered_at,
            Question.recorded_at,
            recorded.full_name.label("recorded_by"),
            Question.withdrawn_reason,
            Question.withdrawn_at,
            withdrawn.full_name.label("withdrawn_by"),
        )
        .join(asked, asked.id == Question.asked_by_id)
        .outerjoin(recorded, recorded.id == Question.recorded_by_id)
        .outerjoin(withdrawn, withdrawn.id == Question.withdrawn_by_id)
        .where(Question.prescription_id == prescription_id)
    )
    return session.execute(statement.order_by(Question.id)).all()


def oldest_open(session: Session) -> Any | None:
    """The question that has waited longest for its answer, None when none waits: (text, asked_at, number)."""
    statement = (
        select(Question.text, Question.asked_at, Prescription.number)
        .join(Prescription, Prescription.id == Question.prescription_id)
        .where(Question.is_open.is_(True))
        .order_by(Question.asked_at, Question.id)
    )
    return session.execute(statement.limit(1)).first()


def open_by_prescription(session: Session, prescription_ids: Iterable[int]) -> dict[int, Any]:
    """The question of each of these prescriptions that has waited longest: {prescription: (text, asked_at)}."""
    wanted = list(prescription_ids)
    if not wanted:
        return {}
    statement = (
        select(Question.prescription_id, Question.text, Question.asked_at)
        .where(Question.prescription_id.in_(wanted), Question.is_open.is_(True))
        .order_by(Question.asked_at.desc(), Question.id.desc())
    )
    return {row.prescription_id: row for row in session.execute(statement)}  # the oldest comes last and stays


def count_open(session: Session, prescription_id: int) -> int:
    statement = (
        select(func.count())
        .select_from(Question)
        .where(Question.prescription_id == prescription_id, Question.is_open.is_(True))
    )
    return session.scalar(statement) or 0

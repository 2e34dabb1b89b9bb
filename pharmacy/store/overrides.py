"""Answers to findings and questions about them, counted by rule, and which rules are in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pharmacy.store.people import Person
from pharmacy.store.prescriptions import Override, Prescription, Question, RuleChange


def by_rule(session: Session, since: datetime) -> Sequence[Any]:
    """Answers since a moment: rule, result_code, how often."""
    statement = select(Override.rule, Override.result_code, func.count().label("answers"))
    grouped = statement.where(Override.at >= since).group_by(Override.rule, Override.result_code)
    return session.execute(grouped.order_by(Override.rule, Override.result_code)).all()


def questions_by_rule(session: Session, since: datetime) -> dict[str, int]:
    """How many questions to prescribers were drafted from each rule since a moment."""
    statement = (
        select(Question.about, func.count().label("questions"))
        .where(Question.asked_at >= since)
        .group_by(Question.about)
    )
    return {row.about: row.questions for row in session.execute(statement)}


def verified_since(session: Session, since: datetime) -> int:
    """How many prescriptions were verified since a moment."""
    return session.scalar(select(func.count()).select_from(Prescription).where(Prescription.verified_at >= since)) or 0


def answers_to(session: Session, rule: str, most: int = 20) -> Sequence[Any]:
    """The last answers to the findings of a rule, the newest first."""
    statement = (
        select(Override, Prescription.number, Person.full_name.label("person"))
        .join(Prescription, Prescription.id == Override.prescription_id)
        .join(Person, Person.id == Override.person_id)
        .where(Override.rule == rule)
    )
    return session.execute(statement.order_by(Override.id.desc()).limit(most)).all()


def changes_of(session: Session, rule: str) -> Sequence[RuleChange]:
    """How a rule was taken out of force and put back, oldest first."""
    return session.scalars(select(RuleChange).where(RuleChange.rule == rule).order_by(RuleChange.id)).all()


def last_changes(session: Session) -> Sequence[RuleChange]:
    """The last change of every rule that was ever changed."""
    newest = select(func.max(RuleChange.id)).group_by(RuleChange.rule)
    return session.scalars(select(RuleChange).where(RuleChange.id.in_(newest)).order_by(RuleChange.rule)).all()


def out_of_force(session: Session) -> frozenset[str]:
    """The rules that the pharmacist-in-charge retired and nobody put back."""
    return frozenset(change.rule for change in last_changes(session) if not change.in_force)

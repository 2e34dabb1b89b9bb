"""Answers to findings, counted by rule, and which rules are in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pharmacy.store.prescriptions import Override, Prescription, RuleChange


def by_rule(session: Session, since: datetime) -> Sequence[Any]:
    """Answers since a moment: rule, result_code, how often, and on how many prescriptions."""
    columns = (
        Override.rule,
        Override.result_code,
        func.count().label("answers"),
        func.count(Override.prescription_id.distinct()).label("prescriptions"),
        func.max(Override.at).label("last_at"),
    )
    statement = select(*columns).where(Override.at >= since).group_by(Override.rule, Override.result_code)
    return session.execute(statement.order_by(Override.rule, Override.result_code)).all()


def verified_since(session: Session, since: datetime) -> int:
    """How many prescriptions were verified since a moment."""
    return session.scalar(select(func.count()).select_from(Prescription).where(Prescription.verified_at >= since)) or 0


def last_changes(session: Session) -> Sequence[RuleChange]:
    """The last change of every rule that was ever changed."""
    newest = select(func.max(RuleChange.id)).group_by(RuleChange.rule)
    return session.scalars(select(RuleChange).where(RuleChange.id.in_(newest)).order_by(RuleChange.rule)).all()

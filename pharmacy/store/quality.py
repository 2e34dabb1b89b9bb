"""The queries about quality: the tested batches of a formula in their order, and the assays that are out."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pharmacy.store.batches import Batch, PotencyAssay, WeightTest
from pharmacy.store.formulas import Formula


def tested(session: Session, code: str, most: int) -> Sequence[Any]:
    """The last weight tests of all versions of a formula, oldest first: batch, its figures, whether it passed."""
    columns = (
        Batch.id.label("batch_id"),
        Batch.number,
        Batch.compounded,
        WeightTest.mean_mg,
        WeightTest.shell_mg,
        WeightTest.fill_mg,
        WeightTest.rsd_percent,
        WeightTest.passed,
    )
    statement = (
        select(*columns)
        .join(Batch, Batch.id == WeightTest.batch_id)
        .join(Formula, Formula.id == Batch.formula_id)
        .where(Formula.code == code)
    )
    return session.execute(statement.order_by(WeightTest.id.desc()).limit(most)).all()[::-1]


def formulas_made(session: Session) -> Sequence[Any]:
    """Every formula of which a batch was weight-tested: code, name of its last version, and how many tests."""
    statement = (
        select(Formula.code, func.max(Formula.name).label("name"), func.count(WeightTest.id).label("tests"))
        .join(Batch, Batch.formula_id == Formula.id)
        .join(WeightTest, WeightTest.batch_id == Batch.id)
    )
    return session.execute(statement.group_by(Formula.code).order_by(Formula.code)).all()


def last_sent(session: Session, code: str) -> int:
    """The key of the last batch of a formula that was sent to a laboratory, 0 when none ever was."""
    statement = (
        select(func.max(Batch.id))
        .join(PotencyAssay, PotencyAssay.batch_id == Batch.id)
        .join(Formula, Formula.id == Batch.formula_id)
        .where(Formula.code == code)
    )
    return session.scalar(statement) or 0


def filled_since(session: Session, code: str, batch_id: int) -> int:
    """How many batches of a formula were filled after this one."""
    statement = (
        select(func.count(Batch.id))
        .join(Formula, Formula.id == Batch.formula_id)
        .where(Formula.code == code, Batch.id > batch_id, Batch.filled_at.is_not(None))
    )
    return session.scalar(statement) or 0


def assays_out(session: Session) -> Sequence[Any]:
    """The assays that no laboratory answered yet, oldest first."""
    columns = (
        PotencyAssay.id,
        PotencyAssay.batch_id,
        Batch.number,
        PotencyAssay.laboratory,
        PotencyAssay.capsules,
        PotencyAssay.sent_at,
    )
    statement = select(*columns).join(Batch, Batch.id == PotencyAssay.batch_id).where(PotencyAssay.is_open.is_(True))
    return session.execute(statement.order_by(PotencyAssay.sent_at, PotencyAssay.id)).all()


def assays_of(session: Session, batch_id: int) -> Sequence[PotencyAssay]:
    """The assays of a batch, oldest first."""
    statement = select(PotencyAssay).where(PotencyAssay.batch_id == batch_id).order_by(PotencyAssay.id)
    return session.scalars(statement).all()

"""The queries behind the pages of ingredients, formulas and lots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.workflow import FormulaState
from pharmacy.store.tables import Batch, Formula, Ingredient, IngredientKind, LotMovement, Person


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One movement of a lot. balance: what the lot held after it, in the unit of the ingredient."""

    at: datetime
    kind: str
    amount: Decimal
    balance: Decimal
    batch_id: int | None
    batch: str | None
    person: str
    reason: str


def ledger(session: Session, lot_id: int) -> tuple[LedgerLine, ...]:
    """Every movement of a lot, oldest first, with the running balance."""
    statement = (
        select(LotMovement, Batch.number, Person.full_name)
        .join(Person, Person.id == LotMovement.person_id)
        .outerjoin(Batch, Batch.id == LotMovement.batch_id)
        .where(LotMovement.lot_id == lot_id)
        .order_by(LotMovement.id)
    )
    lines, balance = [], Decimal(0)
    for moved, batch, person in session.execute(statement):
        balance += moved.amount
        line = LedgerLine(
            moved.at, moved.kind.value, moved.amount, balance, moved.batch_id, batch, person, moved.reason
        )
        lines.append(line)
    return tuple(lines)


def ingredients(session: Session) -> Sequence[Ingredient]:
    """Every ingredient: actives, fillers, shells, by name."""
    rows = session.scalars(select(Ingredient).order_by(Ingredient.name))
    order = list(IngredientKind)
    return sorted(rows, key=lambda row: order.index(row.kind))


def ingredient_names(session: Session) -> dict[IngredientKind, list[str]]:
    """The names of every kind of ingredient."""
    names: dict[IngredientKind, list[str]] = {kind: [] for kind in IngredientKind}
    for row in ingredients(session):
        names[row.kind].append(row.name)
    return names


def versions(session: Session, code: str) -> Sequence[Any]:
    """The versions of one formula, the newest first."""
    columns = (Formula.id, Formula.version, Formula.state, Formula.drafted_at, Formula.approved_at)
    return session.execute(select(*columns).where(Formula.code == code).order_by(Formula.version.desc())).all()


def approved_formulas(session: Session) -> Sequence[Formula]:
    """The formulas that batches may be planned from."""
    statement = select(Formula).where(Formula.state == FormulaState.APPROVED)
    return session.scalars(statement.order_by(Formula.strength_mg, Formula.code)).all()

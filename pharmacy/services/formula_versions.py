"""What a new version of a formula changes, and whom it meets: batches under way, prescriptions still to be filled."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pharmacy.domain import formula_difference
from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.formula_difference import Difference, Lines
from pharmacy.domain.units import format_number, format_strength
from pharmacy.domain.workflow import OPEN, BatchState, FillState, RxState, Subject
from pharmacy.services import courses, formulas
from pharmacy.store.tables import Batch, Fill, Formula, Ingredient, Prescription

_NOT_TAKEN = (FillState.CANCELLED, FillState.PLANNED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Verified prescriptions of one strength, with the fills for which no capsules were taken yet.

    made: whether this version makes the strength. others: approved formulas, beside it, that make it too.
    """

    strength_mg: Decimal
    made: bool
    prescriptions: tuple[Prescription, ...]
    fills: int
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """replaced: the version that this one replaces, None when it is the first; the batches are open ones of it.

    planned: to be rejected and planned anew. begun: may be finished. released: stay as they are.
    """

    replaced: Formula | None
    planned: tuple[Batch, ...]
    begun: tuple[Batch, ...]
    released: tuple[Batch, ...]
    waiting: tuple[Waiting, ...]


def compared(session: Session, row: Formula, version: int | None = None) -> tuple[Formula, Formula] | None:
    """The older and the newer of two versions: this one, and the one approved before it unless another is named.

    None when no other is named and none was approved before.
    Raises: NotFound.
    """
    if version is None:
        before = select(Formula).where(Formula.code == row.code, Formula.version < row.version)
        approved = before.where(Formula.approved_at.is_not(None)).order_by(Formula.version.desc())
        older = session.scalars(approved).first()
        return (older, row) if older else None
    statement = select(Formula).where(Formula.code == row.code, Formula.version == version)
    other = session.scalars(statement).first()
    if other is None:
        raise NotFound(f"There is no version {version} of {row.code}.")
    return (other, row) if other.version < row.version else (row, other)


def difference(older: Formula, newer: Formula) -> Difference:
    """What differs, field by field, as pages call and write them."""
    return formula_difference.difference(_shown(older), _shown(newer))


def impact(session: Session, row: Formula) -> Impact:
    """What approving this version meets, or once it is approved, what is still open of the one before."""
    replaced = formulas.replaced_by(session, row)
    batches = _open_batches(session, replaced) if replaced else ()
    strengths = {row.strength_mg, *([replaced.strength_mg] if replaced else [])}
    return Impact(
        replaced,
        tuple(batch for batch in batches if batch.state is BatchState.PLANNED),
        tuple(batch for batch in batches if batch.state not in (BatchState.PLANNED, BatchState.RELEASED)),
        tuple(batch for batch in batches if batch.state is BatchState.RELEASED),
        tuple(_waiting(session, row, strength) for strength in sorted(strengths)),
    )


def _open_batches(session: Session, formula: Formula) -> tuple[Batch, ...]:
    statement = select(Batch).where(Batch.formula_id == formula.id, Batch.state.in_(sorted(OPEN[Subject.BATCH])))
    return tuple(session.scalars(statement.order_by(Batch.id)))


def _waiting(session: Session, row: Formula, strength_mg: Decimal) -> Waiting:
    statement = select(Prescription).where(
        Prescription.is_open.is_(True),
        Prescription.state == RxState.VERIFIED,
        or_(Prescription.strength_mg == strength_mg, Prescription.strength_mg.is_(None)),
    )
    taken = _taken(session, strength_mg)
    left = {
        rx: fills
        for rx in session.scalars(statement.order_by(Prescription.due_at, Prescription.id))
        if (fills := _containers(rx, strength_mg) - taken.get(rx.id, 0)) > 0
    }
    others = (other for other in formulas.for_strength(session, strength_mg) if other.code != row.code)
    return Waiting(
        strength_mg,
        strength_mg == row.strength_mg,
        tuple(left),
        sum(left.values()),
        tuple(other.title for other in others),
    )


def _taken(session: Session, strength_mg: Decimal) -> dict[int, int]:
    """How many fills of a strength have their capsules already, by prescription."""
    statement = (
        select(Fill.prescription_id, func.count())
        .join(Prescription, Prescription.id == Fill.prescription_id)
        .where(Prescription.is_open.is_(True), Prescription.state == RxState.VERIFIED)
        .where(Fill.strength_mg == strength_mg, Fill.state.not_in(_NOT_TAKEN))
        .group_by(Fill.prescription_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def _containers(rx: Prescription, strength_mg: Decimal) -> int:
    """How many containers of this strength a prescription asks for in all, its refills with them."""
    if rx.strength_mg is not None and not courses.is_planned(rx):
        return courses.refills(rx) + 1
    try:
        bottles = courses.bottles_of(rx)
    except RuleBroken:  # its plan cannot be packed as it stands; somebody has to look at it
        return sum(step.dose_mg == strength_mg for step in courses.steps_of(rx))
    return sum(bottle.strength_mg == strength_mg for bottle in bottles)


def _shown(row: Formula) -> dict[str, Lines]:
    """Every field that a reader of the record sees, each as its lines."""
    one_line = {
        "Name": row.name,
        "Strength": f"{format_strength(row.strength_mg)} as the {row.basis}",
        "Form": f"{row.form}, size {row.capsule_size}",
        "Appearance": row.description,
        "Container": row.container,
        "Storage": row.storage,
        "Overage": f"{format_number(row.overage * 100)} %",
        "Own beyond-use limit": f"{row.limit_days} days",
    }
    return {
        **{name: (text,) for name, text in one_line.items()},
        "Components": tuple(_component(component.ingredient) for component in row.components),
        "Steps": tuple(row.steps),
        "Equipment": tuple(row.equipment.splitlines()),
        "Quality tests": tuple(row.quality.splitlines()),
        "Expected results": tuple(row.expected_results.splitlines()),
        "Labelling": tuple(row.labelling.splitlines()),
        "Reference": tuple(row.reference.splitlines()),
    }


def _component(ingredient: Ingredient) -> str:
    said = (ingredient.grade, ingredient.basis, f"size {ingredient.capsule_size}" if ingredient.capsule_size else "")
    return ", ".join([f"{ingredient.kind.capitalize()}: {ingredient.name}", *(word for word in said if word)])

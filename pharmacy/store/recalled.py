"""The queries behind a recall: from lots forward to batches, fills and patients, and back to suppliers.

Columns, not records, and each step by an index: what is read grows with what is recalled, never with the tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Row, Select, any_, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from pharmacy.domain.workflow import FillState
from pharmacy.store.tables import (
    Allocation,
    Batch,
    BatchInput,
    Fill,
    Formula,
    Ingredient,
    IngredientKind,
    Lot,
    Patient,
    Prescriber,
    Prescription,
    RecallDrill,
    Searched,
    Trituration,
    WeighIn,
)

_AT_ONCE = 500
"""Batches asked for in one statement; the databases take no more than some ten thousand values."""

_WENT_IN = (Trituration.active_lot_id, Trituration.diluent_lot_id)

HANDED_OUT = frozenset({FillState.DISPENSED, FillState.RETURNED})


@dataclass(frozen=True, slots=True)
class Supplied:
    """A lot as it came from its supplier, or was made here. Amounts in mg, or in capsules for shells."""

    id: int
    number: str
    state: str
    ingredient_id: int
    ingredient: str
    unit: str
    supplier: str
    maker_lot: str
    certificate: str
    received_at: datetime
    expiry: date
    received_amount: Decimal
    on_hand: Decimal
    made_here: bool  # a trituration


class Around(NamedTuple):
    """Lots and what is around them. made: triturations of them. origins: what went into those of them that are
    triturations. siblings: other deliveries of the same maker's lots, from whichever supplier, however written."""

    lots: tuple[Supplied, ...]
    made: tuple[Supplied, ...]
    origins: tuple[Supplied, ...]
    siblings: tuple[Supplied, ...]


@dataclass(frozen=True, slots=True)
class Compounded:
    """A batch. on_hand: capsules on the shelf, released once and taken by nobody yet."""

    id: int
    number: str
    state: str
    formula: str
    strength_mg: Decimal
    compounded: date
    beyond_use_date: date
    made: int | None
    on_hand: int


@dataclass(frozen=True, slots=True)
class Held:
    """Capsules of one batch in one fill, whose they are, and who prescribed them."""

    fill_id: int
    fill: str
    state: FillState
    batch_id: int
    batch: str
    quantity: int
    dispensed_at: datetime | None
    patient_id: int | None
    patient: str
    birth_date: date | None
    prescriber_id: int | None
    prescriber: str
    npi: str
    phone: str  # the prescriber's; no record here holds a patient's

    @property
    def prescription(self) -> str:
        """The prescription's number, which the fill's begins with."""
        return self.fill.rpartition("-")[0]

    @property
    def handed_out(self) -> bool:
        """Whether it left the pharmacy, be it that it came back."""
        return self.state in HANDED_OUT


def lots_in(session: Session, batch_id: int) -> tuple[Supplied, ...]:
    """Every lot that went into a batch, in the worksheet's order."""
    statement = _lots().join(BatchInput, BatchInput.lot_id == Lot.id)
    statement = statement.where(BatchInput.batch_id == batch_id, _is_in_use())
    rows = session.execute(statement.order_by(BatchInput.position))
    return tuple({row.id: _lot(row) for row in rows}.values())


def around(session: Session, lot_ids: Sequence[int]) -> Around:
    """These lots and those that are related to them, asked for in one statement."""
    asked = {
        "lots": [select(Lot.id).where(Lot.id.in_(lot_ids))],
        "made": _made_of(lot_ids),
        "origins": _went_into(lot_ids),
        "siblings": _same_lots(lot_ids),
    }
    found = _named(session, asked)
    return Around(**found | {"siblings": _others(found["siblings"], lot_ids)})


def made_of(session: Session, lot_ids: Sequence[int]) -> tuple[Supplied, ...]:
    """Every lot that is a trituration of one of these."""
    return _named(session, {"made": _made_of(lot_ids)})["made"]


def parents(session: Session, lot_ids: Sequence[int]) -> tuple[Supplied, ...]:
    """The lots that went into those of these that are triturations."""
    return _named(session, {"origins": _went_into(lot_ids)})["origins"]


def siblings(session: Session, lot_ids: Sequence[int]) -> tuple[Supplied, ...]:
    """Other deliveries of the same maker's lot, from whichever supplier, however it was written."""
    return _others(_named(session, {"siblings": _same_lots(lot_ids)})["siblings"], lot_ids)


def lots_of_maker(session: Session, maker_lot: str, supplier: str = "") -> tuple[Supplied, ...]:
    """Deliveries of a maker's lot; of one supplier when one is given."""
    statement = _lots().where(_alike(Lot.maker_lot, maker_lot))
    if supplier:
        statement = statement.where(_alike(Lot.supplier, supplier))
    return _supplied(session, statement)


def batches_of(session: Session, lot_ids: Sequence[int]) -> tuple[Compounded, ...]:
    """Every batch that one of these lots is a component of, whatever became of it, the oldest first."""
    made_of = made_from(lot_ids)
    return _compounded(session, _batches().where(Batch.id.in_(made_of)))


def made_from(lot_ids: Sequence[int]) -> Select[int]:
    """The numbers of the batches that one of these lots is a component of."""
    return select(BatchInput.batch_id).where(BatchInput.lot_id.in_(lot_ids), _is_in_use())


def batch(session: Session, batch_id: int) -> tuple[Compounded, ...]:
    return _compounded(session, _batches().where(Batch.id == batch_id))


def held(session: Session, batches: Sequence[Compounded]) -> tuple[Held, ...]:
    """Every fill that holds capsules of one of these batches."""
    many = [batches[start : start + _AT_ONCE] for start in range(0, len(batches), _AT_ONCE)]
    return tuple(sorted((one for part in many for one in _held(session, part)), key=lambda one: one.fill_id))


def drills(session: Session, searched: Sequence[tuple[Searched, str]]) -> Sequence[RecallDrill]:
    """Drills that started from one of these, the newest first."""
    codes = [code for _, code in searched]
    statement = select(RecallDrill).where(RecallDrill.code.in_(codes)).order_by(RecallDrill.id.desc())
    return [row for row in session.scalars(statement) if (row.searched, row.code) in searched]


def _alike(column: Any, text: Any) -> Any:
    """Whether both are the same but for capitals. The database folds both: SQLite knows only the letters of ASCII."""
    return func.lower(column) == func.lower(text)


def _lots() -> Any:
    return (
        select(
            Lot.id,
            Lot.number,
            Lot.state,
            Lot.ingredient_id,
            Ingredient.name.label("ingredient"),
            Ingredient.kind,
            Lot.supplier,
            Lot.maker_lot,
            Lot.certificate,
            Lot.received_at,
            Lot.expiry,
            Lot.received_amount,
            Lot.on_hand,
            Trituration.id.is_not(None).label("made_here"),
        )
        .join(Ingredient, Ingredient.id == Lot.ingredient_id)
        .outerjoin(Trituration, Trituration.lot_id == Lot.id)
    )


def _made_of(lot_ids: Sequence[int]) -> list[Select[Any]]:
    """The numbers of the lots that became of these, each half by an index of its own."""
    return [
        select(Trituration.lot_id).where(column.in_(lot_ids), Trituration.lot_id.is_not(None)) for column in _WENT_IN
    ]


def _went_into(lot_ids: Sequence[int]) -> list[Select[Any]]:
    """The numbers of the lots that went into those of these that are triturations."""
    return [select(column).where(Trituration.lot_id.in_(lot_ids)) for column in _WENT_IN]


def _same_lots(lot_ids: Sequence[int]) -> list[Select[Any]]:
    """The numbers of all deliveries of the makers' lots of those of these that were bought, their own too."""
    one = aliased(Lot)
    same = (Lot.ingredient_id == one.ingredient_id) & _alike(Lot.maker_lot, one.maker_lot)
    bought = ~select(Trituration.id).where(Trituration.lot_id == one.id).exists()
    return [select(Lot.id).join(one, same).where(one.id.in_(lot_ids), bought)]


def _others(found: Sequence[Supplied], lot_ids: Sequence[int]) -> tuple[Supplied, ...]:
    return tuple(lot for lot in found if lot.id not in lot_ids)


def _named(session: Session, asked: Mapping[str, Sequence[Select[Any]]]) -> dict[str, tuple[Supplied, ...]]:
    """The lots whose numbers some selects find, in one statement, under the name that they were asked for by."""
    found: dict[str, dict[int, Supplied]] = {name: {} for name in asked}
    parts = [one.add_columns(literal(name)) for name, selects in asked.items() for one in selects]
    if parts:
        either = union_all(*parts).subquery()
        number, name = either.c
        statement = _lots().join(either, number == Lot.id).add_columns(name.label("asked")).order_by(Lot.id)
        for row in session.execute(statement):
            found[row.asked][row.id] = _lot(row)
    return {name: tuple(rows.values()) for name, rows in found.items()}


def _supplied(session: Session, statement: Any) -> tuple[Supplied, ...]:
    return tuple(_lot(row) for row in session.execute(statement.order_by(Lot.id)))


def _lot(row: Row[Any]) -> Supplied:
    values = dict(row._mapping)
    values.pop("asked", None)
    unit = "capsules" if values.pop("kind") is IngredientKind.SHELL else "mg"
    return Supplied(unit=unit, **values | {"state": values["state"].value})


def _batches() -> Any:
    return select(
        Batch.id,
        Batch.number,
        Batch.state,
        Formula.name.label("formula"),
        Formula.strength_mg,
        Batch.compounded,
        Batch.beyond_use_date,
        Batch.made,
        Batch.on_hand,
    ).join(Formula, Formula.id == Batch.formula_id)


def _compounded(session: Session, statement: Any) -> tuple[Compounded, ...]:
    rows = session.execute(statement.order_by(Batch.id))
    return tuple(Compounded(**dict(row._mapping) | {"state": row.state.value}) for row in rows)


def _held(session: Session, batches: Sequence[Compounded]) -> tuple[Held, ...]:
    """Capsules put back cancel those taken, so a fill that holds none any more is not among them.

    No more columns than are needed: half of the time of a recall goes into them.
    """
    statement = (
        select(
            Allocation.fill_id,
            Allocation.batch_id,
            Allocation.quantity,
            Fill.number,
            Fill.state,
            Fill.dispensed_at,
            Prescription.patient_id,
            Patient.family,
            Patient.given,
            Patient.birth_date,
            Prescription.prescriber_id,
            Prescriber.family.label("prescriber_family"),
            Prescriber.given.label("prescriber_given"),
            Prescriber.npi,
            Prescriber.phone,
        )
        .select_from(Allocation)
        .join(Fill, Fill.id == Allocation.fill_id)
        .join(Prescription, Prescription.id == Fill.prescription_id)
        .outerjoin(Patient, Patient.id == Prescription.patient_id)
        .outerjoin(Prescriber, Prescriber.id == Prescription.prescriber_id)
        .where(_among(session, Allocation.batch_id, [batch.id for batch in batches]))
    )
    numbers = {batch.id: batch.number for batch in batches}
    found: dict[tuple[int, int], Any] = {}
    quantities: dict[tuple[int, int], int] = {}
    for row in session.execute(statement):
        key = (row.fill_id, row.batch_id)
        found[key] = row
        quantities[key] = quantities.get(key, 0) + row.quantity
    return tuple(
        _fill(found[key], numbers[key[1]], quantity) for key, quantity in sorted(quantities.items()) if quantity
    )


def _among(session: Session, column: InstrumentedAttribute[int], keys: list[int]) -> ColumnElement[bool]:
    """Whether a column is one of these keys.

    To PostgreSQL they go as one value: the statement is the same for any number of them, so that it is planned once for
    a connection, and the planner does not take many keys for a reason to read a small table whole.
    """
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(keys, ARRAY(BigInteger)))
    return column.in_(keys)


def _fill(row: Any, batch: str, quantity: int) -> Held:
    return Held(
        fill_id=row.fill_id,
        fill=row.number,
        state=row.state,
        batch_id=row.batch_id,
        batch=batch,
        quantity=quantity,
        dispensed_at=row.dispensed_at,
        patient_id=row.patient_id,
        patient=f"{row.given} {row.family}",
        birth_date=row.birth_date,
        prescriber_id=row.prescriber_id,
        prescriber=f"{row.prescriber_given} {row.prescriber_family}",
        npi=row.npi,
        phone=row.phone,
    )


def _is_in_use() -> ColumnElement[bool]:
    """Whether a lot is in its batch, or still will be: not one that another took over from before it was weighed."""
    after = aliased(BatchInput)
    follows = (after.batch_id == BatchInput.batch_id) & (after.continues == BatchInput.position)
    weighed = select(WeighIn.id).where(WeighIn.input_id == BatchInput.id).correlate(BatchInput).exists()
    return ~select(after.id).where(follows, ~weighed).exists()

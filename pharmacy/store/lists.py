"""The queries behind list pages: columns, not records; open ones by index; the next page by key, never by offset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.workflow import BatchState, FillState, FormulaState, LotState, RxState
from pharmacy.store.tables import (
    ApiToken,
    AuditEntry,
    Batch,
    Fill,
    Formula,
    Ingredient,
    Label,
    LabelKind,
    Lot,
    Message,
    Override,
    Patient,
    Person,
    Prescription,
    Trituration,
)

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list and the key of the next page; None when this is the last."""

    rows: Sequence[Any]
    next: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One work queue: how many wait, and since when the oldest has been due."""

    count: int
    oldest: datetime | None


def waiting(session: Session) -> dict[str, dict[str, Waiting]]:
    """{"prescription": {state: Waiting}, "batch": ..., "fill": ...} of everything open, counted over the open index."""
    quarantined, draft = LotState.QUARANTINED, FormulaState.DRAFT
    return {
        "prescription": _count_open(session, Prescription),
        "batch": _count_open(session, Batch),
        "fill": _count_open(session, Fill),
        "message": {"review": _since(session, Message.received_at, Message.is_open.is_(True))},
        "lot": {quarantined.value: _since(session, Lot.received_at, Lot.is_open.is_(True), Lot.state == quarantined)},
        "trituration": {"open": _since(session, Trituration.planned_at, Trituration.is_open.is_(True))},
        "formula": {draft.value: _since(session, Formula.drafted_at, Formula.state == draft)},
    }


def prescriptions(session: Session, state: RxState | None = None, after: str = "", limit: int = PAGE) -> Page:
    """Open prescriptions, the one due first in front; columns for the queue page."""
    entered, claimed = aliased(Person), aliased(Person)
    statement = (
        select(
            Prescription.id,
            Prescription.number,
            Prescription.state,
            Prescription.patient_name,
            Prescription.strength_mg,
            Prescription.quantity,
            Prescription.decision,
            Prescription.due_at,
            Prescription.received_at,
            entered.full_name.label("entered_by"),
            claimed.full_name.label("claimed_by"),
        )
        .outerjoin(entered, entered.id == Prescription.entered_by_id)
        .outerjoin(claimed, claimed.id == Prescription.claimed_by_id)
        .where(Prescription.is_open.is_(True))
    )
    if state is not None:
        statement = statement.where(Prescription.state == state)
    return _due_page(session, statement, Prescription, after, limit)


def batches(session: Session, state: BatchState | None = None, after: str = "", limit: int = PAGE) -> Page:
    """Open batches, the one due first in front."""
    statement = (
        select(
            Batch.id,
            Batch.number,
            Batch.state,
            Batch.capsules,
            Batch.made,
            Batch.on_hand,
            Batch.beyond_use_date,
            Batch.due_at,
            Formula.name.label("formula"),
            Formula.strength_mg,
            Person.full_name.label("planned_by"),
        )
        .join(Formula, Formula.id == Batch.formula_id)
        .join(Person, Person.id == Batch.planned_by_id)
        .where(Batch.is_open.is_(True))
    )
    if state is not None:
        statement = statement.where(Batch.state == state)
    return _due_page(session, statement, Batch, after, limit)


def fills(session: Session, state: FillState | None = None, after: str = "", limit: int = PAGE) -> Page:
    """Open fills, the one due first in front."""
    statement = (
        select(
            Fill.id,
            Fill.number,
            Fill.state,
            Fill.strength_mg,
            Fill.bottle,
            Fill.bottles,
            Fill.quantity,
            Fill.price,
            Fill.due_at,
            Prescription.patient_name,
        )
        .join(Prescription, Prescription.id == Fill.prescription_id)
        .where(Fill.is_open.is_(True))
    )
    if state is not None:
        statement = statement.where(Fill.state == state)
    return _due_page(session, statement, Fill, after, limit)


def closed(session: Session, kind: str, after: str = "", limit: int = PAGE) -> Page:
    """Closed prescriptions, batches or fills, the newest first: kind is the singular name."""
    table: Any = {"prescription": Prescription, "batch": Batch, "fill": Fill}[kind]
    statement = select(table.id, table.number, table.state, table.due_at).where(table.is_open.is_(False))
    if after:
        statement = statement.where(table.id < _number(after))
    rows = session.execute(statement.order_by(table.id.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


def lots(session: Session, *, is_open: bool = True, after: str = "", limit: int = PAGE) -> Page:
    """Lots, those that expire first in front."""
    statement = (
        select(
            Lot.id,
            Lot.number,
            Lot.state,
            Lot.on_hand,
            Lot.expiry,
            Lot.supplier,
            Lot.maker_lot,
            Ingredient.name.label("ingredient"),
            Ingredient.kind,
        )
        .join(Ingredient, Ingredient.id == Lot.ingredient_id)
        .where(Lot.is_open.is_(is_open))
    )
    if after:
        expiry, key = _day_and_number(after)
        statement = statement.where(tuple_(Lot.expiry, Lot.id) > tuple_(literal(expiry), key))
    rows = session.execute(statement.order_by(Lot.expiry, Lot.id).limit(limit + 1)).all()
    return Page(
        rows[:limit],
        f"{rows[limit - 1].expiry.isoformat()}~{rows[limit - 1].id}" if len(rows) > limit else None,
    )


def formulas(session: Session) -> Sequence[Any]:
    """Every version of every formula, the newest version of a code first."""
    statement = select(
        Formula.id,
        Formula.code,
        Formula.version,
        Formula.state,
        Formula.name,
        Formula.strength_mg,
        Formula.capsule_size,
        Person.full_name.label("drafted_by"),
        Formula.approved_at,
    ).join(Person, Person.id == Formula.drafted_by_id)
    return session.execute(statement.order_by(Formula.code, Formula.version.desc())).all()


def messages(session: Session, *, review_only: bool = False, after: str = "", limit: int = PAGE) -> Page:
    """Messages from outside; the newest first, or those that wait for a person, the oldest first."""
    columns = (
        Message.id,
        Message.received_at,
        Message.sender,
        Message.message_id,
        Message.format,
        Message.outcome,
        Prescription.id.label("prescription_id"),
        Prescription.number.label("prescription"),
    )
    statement = select(*columns).outerjoin(Prescription, Prescription.message_id == Message.id)
    if review_only:
        statement = statement.where(Message.is_open.is_(True))
        statement = statement.where(Message.id > _number(after)) if after else statement
        statement = statement.order_by(Message.id)
    else:
        statement = statement.where(Message.id < _number(after)) if after else statement
        statement = statement.order_by(Message.id.desc())
    rows = session.execute(statement.limit(limit + 1)).all()
    return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


def patients(session: Session, starts_with: str, limit: int = PAGE) -> Sequence[Any]:
    """Patients whose folded "family given" starts so."""
    key = " ".join(starts_with.casefold().split())
    statement = (
        select(Patient.id, Patient.family, Patient.given, Patient.birth_date)
        .where(Patient.name_key >= key, Patient.name_key < key + "\U0010ffff")
        .order_by(Patient.name_key, Patient.id)
    )
    return session.execute(statement.limit(limit)).all()


def people(session: Session) -> Sequence[Any]:
    columns = (Person.id, Person.username, Person.full_name, Person.initials, Person.role, Person.is_active)
    has_password = (Person.password_hash != "").label("has_password")
    return session.execute(select(*columns, has_password).order_by(Person.full_name, Person.id)).all()


def api_tokens(session: Session) -> Sequence[Any]:
    """The tokens of programs, the newest first, with whom each acts for."""
    columns = (ApiToken.id, ApiToken.name, ApiToken.made_at, ApiToken.revoked_at, Person.full_name, Person.role)
    statement = select(*columns).join(Person, Person.id == ApiToken.person_id)
    return session.execute(statement.order_by(ApiToken.id.desc())).all()


def labels_of(
    session: Session,
    *,
    fill_id: int | None = None,
    batch_id: int | None = None,
    lot_id: int | None = None,
    equipment_id: int | None = None,
    kind: LabelKind | None = None,
) -> Sequence[Any]:
    """Labels made for a fill, a batch, a lot or equipment, of one kind or of all, oldest first, without their bytes.
    says: what it says of the state; None where its kind says nothing of it. parts: None where it was kept before labels
    had several.
    """
    of = {Label.fill_id: fill_id, Label.batch_id: batch_id, Label.lot_id: lot_id, Label.equipment_id: equipment_id}
    statement = (
        select(Label.id, Label.kind, Label.copy, Label.reason, Label.stock, Label.sha256, Label.made_at)
        .add_columns(Label.content["status"].as_string().label("says"), Person.full_name.label("made_by"))
        .add_columns(Label.read_back["pages"].as_integer().label("parts"))
        .join(Person, Person.id == Label.made_by_id)
        .where(next(column == key for column, key in of.items() if key))
    )
    statement = statement if kind is None else statement.where(Label.kind == kind)
    return session.execute(statement.order_by(Label.id)).all()


def fills_of(session: Session, prescription_id: int) -> Sequence[Any]:
    what = (Fill.strength_mg, Fill.bottle, Fill.bottles, Fill.quantity)
    columns = (Fill.id, Fill.number, Fill.state, *what, Fill.price, Fill.filled_on)
    return session.execute(
        select(*columns).where(Fill.prescription_id == prescription_id).order_by(Fill.fill_number)
    ).all()


def prescriptions_of_patient(session: Session, patient_id: int) -> Sequence[Any]:
    """A patient's prescriptions, the newest first."""
    columns = (Prescription.id, Prescription.number, Prescription.state, Prescription.written, Prescription.received_at)
    return session.execute(
        select(*columns).where(Prescription.patient_id == patient_id).order_by(Prescription.id.desc()).limit(PAGE)
    ).all()


def next_prescription(session: Session, state: RxState, person_id: int) -> int | None:
    """The waiting prescription that is due first and is this person's to take: no other's claim, no own entry."""
    statement = (
        select(Prescription.id)
        .where(Prescription.is_open.is_(True), Prescription.state == state)
        .where(or_(Prescription.claimed_by_id.is_(None), Prescription.claimed_by_id == person_id))
        .order_by(Prescription.due_at, Prescription.id)
    )
    if state is RxState.ENTERED:
        statement = statement.where(Prescription.entered_by_id != person_id)
    return session.execute(statement.limit(1)).scalar()


def overrides_of(session: Session, prescription_id: int) -> Sequence[Any]:
    """What pharmacists answered to the findings of a prescription, oldest first."""
    columns = (
        Override.rule,
        Override.message,
        Override.reason,
        Override.prescriber_contact,
        Override.service_code,
        Override.result_code,
        Override.at,
        Person.full_name.label("person"),
    )
    statement = select(*columns).join(Person, Person.id == Override.person_id)
    return session.execute(statement.where(Override.prescription_id == prescription_id).order_by(Override.id)).all()


def prescriptions_of(session: Session, message_id: int) -> Sequence[Any]:
    """What was entered from a message."""
    columns = (Prescription.id, Prescription.number, Prescription.state)
    return session.execute(
        select(*columns).where(Prescription.message_id == message_id).order_by(Prescription.id)
    ).all()


def trail_page(
    session: Session, *, subject: str = "", subject_id: int | None = None, after: str = "", limit: int = PAGE
) -> Page:
    """Audit entries, the newest first; of one kind of record when subject is given, of one record when both are."""
    statement = select(
        AuditEntry.sequence,
        AuditEntry.at,
        AuditEntry.actor,
        AuditEntry.event,
        AuditEntry.subject,
        AuditEntry.subject_id,
        AuditEntry.detail,
        AuditEntry.hash,
    )
    if subject:
        statement = statement.where(AuditEntry.subject == subject)
    if subject and subject_id is not None:
        statement = statement.where(AuditEntry.subject_id == subject_id)
    if after:
        statement = statement.where(AuditEntry.sequence < _number(after))
    rows = session.execute(statement.order_by(AuditEntry.sequence.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], str(rows[limit - 1].sequence) if len(rows) > limit else None)


_NO_PAGE = "There is no such page of this list; open the list again."
_LARGEST = 2**63 - 1  # of a key; SQLite and PostgreSQL take no larger number


def _number(after: str) -> int:
    """The key of a page that begins after a row.

    Raises: InputUnusable: keys come from addresses, and anybody can write one.
    """
    if not after.isascii() or not after.isdecimal() or len(after) > 19 or int(after) > _LARGEST:
        raise InputUnusable(_NO_PAGE, field="after")
    return int(after)


def _moment_and_number(after: str) -> tuple[datetime, int]:
    first, _, key = after.rpartition("~")
    try:
        return datetime.fromisoformat(first).astimezone(UTC), _number(key)
    except (ValueError, OverflowError):
        raise InputUnusable(_NO_PAGE, field="after") from None


def _day_and_number(after: str) -> tuple[date, int]:
    first, _, key = after.rpartition("~")
    try:
        return date.fromisoformat(first), _number(key)
    except ValueError:
        raise InputUnusable(_NO_PAGE, field="after") from None


def _due_page(session: Session, statement: Any, table: Any, after: str, limit: int) -> Page:
    if after:
        due, key = _moment_and_number(after)
        at = literal(due, table.due_at.type)
        statement = statement.where(tuple_(table.due_at, table.id) > tuple_(at, key))
    rows = session.execute(statement.order_by(table.due_at, table.id).limit(limit + 1)).all()
    return Page(
        rows[:limit],
        f"{rows[limit - 1].due_at.isoformat()}~{rows[limit - 1].id}" if len(rows) > limit else None,
    )


def _count_open(session: Session, table: Any) -> dict[str, Waiting]:
    statement = (
        select(
            table.state,
            func.count().label("number"),
            func.min(table.due_at, type_=table.due_at.type).label("oldest"),
        )
        .where(table.is_open.is_(True))
        .group_by(table.state)
    )
    return {row.state.value: Waiting(row.number, row.oldest) for row in session.execute(statement)}


def _since(session: Session, moment: Any, *which: Any) -> Waiting:
    """How many rows are so, and the first of the moments at which they began to wait."""
    row = session.execute(select(func.count(), func.min(moment, type_=moment.type)).where(*which)).one()
    return Waiting(row[0], row[1])

"""Labels: composed from signed records, made once, read back with other eyes, kept, and only then offered for print.

Drawing and reading back run between transactions, never inside one.
"""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, undefer

from labels.content import BatchLabel, TriturationLabel, VialLabel
from labels.errors import LabelRefused
from labels.printing import Printed, render
from labels.read_back import agrees
from pharmacy.domain.errors import Conflict, NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.units import format_measure, format_strength
from pharmacy.domain.workflow import BatchState, FillState, LotState
from pharmacy.services import courses, fills
from pharmacy.services.acting import Actor, get, get_to_change, move, record
from pharmacy.store.database import Database
from pharmacy.store.tables import (
    Batch,
    Equipment,
    Fill,
    IngredientKind,
    Label,
    LabelKind,
    Lot,
    Part,
    Pharmacy,
    Prescription,
    Trituration,
)

AnyLabel = VialLabel | BatchLabel | TriturationLabel
WARNINGS = (
    "Do not take with opioid medicines. Tell every doctor and dentist.",
    "May cause vivid dreams.",
    "Keep dry and away from light.",
    "Keep out of reach of children.",
)
DEMONSTRATION = "DEMONSTRATION"
_TOKEN_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that look alike


@dataclass(frozen=True, slots=True)
class Made:
    """A label that was drawn and read back without a difference."""

    label: AnyLabel
    printed: Printed


def print_fill(database: Database, fill_id: int, *, actor: Actor, now: datetime, today: date, reason: str = "") -> int:
    """Makes the container label of a fill, or another copy of it, and keeps it; returns the label's number.

    Raises: RuleBroken: not its turn, a field that does not fit, or a label that does not read back.
    """
    with database.reading() as session:
        fill = get(session, Fill, fill_id, "fill")
        _label_step(session, fill, actor=actor, now=now, today=today, reason=reason)
        label = compose_vial(session, fill_id)
    made = make(label)
    return database.run(
        lambda session: _keep_vial(session, fill_id, made, actor=actor, now=now, today=today, reason=reason)
    )


def print_batch(database: Database, batch_id: int, *, actor: Actor, now: datetime, reason: str = "") -> int:
    """Makes the shelf label of a batch as its state is now, and keeps it; returns the label's number.

    Raises: RuleBroken.
    """
    with database.reading() as session:
        label = compose_batch(session, batch_id)
    made = make(label)
    return database.run(lambda session: _keep_batch(session, batch_id, made, actor=actor, now=now, reason=reason))


def print_trituration(database: Database, trituration_id: int, *, actor: Actor, now: datetime, reason: str = "") -> int:
    """Makes the label of the lot that a trituration became, as its state is now, and keeps it; returns its number.

    Raises: RuleBroken.
    """
    with database.reading() as session:
        label = compose_trituration(session, trituration_id)
    made = make(label)
    return database.run(
        lambda session: _keep_trituration(session, trituration_id, made, actor=actor, now=now, reason=reason)
    )


def make(label: AnyLabel) -> Made:
    """Draws a label and reads it back: every field as text, both codes from a picture of black and white dots.

    Raises: RuleBroken naming the field.
    """
    try:
        printed = render(label)
    except LabelRefused as refusal:
        raise RuleBroken(f"The label cannot be printed: {refusal}", field=refusal.field) from refusal
    problems = agrees(label, printed.pdf, printed)
    if problems:
        raise RuleBroken("The label was not printed, since it does not read back: " + "; ".join(problems) + ".")
    return Made(label, printed)


def compose_vial(session: Session, fill_id: int) -> VialLabel:
    """What the container label of a fill says, in finished strings.

    Raises: RuleBroken.
    """
    fill = get(session, Fill, fill_id, "fill")
    if not fill.allocations:
        raise RuleBroken(f"Fill {fill.number} has no capsules yet; take them from a batch first.")
    rx, batch, pharmacy = fill.prescription, fill.allocations[-1].batch, _pharmacy(session)
    assert rx.patient and rx.prescriber and rx.verified_by  # noqa: S101, PT018 - verified prescriptions have them
    copies, token = _printed_before(session, Label.fill_id == fill.id)
    return VialLabel(
        pharmacy_name=pharmacy.name,
        pharmacy_address=pharmacy.address,
        pharmacy_phone=pharmacy.phone,
        rx_number=rx.number,
        fill=str(fill.fill_number),
        refills=str(fills.fills_left(session, rx)) if courses.refills(rx) else "none",
        patient=rx.patient.name,
        prescriber=rx.prescriber.name,
        drug=drug_name(batch),
        quantity=f"{fill.quantity} {'capsule' if fill.quantity == 1 else 'capsules'}",
        directions=courses.directions_of(fill),
        bottle=courses.name_of(fill),
        date_filled=day(fill.filled_on),
        lot=batch.number,
        use_by=day(batch.beyond_use_date),
        storage=batch.formula.storage,
        description=batch.formula.description,
        inactive=_inactive(batch),
        warnings=WARNINGS,
        initials=rx.verified_by.initials,
        token=token,
        mark=_mark(pharmacy, copies),
    )


def compose_batch(session: Session, batch_id: int) -> BatchLabel:
    """What the shelf label of a batch says now: QUARANTINE until a pharmacist released it."""
    batch, pharmacy = get(session, Batch, batch_id, "batch"), _pharmacy(session)
    _, token = _printed_before(session, Label.batch_id == batch.id)
    label = BatchLabel(
        pharmacy_name=pharmacy.name,
        formula=f"{drug_name(batch)}, {batch.formula.title}",
        strength=format_strength(batch.formula.strength_mg),
        form=f"{batch.formula.form}, size {batch.formula.capsule_size}",
        batch_number=batch.number,
        quantity=f"{batch.capsules if batch.made is None else batch.made} capsules",
        compounded=day(batch.compounded),
        use_by=day(batch.beyond_use_date),
        storage=batch.formula.storage,
        status=shelf_status(batch.state),
        token=token,
        mark=DEMONSTRATION if pharmacy.demonstration else "",
    )
    copies = _same_before(session, Label.batch_id == batch.id, label)
    return replace(label, mark=_mark(pharmacy, copies))


def compose_trituration(session: Session, trituration_id: int) -> TriturationLabel:
    """What the label of a trituration says now: QUARANTINE until a pharmacist released its lot.

    Raises: RuleBroken when it is not mixed.
    """
    made, pharmacy = get(session, Trituration, trituration_id, "trituration"), _pharmacy(session)
    if made.lot is None or made.mixed_by is None:
        raise RuleBroken(f"Trituration {made.number} is {made.state}; its label is made when it is mixed.")
    active = made.active_lot.ingredient.name.lower()
    _, token = _printed_before(session, Label.lot_id == made.lot_id)
    label = TriturationLabel(
        pharmacy_name=pharmacy.name,
        active=f"{active} in {made.diluent_lot.ingredient.name.lower()}",
        strength=f"{format_measure((made.lot.assay or Decimal(0)) * 1000, 'mg')} of {active} per g",
        parents=tuple(
            f"{row.lot_scanned}, {format_measure(row.weighed, 'mg')}" for row in map(made.weighed, Part) if row
        ),
        lot_number=made.lot.number,
        quantity=format_measure(made.lot.received_amount, "mg"),
        compounded=day(made.compounded),
        use_by=day(made.lot.expiry),
        made_by=made.mixed_by.initials,
        status=shelf_status(made.lot.state),
        token=token,
        mark=DEMONSTRATION if pharmacy.demonstration else "",
    )
    return replace(label, mark=_mark(pharmacy, _same_before(session, Label.lot_id == made.lot_id, label)))


def shelf_status(state: BatchState | LotState) -> str:
    """What a shelf label says about the state, in capitals."""
    if state in ("released", "open", "exhausted"):
        return "RELEASED"
    if state in ("rejected", "recalled", "expired"):
        return f"{state.upper()} - DO NOT USE"
    return "QUARANTINE"


def drug_name(batch: Batch) -> str:
    """Generic name, salt after the name, strength and form: "naltrexone hydrochloride 4.5 mg capsule"."""
    active = next(c.lot.ingredient for c in batch.inputs if c.lot.ingredient.kind is IngredientKind.ACTIVE)
    return f"{active.name.lower()} {format_strength(batch.formula.strength_mg)} {batch.formula.form.lower()}"


def day(value: date) -> str:
    """A date as labels write it, with the month in letters: no reader takes it for another day.

    >>> from datetime import date
    >>> day(date(2026, 3, 4))
    '4 Mar 2026'
    """
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    return f"{value.day} {months[value.month - 1]} {value.year}"


def pdf_of(session: Session, label_id: int) -> Label:
    """A kept label with its bytes: the preview shows and the printer gets these, no others."""
    label = session.execute(select(Label).where(Label.id == label_id).options(undefer(Label.pdf))).scalar()
    if label is None:
        raise NotFound("There is no label with this number.")
    return label


def note_print(session: Session, label_id: int, *, actor: Actor, now: datetime) -> None:
    """Notes that a label was sent to be printed."""
    record(session, Event.LABEL_PRINTED, actor=actor, now=now, subject="label", subject_id=label_id)


def scanned(session: Session, text: str) -> tuple[str, int]:
    """What a scanned code stands for: the name of its kind, such as "fill" or "lot", and its id.

    Raises: NotFound.
    """
    wanted = text.strip() if text.isprintable() else ""
    label = session.execute(select(Label).where(Label.token == wanted).limit(1)).scalar() if wanted else None
    if label is not None:
        of = (("fill", label.fill_id), ("batch", label.batch_id), ("lot", label.lot_id))
        return next((kind, key) for kind, key in of if key)
    found = _by_number(session, wanted)
    if found is None:
        raise NotFound(f"Nothing here has the code “{wanted[:60]}”.", field="code")
    return found


def _by_number(session: Session, wanted: str) -> tuple[str, int] | None:
    # Once mixed, a trituration is a lot.
    numbered: tuple[Any, ...] = (Fill, Batch, Lot, Trituration, Prescription, Equipment)
    for table in numbered:
        found = session.execute(select(table.id).where(table.number == wanted.upper())).scalar()
        if found is not None:
            return table.__name__.lower(), found
    return None


def _keep_vial(
    session: Session, fill_id: int, made: Made, *, actor: Actor, now: datetime, today: date, reason: str
) -> int:
    fill = get_to_change(session, Fill, fill_id, "fill")
    state, copies = _label_step(session, fill, actor=actor, now=now, today=today, reason=reason)
    if replace(compose_vial(session, fill_id), token=made.label.token) != made.label:
        raise Conflict(f"Fill {fill.number} was changed while its label was drawn; print it again.")
    fill.state = FillState(state)
    return _keep(session, LabelKind.VIAL, made, copies, fill_id=fill.id, actor=actor, now=now, reason=reason)


def _label_step(
    session: Session, fill: Fill, *, actor: Actor, now: datetime, today: date, reason: str
) -> tuple[str, int]:
    """The state after this label, and how many there were before it."""
    copies, _ = _printed_before(session, Label.fill_id == fill.id)
    state = move(session, fill, "reprint" if copies else "label", actor=actor, now=now, reason=reason)
    fills.refuse_unless_sound(session, fill, today)
    return state, copies


def _keep_batch(session: Session, batch_id: int, made: Made, *, actor: Actor, now: datetime, reason: str) -> int:
    batch = get_to_change(session, Batch, batch_id, "batch")
    again = compose_batch(session, batch_id)
    if replace(again, token=made.label.token) != made.label:
        raise Conflict(f"Batch {batch.number} was changed while its label was drawn; print it again.")
    copies = _same_before(session, Label.batch_id == batch.id, again)
    _refuse_without_reason(copies, reason)
    return _keep(session, LabelKind.BATCH, made, copies, batch_id=batch.id, actor=actor, now=now, reason=reason)


def _keep_trituration(
    session: Session, trituration_id: int, made: Made, *, actor: Actor, now: datetime, reason: str
) -> int:
    lot_id = get(session, Trituration, trituration_id, "trituration").lot_id
    lot = get_to_change(session, Lot, lot_id or 0, "lot")
    again = compose_trituration(session, trituration_id)
    if replace(again, token=made.label.token) != made.label:
        raise Conflict(f"Lot {lot.number} was changed while its label was drawn; print it again.")
    copies = _same_before(session, Label.lot_id == lot.id, again)
    _refuse_without_reason(copies, reason)
    return _keep(session, LabelKind.TRITURATION, made, copies, lot_id=lot.id, actor=actor, now=now, reason=reason)


def _refuse_without_reason(copies: int, reason: str) -> None:
    if copies and not reason.strip():
        raise RuleBroken("Reason: this label was printed before; say why another is needed.", field="reason")


def _keep(
    session: Session,
    kind: LabelKind,
    made: Made,
    copies: int,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    fill_id: int | None = None,
    batch_id: int | None = None,
    lot_id: int | None = None,
) -> int:
    row = Label(
        kind=kind,
        fill_id=fill_id,
        batch_id=batch_id,
        lot_id=lot_id,
        copy=copies,
        reason=reason.strip(),
        token=made.label.token,
        content=asdict(made.label),
        pdf=made.printed.pdf,
        sha256=made.printed.sha256,
        read_back={
            "codes": [{"kind": code.kind, "payload": code.payload} for code in made.printed.barcodes],
            "differs": [],
        },
        made_by_id=actor.id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    record(
        session,
        Event.LABEL_MADE,
        actor=actor,
        now=now,
        subject="label",
        subject_id=row.id,
        kind=kind.value,
        fill_id=fill_id,
        batch_id=batch_id,
        **({"lot_id": lot_id} if lot_id else {}),
        copy=copies,
        sha256=row.sha256,
        reason=row.reason,
    )
    return row.id


def _printed_before(session: Session, where: object) -> tuple[int, str]:
    """How many labels were made before, and the token that all of them carry."""
    rows = session.execute(select(func.count(), func.min(Label.token)).where(where)).one()  # type: ignore[arg-type]
    return int(rows[0]), rows[1] or new_token()


def _same_before(session: Session, where: ColumnElement[bool], label: BatchLabel | TriturationLabel) -> int:
    earlier = session.scalars(select(Label.content).where(where))
    return sum(1 for content in earlier if content["status"] == label.status and content["quantity"] == label.quantity)


def new_token() -> str:
    """A code for a container that says nothing about anybody: 10 letters of 30, drawn at random."""
    return "MTR1:" + "".join(secrets.choice(_TOKEN_LETTERS) for _ in range(10))


def _mark(pharmacy: Pharmacy, copies: int) -> str:
    """Short enough for the room that labels keep for it."""
    again = f"Reprint {copies}" if copies else ""
    if not pharmacy.demonstration:
        return again
    return f"DEMO - {again}" if again else DEMONSTRATION


def _inactive(batch: Batch) -> str:
    others = [c.lot.ingredient for c in batch.inputs if c.lot.ingredient.kind is not IngredientKind.ACTIVE]
    names = dict.fromkeys(ingredient.name.lower() for ingredient in others)  # a second lot is the same ingredient
    return ", ".join(names)


def _pharmacy(session: Session) -> Pharmacy:
    row = session.get(Pharmacy, 1)
    if row is None:
        raise RuleBroken("The pharmacy's name, address and phone are not set up; an administrator enters them first.")
    return row

"""What the labels of our records say, in finished strings: composed from what was signed, and from nothing else."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from labels.content import BatchLabel, TriturationLabel, VialLabel
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import format_measure, format_strength
from pharmacy.domain.workflow import BatchState, LotState
from pharmacy.services import courses, fills, phrases, second_readings
from pharmacy.services.acting import get
from pharmacy.services.label_keeping import printed_before, same_before, token_of
from pharmacy.services.patient_words import WARNINGS
from pharmacy.services.phrases import Spoken
from pharmacy.store.tables import (
    Batch,
    Fill,
    IngredientKind,
    Label,
    LabelKind,
    Lot,
    Part,
    Person,
    Pharmacy,
    Trituration,
)

DEMONSTRATION = "DEMONSTRATION"
USED_UP = "USED UP"


def compose_vial(session: Session, fill_id: int) -> VialLabel:
    """What the container label of a fill says, in finished strings.

    Raises: RuleBroken.
    """
    fill = get(session, Fill, fill_id, "fill")
    if not fill.allocations:
        raise RuleBroken(f"Fill {fill.number} has no capsules yet; take them from a batch first.")
    rx, batch, pharmacy = fill.prescription, fill.allocations[-1].batch, pharmacy_of(session)
    assert rx.patient and rx.prescriber and rx.verified_by  # noqa: S101, PT018 - verified prescriptions have them
    mine = Label.fill_id == fill.id
    spoken = spoken_on(session, fill)
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
        quantity=capsules(fill.quantity),
        directions=courses.directions_of(fill),
        bottle=courses.name_of(fill),
        date_filled=day(fill.filled_on),
        lot=batch.number,
        use_by=day(batch.beyond_use_date),
        storage=batch.formula.storage,
        description=batch.formula.description,
        inactive=inactive_of(batch),
        warnings=WARNINGS,
        initials=rx.verified_by.initials,
        token=token_of(session, mine),
        mark=mark_of(pharmacy, printed_before(session, LabelKind.VIAL, mine)),
        language=spoken.language if spoken.prints else "",
        directions_translated=spoken.directions,
        warnings_translated=spoken.warnings,
    )


def spoken_on(session: Session, fill: Fill) -> Spoken:
    """What the container label of a fill says in the patient's language, or why it says nothing.

    Raises: RuleBroken.
    """
    patient = fill.prescription.patient
    language = patient.language if patient else ""
    return phrases.speak(session, language, directions=courses.directions_of(fill), warnings=WARNINGS)


def compose_batch(session: Session, batch_id: int, *, today: date) -> BatchLabel:
    """What the shelf label of a batch says today: QUARANTINE until a pharmacist released it."""
    batch, pharmacy = get(session, Batch, batch_id, "batch"), pharmacy_of(session)
    mine = Label.batch_id == batch.id
    label = BatchLabel(
        pharmacy_name=pharmacy.name,
        formula=f"{drug_name(batch)}, {batch.formula.title}",
        strength=format_strength(batch.formula.strength_mg),
        form=f"{batch.formula.form}, size {batch.formula.capsule_size}",
        batch_number=batch.number,
        quantity=made_of(batch),
        compounded=day(batch.compounded),
        use_by=day(batch.beyond_use_date),
        storage=batch.formula.storage,
        status=batch_status(batch, today),
        token=token_of(session, mine),
    )
    return replace(label, mark=mark_of(pharmacy, same_before(session, LabelKind.BATCH, mine, label)))


def compose_trituration(session: Session, lot_id: int, *, today: date) -> TriturationLabel:
    """What the label of the lot says today that a trituration became: QUARANTINE until a pharmacist released it.

    Raises: RuleBroken when the lot was bought.
    """
    lot, pharmacy = get(session, Lot, lot_id, "lot"), pharmacy_of(session)
    made = lot.trituration
    if made is None or made.mixed_by is None:
        raise RuleBroken(f"Lot {lot.number} is no trituration.")
    active, mine = made.active_lot.ingredient.name.lower(), Label.lot_id == lot_id
    label = TriturationLabel(
        pharmacy_name=pharmacy.name,
        active=f"{active} in {made.diluent_lot.ingredient.name.lower()}",
        strength=f"{format_measure((lot.assay or Decimal(0)) * 1000, 'mg')} of {active} per g",
        parents=tuple(
            f"{row.lot_scanned}, {format_measure(row.weighed, 'mg')}" for row in map(made.weighed, Part) if row
        ),
        lot_number=lot.number,
        quantity=format_measure(lot.received_amount, "mg"),
        compounded=day(made.compounded),
        use_by=day(lot.expiry),
        made_by=made.mixed_by.initials + _read_by(session, made),
        status=lot_status(lot, today),
        token=token_of(session, mine),
    )
    return replace(label, mark=mark_of(pharmacy, same_before(session, LabelKind.TRITURATION, mine, label)))


def _read_by(session: Session, made: Trituration) -> str:
    """The initials of whoever read a weight of it as the second person, to follow those of who made it."""
    read = [one.person_id for one in second_readings.of_triturations(session, made).values() if one.holds]
    initials = ", ".join(session.get_one(Person, reader).initials for reader in dict.fromkeys(read))
    return f", read by {initials}" if initials else ""


def shelf_status(state: BatchState | LotState) -> str:
    """What a shelf label says about the state, in capitals."""
    if state in ("released", "open", "exhausted"):
        return "RELEASED"
    if state in ("rejected", "recalled", "expired"):
        return f"{state.upper()} - DO NOT USE"
    return "QUARANTINE"


EXPIRED = shelf_status(LotState.EXPIRED)


def batch_status(batch: Batch, today: date) -> str:
    """What a label says about a batch on this day, in capitals: past its date, although nobody moved its state."""
    if batch.state is BatchState.RELEASED and batch.beyond_use_date < today:
        return EXPIRED
    return shelf_status(batch.state)


def lot_status(lot: Lot, today: date) -> str:
    """The same of a lot, bought or made here."""
    if lot.is_open and lot.expiry < today:
        return EXPIRED
    return USED_UP if lot.state is LotState.EXHAUSTED else shelf_status(lot.state)


def label_due(lot: Lot, says: str, today: date) -> str:
    """Why a label of a lot is to be printed now; "" when the last one says what it is, or there is nothing to label.

    says: what the last one says of the state, "" when there is none.
    """
    status = lot_status(lot, today)
    if not says:
        return f"No container carries a label yet; for now it says {status}." if lot.is_open else ""
    if lot.state is LotState.EXHAUSTED or says == status:
        return ""
    return f"The last label says {says}; by now it is {status}."


def capsules(number: int) -> str:
    """How many, in words.

    >>> capsules(30), capsules(1)
    ('30 capsules', '1 capsule')
    """
    return f"{number} {'capsule' if number == 1 else 'capsules'}"


def made_of(batch: Batch) -> str:
    """How many capsules a batch holds: planned, and once they were counted, made."""
    return capsules(batch.capsules if batch.made is None else batch.made)


def drug_name(batch: Batch) -> str:
    """Generic name, salt after the name, strength and form: "naltrexone hydrochloride 4.5 mg capsule"."""
    return f"{active_of(batch)} {format_strength(batch.formula.strength_mg)} {batch.formula.form.lower()}"


def active_of(batch: Batch) -> str:
    """Generic name, salt after the name: "naltrexone hydrochloride"."""
    active = next(c.lot.ingredient for c in batch.inputs if c.lot.ingredient.kind is IngredientKind.ACTIVE)
    return active.name.lower()


def day(value: date) -> str:
    """A date as labels write it, with the month in letters: no reader takes it for another day.

    >>> from datetime import date
    >>> day(date(2026, 3, 4))
    '4 Mar 2026'
    """
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    return f"{value.day} {months[value.month - 1]} {value.year}"


def mark_of(pharmacy: Pharmacy, copies: int) -> str:
    """Short enough for the room that labels keep for it."""
    again = f"Reprint {copies}" if copies else ""
    if not pharmacy.demonstration:
        return again
    return f"DEMO - {again}" if again else DEMONSTRATION


def inactive_of(batch: Batch) -> str:
    others = [c.lot.ingredient for c in batch.inputs if c.lot.ingredient.kind is not IngredientKind.ACTIVE]
    names = dict.fromkeys(ingredient.name.lower() for ingredient in others)  # a second lot is the same ingredient
    return ", ".join(names)


def pharmacy_of(session: Session) -> Pharmacy:
    row = session.get(Pharmacy, 1)
    if row is None:
        raise RuleBroken("The pharmacy's name, address and phone are not set up; an administrator enters them first.")
    return row

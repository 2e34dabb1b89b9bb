"""Lots: received into quarantine, released with a signature, drawn from through a ledger that always adds up."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.identifiers import lot_number
from pharmacy.domain.signature import Meaning
from pharmacy.domain.units import refuse_more_digits
from pharmacy.domain.workflow import LotState, Subject, refuse_unless_plain
from pharmacy.services import container_codes, origins, signing
from pharmacy.services.acting import Actor, get, get_to_change, move, next_number, record
from pharmacy.services.container_codes import NO_CODES, Codes
from pharmacy.services.ledger import change_on_hand, enter_in_ledger, write_off
from pharmacy.services.ledger import ledger as ledger
from pharmacy.services.ledger import ledger_sum as ledger_sum
from pharmacy.services.packing import NOT_MEASURED, check, keep
from pharmacy.services.packing import Packing as Packing
from pharmacy.services.packing import measure as measure
from pharmacy.services.signing import Proof, Standing
from pharmacy.store.tables import Ingredient, IngredientKind, Lot, MovementKind

MOST_MG = Decimal(5_000_000)  # five kilograms: more in one container is a slip of the keyboard
ASSAY_BASES = ("anhydrous", "as is")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the certificate of analysis states, as fractions; None where it states nothing."""

    reference: str = ""
    assay: Decimal | None = None
    assay_basis: str = ""
    water: Decimal | None = None
    solvents: Decimal | None = None


def receive(
    session: Session,
    *,
    ingredient_id: int,
    supplier: str,
    maker_lot: str,
    amount: Decimal,
    expiry: date,
    certificate: Certificate,
    packing: Packing = NOT_MEASURED,
    codes: Codes = NO_CODES,
    actor: Actor,
    now: datetime,
    today: date,
) -> Lot:
    """A delivery into quarantine. amount in mg, or in capsules for shells.

    Raises: RuleBroken naming the field and its limit.
    """
    ingredient = get(session, Ingredient, ingredient_id, "ingredient")
    _check_delivery(ingredient, supplier, maker_lot, amount, expiry, today)
    _check_certificate(ingredient, certificate)
    check(packing)
    codes = container_codes.checked(session, ingredient, codes)
    lot = Lot(
        number=lot_number(next_number(session, "lot")),
        ingredient=ingredient,
        supplier=supplier.strip(),
        maker_lot=maker_lot.strip(),
        gtin=codes.gtin or None,
        ndc=codes.ndc or None,
        state=LotState.QUARANTINED,
        received_at=now,
        received_by_id=actor.id,
        received_amount=amount,
        on_hand=amount,
        expiry=expiry,
        assay=certificate.assay,
        assay_basis=certificate.assay_basis,
        water=certificate.water,
        solvents=certificate.solvents,
        certificate=certificate.reference.strip(),
        packing_mg=packing.packing_mg,
        packing_size=packing.size,
        shell_mg=packing.shell_mg,
    )
    session.add(lot)
    session.flush()
    enter_in_ledger(session, lot, MovementKind.RECEIVED, amount, actor=actor, now=now, reason=f"from {lot.supplier}")
    if packing.packing_mg is not None or packing.shell_mg is not None:
        keep(session, lot, actor=actor, now=now)
    record(session, Event.LOT_RECEIVED, actor=actor, now=now, subject="lot", subject_id=lot.id, **content(lot))
    return lot


def release(
    session: Session, lot_id: int, *, proof: Proof, reason: str = "", actor: Actor, now: datetime, today: date
) -> Lot:
    """A pharmacist who did not receive it, nor make it, examined lot and certificate or record, and signs.

    Raises: RuleBroken.
    """
    lot = get_to_change(session, Lot, lot_id, "lot")
    state = move(session, lot, "release", actor=actor, now=now, reason=reason, done_by=_doers(lot))
    _refuse_unless_parents_are_sound(lot)
    if lot.expiry < today:
        raise RuleBroken(f"Lot {lot.number} expired on {lot.expiry.isoformat()}; it cannot be released.")
    lot.state = LotState(state)
    lot.released_by_id, lot.released_at = actor.id, now
    session.flush()
    signing.sign(
        session,
        signing.by_actor(proof, actor),
        release_meaning(lot),
        subject="lot",
        subject_id=lot.id,
        content=content(lot),
        now=now,
        reason=reason,
    )
    record(session, Event.LOT_RELEASED, actor=actor, now=now, subject="lot", subject_id=lot.id)
    return lot


def advance(
    session: Session,
    lot_id: int,
    verb: str,
    *,
    reason: str = "",
    actor: Actor,
    now: datetime,
    today: date | None = None,
) -> Lot:
    """Any plain step: reject, exhaust, expire. What is left of a used up lot is written off.

    Raises: RuleBroken.
    """
    refuse_unless_plain(Subject.LOT, verb)
    lot = get_to_change(session, Lot, lot_id, "lot")
    before, lot.state = lot.state, LotState(move(session, lot, verb, actor=actor, now=now, reason=reason))
    lot.note = reason.strip() or lot.note
    if verb == "expire" and lot.expiry >= (today or now.date()):
        raise RuleBroken(f"Lot {lot.number} expires on {lot.expiry.isoformat()}; it is not expired yet.")
    if verb == "exhaust" and lot.on_hand:
        write_off(session, lot, reason.strip() or "used up", actor=actor, now=now)
    record(
        session,
        Event.LOT_MOVED,
        actor=actor,
        now=now,
        subject="lot",
        subject_id=lot.id,
        step=verb,
        before=before.value,
        after=lot.state.value,
        reason=reason.strip(),
    )
    return lot


def adjust(session: Session, lot_id: int, counted: Decimal, *, reason: str, actor: Actor, now: datetime) -> Lot:
    """Brings the ledger to what was counted on the shelf, with the reason.

    Raises: RuleBroken.
    """
    lot = get_to_change(session, Lot, lot_id, "lot")
    if lot.state is LotState.EXHAUSTED:
        raise RuleBroken(f"Lot {lot.number} is used up; nothing of it is counted any more.")
    if len(reason.strip()) < 5:
        raise RuleBroken(
            "Reason: why the count differs, in at least 5 letters; it is kept in the ledger.", field="reason"
        )
    refuse_more_digits(("counted", counted, 3))
    if not 0 <= counted <= MOST_MG:
        raise RuleBroken(f"Counted: 0 to {MOST_MG} {lot.ingredient.unit}.", field="counted")
    difference = counted - lot.on_hand
    if difference == 0:
        raise RuleBroken(f"Counted: the ledger of lot {lot.number} says so already.", field="counted")
    change_on_hand(session, lot, difference)
    enter_in_ledger(session, lot, MovementKind.ADJUSTED, difference, actor=actor, now=now, reason=reason.strip())
    record(
        session,
        Event.LOT_MOVED,
        actor=actor,
        now=now,
        subject="lot",
        subject_id=lot.id,
        step="adjust",
        difference=difference,
        reason=reason.strip(),
    )
    return lot


def usable(lot: Lot, today: date) -> None:
    """Refuses a lot that nothing may be made from.

    Raises: RuleBroken.
    """
    if lot.state not in (LotState.RELEASED, LotState.OPEN):
        raise RuleBroken(f"Lot {lot.number} is {lot.state}; only a released lot may be weighed from.", field="lot")
    if lot.expiry < today:
        raise RuleBroken(f"Lot {lot.number} expired on {lot.expiry.isoformat()}.", field="lot")


def refuse_unless_signed(session: Session, lot: Lot) -> None:
    """Refuses a lot whose delivery or certificate is not what the pharmacist signed.

    Raises: RuleBroken.
    """
    if not any(signature.holds for signature in signatures(session, lot)[-1:]):
        raise RuleBroken(f"Lot {lot.number} is not what was signed at its release; recall it.", field="lot")


def draw(
    session: Session,
    lot: Lot,
    amount: Decimal,
    *,
    batch_id: int | None = None,
    kind: MovementKind = MovementKind.WEIGHED,
    actor: Actor,
    now: datetime,
    today: date,
    reason: str,
) -> None:
    """Takes an amount for a batch, or for a trituration; never more than there is, however many draw at once.

    Raises: RuleBroken.
    """
    usable(lot, today)
    refuse_unless_signed(session, lot)
    state = LotState(move(session, lot, "draw", actor=actor, now=now))
    change_on_hand(session, lot, -amount)
    lot.state = state
    enter_in_ledger(session, lot, kind, -amount, actor=actor, now=now, reason=reason, batch_id=batch_id)


def first_expired_first_out(session: Session, ingredient_id: int, today: date) -> tuple[Lot, ...]:
    """Lots that may be weighed from, the one that expires first in front."""
    statement = (
        select(Lot)
        .where(Lot.ingredient_id == ingredient_id, Lot.is_open, Lot.expiry >= today, Lot.on_hand > 0)
        .where(Lot.state.in_((LotState.RELEASED, LotState.OPEN)))
        .order_by(Lot.expiry, Lot.id)
    )
    return tuple(session.scalars(statement))


def content(lot: Lot) -> dict[str, object]:
    """What the release's signature covers: the delivery, its codes, its certificate and the files of that.

    What a lot does not have is not named, so that signatures from before codes and files were kept still hold.
    """
    files = [file.sha256 for file in lot.certificate_files if file.before_release]
    made = origins.content(lot.trituration) if lot.trituration else None
    more = (("gtin", lot.gtin), ("ndc", lot.ndc), ("certificate_files", files), ("trituration", made))
    return {
        **{name: value for name, value in more if value},
        "number": lot.number,
        "ingredient": lot.ingredient.name,
        "supplier": lot.supplier,
        "maker_lot": lot.maker_lot,
        "received_amount": lot.received_amount,
        "expiry": lot.expiry,
        "assay": lot.assay,
        "assay_basis": lot.assay_basis,
        "water": lot.water,
        "solvents": lot.solvents,
        "certificate": lot.certificate,
    }


def release_meaning(lot: Lot) -> Meaning:
    """What the signature under a lot's release means: one that was made here has a record and no certificate."""
    return Meaning.TRITURATION_RELEASED if lot.trituration else Meaning.LOT_RELEASED


def signatures(session: Session, lot: Lot) -> tuple[Standing, ...]:
    return signing.standing(session, "lot", lot.id, content(lot))


def _doers(lot: Lot) -> frozenset[int]:
    """Who received it, or had a part in making it."""
    made = origins.made_by(lot.trituration) if lot.trituration else frozenset()
    return made | {lot.received_by_id}


def _refuse_unless_parents_are_sound(lot: Lot) -> None:
    if lot.trituration is None:
        return
    for parent in (lot.trituration.active_lot, lot.trituration.diluent_lot):
        if parent.state is LotState.RECALLED:
            raise RuleBroken(f"Lot {lot.number} was made from lot {parent.number}, which is recalled: reject it.")


def _check_delivery(
    ingredient: Ingredient, supplier: str, maker_lot: str, amount: Decimal, expiry: date, today: date
) -> None:
    for field, called, value in (("supplier", "Supplier", supplier), ("maker_lot", "Maker's lot", maker_lot)):
        if not value.strip() or len(value) > 60:
            raise RuleBroken(f"{called}: 1 to 60 characters.", field=field)
    refuse_more_digits(("amount", amount, 3))
    if not 0 < amount <= MOST_MG:
        raise RuleBroken(f"Amount: more than 0 and at most {MOST_MG} {ingredient.unit}.", field="amount")
    if ingredient.kind is IngredientKind.SHELL and amount != amount.to_integral_value():
        raise RuleBroken("Amount: shells are counted in whole capsules.", field="amount")
    if expiry < today:
        raise RuleBroken(f"Expiry: {expiry.isoformat()} is past; an expired lot is not received.", field="expiry")


def _check_certificate(ingredient: Ingredient, certificate: Certificate) -> None:
    parts = (("assay", certificate.assay, 6), ("water", certificate.water, 6), ("solvents", certificate.solvents, 6))
    refuse_more_digits(*parts)
    if len(certificate.reference) > 120 or len(certificate.assay_basis) > 20:
        raise RuleBroken("Certificate: its reference has at most 120 characters.", field="certificate")
    if ingredient.kind is not IngredientKind.ACTIVE:
        return
    if certificate.assay is None or certificate.assay_basis not in ASSAY_BASES or certificate.water is None:
        raise RuleBroken(
            "Certificate: an active needs its assay, what the assay is based on (anhydrous or as is), and its water.",
            field="assay",
        )
    if not Decimal("0.8") <= certificate.assay <= Decimal("1.05"):
        raise RuleBroken("Assay: 80 to 105 %; check the certificate.", field="assay")
    for field, value in (("water", certificate.water), ("solvents", certificate.solvents)):
        if value is not None and not 0 <= value < Decimal("0.25"):
            raise RuleBroken(f"{field.capitalize()}: 0 to 25 %; check the certificate.", field=field)

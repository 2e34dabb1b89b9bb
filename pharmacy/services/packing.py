"""The packing statistic of a lot, measured with ten capsules, and looked up for the size of a batch."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.capsules import SIZES
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.packing import Measured, measure_powder, measure_shells
from pharmacy.domain.units import refuse_more_digits
from pharmacy.domain.workflow import LotState
from pharmacy.services.acting import Actor, changes, get, get_to_change, record
from pharmacy.store.tables import IngredientKind, Lot, PackingMeasurement


@dataclass(frozen=True, slots=True)
class Packing:
    """What was measured here: mg that fill one capsule of this size, mg of an empty shell; None before measuring."""

    size: str = ""
    packing_mg: Decimal | None = None
    shell_mg: Decimal | None = None


NOT_MEASURED = Packing()


def measure(
    session: Session,
    lot_id: int,
    packing: Packing,
    *,
    weighed: Measured | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Lot:
    """Notes the packing statistic or the shell weight that was measured for this lot, with its weighings if any.

    Batches keep the worksheet they were planned with. Changing a measurement of a released lot needs the reason.

    Raises: RuleBroken.
    """
    lot = get_to_change(session, Lot, lot_id, "lot")
    if not lot.is_open:
        raise RuleBroken(f"Lot {lot.number} is {lot.state}; measuring it serves nothing.")
    check(packing)
    before = {"packing_mg": lot.packing_mg, "packing_size": lot.packing_size, "shell_mg": lot.shell_mg}
    measured = lot.packing_mg is not None or lot.shell_mg is not None
    if measured and lot.state is not LotState.QUARANTINED and len(reason.strip()) < 10:
        raise RuleBroken(
            f"Reason: lot {lot.number} is released and was measured before; write in at least 10 letters why it is"
            " measured anew.",
            field="reason",
        )
    lot.packing_mg, lot.packing_size, lot.shell_mg = packing.packing_mg, packing.size, packing.shell_mg
    keep(session, lot, weighed, reason.strip(), actor=actor, now=now)
    after = {"packing_mg": lot.packing_mg, "packing_size": lot.packing_size, "shell_mg": lot.shell_mg}
    record(
        session,
        Event.LOT_MEASURED,
        actor=actor,
        now=now,
        subject="lot",
        subject_id=lot.id,
        **changes(before, after),
        **({"reason": reason.strip()} if reason.strip() else {}),
    )
    return lot


def weigh(
    session: Session,
    lot_id: int,
    *,
    size: str,
    filled_mg: tuple[Decimal, ...],
    shells_mg: tuple[Decimal, ...],
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Measured:
    """Computes the packing statistic of a powder, or the mean shell of a lot of shells, and keeps every weight.

    Raises: RuleBroken naming the weight or the limit.
    """
    lot = get(session, Lot, lot_id, "lot")
    if lot.ingredient.kind is IngredientKind.SHELL:
        found = measure_shells(lot.ingredient.capsule_size, shells_mg=shells_mg)
        kept = Packing(found.size, None, found.shells.mean_mg)
    else:
        if size not in SIZES:
            raise RuleBroken(f"Capsule size: choose one of {', '.join(SIZES)}.", field="size")
        found = measure_powder(size, filled_mg=filled_mg, shells_mg=shells_mg)
        kept = Packing(found.size, found.packing_mg)
    measure(session, lot_id, kept, weighed=found, reason=reason, actor=actor, now=now)
    return found


def packing_mg(session: Session, lot: Lot, size: str) -> Decimal | None:
    """What fills one capsule of this size [mg], as it was measured last; None when it never was."""
    if lot.packing_size == size and lot.packing_mg is not None:
        return lot.packing_mg
    statement = (
        select(PackingMeasurement.packing_mg)
        .where(PackingMeasurement.lot_id == lot.id, PackingMeasurement.size == size)
        .where(PackingMeasurement.packing_mg.is_not(None))
        .order_by(PackingMeasurement.id.desc())
    )
    return session.scalar(statement.limit(1))


def known_packings(session: Session, lot: Lot) -> dict[str, Decimal]:
    """{size: what fills one capsule [mg]} of every size in which this lot was measured."""
    statement = (
        select(PackingMeasurement.size, PackingMeasurement.packing_mg)
        .where(PackingMeasurement.lot_id == lot.id, PackingMeasurement.packing_mg.is_not(None))
        .order_by(PackingMeasurement.id)
    )
    known: dict[str, Decimal] = {row.size: row.packing_mg for row in session.execute(statement)}
    return known | ({lot.packing_size: lot.packing_mg} if lot.packing_mg is not None else {})


def keep(
    session: Session, lot: Lot, weighed: Measured | None = None, reason: str = "", *, actor: Actor, now: datetime
) -> None:
    """What the lot now says, in a row beside the earlier ones: every size that was measured stays known."""
    filled = weighed.filled if weighed else None
    session.add(
        PackingMeasurement(
            lot_id=lot.id,
            size=lot.packing_size,
            filled_mg=[format(weight, "f") for weight in filled.weights_mg] if filled else [],
            shells_mg=[format(weight, "f") for weight in weighed.shells.weights_mg] if weighed else [],
            shell_mg=weighed.shells.mean_mg if weighed else lot.shell_mg,
            shell_rsd_percent=weighed.shells.rsd_percent if weighed else None,
            packing_mg=lot.packing_mg,
            filled_rsd_percent=filled.rsd_percent if filled else None,
            error_mg=weighed.error_mg if weighed else None,
            reason=reason,
            person_id=actor.id,
            at=now,
        )
    )


def check(packing: Packing) -> None:
    """Refuses figures that no capsule can have.

    Raises: RuleBroken.
    """
    if packing.size not in ("", *SIZES):
        raise RuleBroken(f"Capsule size: one of {', '.join(SIZES)}.", field="packing_size")
    for field, value in (("packing_mg", packing.packing_mg), ("shell_mg", packing.shell_mg)):
        refuse_more_digits((field, value, 3))
        if value is not None and not 0 < value <= 2000:
            raise RuleBroken("A capsule holds more than 0 and at most 2000 mg.", field=field)

"""A recall: from a lot or a batch forward to patients and back to suppliers, the recall itself, and its drill."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.workflow import BatchState, LotState, Subject, find
from pharmacy.services import releasing, triturations
from pharmacy.services.acting import Actor, get_to_change, move, record
from pharmacy.store import recalled
from pharmacy.store.recalled import Around, Compounded, Held, Supplied
from pharmacy.store.tables import Batch, Lot, RecallDrill, Searched, Trituration

_MAY_BE_RECALLED = find(Subject.BATCH, "recall").sources
_LOT_MAY_BE_RECALLED = find(Subject.LOT, "recall").sources
_UNMIXED = find(Subject.TRITURATION, "recall").sources
_LONGEST = 60
"""Characters of what is searched for; no number and no maker's lot has more."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where it started, and what was found in both directions.

    lots: those that are recalled; of a batch, those that went into it. triturations: lots that were made of them here.
    origins: lots that went into those of the lots that are triturations. siblings: other deliveries of the same maker's
    lots. held: fills that hold capsules, whether they left the pharmacy or not.
    """

    searched: Searched
    code: str
    supplier: str
    lots: tuple[Supplied, ...]
    triturations: tuple[Supplied, ...]
    origins: tuple[Supplied, ...]
    siblings: tuple[Supplied, ...]
    batches: tuple[Compounded, ...]
    held: tuple[Held, ...]

    @property
    def subject(self) -> tuple[str, int]:
        """The record that the trail names: the batch, or the first of the lots."""
        if self.searched is Searched.BATCH:
            return "batch", self.batches[0].id
        return "lot", self.lots[0].id

    @property
    def is_recalled(self) -> bool:
        """Whether the thing itself is marked as recalled."""
        if self.searched is Searched.BATCH:
            return self.batches[0].state == BatchState.RECALLED
        return all(lot.state == LotState.RECALLED for lot in self.lots)

    @property
    def handed_out(self) -> tuple[Held, ...]:
        return tuple(one for one in self.held if one.handed_out)

    @property
    def in_the_pharmacy(self) -> tuple[Held, ...]:
        """Fills whose capsules are packed and have not left."""
        return tuple(one for one in self.held if not one.handed_out)

    @property
    def patients(self) -> dict[int, tuple[Held, ...]]:
        """What was handed out to each patient, by the patient's number."""
        return _grouped(self.handed_out, lambda one: one.patient_id)

    @property
    def prescribers(self) -> dict[int, tuple[Held, ...]]:
        """What was handed out for each prescriber, by the prescriber's number."""
        return _grouped(self.handed_out, lambda one: one.prescriber_id)

    @property
    def on_shelf(self) -> int:
        """Capsules that nobody has taken yet."""
        return sum(batch.on_hand for batch in self.batches)

    @property
    def suppliers(self) -> tuple[str, ...]:
        bought = (lot for lot in (*self.lots, *self.origins, *self.siblings) if not lot.made_here)
        return tuple(sorted({lot.supplier for lot in bought}))


class Drilled(NamedTuple):
    """What a drill found, and the record that is kept of it."""

    walk: Walk
    kept: RecallDrill


def walk(session: Session, code: str, *, supplier: str = "") -> Walk:
    """The walk from our lot number, our batch number, or a maker's lot, in this order.

    supplier: whose lot is meant; then only makers' lots are looked for.
    Raises: NotFound; RuleBroken when several suppliers or ingredients carry that maker's lot.
    """
    wanted, supplier = code.strip(), supplier.strip()
    if not 0 < len(wanted) <= _LONGEST or not wanted.isprintable():
        raise NotFound(f"Lot: 1 to {_LONGEST} characters of a lot or batch number.", field="lot")
    if not supplier:
        lot_id = session.execute(select(Lot.id).where(Lot.number == wanted.upper())).scalar()
        if lot_id is not None:
            return walk_lot(session, lot_id)
        batch_id = session.execute(select(Batch.id).where(Batch.number == wanted.upper())).scalar()
        if batch_id is not None:
            return walk_batch(session, batch_id)
    return _walk_maker_lot(session, wanted, supplier)


def walk_lot(session: Session, lot_id: int) -> Walk:
    """The walk from one of our lots.

    Raises: NotFound.
    """
    found = recalled.around(session, [lot_id])
    if not found.lots:
        raise NotFound("There is no lot with this number.")
    return _walk_lots(session, Searched.LOT, found.lots[0].number, found)


def walk_batch(session: Session, batch_id: int) -> Walk:
    """The walk from one batch: back to every lot that went into it.

    Raises: NotFound.
    """
    found = recalled.batch(session, batch_id)
    if not found:
        raise NotFound("There is no batch with this number.")
    lots = recalled.lots_in(session, batch_id)
    went_in = [lot.id for lot in lots]
    origins = recalled.parents(session, went_in)
    return Walk(
        Searched.BATCH,
        found[0].number,
        "",
        lots,
        (),
        origins,
        recalled.siblings(session, [*went_in, *(lot.id for lot in origins)]),
        found,
        recalled.held(session, found),
    )


def recall_lot(session: Session, lot_id: int, *, reason: str, actor: Actor, now: datetime) -> Lot:
    """A pharmacist recalls a lot, and in the same transaction every trituration and every batch that it went into, so
    that no capsule of it goes on from where it is.

    Raises: RuleBroken.
    """
    # In the order in which the bench locks them, what is made before the lots, so that nobody waits in a circle.
    made = _triturations(session, lot_id)
    made_lots = sorted(one.lot_id for one in made if one.lot_id is not None)
    batch_ids = set(session.scalars(recalled.made_from([lot_id, *made_lots])))
    batches = [get_to_change(session, Batch, batch_id, "batch") for batch_id in sorted(batch_ids)]
    lot = get_to_change(session, Lot, lot_id, "lot")
    # Whoever planned from the lot held it until now; from here on nobody can.
    late = set(session.scalars(recalled.made_from([lot_id, *made_lots]))) - batch_ids
    batches += [get_to_change(session, Batch, batch_id, "batch") for batch_id in sorted(late)]
    before, lot.state = lot.state, LotState(move(session, lot, "recall", actor=actor, now=now, reason=reason))
    lot.note = reason.strip()
    because = f"Lot {lot.number} was recalled: {lot.note}"
    diluted = _recall_triturations(session, made, made_lots, because, actor=actor, now=now)
    taken = [
        releasing.recall(session, batch, reason=because, actor=actor, now=now)
        for batch in batches
        if batch.state in _MAY_BE_RECALLED
    ]
    record(
        session,
        Event.LOT_MOVED,
        actor=actor,
        now=now,
        subject="lot",
        subject_id=lot.id,
        step="recall",
        before=before.value,
        after=lot.state.value,
        reason=lot.note,
        **({"triturations": diluted} if diluted else {}),
        batches=[batch.number for batch in taken],
        blocked_capsules=sum(batch.on_hand for batch in taken),
    )
    return lot


def _triturations(session: Session, lot_id: int) -> list[Trituration]:
    """What is or was made of a lot, locked."""
    statement = select(Trituration.id).where(
        or_(Trituration.active_lot_id == lot_id, Trituration.diluent_lot_id == lot_id)
    )
    return [get_to_change(session, Trituration, key, "trituration") for key in sorted(session.scalars(statement))]


def _recall_triturations(
    session: Session, made: list[Trituration], lot_ids: list[int], because: str, *, actor: Actor, now: datetime
) -> list[str]:
    """Recalls the lots that became of triturations, and those that are not mixed yet; returns the numbers of both."""
    numbers = []
    for one in made:
        if one.state in _UNMIXED:
            triturations.end(session, one, "recall", reason=because, actor=actor, now=now)
            numbers.append(one.number)
    for lot_id in lot_ids:
        lot = get_to_change(session, Lot, lot_id, "lot")
        if lot.state not in _LOT_MAY_BE_RECALLED:
            continue
        before, lot.state = lot.state, LotState(move(session, lot, "recall", actor=actor, now=now, reason=because))
        lot.note = because
        about = {"step": "recall", "before": before.value, "after": lot.state.value, "reason": because}
        record(session, Event.LOT_MOVED, actor=actor, now=now, subject="lot", subject_id=lot.id, **about)
        numbers.append(lot.number)
    return numbers


def drill(session: Session, find_it: Callable[[], Walk], *, actor: Actor, now: datetime) -> Drilled:
    """Walks as for a recall, with a clock beside it, and keeps what was found. Nothing else is changed.

    Raises: what find_it raises.
    """
    started = time.perf_counter()
    found = find_it()
    took = Decimal(round((time.perf_counter() - started) * 1_000_000)).scaleb(-3)
    row = RecallDrill(
        searched=found.searched,
        code=found.code,
        supplier=found.supplier,
        person_id=actor.id or None,
        person=actor.name,
        at=now,
        took_ms=took,
        batches=len(found.batches),
        on_shelf=found.on_shelf,
        fills=len(found.held),
        patients=len(found.patients),
        prescribers=len(found.prescribers),
        suppliers=len(found.suppliers),
    )
    session.add(row)
    subject, subject_id = found.subject
    record(
        session,
        Event.RECALL_DRILLED,
        actor=actor,
        now=now,
        subject=subject,
        subject_id=subject_id,
        code=found.code,
        patients=row.patients,
        fills=row.fills,
        took_ms=took,
    )
    return Drilled(found, row)


def note_reading(session: Session, found: Walk, *, actor: Actor, now: datetime) -> None:
    """Notes under every patient that a walk showed that somebody read of them."""
    for patient_id in sorted({one.patient_id for one in found.held if one.patient_id is not None}):
        record(
            session,
            Event.RECORD_READ,
            actor=actor,
            now=now,
            subject="patient",
            subject_id=patient_id,
            because=f"recall of {found.searched} {found.code}",
        )


def _walk_lots(session: Session, searched: Searched, code: str, found: Around, supplier: str = "") -> Walk:
    batches = recalled.batches_of(session, [lot.id for lot in (*found.lots, *found.made)])
    held = recalled.held(session, batches)
    return Walk(searched, code, supplier, *found, batches, held)


def _walk_maker_lot(session: Session, wanted: str, supplier: str) -> Walk:
    lots = recalled.lots_of_maker(session, wanted, supplier)
    if not lots:
        kinds, whose = ("", f" from {supplier}") if supplier else ("lot, no batch and no ", "")
        raise NotFound(f"There is no {kinds}maker's lot “{wanted}”{whose}.", field="lot")
    suppliers = sorted({lot.supplier for lot in lots})
    if len(suppliers) > 1:
        raise RuleBroken(
            f"Maker's lot “{wanted}” came from {', '.join(suppliers)}: say which with the supplier.", field="supplier"
        )
    if len({lot.ingredient_id for lot in lots}) > 1:
        numbers = ", ".join(f"{lot.number} ({lot.ingredient})" for lot in lots)
        raise RuleBroken(f"Maker's lot “{wanted}” is of several ingredients: name one of {numbers}.", field="lot")
    found = recalled.around(session, [lot.id for lot in lots])
    return _walk_lots(session, Searched.MAKER_LOT, lots[0].maker_lot, found, suppliers[0])


def _grouped(held: tuple[Held, ...], key: Callable[[Held], int | None]) -> dict[int, tuple[Held, ...]]:
    found: dict[int, list[Held]] = {}
    for one in held:
        number = key(one)
        if number is not None:
            found.setdefault(number, []).append(one)
    return {number: tuple(rows) for number, rows in found.items()}

"""What a batch is weighed on and filled with: chosen at planning, refused when not fit, exchanged with a reason."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from pharmacy.domain.equipment import EquipmentKind
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.units import format_number
from pharmacy.domain.workflow import BatchState
from pharmacy.services import components, equipment
from pharmacy.services.acting import Actor, get, get_to_change, record
from pharmacy.services.equipment import Standing
from pharmacy.services.kept_words import kept
from pharmacy.store.tables import Batch, BatchEquipment, BatchInput, Equipment, Formula, IngredientKind

WEIGHED = (BatchState.PLANNED, BatchState.WEIGHING)
FILLED = (*WEIGHED, BatchState.FILLING)
FIELDS = {EquipmentKind.BALANCE: "balance_id", EquipmentKind.MACHINE: "machine_id"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The balance of a plan with the least that it may weigh, and its machine, None when filled by hand."""

    balance: Equipment
    minimum_mg: Decimal
    machine: Equipment | None


def offers(session: Session, kind: EquipmentKind, *, size: str, on: date) -> tuple[Standing, ...]:
    """Everything of a kind, the fit ones in front; of machines only those that have plates for the size."""
    found = [one for one in equipment.survey(session, on) if one.row.kind is kind]
    fitting = [one for one in found if kind is EquipmentKind.BALANCE or size in one.row.capsule_sizes]
    return tuple(sorted(fitting, key=lambda one: (bool(one.faults), one.row.id)))


def choose(session: Session, formula: Formula, balance_id: int, machine_id: int | None, *, on: date) -> Chosen:
    """The balance and the machine of a plan, fit for use on the day of compounding.

    Raises: RuleBroken naming the field.
    """
    balance = _fit(session, EquipmentKind.BALANCE, balance_id, on)
    machine = None if machine_id is None else _fit(session, EquipmentKind.MACHINE, machine_id, on)
    if machine is not None:
        _refuse_other_size(machine, formula)
    return Chosen(balance, equipment.minimum_mg(session, balance), machine)


def balance_for(session: Session, balance_id: int, *, on: date) -> tuple[Equipment, Decimal]:
    """A balance that is fit for use on that day, and the least that it weighs [mg].

    Raises: RuleBroken naming the field.
    """
    balance = _fit(session, EquipmentKind.BALANCE, balance_id, on)
    return balance, equipment.minimum_mg(session, balance)


def refuse_too_heavy(
    balance: Equipment,
    amount_mg: Decimal,
    *,
    field: str = "balance_id",
    advice: str = "make fewer capsules, or choose another balance",
) -> None:
    """Refuses an amount beyond what the balance takes. field, advice: of the form that asks.

    Raises: RuleBroken.
    """
    most = balance.capacity_mg
    if most is not None and amount_mg > most:
        raise RuleBroken(
            f"{format_number(amount_mg)} mg are more than the {format_number(most)} mg that {balance.title} takes;"
            f" {advice}.",
            field=field,
        )


def keep(session: Session, batch: Batch, chosen: Chosen, *, actor: Actor, now: datetime) -> None:
    """Notes at planning what the batch is made with."""
    _keep(session, batch, EquipmentKind.BALANCE, chosen.balance, "", actor=actor, now=now)
    _keep(session, batch, EquipmentKind.MACHINE, chosen.machine, "", actor=actor, now=now)


def refuse_unless_weighs(session: Session, batch: Batch, taken: BatchInput, weighed: Decimal, today: date) -> None:
    """Refuses to weigh a powder on a balance that is not fit any more, or may no longer weigh so little.

    A batch planned before balances were registered has none to ask. Shells are counted.
    Raises: RuleBroken.
    """
    balance = batch.balance
    if balance is None or taken.lot.ingredient.kind is IngredientKind.SHELL:
        return
    equipment.refuse_unless_fit(session, balance, today)
    least = equipment.minimum_mg(session, balance)
    if taken.target < least:
        raise RuleBroken(
            f"{balance.title} weighs at least {format_number(least)} mg as it was measured last; the target of"
            f" {format_number(taken.target)} mg is below it. Choose another balance for the batch."
        )
    refuse_unless_it_weighs(session, balance, weighed, today)


def refuse_unless_it_weighs(session: Session, balance: Equipment, weighed: Decimal, today: date) -> None:
    """Refuses an amount that a balance cannot weigh exactly enough, or at all, or a balance that is not fit any more.

    Raises: RuleBroken.
    """
    refuse_too_heavy(balance, weighed, field="weighed", advice="take less from each container")
    equipment.refuse_unless_fit(session, balance, today)
    least = equipment.minimum_mg(session, balance)
    if weighed < least:
        raise RuleBroken(
            f"{format_number(weighed)} mg is below the {format_number(least)} mg that {balance.title} weighs at least.",
            field="weighed",
        )


def refuse_small_rest(session: Session, batch: Batch, taken: BatchInput, rest: Decimal, weighed: Decimal) -> None:
    """Refuses a container after which less is left than the balance may weigh; nothing is in the mortar yet.

    rest: of the target behind this container. Raises: RuleBroken.
    """
    least = least_mg(session, batch)
    if taken.lot.ingredient.kind is IngredientKind.SHELL or rest >= least:
        return
    most = weighed + rest - least
    advice = f"take at most {format_number(most)} mg now" if most >= least else "weigh all of it from one container"
    raise RuleBroken(
        f"{format_number(rest)} mg would be left, below the {format_number(least)} mg that the balance may weigh:"
        f" {advice}, or another lot or balance.",
        field="weighed",
    )


def least_mg(session: Session, batch: Batch) -> Decimal:
    """The least that may be weighed for this batch [mg]: of its balance as measured last, else as it was planned."""
    return equipment.minimum_mg(session, batch.balance) if batch.balance else batch.minimum_mg


def refuse_unless_fills(session: Session, batch: Batch, today: date) -> None:
    """Refuses capsules from a machine that is not fit any more.

    Raises: RuleBroken.
    """
    if batch.machine is not None:
        equipment.refuse_unless_fit(session, batch.machine, today)


def exchange(
    session: Session,
    batch_id: int,
    kind: EquipmentKind,
    equipment_id: int | None,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> Batch:
    """Goes on with another balance or machine, when the first one failed. equipment_id: None to fill by hand.

    What was weighed on the first one stays so on record.
    Raises: RuleBroken naming the field.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    states = WEIGHED if kind is EquipmentKind.BALANCE else FILLED
    if batch.state not in states:
        raise RuleBroken(f"Batch {batch.number} is {batch.state}; its {kind} is not needed any more.")
    if len(kept(reason, field="reason", called="Reason")) < equipment.SHORTEST_REASON:
        raise RuleBroken(f"Reason: write it in at least {equipment.SHORTEST_REASON} letters.", field="reason")
    old = batch.balance if kind is EquipmentKind.BALANCE else batch.machine
    row = _other(session, batch, kind, equipment_id, today)
    if (old.id if old else None) == equipment_id:
        raise RuleBroken(f"Batch {batch.number} is made with that already.", field=FIELDS[kind])
    _keep(session, batch, kind, row, reason.strip(), actor=actor, now=now)
    record(
        session,
        Event.BATCH_EQUIPMENT_CHANGED,
        actor=actor,
        now=now,
        subject="batch",
        subject_id=batch.id,
        kind=kind,
        equipment={"from": _number(old), "to": _number(row)},
        reason=reason.strip(),
    )
    return batch


def _other(
    session: Session, batch: Batch, kind: EquipmentKind, equipment_id: int | None, today: date
) -> Equipment | None:
    if equipment_id is None:
        if kind is EquipmentKind.BALANCE:
            raise RuleBroken("Balance: choose one; powders are not weighed by hand.", field=FIELDS[kind])
        return None
    row = _fit(session, kind, equipment_id, max(today, batch.compounded))
    if kind is EquipmentKind.MACHINE:
        _refuse_other_size(row, batch.formula)
        return row
    _refuse_what_is_left(session, batch, row)
    return row


def _refuse_what_is_left(session: Session, batch: Batch, balance: Equipment) -> None:
    """Refuses a balance that does not weigh what is still to be weighed: too little, or too much for it."""
    least, field = equipment.minimum_mg(session, balance), FIELDS[EquipmentKind.BALANCE]
    for first in components.planned(batch):
        taken = components.current(batch, first.position)
        if taken.lot.ingredient.kind is IngredientKind.SHELL or components.is_finished(taken):
            continue
        left = taken.target - components.weighed(taken)
        if left < least:
            raise RuleBroken(
                f"{balance.title} weighs at least {format_number(least)} mg; the {format_number(left)} mg of"
                f" {taken.lot.ingredient.name}{' that are left' if taken.weigh_ins else ''} are below it.",
                field=field,
            )
        refuse_too_heavy(balance, left, field=field, advice="choose another balance")


def _fit(session: Session, kind: EquipmentKind, equipment_id: int, on: date) -> Equipment:
    row = get(session, Equipment, equipment_id, str(kind))
    if row.kind is not kind:
        raise RuleBroken(f"{row.title} is a {row.kind}, no {kind}.", field=FIELDS[kind])
    equipment.refuse_unless_fit(session, row, on, field=FIELDS[kind])
    return row


def _refuse_other_size(machine: Equipment, formula: Formula) -> None:
    if formula.capsule_size not in machine.capsule_sizes:
        raise RuleBroken(
            f"{machine.title} has no plates for size {formula.capsule_size}, which {formula.title} takes; it has"
            f" {', '.join(machine.capsule_sizes)}.",
            field="machine_id",
        )


def _keep(
    session: Session,
    batch: Batch,
    kind: EquipmentKind,
    row: Equipment | None,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    session.add(
        BatchEquipment(
            batch_id=batch.id,
            kind=kind,
            equipment_id=row.id if row else None,
            minimum_mg=equipment.minimum_mg(session, row) if row and kind is EquipmentKind.BALANCE else None,
            due_on=equipment.due_of(session, row) if row else None,
            reason=reason,
            person_id=actor.id,
            at=now,
        )
    )
    session.flush()
    session.expire(batch, ["equipment"])


def _number(row: Equipment | None) -> str:
    return row.number if row else "by hand"

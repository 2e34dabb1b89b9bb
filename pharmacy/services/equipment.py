"""The register of balances and capsule machines: added, taken out of service, and refused when not fit for use."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from pharmacy.domain import equipment as rules
from pharmacy.domain.capsules import SIZES
from pharmacy.domain.equipment import DEFAULT, BalanceClass, Check, CheckKind, EquipmentKind
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.identifiers import equipment_number
from pharmacy.domain.roles import PHARMACISTS
from pharmacy.domain.units import format_number, refuse_more_digits
from pharmacy.domain.weighing import class_iii_minimum_mg
from pharmacy.services.acting import Actor, changes, get_to_change, next_number, record
from pharmacy.services.kept_words import kept
from pharmacy.store import checks
from pharmacy.store.checks import Last
from pharmacy.store.tables import Equipment

MOST_MG = Decimal(50_000_000)  # 50 kg; no balance of a pharmacy takes more
MOST_AT_ONCE = 1000
SHORTEST_REASON = 5
MOST_LETTERS = 120  # of a line that is kept


@dataclass(frozen=True, slots=True)
class Described:
    """What it is called and where it stands. name: maker and model."""

    name: str
    serial: str
    location: str


@dataclass(frozen=True, slots=True)
class NewBalance:
    """What the plate of a balance says."""

    described: Described
    balance_class: BalanceClass
    readability_mg: Decimal
    capacity_mg: Decimal


@dataclass(frozen=True, slots=True)
class NewMachine:
    """Which capsules a machine has plates for, and how many it fills at once."""

    described: Described
    capsule_sizes: tuple[str, ...]
    at_once: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One piece as it stands today. due_on: the last day on which every check of it holds; left: days until then.

    faults: why it may not be used. soon: due within the days that the policy looks ahead.
    """

    row: Equipment
    last: Last
    faults: tuple[str, ...]
    minimum_mg: Decimal | None
    due_on: date | None
    left: int | None

    @property
    def soon(self) -> bool:
        return self.left is not None and self.left <= DEFAULT.ahead_days

    @property
    def waits(self) -> bool:
        """Whether somebody has to see to it: in service, and not fit for use or due soon."""
        return not self.row.out_of_service and bool(self.faults or self.soon)


def add(session: Session, new: NewBalance | NewMachine, *, actor: Actor, now: datetime) -> Equipment:
    """Registers a balance or a machine under the next number. It is used once its first checks are noted.

    Raises: RuleBroken naming the field.
    """
    _refuse_unless_pharmacist(actor, "adds equipment")
    _refuse_unless_described(new.described)
    row = _balance(new) if isinstance(new, NewBalance) else _machine(new)
    row.number = equipment_number(next_number(session, "equipment"))
    row.name, row.serial, row.location = (text.strip() for text in _words(new.described))
    row.added_by_id, row.added_at = actor.id, now
    session.add(row)
    session.flush()
    described = {"kind": row.kind, "name": row.name, "serial": row.serial, "location": row.location}
    numbers = {"readability_mg": row.readability_mg, "capacity_mg": row.capacity_mg, "at_once": row.at_once}
    note(session, Event.EQUIPMENT_ADDED, row, actor, now, **described, **numbers, sizes=row.capsule_sizes)
    return row


def change(session: Session, equipment_id: int, described: Described, *, actor: Actor, now: datetime) -> Equipment:
    """Corrects how it is called or where it stands. Whatever its figures follow from is never changed.

    Raises: RuleBroken naming the field.
    """
    _refuse_unless_pharmacist(actor, "changes its description")
    _refuse_unless_described(described)
    row = get_to_change(session, Equipment, equipment_id, "equipment")
    before = {"name": row.name, "serial": row.serial, "location": row.location}
    row.name, row.serial, row.location = (text.strip() for text in _words(described))
    changed = changes(before, {"name": row.name, "serial": row.serial, "location": row.location})
    if not changed:
        raise RuleBroken(f"{row.title}: that is what its record says already.", field="location")
    note(session, Event.EQUIPMENT_CHANGED, row, actor, now, **changed)
    return row


def take_out(session: Session, equipment_id: int, *, reason: str, actor: Actor, now: datetime) -> Equipment:
    """Takes it out of service: whoever stands at the bench may, and nothing is weighed or filled with it from then on.

    Raises: RuleBroken.
    """
    row = get_to_change(session, Equipment, equipment_id, "equipment")
    if row.out_of_service:
        raise RuleBroken(f"{row.title} is out of service already: {row.out_of_service}.")
    row.out_of_service = _reason(reason).rstrip(".")
    note(session, Event.EQUIPMENT_TAKEN_OUT, row, actor, now, reason=row.out_of_service)
    return row


def return_to_service(session: Session, equipment_id: int, *, reason: str, actor: Actor, now: datetime) -> Equipment:
    """Puts it back into service: a pharmacist, with what was done about it.

    Raises: RuleBroken.
    """
    _refuse_unless_pharmacist(actor, "returns equipment to service")
    row = get_to_change(session, Equipment, equipment_id, "equipment")
    if not row.out_of_service:
        raise RuleBroken(f"{row.title} is in service.")
    was, done = row.out_of_service, _reason(reason)
    row.out_of_service = ""
    note(session, Event.EQUIPMENT_RETURNED, row, actor, now, was=was, reason=done)
    return row


def minimum_mg(session: Session, balance: Equipment) -> Decimal:
    """The least that this balance may weigh [mg]: by its class, or as it was measured last.

    Raises: RuleBroken when nobody measured it.
    """
    least = _least(balance, last_of(session, balance))
    if least is None:
        raise RuleBroken(f"{balance.title} was never measured, weigh a test weight ten times first.")
    return least


def standing(row: Equipment, last: Last, today: date) -> Standing:
    """How one piece stands on a day, from its last checks."""
    due_on = next_due(last)
    left = (due_on - today).days if due_on else None
    return Standing(row, last, faults(row, last, today), _least(row, last), due_on, left)


def survey(session: Session, today: date) -> tuple[Standing, ...]:
    """All equipment: what is in service and not fit for use in front, then what is due first."""
    last = checks.last_checks(session)
    found = [standing(row, last.get(row.id, {}), today) for row in checks.equipment(session)]
    return tuple(sorted(found, key=_order))


def faults(row: Equipment, last: Last, today: date) -> tuple[str, ...]:
    """Why it may not be used on this day, each to be read behind its name; none when it may."""
    checked = {kind: Check(check.done_on, check.due_on, check.passed) for kind, check in last.items()}
    return rules.faults(out_of_service=row.out_of_service, needs=needs(row), last=checked, today=today)


def next_due(last: Last) -> date | None:
    """The last day on which every check of it holds; None when no day was set."""
    return rules.next_due({kind: Check(one.done_on, one.due_on, one.passed) for kind, one in last.items()})


def due_of(session: Session, row: Equipment) -> date | None:
    """The last day on which every check of it holds; None when no day was set."""
    return next_due(last_of(session, row))


def refuse_unless_fit(session: Session, row: Equipment, today: date, *, field: str = "") -> None:
    """Refuses a balance or machine that may not be used on this day.

    Raises: RuleBroken with every reason.
    """
    found = faults(row, last_of(session, row), today)
    if found:
        raise RuleBroken(f"{row.title} {'; '.join(found)}.", field=field)


def note(session: Session, event: Event, row: Equipment, actor: Actor, now: datetime, **detail: object) -> None:
    """Writes an act on it into the audit trail."""
    record(session, event, actor=actor, now=now, subject="equipment", subject_id=row.id, number=row.number, **detail)


def last_of(session: Session, row: Equipment) -> Last:
    """The last check of each kind."""
    return checks.last_checks(session, row.id).get(row.id, {})


def needs(row: Equipment) -> tuple[CheckKind, ...]:
    """The checks without which it may not be used."""
    return rules.needed(row.kind, row.balance_class)


def _balance(new: NewBalance) -> Equipment:
    refuse_more_digits(("readability_mg", new.readability_mg, 3), ("capacity_mg", new.capacity_mg, 3))
    if new.readability_mg <= 0:
        raise RuleBroken("Readability: above 0 mg.", field="readability_mg")
    if not new.readability_mg * 1000 <= new.capacity_mg <= MOST_MG:
        raise RuleBroken(
            f"Capacity: at least a thousand times the readability and at most {format_number(MOST_MG)} mg.",
            field="capacity_mg",
        )
    return Equipment(
        kind=EquipmentKind.BALANCE,
        balance_class=new.balance_class,
        readability_mg=new.readability_mg,
        capacity_mg=new.capacity_mg,
        capsule_sizes=[],
    )


def _machine(new: NewMachine) -> Equipment:
    unknown = [size for size in new.capsule_sizes if size not in SIZES]
    if unknown or not new.capsule_sizes:
        raise RuleBroken(f"Capsule sizes: one or more of {', '.join(SIZES)}.", field="capsule_sizes")
    if not 1 <= new.at_once <= MOST_AT_ONCE:
        raise RuleBroken(f"Capsules at once: from 1 to {MOST_AT_ONCE}.", field="at_once")
    sizes = [size for size in SIZES if size in new.capsule_sizes]
    return Equipment(kind=EquipmentKind.MACHINE, capsule_sizes=sizes, at_once=new.at_once)


def _least(row: Equipment, last: Last) -> Decimal | None:
    if row.balance_class is BalanceClass.CLASS_III:
        return class_iii_minimum_mg()
    measured = last.get(CheckKind.REPEATABILITY)
    return measured.minimum_mg if measured else None


def _order(one: Standing) -> tuple[bool, bool, date, int]:
    return bool(one.row.out_of_service), not one.faults, one.due_on or date.max, one.row.id


def _words(described: Described) -> tuple[str, str, str]:
    return described.name, described.serial, described.location


def _reason(reason: str) -> str:
    words = kept(reason, field="reason", called="Reason")
    if len(words) < SHORTEST_REASON:
        raise RuleBroken(f"Reason: write it in at least {SHORTEST_REASON} letters.", field="reason")
    return words


def _refuse_unless_described(described: Described) -> None:
    for field, words in (("name", described.name), ("serial", described.serial), ("location", described.location)):
        if not 1 <= len(words.strip()) <= MOST_LETTERS:
            raise RuleBroken(f"{field.capitalize()}: from 1 to {MOST_LETTERS} letters.", field=field)
        kept(words, field=field, called=field.capitalize())


def _refuse_unless_pharmacist(actor: Actor, does: str) -> None:
    if actor.role not in PHARMACISTS:
        raise RuleBroken(f"Only a pharmacist {does}.")

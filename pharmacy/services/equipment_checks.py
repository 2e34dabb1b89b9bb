"""What is checked on balances and machines: calibration, ten weighings of a test weight, cleaning. Only ever added."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from pharmacy.domain import equipment as rules
from pharmacy.domain.equipment import DEFAULT, Accuracy, BalanceClass, CheckKind, EquipmentKind, Repeatability
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.units import format_number
from pharmacy.domain.weighing import class_iii_minimum_mg
from pharmacy.services.acting import Actor, get_to_change
from pharmacy.services.equipment import MOST_LETTERS, SHORTEST_REASON, last_of, needs, note
from pharmacy.services.kept_words import kept
from pharmacy.store.tables import Equipment, EquipmentCheck


@dataclass(frozen=True, slots=True)
class Reading:
    """One more test weight for the accuracy, and what the balance showed [mg]."""

    test_mg: Decimal
    shown_mg: Decimal


def calibrate(
    session: Session,
    equipment_id: int,
    *,
    done_on: date,
    due_on: date,
    certificate: str,
    passed: bool,
    actor: Actor,
    now: datetime,
    today: date,
) -> EquipmentCheck:
    """Notes a calibration by its certificate. due_on: the last day on which it holds.

    Raises: RuleBroken naming the field.
    """
    row = get_to_change(session, Equipment, equipment_id, "equipment")
    _refuse_unless_balance(row, "calibrated")
    if not 3 <= len(kept(certificate, field="certificate", called="Certificate")) <= MOST_LETTERS:
        raise RuleBroken(f"Certificate: its number, in 3 to {MOST_LETTERS} letters.", field="certificate")
    _refuse_odd_days(session, row, CheckKind.CALIBRATION, done_on, due_on, today)
    return _keep(
        session,
        row,
        Event.EQUIPMENT_CALIBRATED,
        EquipmentCheck(
            kind=CheckKind.CALIBRATION, done_on=done_on, due_on=due_on, passed=passed, reference=certificate.strip()
        ),
        actor=actor,
        now=now,
    )


def measure(
    session: Session,
    equipment_id: int,
    *,
    test_mg: Decimal,
    weights_mg: tuple[Decimal, ...],
    accuracy: Reading | None = None,
    actor: Actor,
    now: datetime,
    today: date,
) -> EquipmentCheck:
    """Ten weighings of a test weight: the least that the balance may weigh from now on, kept with every weight.

    accuracy: of a heavier test weight; without one the ten tell it, when theirs is heavy enough. A balance that is not
    accurate is kept as such, and refused until it passes.
    Raises: RuleBroken naming the weight or the limit.
    """
    row = get_to_change(session, Equipment, equipment_id, "equipment")
    if row.readability_mg is None or row.capacity_mg is None or row.balance_class is BalanceClass.CLASS_III:
        raise RuleBroken(
            f"{row.title}: only an electronic balance has digits to measure; the least weight of a class III balance"
            f" follows from its class, {format_number(class_iii_minimum_mg())} mg."
        )
    found = rules.repeatability(
        test_mg=test_mg, weights_mg=weights_mg, readability_mg=row.readability_mg, capacity_mg=row.capacity_mg
    )
    accurate = _accuracy(row.capacity_mg, found, accuracy)
    return _keep(
        session,
        row,
        Event.EQUIPMENT_MEASURED,
        EquipmentCheck(
            kind=CheckKind.REPEATABILITY,
            done_on=today,
            due_on=today + timedelta(days=DEFAULT.repeatability_days),
            passed=accurate is None or accurate.passed,
            weights_mg=[format(weight, "f") for weight in found.weights_mg],
            found=_found(found, accurate),
            minimum_mg=found.minimum_mg,
        ),
        actor=actor,
        now=now,
    )


def maintain(
    session: Session,
    equipment_id: int,
    *,
    done_on: date,
    due_on: date | None,
    what: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> EquipmentCheck:
    """Notes a cleaning or maintenance. due_on: the last day before the next one; a machine needs one.

    Raises: RuleBroken naming the field.
    """
    row = get_to_change(session, Equipment, equipment_id, "equipment")
    if not SHORTEST_REASON <= len(kept(what, field="what", called="What was done")) <= MOST_LETTERS:
        raise RuleBroken(f"What was done: write it in {SHORTEST_REASON} to {MOST_LETTERS} letters.", field="what")
    if due_on is None and CheckKind.MAINTENANCE in needs(row):
        raise RuleBroken("Next due: a capsule machine needs the day of its next cleaning.", field="due_on")
    _refuse_odd_days(session, row, CheckKind.MAINTENANCE, done_on, due_on, today)
    return _keep(
        session,
        row,
        Event.EQUIPMENT_MAINTAINED,
        EquipmentCheck(kind=CheckKind.MAINTENANCE, done_on=done_on, due_on=due_on, passed=True, reference=what.strip()),
        actor=actor,
        now=now,
    )


def _accuracy(capacity_mg: Decimal, found: Repeatability, heavier: Reading | None) -> Accuracy | None:
    if heavier is not None:
        return rules.accuracy(test_mg=heavier.test_mg, shown_mg=heavier.shown_mg, capacity_mg=capacity_mg)
    if not rules.tells_accuracy(found.test_mg, capacity_mg):
        return None
    return rules.accuracy(test_mg=found.test_mg, shown_mg=found.mean_mg, capacity_mg=capacity_mg)


def _found(found: Repeatability, accurate: Accuracy | None) -> dict[str, str | bool]:
    """What was computed, as JSON: amounts as decimal strings."""
    figures = {"test_mg": found.test_mg, "mean_mg": found.mean_mg, "deviation_mg": found.deviation_mg}
    if accurate is not None:
        figures |= {"accuracy_test_mg": accurate.test_mg, "accuracy_shown_mg": accurate.shown_mg}
        figures["accuracy_off_percent"] = accurate.off_percent
    return {name: format_number(value) for name, value in figures.items()}


def _keep(
    session: Session, row: Equipment, event: Event, check: EquipmentCheck, *, actor: Actor, now: datetime
) -> EquipmentCheck:
    check.equipment_id, check.person_id, check.at = row.id, actor.id, now
    check.reference = check.reference or ""
    check.weights_mg, check.found = check.weights_mg or [], check.found or {}
    session.add(check)
    session.flush()
    figures = {"minimum_mg": check.minimum_mg, "weights_mg": check.weights_mg, **check.found}
    note(
        session, event, row, actor, now, done_on=check.done_on, due_on=check.due_on, passed=check.passed,
        reference=check.reference, **(figures if check.weights_mg else {}),
    )  # fmt: skip
    return check


def _refuse_unless_balance(row: Equipment, done: str) -> None:
    if row.kind is not EquipmentKind.BALANCE:
        raise RuleBroken(f"{row.title} is a {row.kind}, which is not {done}; note its cleaning or maintenance.")


def _refuse_odd_days(
    session: Session, row: Equipment, kind: CheckKind, done_on: date, due_on: date | None, today: date
) -> None:
    """The last check that was noted is the one that holds, so none is noted that was done before it."""
    before = last_of(session, row).get(kind)
    if done_on > today:
        raise RuleBroken(f"Done on: {done_on.isoformat()} is still to come.", field="done_on")
    if before is not None and done_on < before.done_on:
        raise RuleBroken(
            f"Done on: a later {kind} of {before.done_on.isoformat()} is on record already.", field="done_on"
        )
    if due_on is not None and not done_on < due_on <= done_on + timedelta(days=DEFAULT.longest_days):
        raise RuleBroken(
            f"Next due: after {done_on.isoformat()} and within {DEFAULT.longest_days} days of it.", field="due_on"
        )

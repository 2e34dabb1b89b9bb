"""A small pharmacy for tests, and a line that carries its records to any state."""

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pharmacy import intake
from pharmacy.domain.events import Event
from pharmacy.domain.procedure import Task
from pharmacy.domain.workflow import OPEN, Subject
from pharmacy.services import (
    batches,
    bench,
    components,
    equipment,
    equipment_checks,
    fills,
    formulas,
    lots,
    messages,
    people,
    prescriptions,
    printing,
    releasing,
)
from pharmacy.services.acting import OUTSIDE, Actor
from pharmacy.services.batches import Plan, Weighing
from pharmacy.services.equipment import NewBalance, NewMachine
from pharmacy.services.formulas import Draft
from pharmacy.services.lots import Certificate, Packing
from pharmacy.services.messages import Received
from pharmacy.services.signing import Proof
from pharmacy.store import trail
from pharmacy.store.database import Database
from pharmacy.store.tables import (
    Allocation,
    AuditEntry,
    Batch,
    Equipment,
    Fill,
    Formula,
    Ingredient,
    IngredientKind,
    Lot,
    LotMovement,
    Person,
    Pharmacy,
    Prescription,
    SecondReading,
    Trituration,
    WeighSource,
)
from tests.services.samples import (
    ASSAYED,
    CLASS_III,
    DRAFT,
    GOOD_WEIGHTS,
    HUNDRED,
    NOW,
    PASSWORD_HASH,
    PEOPLE,
    PLAN,
    message,
    order,
)

Result = TypeVar("Result")

TABLES: dict[Subject, Any] = {
    Subject.PRESCRIPTION: Prescription,
    Subject.FORMULA: Formula,
    Subject.LOT: Lot,
    Subject.TRITURATION: Trituration,
    Subject.BATCH: Batch,
    Subject.FILL: Fill,
}


@dataclass
class Line:
    """Acts at one moment, each in a transaction of its own, by the usual people unless others are named."""

    database: Database
    now: datetime
    who: dict[str, Actor]
    formula: int = 0
    lots: dict[IngredientKind, int] = field(default_factory=dict)
    balance: int = 0

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def by(self) -> dict[str, Any]:
        return {"actor": self.who["tess"], "now": self.now}

    def later(self, days: int) -> "Line":
        return replace(self, now=self.now + timedelta(days=days))

    def run(self, work: Callable[[Session], Result]) -> Result:
        return self.database.run(work)

    def read(self, work: Callable[[Session], Result]) -> Result:
        with self.database.reading() as session:
            result = work(session)
            session.expunge_all()  # what was read stays readable
            return result

    def row(self, table: Any, key: int) -> Any:
        return self.read(lambda session: session.get_one(table, key))

    def proof(self, name: str) -> Proof:
        return Proof(self.who[name].id, self.now)

    def signed(self, name: str) -> dict[str, Any]:
        """The arguments of an act that this person signs."""
        return {"actor": self.who[name], "now": self.now, "proof": self.proof(name)}

    def alone(self) -> None:
        """From now on the documented exception of one pharmacist on duty applies."""
        self.run(lambda s: s.execute(update(Pharmacy).values(one_pharmacist=True)))

    def put(self, subject: Subject, key: int, state: str) -> None:
        """Writes a state past the services, to stand a record where a test needs it."""
        table = TABLES[subject]
        values = {"state": state, "is_open": state in OPEN[subject]}
        self.run(lambda s: s.execute(update(table).where(table.id == key).values(**values)))

    # ingredients, formula, lots

    def furnish(self) -> "Line":
        """Ingredients, one approved formula, one released lot of each kind, a balance fit for use."""
        with self.database.transaction() as session:
            self.balance = add_balance(session, self)
            add_ingredients(session, self)
            self.formula = add_formula(session, self, DRAFT)
            self.lots = {kind: add_lot(session, self, kind) for kind in IngredientKind}
        return self

    def lot(self, kind: IngredientKind, **changed: Any) -> int:
        return self.run(lambda session: add_lot(session, self, kind, **changed))

    # prescriptions

    def receive(self, raw: bytes, content_type: str = "application/json") -> Received:
        reading = intake.read(raw, content_type=content_type)
        return self.run(
            lambda s: messages.receive(s, raw, reading, content_type=content_type, actor=OUTSIDE, now=self.now)
        )

    def received(self, number: str = "") -> int:
        """The prescription of a message in order; number: its MessageID, a new one when none is given."""
        got = self.receive(message(number or f"M-{self.read(count_of(Prescription)) + 1}")).prescription
        assert got is not None
        return got.id

    def entered(self, by: str = "tess", rx: int = 0, **changed: object) -> int:
        """Each prescription is of a patient of its own, born on a day of its own, unless a patient is named."""
        rx = rx or self.received()
        actor, document = self.who[by], order(**changed)
        if "patient" not in changed:
            document["patient"]["birth_date"] = (date(1979, 4, 11) + timedelta(days=rx)).isoformat()
        self.run(lambda s: prescriptions.enter(s, rx, document, actor=actor, now=self.now, today=self.today))
        return rx

    def verify(self, rx: int, by: str = "pia", **changed: Any) -> None:
        given = {"strength_again": "4.5", "quantity_again": "30", "answers": {}, **self.signed(by), **changed}
        self.run(lambda s: prescriptions.verify(s, rx, today=self.today, **given))

    def verified(self, **changed: object) -> int:
        rx = self.entered(**changed)
        self.verify(rx, quantity_again=str(changed.get("quantity", "30")))
        return rx

    def verified_plan(self, doses: tuple[str, ...] = ("1.5", "3", "4.5"), **changed: object) -> int:
        """A prescription whose doses come from a plan, each typed again."""
        changed = {**PLAN, **changed}
        rx = self.entered(**changed)
        self.verify(rx, doses_again=doses, quantity_again=str(changed.get("quantity", "30")))
        return rx

    # batches

    def released_of(self, strength_mg: str) -> int:
        """A released batch of another strength, of a formula of its own."""
        usual = self.formula
        code = f"LDN{strength_mg}"
        draft = replace(DRAFT, code=code, name=f"{DRAFT.active} {strength_mg} mg", strength_mg=Decimal(strength_mg))
        self.formula = self.run(lambda s: add_formula(s, self, draft))
        batch = self.weighed()
        self.put_released(batch)
        self.formula = usual
        return batch

    def planned(self, capsules: int = 100, by: str = "tess", **changed: Any) -> int:
        plan = Plan(capsules, dict(self.lots), self.balance, self.today, "prescriptions of this week")
        plan = replace(plan, **changed)
        actor = self.who[by]
        return self.run(lambda s: batches.plan(s, self.formula, plan, actor=actor, now=self.now, today=self.today)).id

    def weigh(self, batch: int, position: int, amount: Decimal | None = None, by: str = "tess", **changed: Any) -> None:
        def work(session: Session) -> None:
            component = components.current(session.get_one(Batch, batch), position)
            weighed = component.target - components.weighed(component) if amount is None else amount
            weighing = Weighing(position, component.lot.number, weighed, WeighSource.BALANCE)
            actor = self.who[by]
            batches.weigh(session, batch, replace(weighing, **changed), actor=actor, now=self.now, today=self.today)

        self.run(work)

    def work(self, batch: int, by: str = "tess") -> None:
        """Confirms the steps that come before the next weighing, or before the capsules are counted."""

        def confirm(session: Session) -> None:
            row = session.get_one(Batch, batch)
            while (step := bench.progress(row).now) is not None and step.task is Task.DO:
                if step.seconds:
                    begun = self.now - timedelta(seconds=step.seconds)
                    bench.start_timer(session, batch, step.number, actor=self.who[by], now=begun)
                bench.confirm(session, batch, step.number, actor=self.who[by], now=self.now)

        self.run(confirm)

    def weighed(self, capsules: int = 100, by: str = "tess") -> int:
        batch = self.planned(capsules, by)
        for position in (1, 2, 3):
            self.weigh(batch, position, by=by)
        return batch

    def filled(self, capsules: int = 100, by: str = "tess") -> int:
        batch = self.weighed(capsules, by)
        self.fill_capsules(batch, made=capsules, by=by)
        return batch

    def fill_capsules(self, batch: int, made: int = 100, wasted: int = 0, by: str = "tess") -> None:
        self.work(batch, by)
        given: dict[str, Any] = {"made": made, "wasted": wasted, "description": "white, clean, closed"}
        self.run(lambda s: batches.fill(s, batch, **given, actor=self.who[by], now=self.now, today=self.today))

    def tested(self, capsules: int = 100, by: str = "tess") -> int:
        batch = self.filled(capsules, by)
        self.test_weights(batch, by=by)
        return batch

    def test_weights(self, batch: int, weights: tuple[Decimal, ...] = GOOD_WEIGHTS, by: str = "tess") -> None:
        shell, actor = Decimal(48), self.who[by]
        self.run(
            lambda s: releasing.test_weights(s, batch, shell_mg=shell, weights_mg=weights, actor=actor, now=self.now)
        )

    def release(self, batch: int, by: str = "pia", **changed: Any) -> None:
        self.run(lambda s: releasing.release(s, batch, today=self.today, **{**self.signed(by), **changed}))

    def reject(self, batch: int, reason: str = "spoiled", by: str = "pia") -> None:
        given = {"reason": reason, "disposal": "destroyed as waste", **self.signed(by)}
        self.run(lambda s: releasing.reject(s, batch, **given))

    def released(self, capsules: int = 100) -> int:
        batch = self.tested(capsules)
        self.release(batch)
        return batch

    def put_released(self, batch: int) -> None:
        """From filling to released, with weights taken from the batch's own worksheet."""
        self.fill_capsules(batch, made=self.row(Batch, batch).capsules)
        fill = Decimal(self.row(Batch, batch).worksheet["fill_per_capsule_mg"])
        self.test_weights(batch, tuple(48 + fill + Decimal(off) for off in ("-0.9", "0.4", "1", "-0.2", "0.2")))
        self.release(batch)

    # fills

    def started(self, rx: int = 0, by: str = "tess") -> int:
        rx = rx or self.verified()
        actor = self.who[by]
        return self.run(lambda s: fills.start(s, rx, actor=actor, now=self.now, today=self.today)).id

    def allocate(self, fill: int, batch: int, by: str = "tess") -> None:
        number, actor = self.row(Batch, batch).number, self.who[by]
        self.run(lambda s: fills.allocate(s, fill, batch_scanned=number, actor=actor, now=self.now, today=self.today))

    def allocated(self, batch: int = 0, rx: int = 0) -> int:
        batch = batch or self.released()
        fill = self.started(rx)
        self.allocate(fill, batch)
        return fill

    def row_allocated(self, fill: int) -> int:
        """The batch that a fill's capsules came from."""
        return self.read(lambda s: s.get_one(Fill, fill).allocations[0].batch_id)

    def label(self, fill: int, **changed: Any) -> int:
        return printing.print_fill(self.database, fill, **{**self.by, "today": self.today, **changed})

    def labelled(self, batch: int = 0, rx: int = 0) -> int:
        fill = self.allocated(batch, rx)
        self.label(fill)
        return fill

    def check(self, fill: int, by: str = "pia", **changed: Any) -> None:
        given = {"scanned": self.row(Fill, fill).number, "today": self.today, **self.signed(by), **changed}
        self.run(lambda s: fills.check(s, fill, **given))

    def checked(self, batch: int = 0, rx: int = 0) -> int:
        fill = self.labelled(batch, rx)
        self.check(fill)
        return fill

    def dispense(self, fill: int, by: str = "tess") -> None:
        actor = self.who[by]
        told = {"handed_to": "Erika Beispiel", "counselling": "vivid dreams; no opioids"}
        self.run(lambda s: fills.dispense(s, fill, **told, actor=actor, now=self.now, today=self.today))

    def dispensed(self, batch: int = 0, rx: int = 0) -> int:
        fill = self.checked(batch, rx)
        self.dispense(fill)
        return fill

    def cancel(self, fill: int, by: str = "pia", reason: str = "the patient moved away") -> None:
        self.run(lambda s: fills.cancel(s, fill, reason=reason, actor=self.who[by], now=self.now))

    # what a test looks at afterwards

    def trail(self, event: Event, subject_id: int | None = None) -> list[dict[str, Any]]:
        """The details of the entries of one kind, oldest first, each with its actor."""
        statement = select(AuditEntry).where(AuditEntry.event == event.value).order_by(AuditEntry.sequence)
        if subject_id is not None:
            statement = statement.where(AuditEntry.subject_id == subject_id)
        entries = self.read(lambda session: session.scalars(statement).all())
        return [{**json.loads(entry.detail), "by": entry.actor} for entry in entries]

    def assert_whole(self) -> None:
        """Every ledger adds up to its balance, nothing is below zero, and the trail's chain holds."""
        self.read(_refuse_difference)
        head, faults = self.read(trail.verify)
        assert faults == ()
        assert head.sequence > 0


def open_pharmacy(database: Database, now: datetime) -> Line:
    """The pharmacy and its people, and nothing else yet."""
    with database.transaction() as session:
        people.change_pharmacy(
            session,
            "Linden Pharmacy",
            "1 Linden Street, Sampleton CA 94000",
            "202-555-0100",
            actor=people.OWNER,
            now=now,
        )
        session.execute(update(Pharmacy).values(second_reading=SecondReading.NONE))
        who = {}
        for username, name, initials, role in PEOPLE:
            person = people.add(
                session, username=username, full_name=name, initials=initials, role=role, actor=people.OWNER, now=now
            )
            person.password_hash = PASSWORD_HASH
            who[username] = Actor.of(person)
    return Line(database, now, who)


def furnished_file(template: Path, directory: Path) -> Path:
    """A furnished pharmacy in one SQLite file, to be copied; template: a migrated, empty one."""
    file = directory / "furnished.db"
    shutil.copyfile(template, file)
    database = Database(f"sqlite:///{file.as_posix()}")
    open_pharmacy(database, NOW).furnish()
    database.close()
    return file


def open_again(database: Database, now: datetime) -> Line:
    """The line of a copy of a furnished pharmacy."""
    with database.reading() as session:
        who = {person.username: Actor.of(person) for person in session.scalars(select(Person))}
        formula = session.scalars(select(Formula.id).order_by(Formula.id)).first() or 0
        lots_by_kind = {lot.ingredient.kind: lot.id for lot in session.scalars(select(Lot))}
        balance = session.scalars(select(Equipment.id)).one()
    return Line(database, now, who, formula, lots_by_kind, balance)


def add_ingredients(session: Session, line: Line) -> None:
    for name, kind, more in (
        (DRAFT.active, IngredientKind.ACTIVE, {"basis": "hydrochloride"}),
        (DRAFT.filler, IngredientKind.FILLER, {}),
        (DRAFT.shell, IngredientKind.SHELL, {"capsule_size": "3"}),
    ):
        formulas.add_ingredient(session, name=name, kind=kind, grade="USP", **more, **line.by)


def add_balance(session: Session, line: Line, new: NewBalance = CLASS_III) -> int:
    """A balance that a pharmacist registered, calibrated today for as long as may be."""
    row = equipment.add(session, new, actor=line.who["pia"], now=line.now)
    due_on = line.today + timedelta(days=731)
    days = {"done_on": line.today, "due_on": due_on, "today": line.today}
    equipment_checks.calibrate(session, row.id, certificate="CAL-1", passed=True, **days, **line.by)
    return row.id


def add_machine(session: Session, line: Line, new: NewMachine = HUNDRED) -> int:
    """A capsule machine that a pharmacist registered, cleaned today."""
    row = equipment.add(session, new, actor=line.who["pia"], now=line.now)
    days = {"done_on": line.today, "due_on": line.today + timedelta(days=30), "today": line.today}
    equipment_checks.maintain(session, row.id, what="washed and dried", **days, **line.by)
    return row.id


def add_formula(session: Session, line: Line, typed: Draft) -> int:
    """A formula that a technician drafted and the pharmacist-in-charge approved."""
    row = formulas.draft(session, typed, **line.by)
    formulas.approve(session, row.id, **line.signed("ines"))
    return row.id


def delivery(session: Session, line: Line, kind: IngredientKind, **changed: Any) -> dict[str, Any]:
    """The arguments of a lot's receipt, as it usually comes."""
    ingredient = session.execute(select(Ingredient).where(Ingredient.kind == kind).order_by(Ingredient.id)).scalars()
    packing = {
        IngredientKind.ACTIVE: Packing("3", Decimal(150)),
        IngredientKind.FILLER: Packing("3", Decimal(180)),
        IngredientKind.SHELL: Packing("3", None, Decimal(48)),
    }[kind]
    usual: dict[str, Any] = {
        "ingredient_id": ingredient.first().id,  # type: ignore[union-attr]
        "supplier": "Sample Chemicals",
        "maker_lot": f"SC-{kind.name}",
        "amount": Decimal(1000) if kind is IngredientKind.SHELL else Decimal(100_000),
        "expiry": date(2028, 6, 30),
        "certificate": ASSAYED if kind is IngredientKind.ACTIVE else Certificate("COA"),
        "packing": packing,
        "today": line.today,
    }
    return {**usual, **line.by, **changed}


def add_lot(session: Session, line: Line, kind: IngredientKind, *, release: bool = True, **changed: Any) -> int:
    """A lot that a technician received and, unless told otherwise, a pharmacist released."""
    row = lots.receive(session, **delivery(session, line, kind, **changed))
    if release:
        lots.release(session, row.id, today=line.today, **line.signed("pia"))
    return row.id


def count_of(table: Any) -> Callable[[Session], int]:
    return lambda session: session.scalar(select(func.count()).select_from(table)) or 0


def _refuse_difference(session: Session) -> None:
    for lot in session.scalars(select(Lot)):
        movements = session.scalars(select(LotMovement.amount).where(LotMovement.lot_id == lot.id))
        assert lots.ledger_sum(session, lot.id) == sum(movements, Decimal(0)) == lot.on_hand >= 0, lot.number
    for batch in session.scalars(select(Batch)):
        taken = _sum(session.scalars(select(Allocation.quantity).where(Allocation.batch_id == batch.id)))
        expected = 0 if batch.released_at is None else (batch.made or 0) - (batch.samples or 0) - taken
        assert batch.on_hand == expected >= 0, batch.number
        assert batch.state not in ("released", "exhausted") or (batch.state == "exhausted") is (batch.on_hand == 0)
    for fill in session.scalars(select(Fill)):
        held = _sum(taken.quantity for taken in fill.allocations)
        assert held == (0 if fill.state in ("planned", "cancelled") else fill.quantity), fill.number


def _sum(numbers: Iterable[int]) -> int:
    return sum(numbers, 0)

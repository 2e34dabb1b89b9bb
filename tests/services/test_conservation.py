"""Whatever is done in whatever order, nothing appears and nothing is lost, and states follow the table."""

from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.workflow import STEPS, Subject
from pharmacy.services import components, lots, recalls, releasing, second_lots
from pharmacy.store import schema
from pharmacy.store.database import Database
from pharmacy.store.tables import Batch, BatchInput, IngredientKind, Lot, Part, Trituration
from tests.copying import copy, copy_file, hurry
from tests.postgres import Cluster
from tests.services import triturating
from tests.services.line import GOOD_WEIGHTS, NOW, TABLES, Line, furnished_file, open_again

WATCHED = (Subject.LOT, Subject.TRITURATION, Subject.BATCH, Subject.FILL)
SHELLS = 360
SHELL_POSITION = 3


def left_of(taken: BatchInput) -> Decimal:
    return taken.target - components.weighed(taken)


def _reachable(subject: Subject) -> set[tuple[str, str]]:
    """Which state some chain of steps leads to from which; a rule of the machine may take several steps."""
    moves = {
        (str(source), step.target or str(source))
        for step in STEPS
        if step.subject is subject
        for source in step.sources
    }
    while longer := {(a, d) for a, b in moves for c, d in moves if b == c} - moves:
        moves |= longer
    return moves


REACHABLE = {subject: _reachable(subject) for subject in WATCHED}


class Pharmacy(RuleBasedStateMachine):
    """Small lots and few capsules, so that they run out."""

    batches = Bundle("batches")
    fills = Bundle("fills")
    triturations = Bundle("triturations")  # as lots, released or in quarantine

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[tuple[Subject, int], str] = {}

    @initialize()
    def open(self) -> None:
        ordered = with_orders()
        self.begin()
        self.rxs, self.shelf = ordered.rxs, ordered.shelf
        self.low = replace(self.line, formula=ordered.low)

    def begin(self) -> None:
        self.line = fresh(with_orders().file)

    def teardown(self) -> None:
        if hasattr(self, "line"):
            self.line.database.close()

    def attempt(self, act: Any, *args: Any, **named: Any) -> Any:
        """What the services refuse changes nothing; the invariants then look."""
        with suppress(RuleBroken):
            return act(*args, **named)
        return None

    @rule(target=batches, capsules=st.sampled_from([24, 60, 100]))
    def plan(self, capsules: int) -> int:
        return self.attempt(self.line.planned, capsules) or 0

    @rule(batch=batches, position=st.integers(1, 3), share=st.sampled_from(["1", "1", "1", "1.005", "1.2"]))
    def weigh(self, batch: int, position: int, share: str) -> None:
        if batch:
            self.attempt(self.line.weigh, batch, position, self.share_of(batch, position, share))

    def share_of(self, batch: int, position: int, share: str) -> Decimal:
        """Of what is still to be weighed; shells whole."""
        taken = self.line.read(lambda s: left_of(components.current(s.get_one(Batch, batch), position)))
        return (taken * Decimal(share)).quantize(Decimal(1) if position == SHELL_POSITION else Decimal("0.001"))

    @rule(target=batches, kind=st.sampled_from(list(IngredientKind)), parts=st.integers(1, 2), rest=st.booleans())
    def make_from_several_containers_and_lots(self, kind: IngredientKind, parts: int, rest: bool) -> int:
        """Up to this component from one lot each; of it, some containers of the first lot, then another lot."""
        batch = self.attempt(self.line.planned, 100) or 0
        if not batch:
            return 0
        position = list(IngredientKind).index(kind) + 1
        for before in range(1, position):
            self.attempt(self.line.weigh, batch, before)
        for _ in range(parts):
            self.attempt(self.line.weigh, batch, position, self.share_of(batch, position, "0.3"), more=True)
        lot = self.line.row(
            Lot, self.line.lot(kind, maker_lot="SC-2", amount=Decimal(60_000 if position < SHELL_POSITION else 90))
        )
        about = {"reason": "the first is empty", "today": self.line.today, **self.line.by}
        self.attempt(self.line.run, lambda s: second_lots.take_over(s, batch, position, lot.number, **about))
        if rest:
            self.attempt(self.line.weigh, batch, position)
        return batch

    @rule(batch=batches, wasted=st.integers(0, 3))
    def weigh_all_and_fill(self, batch: int, wasted: int) -> None:
        if not batch:
            return
        for position in (1, 2, 3):
            self.attempt(self.line.weigh, batch, position)
        capsules = self.line.row(Batch, batch).capsules
        self.attempt(self.line.fill_capsules, batch, made=capsules - wasted, wasted=wasted)

    @rule(batch=batches, good=st.booleans())
    def test(self, batch: int, good: bool) -> None:
        self.attempt(self.line.test_weights, batch, GOOD_WEIGHTS if good else (*GOOD_WEIGHTS, Decimal(100)))

    @rule(batch=batches)
    def release(self, batch: int) -> None:
        self.attempt(self.line.release, batch)

    @rule(target=batches)
    def make(self) -> int:
        return self.attempt(self.line.released, 60) or 0

    @rule(
        target=triturations,
        off=st.tuples(st.sampled_from(["0.99", "1", "1.01", "1.1"]), st.sampled_from(["0.98", "1", "1.013"])),
        release=st.sampled_from([True, True, False]),
    )
    def triturate(self, off: tuple[str, str], release: bool) -> int:
        key = self.attempt(triturating.planned, self.low)
        for part, share in zip(Part, off, strict=True):
            if key:
                target = self.line.read(lambda s, k=key, p=part: s.get_one(Trituration, k).target(p))
                weighed = (target * Decimal(share)).quantize(Decimal("0.001"))
                self.attempt(triturating.weigh, self.low, key, part, str(weighed))
        lot = self.attempt(triturating.mix, self.low, key) if key else None
        if lot and release:
            self.attempt(triturating.release, self.low, lot)
        return lot or 0

    @rule(target=batches, lot=triturations, capsules=st.sampled_from([24, 30, 60]), weigh=st.booleans())
    def plan_from_a_trituration(self, lot: int, capsules: int, weigh: bool) -> int:
        batch = self.attempt(triturating.using(self.low, lot).planned, capsules) if lot else 0
        if batch and weigh:
            self.attempt(self.line.weigh, batch, 1)
        return batch or 0

    @rule(lot=triturations, parent=st.booleans(), rarely=st.integers(0, 5))
    def recall_a_lot(self, lot: int, parent: bool, rarely: int) -> None:
        if lot and not rarely:
            key = self.line.lots[IngredientKind.ACTIVE] if parent else lot
            by = {"actor": self.line.who["paul"], "now": self.line.now}
            self.attempt(self.line.run, lambda s: recalls.recall_lot(s, key, reason="the maker's letter", **by))

    @rule(batch=batches, verb=st.sampled_from(["reject", "recall"]))
    def give_up(self, batch: int, verb: str) -> None:
        if verb == "reject":
            self.attempt(self.line.reject, batch, by="paul")
            return
        by = {"actor": self.line.who["paul"], "now": self.line.now}
        self.attempt(self.line.run, lambda s: releasing.advance(s, batch, "recall", reason="wrong", **by))

    @rule(target=fills, which=st.integers(0, 3))
    def start(self, which: int) -> int:
        return self.attempt(self.line.started, self.rxs[which]) or 0

    @rule(target=fills, which=st.integers(0, 3))
    def start_and_take_from_the_shelf(self, which: int) -> int:
        fill = self.attempt(self.line.started, self.rxs[which]) or 0
        if fill:
            self.attempt(self.line.allocate, fill, self.shelf)
        return fill

    @rule(fill=fills, batch=batches)
    def allocate(self, fill: int, batch: int) -> None:
        if fill and batch:
            self.attempt(self.line.allocate, fill, batch)

    @rule(fill=fills)
    def cancel(self, fill: int) -> None:
        self.attempt(self.line.cancel, fill)

    @rule(kind=st.sampled_from(list(IngredientKind)), counted=st.integers(0, 20_000))
    def count(self, kind: IngredientKind, counted: int) -> None:
        lot = self.line.lots[kind]
        self.attempt(
            self.line.run, lambda s: lots.adjust(s, lot, Decimal(counted), reason="counted anew", **self.line.by)
        )

    @invariant()
    def nothing_appears_and_nothing_is_lost(self) -> None:
        self.line.assert_whole()
        triturating.assert_conserved(self.line)

    @invariant()
    def states_follow_the_table(self) -> None:
        for subject in WATCHED:
            for row in self.line.read(lambda s, table=TABLES[subject]: s.query(table).all()):
                before = self.states.get((subject, row.id))
                assert before in (None, row.state.value) or (before, row.state.value) in REACHABLE[subject]
                self.states[subject, row.id] = row.state.value


_DIRECTORY = TemporaryDirectory()


def _database(name: str) -> Database:
    return Database(f"sqlite:///{(Path(_DIRECTORY.name) / name).as_posix()}")


@cache
def _one() -> Database:
    """The database of one run after another: an engine keeps the statements that it has compiled."""
    database = _database("one.db")
    event.listen(database.engine, "connect", hurry)
    return database


def fresh(file: Path) -> Line:
    """The line of a copy of this pharmacy, in place of the copy before it."""
    copy_file(file, _one())
    return open_again(_one(), NOW)


@cache
def furnished() -> Path:
    """One furnished database with few shells, made once and copied for every run."""
    empty = _database("empty.db")
    schema.upgrade(empty)
    empty.close()
    file = furnished_file(Path(_DIRECTORY.name) / "empty.db", Path(_DIRECTORY.name))
    database = _database(file.name)
    line = open_again(database, NOW)
    shells = line.lots[IngredientKind.SHELL]
    line.run(lambda s: lots.adjust(s, shells, Decimal(SHELLS), reason="a small box", **line.by))
    database.close()
    return file


@dataclass(frozen=True)
class Ordered:
    """A furnished pharmacy with verified prescriptions and a released batch on the shelf."""

    file: Path
    rxs: list[int]
    shelf: int
    low: int  # the formula of a strength that needs triturations


@cache
def with_orders() -> Ordered:
    database = _database("ordered.db")
    copy_file(furnished(), database)
    line = open_again(database, NOW)
    rxs = [line.verified(quantity=str(quantity), days_supply=str(quantity)) for quantity in (30, 60, 100)]
    two = [{"dose_mg": "4.5", "days": "20"}, {"dose_mg": "4.5", "days": ""}]
    rxs.append(line.verified_plan(("4.5", "4.5"), titration=two))  # two bottles from the same batches
    shelf = line.released(100)
    low = triturating.low_dose(line).formula
    database.close()
    return Ordered(Path(_DIRECTORY.name) / "ordered.db", rxs, shelf, low)


Pharmacy.TestCase.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
TestConservation = Pharmacy.TestCase


def test_the_same_holds_on_postgresql(postgres: Cluster) -> None:
    """Fewer runs: what differs is how the two databases lock and count, not what the services do."""
    ordered = with_orders()
    template = postgres.new_database()
    database = Database(postgres.url(template))
    schema.upgrade(database)
    copy(_database(ordered.file.name), database)
    database.close()

    class OnPostgres(Pharmacy):
        def begin(self) -> None:
            self.name = postgres.new_database(template)
            self.line = open_again(Database(postgres.url(self.name)), NOW)

        def teardown(self) -> None:
            super().teardown()
            if hasattr(self, "name"):
                self.line.database.engine.dispose()
                postgres.drop(self.name)

    run_state_machine_as_test(OnPostgres, settings=settings(max_examples=6, stateful_step_count=12, deadline=None))

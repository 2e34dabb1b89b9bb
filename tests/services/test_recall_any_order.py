"""Whatever is done in whatever order, a recall finds everybody who was handed capsules of a lot, and nobody else.

The expectation is kept beside the acts, by hand, and never read from the database.
"""

import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from pharmacy.domain.errors import RuleBroken
from pharmacy.services import fills, recalls
from pharmacy.store.tables import Batch, IngredientKind, Lot, Prescription
from tests.services.line import Line

ACTS = 40
NEXT = {"allocated": "labelled", "labelled": "checked", "checked": "dispensed"}


@dataclass
class Diary:
    """What a careful person would have written down."""

    lots_of: dict[int, frozenset[int]] = field(default_factory=dict)  # by batch
    batch_of: dict[int, int] = field(default_factory=dict)  # by fill
    rx_of: dict[int, int] = field(default_factory=dict)
    state: dict[int, str] = field(default_factory=dict)
    recalled: set[int] = field(default_factory=set)

    def holding(self, lot: int, *states: str) -> set[int]:
        return {
            fill for fill, batch in self.batch_of.items() if lot in self.lots_of[batch] and self.state[fill] in states
        }


@dataclass
class Day:
    """Acts drawn by chance. What the services refuse is not written down."""

    line: Line
    chance: random.Random
    lots: dict[IngredientKind, list[int]]
    diary: Diary = field(default_factory=Diary)

    def make(self) -> None:
        self.line.lots = {kind: self.chance.choice(lots) for kind, lots in self.lots.items()}
        batch = self.line.released(self.chance.choice((60, 100)))
        self.diary.lots_of[batch] = frozenset(self.line.lots.values())

    def take(self) -> None:
        if not self.diary.lots_of:
            return
        batch, rx = self.chance.choice(list(self.diary.lots_of)), self.line.verified()
        fill = self.line.started(rx)
        self.line.allocate(fill, batch)
        self.diary.batch_of[fill], self.diary.rx_of[fill], self.diary.state[fill] = batch, rx, "allocated"

    def go_on(self) -> None:
        waiting = [fill for fill, state in self.diary.state.items() if state in NEXT]
        if not waiting:
            return
        fill = self.chance.choice(waiting)
        act: Any = {"allocated": self.line.label, "labelled": self.line.check, "checked": self.line.dispense}
        act[self.diary.state[fill]](fill)
        self.diary.state[fill] = NEXT[self.diary.state[fill]]

    def cancel(self) -> None:
        waiting = [fill for fill, state in self.diary.state.items() if state in NEXT]
        if waiting:
            fill = self.chance.choice(waiting)
            self.line.cancel(fill)
            self.diary.state[fill] = "cancelled"

    def take_back(self) -> None:
        gone = [fill for fill, state in self.diary.state.items() if state == "dispensed"]
        if gone:
            fill = self.chance.choice(gone)
            self.line.run(lambda s: fills.take_back(s, fill, reason="came back", **self.line.by))
            self.diary.state[fill] = "returned"

    def recall(self) -> None:
        used = {lot for lots in self.diary.lots_of.values() for lot in lots}
        lot = self.chance.choice(sorted(used - self.diary.recalled))
        pia = self.line.who["pia"]
        self.line.run(lambda s: recalls.recall_lot(s, lot, reason="maker's letter", actor=pia, now=self.line.now))
        self.diary.recalled.add(lot)

    def drill(self) -> None:
        lot, pia = self.line.lots[IngredientKind.ACTIVE], self.line.who["pia"]
        self.line.run(lambda s: recalls.drill(s, lambda: recalls.walk_lot(s, lot), actor=pia, now=self.line.now))

    def assert_found(self) -> None:
        for lot in (key for keys in self.lots.values() for key in keys):
            found = self.line.read(lambda s, key=lot: recalls.walk_lot(s, key))
            out, diary = self.diary.holding(lot, "dispensed", "returned"), self.diary
            patients = {self.line.row(Prescription, diary.rx_of[fill]).patient_id for fill in out}
            assert {one.fill_id for one in found.handed_out} == out
            assert set(found.patients) == patients
            assert {one.fill_id for one in found.in_the_pharmacy} == self.diary.holding(lot, *NEXT)
            assert {batch.id for batch in found.batches} == {
                batch for batch, lots in self.diary.lots_of.items() if lot in lots
            }

    def assert_blocked(self) -> None:
        for batch, lots in self.diary.lots_of.items():
            if lots & self.diary.recalled:
                assert self.line.row(Batch, batch).state == "recalled"
        for lot in self.diary.recalled:
            assert self.line.row(Lot, lot).state == "recalled"


@pytest.mark.parametrize("seed", [1, 2])
def test_a_recall_finds_everybody_and_nobody_else_whatever_was_done(line: Line, seed: int) -> None:
    lots = {kind: [line.lots[kind], line.lot(kind, maker_lot=f"SECOND-{kind.name}")] for kind in IngredientKind}
    day = Day(line, random.Random(seed), lots)
    begin = [day.make] * 2 + [day.take] * 4 + [day.go_on] * 10
    often = [day.take] * 4 + [day.go_on] * 9
    acts = [*often, day.cancel, day.take_back, day.make, day.drill]
    for number, act in enumerate([*begin, *day.chance.choices(acts, k=ACTS)]):
        with suppress(RuleBroken):
            act()
        if number in (30, 45):
            day.recall()
    assert day.diary.recalled
    assert "dispensed" in day.diary.state.values()
    day.assert_found()
    day.assert_blocked()
    line.assert_whole()

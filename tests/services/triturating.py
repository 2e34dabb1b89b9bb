"""A trituration carried to any state, in the pharmacy of `line`: the design's 30 capsules of 1.5 mg."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.services import lots, triturations
from pharmacy.services.batches import Plan
from pharmacy.services.signing import Proof
from pharmacy.services.triturations import Weighing
from pharmacy.store.tables import IngredientKind, Lot, LotMovement, MovementKind, Part, Trituration, WeighSource
from tests.services.line import DRAFT, Line, add_formula

ACTIVE, FILLER, SHELL = IngredientKind.ACTIVE, IngredientKind.FILLER, IngredientKind.SHELL


def low_dose(line: Line, strength: str = "1.5") -> Line:
    """The line, working with an approved formula of another strength."""
    code = f"LDN{strength}"
    draft = replace(DRAFT, code=code, name=f"{DRAFT.active} {strength} mg", strength_mg=Decimal(strength))
    return replace(line, formula=line.run(lambda s: add_formula(s, line, draft)))


def plan_of(line: Line, capsules: int = 30, **changed: Any) -> Plan:
    usual = Plan(capsules, dict(line.lots), line.balance, line.today, "a batch of 1.5 mg capsules")
    return replace(usual, **changed)


def planned(line: Line, capsules: int = 30, by: str = "tess", **changed: Any) -> int:
    plan, actor = plan_of(line, capsules, **changed), line.who[by]
    return line.run(lambda s: triturations.plan(s, line.formula, plan, actor=actor, now=line.now, today=line.today)).id


def weigh(
    line: Line,
    key: int,
    part: Part,
    amount: str = "",
    by: str = "tess",
    scanned: str = "",
    reader: Proof | None = None,
) -> None:
    """One part, as much as was planned unless told otherwise, from its own lot unless another was scanned."""

    def work(session: Session) -> None:
        made = session.get_one(Trituration, key)
        weighed = Decimal(amount) if amount else made.target(part)
        weighing = Weighing(part, scanned or made.source(part).number, weighed, WeighSource.BALANCE, reader)
        triturations.weigh(session, key, weighing, actor=line.who[by], now=line.now, today=line.today)

    line.run(work)


def weighed(line: Line, active: str = "", diluent: str = "", by: str = "tess", **changed: Any) -> int:
    key = planned(line, by=by, **changed)
    weigh(line, key, Part.ACTIVE, active, by)
    weigh(line, key, Part.DILUENT, diluent, by)
    return key


def mix(line: Line, key: int, by: str = "tess", mixed_in: int | None = None) -> int:
    """Mixes every portion; returns the lot that it became."""

    def work(session: Session) -> int:
        portions = len(triturations.mixing_mg(session.get_one(Trituration, key))) if mixed_in is None else mixed_in
        actor = line.who[by]
        lot = triturations.mix(session, key, mixed_in=portions, actor=actor, now=line.now, today=line.today)
        return lot.id

    return line.run(work)


def release(line: Line, lot: int, by: str = "pia", **changed: Any) -> Lot:
    return line.run(lambda s: lots.release(s, lot, today=line.today, **line.signed(by), **changed))


def released(line: Line, active: str = "", diluent: str = "", **changed: Any) -> int:
    """A trituration as a lot that batches may be made from."""
    lot = mix(line, weighed(line, active, diluent, **changed))
    release(line, lot)
    return lot


def using(line: Line, lot: int) -> Line:
    """The line, working from this lot of active."""
    return replace(line, lots={**line.lots, ACTIVE: lot})


def assert_conserved(line: Line) -> None:
    """What left the parents is what was weighed, and what was weighed is what every mixed one became."""
    line.read(_refuse_difference)


def _refuse_difference(session: Session) -> None:
    made = session.scalars(select(Trituration)).all()
    weighed: dict[int, Decimal] = {}
    for one in made:
        for row in one.weighings:
            parent = one.source(row.part).id
            weighed[parent] = weighed.get(parent, Decimal(0)) + row.weighed
        assert (one.lot is not None) is (one.state == "mixed"), one.number
        if one.lot is not None:
            assert one.lot.received_amount == sum(row.weighed for row in one.weighings), one.number
            assert len(one.weighings) == len(Part)
    left: dict[int, Decimal] = {}
    for moved in session.scalars(select(LotMovement).where(LotMovement.kind == MovementKind.TRITURATED)):
        left[moved.lot_id] = left.get(moved.lot_id, Decimal(0)) - moved.amount
    assert left == weighed

"""What batches are weighed on and filled with: refused when not fit, exchanged in mid-batch, named on record."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from labels.document import Rows
from pharmacy.domain.equipment import EquipmentKind
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import (
    batch_equipment,
    batches,
    compounding_records,
    equipment,
    releasing,
    second_lots,
)
from pharmacy.services.equipment import NewMachine
from pharmacy.store.tables import Batch, IngredientKind, Lot
from tests.services.line import Line, add_balance, add_machine
from tests.services.samples import CLASS_III, HUNDRED
from tests.services.test_equipment import SHAKY, WIDE, add, calibrate, electronic, measure, take_out


def test_a_plan_takes_the_least_weight_from_its_balance_and_keeps_it(line: Line) -> None:
    key = electronic(line, SHAKY)
    machine = line.run(lambda s: add_machine(s, line))
    batch = line.planned(balance_id=key, machine_id=machine)
    row = line.read(lambda s: _told(s.get_one(Batch, batch)))
    assert row == (Decimal("210.819"), "E002", "E003")
    planned = line.trail(Event.BATCH_PLANNED, batch)[0]
    assert (planned["balance"], planned["machine"]) == ("E002", "E003")
    # 41 capsules need 209.40 mg, 42 need 214.51 mg.
    with pytest.raises(
        RuleBroken, match=r"below the 210.819 mg that this balance may weigh: plan at least 42 capsules"
    ):
        line.planned(41, balance_id=key)


def _told(batch: Batch) -> tuple[Decimal, str | None, str | None]:
    return (
        batch.minimum_mg,
        batch.balance.number if batch.balance else None,
        batch.machine.number if batch.machine else None,
    )


def test_a_plan_refuses_equipment_that_is_not_fit_on_the_day_of_compounding(line: Line) -> None:
    key = add(line)
    with pytest.raises(RuleBroken, match="was never calibrated") as refusal:
        line.planned(balance_id=key)
    assert refusal.value.field == "balance_id"
    machine = line.run(lambda s: add_machine(s, line))
    with pytest.raises(RuleBroken, match="is a capsule machine, no balance"):
        line.planned(balance_id=machine)
    with pytest.raises(RuleBroken, match="There is no balance"):
        line.planned(balance_id=404)
    calibrate(line, line.balance, due_on=line.today + timedelta(days=1))
    morning = line.later(1)
    morning.planned()
    with pytest.raises(RuleBroken, match="calibration was due on 2026-11-25"):
        morning.planned(compounded=morning.today + timedelta(days=1))


def test_a_machine_without_plates_for_the_size_is_refused(line: Line) -> None:
    machine = line.run(lambda s: add_machine(s, line, NewMachine(HUNDRED.described, ("0", "1"), 100)))
    with pytest.raises(
        RuleBroken, match="has no plates for size 3, which LDN45 version 1 takes; it has 0, 1"
    ) as refusal:
        line.planned(machine_id=machine)
    assert refusal.value.field == "machine_id"


def test_more_powder_than_the_balance_takes_is_refused(line: Line) -> None:
    # 174.0497 mg x 1.03 for each capsule: 670 capsules need 120 112 mg of filler, the balance takes 120 000 mg.
    with pytest.raises(RuleBroken, match="more than the 120000 mg that E001 Sample Torsion 3 takes"):
        line.planned(670)
    filler = line.lot(IngredientKind.FILLER, amount=Decimal(200_000))
    line.planned(660, lots={**line.lots, IngredientKind.FILLER: filler})


def test_a_balance_that_became_overdue_weighs_no_powder_and_shells_are_still_counted(line: Line) -> None:
    calibrate(line, line.balance, due_on=line.today + timedelta(days=1))
    batch, overdue = line.planned(), line.later(2)
    with pytest.raises(RuleBroken, match="calibration was due on 2026-11-25"):
        overdue.weigh(batch, 1)
    for position in (1, 2):
        line.weigh(batch, position)
    overdue.weigh(batch, 3)
    line.assert_whole()


def test_a_balance_out_of_service_weighs_nothing_until_it_is_returned(line: Line) -> None:
    batch = line.planned()
    take_out(line, line.balance)
    with pytest.raises(RuleBroken, match="is out of service: the pan is bent"):
        line.weigh(batch, 1)
    line.run(
        lambda s: equipment.return_to_service(s, line.balance, reason="a new pan", actor=line.who["pia"], now=line.now)
    )
    line.weigh(batch, 1)


def test_a_balance_measured_anew_above_the_target_refuses_the_weighing(line: Line) -> None:
    key = electronic(line)
    batch = line.planned(balance_id=key)
    measure(line, key, WIDE)
    with pytest.raises(
        RuleBroken, match=r"weighs at least 632.456 mg as it was measured last; the target of 510.731 mg"
    ):
        line.weigh(batch, 1)
    assert line.row(Batch, batch).minimum_mg == Decimal("82")


def test_a_weight_below_the_least_of_the_balance_is_refused_although_its_target_is_not(line: Line) -> None:
    batch = line.planned(24)  # target 122.575 mg, within 1 %: 121.35 mg
    line.weigh(batch, 1, Decimal("121.4"))
    other = line.planned(24)
    with pytest.raises(RuleBroken, match=r"119.9 mg is below the 120 mg that E001 Sample Torsion 3 weighs") as refusal:
        line.weigh(other, 1, Decimal("119.9"))
    assert refusal.value.field == "weighed"


def test_a_machine_that_is_not_fit_any_more_fills_nothing_and_another_way_is_taken(line: Line) -> None:
    machine = line.run(lambda s: add_machine(s, line))
    batch = line.planned(machine_id=machine)
    for position in (1, 2, 3):
        line.weigh(batch, position)
    take_out(line, machine)
    with pytest.raises(RuleBroken, match="E002 Sample Filler 100 is out of service"):
        line.fill_capsules(batch)
    exchange(line, batch, EquipmentKind.MACHINE, None)
    line.fill_capsules(batch)
    assert line.trail(Event.BATCH_EQUIPMENT_CHANGED, batch)[0]["equipment"] == {"from": "E002", "to": "by hand"}


def exchange(
    line: Line, batch: int, kind: EquipmentKind, key: int | None, reason: str = "the first one failed"
) -> None:
    line.run(lambda s: batch_equipment.exchange(s, batch, kind, key, reason=reason, today=line.today, **line.by))


def test_a_batch_goes_on_with_another_balance_and_the_record_names_both(line: Line) -> None:
    batch, other = line.planned(), electronic(line)
    line.weigh(batch, 1)
    take_out(line, line.balance)
    with pytest.raises(RuleBroken, match="Reason: write it in at least 5 letters"):
        exchange(line, batch, EquipmentKind.BALANCE, other, "bad")
    with pytest.raises(RuleBroken, match="powders are not weighed by hand"):
        exchange(line, batch, EquipmentKind.BALANCE, None)
    with pytest.raises(RuleBroken, match="is out of service"):
        exchange(line, batch, EquipmentKind.BALANCE, line.balance)
    exchange(line, batch, EquipmentKind.BALANCE, other)
    with pytest.raises(RuleBroken, match="is made with that already"):
        exchange(line, batch, EquipmentKind.BALANCE, other)
    line.weigh(batch, 2)
    named = line.read(
        lambda s: [(one.equipment.number, one.reason) for one in s.get_one(Batch, batch).equipment if one.equipment]
    )
    assert named == [("E001", ""), ("E002", "the first one failed")]
    line.weigh(batch, 3)
    with pytest.raises(RuleBroken, match="is filling; its balance is not needed any more"):
        exchange(line, batch, EquipmentKind.BALANCE, line.balance)
    line.assert_whole()


def test_another_balance_that_weighs_too_coarsely_is_refused(line: Line) -> None:
    coarse, batch = electronic(line, WIDE), line.planned()
    with pytest.raises(
        RuleBroken, match=r"weighs at least 632.456 mg; the 510.731 mg of Naltrexone hydrochloride are below"
    ):
        exchange(line, batch, EquipmentKind.BALANCE, coarse)
    line.weigh(batch, 1)
    exchange(line, batch, EquipmentKind.BALANCE, coarse)  # the filler alone is left


def test_the_rest_of_a_partly_weighed_component_is_held_against_the_other_balance(line: Line) -> None:
    shaky, batch = electronic(line, SHAKY), line.planned()
    line.weigh(batch, 1, Decimal(300), more=True)
    with pytest.raises(
        RuleBroken, match=r"at least 210.819 mg; the 210.731 mg of Naltrexone hydrochloride that are left are below"
    ) as refusal:
        exchange(line, batch, EquipmentKind.BALANCE, shaky)
    assert refusal.value.field == "balance_id"
    line.weigh(batch, 1, Decimal("210.7"))
    exchange(line, batch, EquipmentKind.BALANCE, shaky)
    line.weigh(batch, 2)


def test_a_lot_that_another_one_took_over_from_does_not_count_for_the_other_balance(line: Line) -> None:
    shaky, batch = electronic(line, SHAKY), line.planned()
    line.weigh(batch, 1, Decimal(150), more=True)
    second = line.lot(IngredientKind.ACTIVE, maker_lot="SC-2")
    number = line.row(Lot, second).number
    given = {"reason": "the first is empty", "today": line.today, **line.by}
    line.run(lambda s: second_lots.take_over(s, batch, 1, number, **given))
    exchange(line, batch, EquipmentKind.BALANCE, shaky)  # 360.731 mg of the second lot are left


def small(line: Line, capacity_mg: int) -> int:
    return line.run(lambda s: add_balance(s, line, replace(CLASS_III, capacity_mg=Decimal(capacity_mg))))


def test_another_balance_that_does_not_take_what_is_left_is_refused(line: Line) -> None:
    other, batch = small(line, 15_000), line.planned()
    line.weigh(batch, 1)
    with pytest.raises(RuleBroken, match="are more than the 15000 mg that E002 Sample Torsion 3 takes; choose another"):
        exchange(line, batch, EquipmentKind.BALANCE, other)
    line.weigh(batch, 2, Decimal(10_000), more=True)
    exchange(line, batch, EquipmentKind.BALANCE, other)


def test_no_container_is_weighed_that_is_more_than_the_balance_takes(line: Line) -> None:
    batch = line.planned(balance_id=small(line, 18_000))
    line.weigh(batch, 1)
    with pytest.raises(RuleBroken, match=r"18100 mg are more than the 18000 mg .* take less from each") as refusal:
        line.weigh(batch, 2, Decimal(18_100))  # within 2 % of 17,927 mg
    assert refusal.value.field == "weighed"


def test_every_weighing_names_the_balance_it_stood_on(line: Line) -> None:
    batch, other = line.planned(), electronic(line)
    line.weigh(batch, 1, Decimal(300), more=True)
    exchange(line, batch, EquipmentKind.BALANCE, other)
    for position in (1, 2, 3):
        line.weigh(batch, position)

    def numbers(session: Any) -> list[list[str]]:
        inputs = session.get_one(Batch, batch).inputs
        return [[one.balance.number if one.balance else "" for one in taken.weigh_ins] for taken in inputs]

    assert line.read(numbers) == [["E001", "E002"], ["E002"], [""]]  # shells are counted
    assert [one.get("balance") for one in line.trail(Event.BATCH_WEIGHED, batch)] == ["E001", "E002", "E002", None]
    paper = line.read(lambda s: compounding_records.compose(s, s.get_one(Batch, batch), ZoneInfo("UTC")))
    [table] = [one for one in paper.sections if one.heading == "Components"]
    assert isinstance(table, Rows)
    who = [row[-1].split("\n") for row in table.rows]
    assert [
        [one.endswith(f"balance, on {number}") for one, number in zip(*pair, strict=True)]
        for pair in zip(who[:2], (("E001", "E002"), ("E002",)), strict=True)
    ] == [[True, True], [True]]
    assert " on E" not in who[2][0]


def test_the_release_covers_the_balance_of_every_weighing_and_older_batches_are_signed_without(line: Line) -> None:
    batch = line.released()

    def components_of(session: Any, *, named: bool) -> list[dict[str, Any]]:
        row = session.get_one(Batch, batch)
        if not named:  # as before the column was kept
            for taken in row.inputs:
                for one in taken.weigh_ins:
                    one.balance = None
        return releasing.content(row)["components"]  # type: ignore[no-any-return]

    with line.database.reading() as session, session.no_autoflush:
        assert [one.get("balances") for one in components_of(session, named=True)] == [["E001"], ["E001"], None]
    with line.database.reading() as session, session.no_autoflush:
        assert all("balances" not in one for one in components_of(session, named=False))


def test_what_a_batch_was_made_with_is_under_the_signature_of_its_release(line: Line) -> None:
    batch = line.released()
    with line.database.reading() as session:
        signed = releasing.content(session.get_one(Batch, batch))
    assert [(one["kind"], one["number"]) for one in signed["equipment"]] == [
        ("balance", "E001"),
        ("capsule machine", "by hand"),
    ]


def test_the_other_sizes_use_what_was_measured_for_the_lots(line: Line) -> None:
    def sizes(session: Any) -> dict[str, bool]:
        plan = batches.Plan(100, dict(line.lots), line.balance, line.today, "prescriptions of this week")
        prepared = batches.prepare(session, line.formula, plan, today=line.today)
        return {one.size: one.estimated for one in batches.capsule_sizes(session, prepared)}

    assert [size for size, estimated in line.read(sizes).items() if not estimated] == ["3"]

"""Balances and capsule machines: registered, checked, taken out of service, and refused when they are not fit."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from labels.document import Rows
from pharmacy.domain.equipment import BalanceClass, CheckKind, EquipmentKind
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import (
    batch_equipment,
    batches,
    compounding_records,
    equipment,
    equipment_checks,
    releasing,
    scanning,
    second_lots,
)
from pharmacy.services.equipment import Described, NewBalance, NewMachine
from pharmacy.services.equipment_checks import Reading
from pharmacy.store import checks
from pharmacy.store.tables import Batch, Equipment, EquipmentCheck, IngredientKind, Lot
from tests.services.line import Line, add_balance, add_machine
from tests.services.samples import CLASS_III, ELECTRONIC, HUNDRED

STEADY = tuple(map(Decimal, ("20000.0",) * 10))  # s = 0: 820 x 0.1 mg = 82 mg
# Ten values 0.1 mg off their mean: s = sqrt(10 x 0.01 / 9) = 0.105409 mg, 2000 s = 210.819 mg.
SHAKY = tuple(map(Decimal, ("19999.9", "20000.1") * 5))
WIDE = tuple(map(Decimal, ("19999.7", "20000.3") * 5))  # s = 0.316228 mg, 2000 s = 632.456 mg


def add(line: Line, new: NewBalance | NewMachine = ELECTRONIC, by: str = "pia") -> int:
    return line.run(lambda s: equipment.add(s, new, actor=line.who[by], now=line.now)).id


def measure(line: Line, key: int, weights: tuple[Decimal, ...] = STEADY, **changed: Any) -> EquipmentCheck:
    given = {"test_mg": Decimal(20_000), "weights_mg": weights, "today": line.today, **line.by, **changed}
    return line.run(lambda s: equipment_checks.measure(s, key, **given))


def calibrate(line: Line, key: int, **changed: Any) -> EquipmentCheck:
    usual = {"done_on": line.today, "due_on": line.today + timedelta(days=365), "certificate": "CAL-7", "passed": True}
    given = {**usual, "today": line.today, **line.by, **changed}
    return line.run(lambda s: equipment_checks.calibrate(s, key, **given))


def maintain(line: Line, key: int, **changed: Any) -> EquipmentCheck:
    usual = {"done_on": line.today, "due_on": line.today + timedelta(days=7), "what": "washed and dried"}
    given = {**usual, "today": line.today, **line.by, **changed}
    return line.run(lambda s: equipment_checks.maintain(s, key, **given))


def take_out(line: Line, key: int, by: str = "tess", reason: str = "the pan is bent.") -> None:
    line.run(lambda s: equipment.take_out(s, key, reason=reason, actor=line.who[by], now=line.now))


def electronic(line: Line, weights: tuple[Decimal, ...] = STEADY) -> int:
    key = add(line)
    calibrate(line, key)
    measure(line, key, weights)
    return key


def minimum_of(line: Line, key: int) -> Decimal:
    return line.read(lambda s: equipment.minimum_mg(s, s.get_one(Equipment, key)))


def refusal_of(line: Line, key: int) -> str:
    def ask(session: Any) -> str:
        try:
            equipment.refuse_unless_fit(session, session.get_one(Equipment, key), line.today)
        except RuleBroken as refusal:
            return refusal.message
        return ""

    return line.read(ask)


# the register


def test_a_pharmacist_registers_it_under_the_next_number_and_it_is_scanned(line: Line) -> None:
    key = add(line)
    row = line.row(Equipment, key)
    assert (row.number, row.kind, row.readability_mg) == ("E002", EquipmentKind.BALANCE, Decimal("0.1"))
    assert line.read(lambda s: scanning.scanned(s, " e002 ")) == ("equipment", key)
    entry = line.trail(Event.EQUIPMENT_ADDED, key)[0]
    assert (entry["number"], entry["serial"], entry["readability_mg"], entry["by"]) == (
        "E002", "A-2201", "0.1", "Pia Pharmacist",
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="Only a pharmacist adds equipment"):
        add(line, by="tess")


@pytest.mark.parametrize(
    ("new", "field", "sentence"),
    [
        (NewMachine(HUNDRED.described, ("3", "9"), 100), "capsule_sizes", "one or more of 000, 00, 0"),
        (NewMachine(HUNDRED.described, (), 100), "capsule_sizes", "one or more of"),
        (NewMachine(HUNDRED.described, ("3",), 0), "at_once", "from 1 to 1000"),
        (NewMachine(Described("Filler", " ", "bench"), ("3",), 100), "serial", "from 1 to 120 letters"),
        (NewMachine(Described("x" * 121, "1", "bench"), ("3",), 100), "name", "from 1 to 120 letters"),
        (
            NewBalance(HUNDRED.described, BalanceClass.ELECTRONIC, Decimal(0), Decimal(1000)),
            "readability_mg",
            "above 0 mg",
        ),
        (
            NewBalance(HUNDRED.described, BalanceClass.ELECTRONIC, Decimal("0.1"), Decimal(99)),
            "capacity_mg",
            "at least a thousand times the readability",
        ),
        (
            NewBalance(HUNDRED.described, BalanceClass.ELECTRONIC, Decimal("0.0001"), Decimal(99)),
            "readability_mg",
            "more than 3 digits after the point",
        ),
    ],
)
def test_what_no_equipment_has_is_refused(
    sqlite_line: Line, new: NewBalance | NewMachine, field: str, sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        add(sqlite_line, new)
    assert refusal.value.field == field


def test_a_description_is_changed_with_the_old_one_in_the_trail(line: Line) -> None:
    key, moved = add(line), Described("Sample Analytic 220", "A-2201", "bench 4")
    pia = {"actor": line.who["pia"], "now": line.now}
    line.run(lambda s: equipment.change(s, key, moved, **pia))
    assert line.row(Equipment, key).location == "bench 4"
    assert line.trail(Event.EQUIPMENT_CHANGED, key)[0]["location"] == {"from": "balance room", "to": "bench 4"}
    with pytest.raises(RuleBroken, match="says already"):
        line.run(lambda s: equipment.change(s, key, moved, **pia))
    with pytest.raises(RuleBroken, match="Only a pharmacist changes"):
        line.run(lambda s: equipment.change(s, key, HUNDRED.described, **line.by))


# its checks


def test_a_balance_is_fit_once_it_is_calibrated_and_measured(line: Line) -> None:
    key = add(line)
    assert refusal_of(line, key) == (
        "E002 Sample Analytic 220 was never calibrated, note its certificate first;"
        " was never measured, weigh a test weight ten times first."
    )
    calibrate(line, key)
    with pytest.raises(RuleBroken, match="was never measured"):
        minimum_of(line, key)
    check = measure(line, key, SHAKY)
    assert refusal_of(line, key) == ""
    assert minimum_of(line, key) == Decimal("210.819")
    assert (check.due_on, check.found["deviation_mg"]) == (line.today + timedelta(days=365), "0.105409")
    assert check.weights_mg == [str(weight) for weight in SHAKY]
    entry = line.trail(Event.EQUIPMENT_MEASURED, key)[0]
    assert (entry["minimum_mg"], entry["passed"], len(entry["weights_mg"])) == ("210.819", True, 10)
    assert line.trail(Event.EQUIPMENT_CALIBRATED, key)[0]["reference"] == "CAL-7"
    line.assert_whole()


def test_the_last_measurement_holds_and_the_earlier_ones_stay_on_record(line: Line) -> None:
    key = electronic(line, SHAKY)
    measure(line, key, STEADY)
    assert minimum_of(line, key) == Decimal("82")
    kept = line.read(lambda s: [check.minimum_mg for check in checks.checks_of(s, key) if check.minimum_mg])
    assert kept == [Decimal("82"), Decimal("210.819")]


def test_an_overdue_calibration_and_an_overdue_measurement_refuse_with_their_day(line: Line) -> None:
    key = electronic(line)
    calibrate(line, key, due_on=line.today + timedelta(days=10))
    assert refusal_of(line.later(10), key) == ""
    assert refusal_of(line.later(11), key) == (
        "E002 Sample Analytic 220 is overdue: calibration was due on 2026-12-04."
    )
    calibrate(line.later(11), key, due_on=line.today + timedelta(days=700))
    assert refusal_of(line.later(365), key) == ""
    assert refusal_of(line.later(366), key).endswith("is overdue: repeatability test was due on 2027-11-24.")


def test_a_calibration_that_did_not_pass_is_kept_and_refuses(line: Line) -> None:
    key = electronic(line)
    calibrate(line, key, passed=False)
    assert refusal_of(line, key) == "E002 Sample Analytic 220 did not pass its calibration of 2026-11-24."


def test_an_inaccurate_balance_is_kept_as_such_and_refuses(line: Line) -> None:
    key = electronic(line)
    # 20 g is 9 % of the capacity: the mean of the ten tells the accuracy; 20 025 mg are 0.125 % off.
    check = measure(line, key, tuple(map(Decimal, ("20025.0",) * 10)))
    assert (check.passed, check.found["accuracy_off_percent"]) == (False, "0.125")
    assert "did not pass its repeatability" in refusal_of(line, key)
    measure(line, key)
    assert refusal_of(line, key) == ""


def test_a_light_test_weight_tells_the_accuracy_only_with_a_heavier_one_beside_it(line: Line) -> None:
    key = add(line)
    light = {"test_mg": Decimal(100), "weights": tuple(map(Decimal, ("100.0",) * 10))}
    assert "accuracy_off_percent" not in measure(line, key, **light).found
    off = measure(line, key, **light, accuracy=Reading(Decimal(100_000), Decimal("100150.0")))
    assert (off.passed, off.found["accuracy_off_percent"]) == (False, "0.15")


def test_a_class_iii_balance_weighs_120_mg_by_its_class_and_is_not_measured(line: Line) -> None:
    assert minimum_of(line, line.balance) == Decimal(120)
    assert refusal_of(line, line.balance) == ""
    with pytest.raises(RuleBroken, match="only an electronic balance has digits to measure"):
        measure(line, line.balance)


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"done_on": date(2026, 11, 25)}, "done_on", "is still to come"),
        ({"due_on": date(2026, 11, 24)}, "due_on", "after 2026-11-24 and within 731 days"),
        ({"due_on": date(2028, 11, 25)}, "due_on", "within 731 days"),
        ({"certificate": " x "}, "certificate", "3 to 120 letters"),
        ({"certificate": "x" * 121}, "certificate", "3 to 120 letters"),
        ({"done_on": date(2026, 11, 1), "due_on": date(2027, 1, 1)}, "done_on", "a later calibration of 2026-11-24"),
    ],
)
def test_a_calibration_that_cannot_be_is_refused(
    sqlite_line: Line, changed: dict[str, Any], field: str, sentence: str
) -> None:
    key = electronic(sqlite_line)
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        calibrate(sqlite_line, key, **changed)
    assert refusal.value.field == field


def test_a_machine_is_fit_until_its_next_cleaning_is_due(line: Line) -> None:
    key = add(line, HUNDRED)
    assert "has no cleaning or maintenance on record" in refusal_of(line, key)
    with pytest.raises(RuleBroken, match="needs the day of its next cleaning"):
        maintain(line, key, due_on=None)
    with pytest.raises(RuleBroken, match="is a capsule machine, which is not calibrated"):
        calibrate(line, key)
    maintain(line, key)
    assert refusal_of(line.later(7), key) == ""
    assert refusal_of(line.later(8), key).endswith("is overdue: cleaning or maintenance was due on 2026-12-01.")
    assert line.trail(Event.EQUIPMENT_MAINTAINED, key)[0]["reference"] == "washed and dried"


def test_whoever_stands_at_the_bench_takes_it_out_and_only_a_pharmacist_returns_it(line: Line) -> None:
    key = electronic(line)
    with pytest.raises(RuleBroken, match="at least 5 letters"):
        take_out(line, key, reason="bad")
    take_out(line, key)
    assert refusal_of(line, key) == "E002 Sample Analytic 220 is out of service: the pan is bent."
    with pytest.raises(RuleBroken, match="is out of service already"):
        take_out(line, key)
    back = {"reason": "pan replaced, weighed ten times", "now": line.now}
    with pytest.raises(RuleBroken, match="Only a pharmacist returns"):
        line.run(lambda s: equipment.return_to_service(s, key, actor=line.who["tess"], **back))
    line.run(lambda s: equipment.return_to_service(s, key, actor=line.who["pia"], **back))
    assert refusal_of(line, key) == ""
    assert line.trail(Event.EQUIPMENT_TAKEN_OUT, key)[0]["reason"] == "the pan is bent"
    returned = line.trail(Event.EQUIPMENT_RETURNED, key)[0]
    assert (returned["was"], returned["reason"]) == ("the pan is bent", "pan replaced, weighed ten times")


def test_the_survey_puts_what_is_not_fit_in_front_and_what_is_out_of_service_last(line: Line) -> None:
    out, late, soon = electronic(line), electronic(line), electronic(line)
    take_out(line, out)
    calibrate(line, late, due_on=line.today + timedelta(days=1))
    calibrate(line, soon, due_on=line.today + timedelta(days=16))
    day = line.later(2)
    found = line.read(lambda s: equipment.survey(s, day.today))
    assert [(one.row.id, one.left, one.soon, one.waits) for one in found] == [
        (late, -1, True, True),
        (soon, 14, True, True),
        (line.balance, 729, False, False),
        (out, 363, False, False),
    ]


# batches


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


def test_words_about_equipment_that_could_never_be_printed_are_refused_when_typed(line: Line) -> None:
    unknown, known = "Waage \u79e4", HUNDRED.described
    acts = (
        ("name", lambda: add(line, replace(HUNDRED, described=replace(known, name=unknown)))),
        ("serial", lambda: add(line, replace(HUNDRED, described=replace(known, serial=unknown)))),
        ("location", lambda: add(line, replace(HUNDRED, described=replace(known, location=unknown)))),
        ("certificate", lambda: calibrate(line, line.balance, certificate=unknown)),
        ("what", lambda: maintain(line, line.balance, what=unknown)),
        ("reason", lambda: take_out(line, line.balance, reason=unknown)),
    )
    for field, act in acts:
        with pytest.raises(RuleBroken, match="\u79e4") as refusal:
            act()
        assert refusal.value.field == field
    described = Described("Sample Torsion 3", "T-3001", unknown)
    with pytest.raises(RuleBroken, match="\u79e4"):
        line.run(lambda s: equipment.change(s, line.balance, described, actor=line.who["pia"], now=line.now))


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


def test_the_last_check_of_each_kind_is_found_for_every_piece(line: Line) -> None:
    first, second = electronic(line), electronic(line)
    calibrate(line, first, certificate="CAL-8")
    last = line.read(
        lambda s: {
            key: {kind: check.reference for kind, check in found.items()}
            for key, found in checks.last_checks(s).items()
        }
    )
    assert last[first][CheckKind.CALIBRATION] == "CAL-8"
    assert last[second] == {CheckKind.CALIBRATION: "CAL-7", CheckKind.REPEATABILITY: ""}
    add_balance_twice = line.run(lambda s: add_balance(s, line))
    assert line.row(Equipment, add_balance_twice).number == "E004"

"""Balances and capsule machines: registered, checked, taken out of service, and refused when they are not fit."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pharmacy.domain.equipment import BalanceClass, CheckKind, EquipmentKind
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import (
    equipment,
    equipment_checks,
    scanning,
)
from pharmacy.services.equipment import Described, NewBalance, NewMachine
from pharmacy.services.equipment_checks import Reading
from pharmacy.store import checks
from pharmacy.store.tables import Equipment, EquipmentCheck
from tests.services.line import Line, add_balance
from tests.services.samples import ELECTRONIC, HUNDRED

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

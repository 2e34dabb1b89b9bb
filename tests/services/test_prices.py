"""A price outside the usual goes to nobody before the pharmacist-in-charge accepted it, once for all fills like it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.pricing import price
from pharmacy.services import prices
from pharmacy.store.tables import Fill
from tests.services.line import DRAFT, Line, add_formula

REASON = "a quarter's supply costs less a month"
# 90 capsules of 4.5 mg cost 75.50 by the schedule of the design: 25.17 a month, below its 30.00.
QUARTER = {"quantity": "90", "days_supply": "90"}


def _checked_quarter(line: Line, batch: int) -> int:
    rx = line.entered(**QUARTER)
    line.verify(rx, quantity_again="90")
    return line.checked(batch, rx)


def _accept(line: Line, fill: int, by: str = "ines", reason: str = REASON) -> None:
    line.run(lambda s: prices.accept(s, fill, reason=reason, actor=line.who[by], now=line.now))


def _waits(line: Line, fill: int) -> str:
    return line.read(lambda s: prices.waits_for(s, s.get_one(Fill, fill)))


def test_a_month_of_the_usual_price_waits_for_nobody(line: Line) -> None:
    fill = line.checked()
    assert _waits(line, fill) == ""
    line.dispense(fill)


def test_a_quarter_is_handed_out_after_its_price_was_accepted(line: Line) -> None:
    fill = _checked_quarter(line, line.released())
    assert line.row(Fill, fill).price == Decimal("75.50")
    with pytest.raises(RuleBroken, match=r"90 × 4\.5 mg for 90 days, \$75\.50: .* outside .*30\.00-.*50\.00"):
        line.dispense(fill)
    assert line.row(Fill, fill).state == "checked"
    _accept(line, fill)
    line.dispense(fill)
    [entry] = line.trail(Event.PRICE_ACCEPTED, fill)
    assert (entry["contents"], entry["total"], entry["reason"], entry["by"]) == (
        "90 × 4.5 mg for 90 days", "75.5", REASON, "Ines In-Charge",
    )  # fmt: skip


def test_the_word_counts_for_every_fill_of_the_same_capsules_and_for_no_other(line: Line) -> None:
    batches = line.released(), line.released()
    first, second = (_checked_quarter(line, batch) for batch in batches)
    _accept(line, first)
    assert _waits(line, second) == ""
    line.dispense(second)
    rx = line.entered(quantity="7", days_supply="7")
    line.verify(rx, quantity_again="7")
    short = line.checked(batches[0], rx)
    assert "7 × 4.5 mg for 7 days, $26.00" in _waits(line, short)


@pytest.mark.parametrize(
    ("by", "reason", "said"),
    [
        ("pia", REASON, "Only the pharmacist-in-charge"),
        ("tess", REASON, "Only the pharmacist-in-charge"),
        ("ines", " cheap ", "at least 10 letters"),
    ],
)
def test_nobody_else_accepts_a_price_and_not_without_a_reason(
    sqlite_line: Line, by: str, reason: str, said: str
) -> None:
    fill = _checked_quarter(sqlite_line, sqlite_line.released())
    with pytest.raises(RuleBroken, match=said):
        _accept(sqlite_line, fill, by, reason)


def test_a_usual_price_is_not_accepted_nor_one_twice(sqlite_line: Line) -> None:
    usual = sqlite_line.allocated()
    with pytest.raises(RuleBroken, match="waits for nobody"):
        _accept(sqlite_line, usual)
    fill = _checked_quarter(sqlite_line, sqlite_line.released())
    _accept(sqlite_line, fill)
    with pytest.raises(RuleBroken, match="waits for nobody"):
        _accept(sqlite_line, fill)


def test_a_month_is_of_days_and_not_of_capsules(sqlite_line: Line) -> None:
    # Three capsules of 1.5 mg a day: 90 of them last a month, and cost more than 50.00 for it.
    line = sqlite_line
    line.formula = line.run(lambda s: add_formula(s, line, replace(DRAFT, code="LDN15", strength_mg=Decimal("1.5"))))
    batch = line.planned(100)
    for position in (1, 2, 3):
        line.weigh(batch, position)
    line.put_released(batch)
    three = {"strength": "1.5 mg", "directions": "Take 3 capsules at bedtime", "quantity": "90", "days_supply": "30"}
    rx = line.entered(**three)
    line.verify(rx, strength_again="1.5", quantity_again="90")
    waits = _waits(line, line.checked(batch, rx))
    priced = price(Decimal("1.5"), 90).total
    assert f"90 × 1.5 mg for 30 days, ${priced}: ${priced} for 30 days is outside" in waits

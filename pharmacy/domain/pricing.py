"""What a fill costs: cost plus, in cents, with every line and its arithmetic in sight."""

from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.fields import read_object
from pharmacy.domain.units import format_number, read_decimal, read_whole

CENT = Decimal("0.01")
_MOST_MONEY = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The price policy, dated. Money in US dollars.

    purity and overage turn the labelled dose into grams as weighed; filler_mg_per_capsule is a usual fill:
    the price is the same whichever lot is used. least_month and most_month: outside them the
    pharmacist-in-charge decides.
    """

    active_per_gram: Decimal = Decimal("45.00")
    filler_per_gram: Decimal = Decimal("0.04")
    shell_each: Decimal = Decimal("0.02")
    container_and_label: Decimal = Decimal("0.95")
    bench_minutes_per_100: Decimal = Decimal(40)
    bench_per_hour: Decimal = Decimal("36.00")
    dispensing_minutes: Decimal = Decimal(6)
    dispensing_per_hour: Decimal = Decimal("72.00")
    overhead_percent: Decimal = Decimal(20)
    professional_fee: Decimal = Decimal("12.00")
    round_up_to: Decimal = Decimal("0.50")
    purity: Decimal = Decimal("0.907522")
    overage: Decimal = Decimal("0.03")
    filler_mg_per_capsule: Decimal = Decimal(175)
    least_month: Decimal = Decimal("30.00")
    most_month: Decimal = Decimal("50.00")
    effective: date = date(2025, 1, 1)
    source: str = "price schedule of the pharmacist-in-charge"


DEFAULT = Schedule()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill. formula: its arithmetic with the numbers in it. amount: US dollars."""

    name: str
    formula: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """total: the sum of the lines. per_30_days: of it, for a month. US dollars."""

    total: Decimal
    per_30_days: Decimal
    lines: tuple[Line, ...]
    needs_approval: bool
    reasons: tuple[str, ...]

    def to_document(self) -> dict[str, object]:
        """The answer of `pharmacy price` as JSON: money as decimal strings."""
        return {
            "total": format(self.total, "f"),
            "per_30_days": format(self.per_30_days, "f"),
            "needs_approval": self.needs_approval,
            "reasons": list(self.reasons),
            "lines": [
                {"name": line.name, "formula": line.formula, "amount": format(line.amount, "f")} for line in self.lines
            ],
        }


@dataclass(frozen=True, slots=True)
class PriceOrder:
    """The arguments of `price` as a document gives them."""

    strength_mg: Decimal
    capsules: int
    schedule: Schedule = DEFAULT


def from_document(document: object) -> PriceOrder:
    """The JSON of `pharmacy price`; `schedule`, optional, replaces single values of the default schedule.

    Raises: InputUnusable naming the path.
    """
    whole = read_object(document, field="", required=("strength_mg", "capsules"), optional=("schedule",))
    given = whole.get("schedule")
    return PriceOrder(
        strength_mg=read_decimal(whole["strength_mg"], field="strength_mg", places=3, most=Decimal(1000)),
        capsules=read_whole(whole["capsules"], field="capsules", most=100_000),
        schedule=DEFAULT if given is None else _schedule(given),
    )


def price(strength_mg: Decimal, capsules: int, schedule: Schedule = DEFAULT) -> Price:
    """The price of a fill.

    Formula: (materials + bench + dispensing) x (1 + overhead) + professional fee, rounded up to the half
    dollar. Each line is rounded to the cent, half up, and the total is the sum of the lines.
    strength_mg: labelled, as hydrochloride [mg]. Raises: RuleBroken for a strength or number that is not
    above 0.
    Source: the schedule's.

    >>> bill = price(Decimal("4.5"), 30)
    >>> bill.total, bill.per_30_days, bill.needs_approval
    (Decimal('40.00'), Decimal('40.00'), False)
    """
    return course_price(((strength_mg, capsules),), schedule)


def course_price(
    bottles: tuple[tuple[Decimal, int], ...], schedule: Schedule = DEFAULT, *, days: int | None = None
) -> Price:
    """The one price of a course: materials by bottle, and bench, dispensing and professional fee once for all.

    bottles: strength as labelled [mg] and capsules of each. days: that they last, as many as capsules when None.
    Raises: as `price`.

    >>> course_price(((Decimal("1.5"), 7), (Decimal("3"), 7), (Decimal("4.5"), 16))).total
    Decimal('40.50')
    """
    for strength_mg, capsules in bottles:
        _refuse_unless_priceable(strength_mg, capsules, schedule)
    capsules = sum(number for _, number in bottles)
    materials = [
        replace(line, name=f"{line.name}, bottle {place}") if len(bottles) > 1 else line
        for place, (strength_mg, number) in enumerate(bottles, start=1)
        for line in _materials(strength_mg, number, schedule)
    ]
    costs = (*materials, *_work(capsules, schedule))
    subtotal = sum((line.amount for line in costs), Decimal(0))
    overhead = Line(
        "overhead",
        f"{_money(subtotal)} x {format_number(schedule.overhead_percent)} %",
        _cents(Fraction(subtotal) * Fraction(schedule.overhead_percent) / 100),
    )
    fee = Line("professional fee", "per fill", _cents(Fraction(schedule.professional_fee)))
    exact = subtotal + overhead.amount + fee.amount
    step = schedule.round_up_to
    total = (ceil(Fraction(exact) / Fraction(step)) * step).quantize(CENT)
    rounding = Line("rounding", f"{_money(exact)} up to a multiple of {_money(step)}", total - exact)
    month = _cents(Fraction(total) * 30 / (days or capsules))
    reasons = _reasons(month, schedule)
    return Price(total, month, (*costs, overhead, fee, rounding), bool(reasons), reasons)


def priced_with_the_first(place: int) -> Price:
    """Nothing more for a later bottle of a course. place: its own.

    >>> priced_with_the_first(2).total
    Decimal('0.00')
    """
    nothing = Decimal("0.00")
    line = Line(f"bottle {place}", "in the price of bottle 1", nothing)
    return Price(nothing, nothing, (line,), needs_approval=False, reasons=())


def _materials(strength_mg: Decimal, capsules: int, schedule: Schedule) -> tuple[Line, ...]:
    made = capsules * (1 + Fraction(schedule.overage))
    active_g = Fraction(strength_mg) / Fraction(schedule.purity) * made / 1000
    filler_g = Fraction(schedule.filler_mg_per_capsule) * made / 1000
    over = format_number(1 + schedule.overage)
    return (
        Line(
            "active",
            f"{capsules} x {format_number(strength_mg)} mg / {format_number(schedule.purity)} x {over} as"
            f" weighed"
            f" x {_money(schedule.active_per_gram)}/g",
            _cents(active_g * Fraction(schedule.active_per_gram)),
        ),
        Line(
            "filler",
            f"{capsules} x {format_number(schedule.filler_mg_per_capsule)} mg x {over} x"
            f" {_money(schedule.filler_per_gram)}/g",
            _cents(filler_g * Fraction(schedule.filler_per_gram)),
        ),
        Line(
            "capsule shells",
            f"{capsules} x {_money(schedule.shell_each)}",
            _cents(capsules * Fraction(schedule.shell_each)),
        ),
        Line("container and label", "per fill", _cents(Fraction(schedule.container_and_label))),
    )


def _work(capsules: int, schedule: Schedule) -> tuple[Line, Line]:
    bench_minutes = capsules * Fraction(schedule.bench_minutes_per_100) / 100
    return (
        Line(
            "bench",
            f"{capsules} x {format_number(schedule.bench_minutes_per_100)} min / 100"
            f" x {_money(schedule.bench_per_hour)}/h",
            _cents(bench_minutes / 60 * Fraction(schedule.bench_per_hour)),
        ),
        Line(
            "dispensing",
            f"{format_number(schedule.dispensing_minutes)} min x {_money(schedule.dispensing_per_hour)}/h",
            _cents(Fraction(schedule.dispensing_minutes) / 60 * Fraction(schedule.dispensing_per_hour)),
        ),
    )


def _reasons(month: Decimal, schedule: Schedule) -> tuple[str, ...]:
    if schedule.least_month <= month <= schedule.most_month:
        return ()
    return (
        f"{_money(month)} for 30 days is outside"
        f" {_money(schedule.least_month)}-{_money(schedule.most_month)}:"
        " the pharmacist-in-charge must approve it.",
    )


def _refuse_unless_priceable(strength_mg: Decimal, capsules: int, schedule: Schedule) -> None:
    if strength_mg <= 0:
        raise RuleBroken(
            f"A strength of {format_number(strength_mg)} mg has no price: it must be above 0 mg.",
            "strength_mg",
        )
    if capsules < 1:
        raise RuleBroken(f"A fill of {capsules} capsules has no price: at least 1 is needed.", "capsules")
    if not 0 < schedule.purity <= 1:
        raise RuleBroken(
            f"A purity of {format_number(schedule.purity)} is impossible: it must be above 0 and at most 1.",
            "schedule.purity",
        )
    if schedule.round_up_to < CENT:
        raise RuleBroken("Prices are rounded up to 0.01 or more.", "schedule.round_up_to")


def _schedule(document: object) -> Schedule:
    defaults = {each.name: getattr(DEFAULT, each.name) for each in fields(Schedule)}
    numbers = tuple(name for name, value in defaults.items() if isinstance(value, Decimal))
    given = read_object(document, field="schedule", required=(), optional=numbers)
    changed: dict[str, Any] = {
        name: read_decimal(value, field=f"schedule.{name}", least=Decimal(0), most=_MOST_MONEY, places=6)
        for name, value in given.items()
        if value is not None
    }
    return replace(DEFAULT, source="price schedule given with the request", **changed)


def _cents(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(CENT, ROUND_HALF_UP)


def _money(amount: Decimal) -> str:
    return f"${amount:,.2f}"

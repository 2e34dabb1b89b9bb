"""The trituration that becomes a lot: a search of every plan finds none that wastes less; what its powder makes.

The search is written from the design, not from the planner: whole steps W of active and D of diluent are tried one by
one in exact fractions. A plan is allowed when the balance can weigh all four amounts (the active, the diluent, what is
taken of the mixture, the filler still to add) wherever within their tolerances W and D come to lie.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.trituration import Trituration, mixed_packing_mg, plan_lot
from pharmacy.domain.weighing import (
    ActiveLot,
    AssayBasis,
    Balance,
    Basis,
    Dilution,
    FillerLot,
    Worksheet,
    WorksheetOrder,
    worksheet,
)

HALF = Fraction(1, 2000)  # mg; what a need to the microgram may hide
MOST_DILUENT = 100  # steps; the least plan of these small numbers needs at most 3 x 26 x 1.05 / 0.95 = 87
WIDEST = 4  # steps of active above the least that the search goes

# Small amounts, so that every plan can be tried: a balance of 5 to 12 mg, a need of it in micrograms.
minimums = st.integers(5, 12)
shares = st.integers(250, 999)  # thousandths of the minimum that the batch needs
fillers = st.integers(8_000, 80_000)  # micrograms
percents = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1), Decimal(2), Decimal(5)])
steps = st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(2)])


def planned(
    need: Fraction, filler: Fraction, minimum: int, off: tuple[Decimal, Decimal], step: Decimal = Decimal(1)
) -> Trituration:
    return plan_lot(
        needed_mg=decimal(need),
        filler_mg=decimal(filler),
        minimum_mg=Decimal(minimum),
        active_tolerance_percent=off[0],
        diluent_tolerance_percent=off[1],
        step_mg=step,
    )


def decimal(mg: Fraction) -> Decimal:
    return Decimal(int(mg * 1000)).scaleb(-3)


def corners(weigh: Fraction, diluent: Fraction, off: tuple[Decimal, Decimal]) -> Iterator[tuple[Fraction, Fraction]]:
    """Both weighings at the ends of their tolerances."""
    ends = (
        (target * (1 - Fraction(one) / 100), target * (1 + Fraction(one) / 100))
        for target, one in zip((weigh, diluent), off, strict=True)
    )
    return product(*ends)


def is_allowed(
    weigh: Fraction,
    diluent: Fraction,
    *,
    need: Fraction,
    filler: Fraction,
    minimum: int,
    off: tuple[Decimal, Decimal],
) -> bool:
    """Whether the balance weighs every amount of this plan, wherever in the tolerances it comes to lie."""
    for active, other in corners(weigh, diluent, off):
        if min(active, other) < minimum:
            return False
        for exact in (need - HALF, need + HALF):
            taken = exact + exact * other / active  # the need, and the diluent that comes with it
            if taken < minimum or filler - (taken - exact) < minimum:
                return False
    return True


def waste(weigh: Fraction, diluent: Fraction, need: Fraction) -> tuple[Fraction, Fraction]:
    """Active left over first, then powder left over."""
    return weigh - need, (weigh + diluent) * (1 - need / weigh)


@settings(max_examples=40, deadline=None)
@given(minimums, shares, fillers, percents, percents, steps)
def test_no_allowed_plan_wastes_less(
    minimum: int, share: int, filler: int, active_off: Decimal, diluent_off: Decimal, step: Decimal
) -> None:
    need, powder, off = Fraction(share * minimum, 1000), Fraction(filler, 1000), (active_off, diluent_off)
    amounts = {"need": need, "filler": powder, "minimum": minimum, "off": off}
    grid = Fraction(step)
    least = -(-minimum / (1 - Fraction(active_off) / 100) // grid)  # steps
    allowed = [
        waste(w * grid, d * grid, need)
        for w in range(1, int(least) + WIDEST)
        for d in range(1, MOST_DILUENT)
        if is_allowed(w * grid, d * grid, **amounts)  # type: ignore[arg-type]
    ]
    try:
        found = planned(need, powder, minimum, off, step)
    except RuleBroken:
        # The least active does not do; more of it could, for a batch whose filler is not even twice the minimum.
        assert all(active + need > least * grid for active, _ in allowed)
        return
    weigh, diluent = Fraction(found.weigh_mg), Fraction(found.diluent_mg)
    assert is_allowed(weigh, diluent, **amounts)  # type: ignore[arg-type]
    assert (weigh / grid).denominator == (diluent / grid).denominator == 1
    assert waste(weigh, diluent, need) == min(allowed)


@settings(max_examples=200, deadline=None)
@given(st.integers(20, 200), shares, st.integers(0, 4_000), st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_every_weighing_reaches_the_minimum_wherever_in_its_tolerance_it_lies(
    minimum: int, share: int, more: int, active_off: int, diluent_off: int
) -> None:
    """active_off, diluent_off: thousandths of 1 and 2 %. more: filler [mg] beyond what is always enough."""
    need, filler = Fraction(share * minimum, 1000), Fraction(3 * minimum + more)
    found = planned(need, filler, minimum, (Decimal(1), Decimal(2)))
    active = Fraction(found.weigh_mg) * (1 + Fraction(active_off, 100_000))
    diluent = Fraction(found.diluent_mg) * (1 + Fraction(diluent_off, 50_000))
    taken = need * (active + diluent) / active
    assert min(active, diluent, taken, filler + need - taken) >= minimum
    # As planned, the aliquot holds the need to the half microgram that it is told with.
    held = Fraction(found.aliquot_mg) * Fraction(found.weigh_mg) / Fraction(found.total_mg)
    assert abs(held - need) <= HALF
    assert found.weigh_mg + found.diluent_mg == found.total_mg == found.aliquot_mg + found.left_mg
    assert sum(found.mixing_mg) == found.diluent_mg


def test_a_batch_of_three_times_the_minimum_is_never_too_little() -> None:
    for minimum, share in product((5, 20, 82, 120), (120, 400, 700, 990, 999)):
        planned(Fraction(share * minimum, 1000), Fraction(3 * minimum), minimum, (Decimal(1), Decimal(2)))


@pytest.mark.parametrize(
    ("need", "filler", "sentence"),
    [
        ("0", "5000", "needs no trituration"),
        ("120", "5000", "needs no trituration"),
        ("51.073", "150", "more capsules"),
    ],
)
def test_what_needs_none_and_what_is_too_little_is_refused_at_the_capsules(
    need: str, filler: str, sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        planned(Fraction(need), Fraction(filler), 120, (Decimal(1), Decimal(2)))
    assert refusal.value.field == "capsules"


# the design's vector: 30 x 1.5 mg, assay 99.4 % anhydrous, water 8.7 %, overage 3 %, size 3, packing 150 and 180 mg

VECTOR = WorksheetOrder(
    dose_mg=Decimal("1.5"),
    basis=Basis.HYDROCHLORIDE,
    capsules=30,
    overage=Decimal("0.03"),
    capsule_size="3",
    active_lot=ActiveLot(Decimal("0.994"), AssayBasis.ANHYDROUS, Decimal("0.087"), Decimal(150)),
    filler_lot=FillerLot(Decimal(180)),
    balance=Balance(Decimal(120)),
)


# By hand, with 1 % and 2 %, the need taken as 51.0725 mg, the least that is told as 51.073:
# W = ceil(120 / 0.99) = 122, D = ceil((120 / 51.0725 - 1) x 122 x 1.01 / 0.98) = ceil(169.70) = 170;
# W = ceil(82 / 0.99) = 83, D = ceil(82 / 0.98) = 84, since beside W (82 / 51.0725 - 1) x 83 x 1.01 / 0.98 = 51.81 do.
@pytest.mark.parametrize(
    ("minimum", "weigh", "diluent", "aliquot"), [(120, 122, 170, "122.240"), (82, 83, 84, "102.761")]
)
def test_the_designs_vector_is_planned_as_worked_by_hand_for_both_minimums(
    minimum: int, weigh: int, diluent: int, aliquot: str
) -> None:
    sheet = worksheet(replace(VECTOR, balance=Balance(Decimal(minimum))))
    assert (sheet.active_total_mg, sheet.weighable) == (Decimal("51.073"), False)
    found = planned(Fraction(sheet.active_total_mg), Fraction(sheet.filler_total_mg), minimum, (Decimal(1), Decimal(2)))
    assert (found.weigh_mg, found.diluent_mg, found.aliquot_mg) == (weigh, diluent, Decimal(aliquot))


# what the mixture makes of strength and room

weights = st.integers(80_000, 500_000)  # micrograms
packings = st.integers(60_000, 250_000)


@settings(max_examples=100)
@given(weights, weights, packings, packings)
def test_the_parts_of_a_full_capsule_take_its_whole_room(active: int, diluent: int, alone: int, other: int) -> None:
    first, second, room_1, room_2 = (Fraction(one, 1000) for one in (active, diluent, alone, other))
    full = Fraction(
        mixed_packing_mg(
            active_mg=decimal(first),
            diluent_mg=decimal(second),
            active_packing_mg=decimal(room_1),
            diluent_packing_mg=decimal(room_2),
        )
    )
    share = first / (first + second)
    taken = full * share / room_1 + full * (1 - share) / room_2
    assert abs(taken - 1) <= HALF / min(room_1, room_2)
    assert min(room_1, room_2) - HALF <= full <= max(room_1, room_2) + HALF


def diluted(active: str, diluent: str, capsules: int = 30) -> Worksheet:
    """The vector's batch from a trituration of these weights, which takes the room that its parts take."""
    alone = (VECTOR.active_lot.packing_mg, VECTOR.filler_lot.packing_mg)
    full = mixed_packing_mg(
        active_mg=Decimal(active),
        diluent_mg=Decimal(diluent),
        active_packing_mg=alone[0],
        diluent_packing_mg=alone[1],
    )
    made = Dilution(Decimal(active), Decimal(diluent), alone)
    lot = replace(VECTOR.active_lot, packing_mg=full, dilution=made)
    return worksheet(replace(VECTOR, capsules=capsules, active_lot=lot))


@settings(max_examples=60, deadline=None)
@given(st.integers(120_780, 123_220), st.integers(166_600, 173_400), st.integers(30, 300))
def test_a_batch_through_a_trituration_holds_its_dose_and_no_more_filler_than_without(
    active: int, diluent: int, capsules: int
) -> None:
    """Whatever was weighed of both parts within 1 and 2 % of the plan."""
    weighed, beside = Fraction(active, 1000), Fraction(diluent, 1000)
    sheet = diluted(str(decimal(weighed)), str(decimal(beside)), capsules)
    pure = Fraction("0.994") * Fraction("0.913") * weighed / (weighed + beside)
    made = capsules * Fraction("1.03")
    assert abs(Fraction(sheet.active_total_mg) - Fraction("1.5") * made / pure) <= HALF
    # The filler without a trituration, of which the aliquot brings its share.
    plain = 180 * (1 - Fraction("1.5") / (Fraction("0.994") * Fraction("0.913")) / 150) * made
    brought = Fraction(sheet.active_total_mg) * beside / (weighed + beside)
    # Of the mixture's packing, told to the microgram, as many capsules as are made take their part.
    assert abs(Fraction(sheet.filler_total_mg) + brought - plain) <= made * HALF


def test_a_dilution_with_nothing_of_one_part_is_none() -> None:
    for active, diluent in (("0", "170"), ("122", "0"), ("-122", "170")):
        lot = replace(VECTOR.active_lot, dilution=Dilution(Decimal(active), Decimal(diluent)))
        with pytest.raises(RuleBroken, match="both must be above 0 mg") as refusal:
            worksheet(replace(VECTOR, active_lot=lot))
        assert refusal.value.field == "active_lot"


def test_the_worksheet_says_when_the_packing_was_measured_of_the_mixture_itself() -> None:
    lot = replace(VECTOR.active_lot, packing_mg=Decimal("171.25"), dilution=Dilution(Decimal(122), Decimal(170)))
    shown = {step.name: step for step in worksheet(replace(VECTOR, active_lot=lot)).steps}
    assert shown["packing statistic of the trituration S_active"].formula == "as measured"

"""A second lot in mid-batch: the capsules still hold the dose, and the powders still fill them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.second_lot import Taken, Wanted, fill_per_capsule_mg, rest_of_active, rest_of_filler
from pharmacy.domain.weighing import ActiveLot, AssayBasis, Basis

FIRST = ActiveLot(Decimal("0.994"), AssayBasis.ANHYDROUS, Decimal("0.087"), Decimal(150))
AS_IS = ActiveLot(Decimal("0.9"), AssayBasis.AS_IS, Decimal(0), Decimal(140))
BATCH = Wanted(Decimal("4.5"), Basis.HYDROCHLORIDE, 100, Decimal("0.03"), Decimal(180))


def test_the_designs_batch_is_completed_from_a_second_lot_as_counted_by_hand() -> None:
    # 463.5 mg of hydrochloride are needed; 300 mg x 0.994 x 0.913 = 272.2572 mg (exactly 272.25660) are there.
    # 463.5 - 272.2566 = 191.2434; / 0.9 = 212.4926667 mg. Room: 103 - 300/150 - 212.4926667/140 = 99.48219524 capsules
    # of 180 mg = 17906.795 mg.
    found = rest_of_active(BATCH, (Taken(Decimal(300), FIRST),), AS_IS)
    assert found.rest_mg == Decimal("212.493")
    assert found.filler_total_mg == Decimal("17906.795")
    # the sum of the three, over 103 capsules
    powder = 300 + found.rest_mg + found.filler_total_mg
    assert fill_per_capsule_mg(powder_mg=powder, capsules=100, overage=Decimal("0.03")) == Decimal("178.828")


def test_nothing_weighed_yet_means_the_worksheet_of_the_second_lot_alone() -> None:
    found = rest_of_active(BATCH, (), FIRST)
    # The vector of the design: 463.5 / 0.907522 = 510.73142 mg, and 180 x (103 - 510.73142 / 150) = 17927.1223 mg.
    assert found.rest_mg == Decimal("510.731")
    assert found.filler_total_mg == Decimal("17927.122")


def test_a_batch_that_holds_its_active_takes_no_second_lot() -> None:
    with pytest.raises(RuleBroken, match="no second lot is needed"):
        rest_of_active(BATCH, (Taken(Decimal("510.732"), FIRST),), AS_IS)


def test_another_lot_of_filler_takes_the_room_that_is_left() -> None:
    found = rest_of_filler(left_mg=Decimal(9000), packing_mg=Decimal(180), next_packing_mg=Decimal(171))
    assert found.rest_mg == Decimal(8550)  # 50 capsules of 171 mg


milligrams = st.decimals(min_value=Decimal(1), max_value=Decimal(500), places=3)
lots = st.builds(
    ActiveLot,
    assay=st.decimals(min_value=Decimal("0.8"), max_value=Decimal("1.05"), places=4),
    assay_basis=st.sampled_from(AssayBasis),
    water=st.decimals(min_value=Decimal(0), max_value=Decimal("0.2"), places=4),
    packing_mg=st.decimals(min_value=Decimal(120), max_value=Decimal(200), places=1),
)


@given(st.lists(st.tuples(milligrams, lots), max_size=3), lots, st.integers(50, 1000))
def test_all_lots_together_hold_the_dose_and_fill_the_capsules(
    weighed: list[tuple[Decimal, ActiveLot]], lot: ActiveLot, capsules: int
) -> None:
    def purity(one: ActiveLot) -> Fraction:
        dry = 1 if one.assay_basis is AssayBasis.AS_IS else 1 - Fraction(one.water)
        return Fraction(one.assay) * dry

    wanted = Wanted(Decimal("4.5"), Basis.HYDROCHLORIDE, capsules, Decimal("0.03"), Decimal(180))
    made = capsules * Fraction(103, 100)
    held = sum((Fraction(mg) * purity(one) for mg, one in weighed), Fraction(0))
    assume(held < Fraction(4) * made)
    found = rest_of_active(wanted, tuple(Taken(mg, one) for mg, one in weighed), lot)
    microgram = Fraction(1, 1000)
    dose = (held + Fraction(found.rest_mg) * purity(lot)) / made
    assert abs(dose - Fraction("4.5")) <= microgram * 2 / made
    fills = [(Fraction(mg), one.packing_mg) for mg, one in weighed]
    fills += [(Fraction(found.rest_mg), lot.packing_mg), (Fraction(found.filler_total_mg), Decimal(180))]
    assert abs(sum(mg / Fraction(full) for mg, full in fills) - made) <= microgram

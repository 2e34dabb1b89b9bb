"""Other capsule sizes: by hand from the worked example and the size chart of the design."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain.capsule_choice import SizeChoice, size_choices
from pharmacy.domain.capsules import SIZES

ACTIVE = {"3": Decimal(150)}
FILLER = {"3": Decimal(180)}


def choices(
    active_mg: str, active: dict[str, Decimal] = ACTIVE, filler: dict[str, Decimal] = FILLER
) -> dict[str, SizeChoice]:
    found = size_choices(
        active_mg=Decimal(active_mg), known_size="3", active_packing_mg=active, filler_packing_mg=filler
    )
    return {one.size: one for one in found}


def test_every_size_of_the_chart_is_told_once() -> None:
    assert list(choices("4.958557")) == list(SIZES)


def test_the_formulas_own_size_is_the_worked_example() -> None:
    own = choices("4.958557")["3"]
    # 4.958557 / 150 = 3.31 %; filler 174.0497 mg, as the design works it out.
    assert (own.active_percent, own.estimated) == (Decimal("3.31"), False)
    assert own.filler_mg == Decimal("174.050")


def test_another_size_is_estimated_in_proportion_to_its_volume() -> None:
    found = choices("4.958557")
    # Size 1: 0.48 / 0.27 mL. S_active = 266.667, 4.958557 of it 1.859 %; S_filler = 320, less 1.859459 % = 314.0497 mg.
    assert (found["1"].active_percent, found["1"].filler_mg) == (Decimal("1.86"), Decimal("314.050"))
    # Size 5: 0.13 / 0.27 mL. S_active = 72.222, 6.866 % of it; S_filler = 86.667, less 6.865694 % = 80.7164 mg.
    assert (found["5"].active_percent, found["5"].filler_mg) == (Decimal("6.87"), Decimal("80.716"))
    assert found["1"].estimated
    assert found["5"].estimated


def test_a_size_that_was_measured_for_both_lots_is_not_estimated() -> None:
    found = choices("5", {**ACTIVE, "4": Decimal(100)}, {**FILLER, "4": Decimal(130)})
    # 5 / 100 = 5 %; 130 x 0.95 = 123.5 mg.
    assert found["4"] == SizeChoice("4", Decimal("5.00"), Decimal("123.500"), estimated=False, refusal="")
    assert choices("5", {**ACTIVE, "4": Decimal(100)})["4"].estimated


def test_a_size_that_cannot_hold_the_dose_says_why() -> None:
    # Size 5 holds 150 x 0.13 / 0.27 = 72.2 mg of this active.
    found = choices("80")["5"]
    assert found.filler_mg is None
    assert found.refusal == "80 mg of active is more than it holds (72.2 mg)"
    assert choices("80")["4"].refusal == ""  # 150 x 0.20 / 0.27 = 111.1 mg


@given(st.decimals("0.5", "120", places=3))
def test_a_larger_capsule_takes_more_filler_and_a_smaller_share_of_active(active_mg: Decimal) -> None:
    found = [one for one in choices(str(active_mg)).values() if one.filler_mg is not None]
    assert found == sorted(found, key=lambda one: -(one.filler_mg or 0))
    assert found == sorted(found, key=lambda one: one.active_percent)

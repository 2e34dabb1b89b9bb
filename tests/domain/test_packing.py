"""The packing statistic: mean and spread by another program, limits, and the text of a balance."""

import statistics
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.packing import measure_powder, measure_shells, read_weights

SHELLS = tuple(map(Decimal, (47, 48, 49, 48, 48, 47, 49, 48, 48, 48)))
FILLED = tuple(map(Decimal, (226, 228, 227, 229, 230, 227, 228, 229, 227, 229)))
WEIGHTS = st.lists(st.decimals("220", "236", places=1), min_size=5, max_size=20)


@given(WEIGHTS)
def test_mean_and_spread_are_those_of_the_statistics_of_python(weights: list[Decimal]) -> None:
    found = measure_powder("3", filled_mg=tuple(weights), shells_mg=SHELLS)
    assert found.filled is not None
    assert found.packing_mg is not None
    near = Decimal("0.0011")
    assert abs(found.filled.mean_mg - statistics.mean(weights)) < near
    assert abs(found.filled.deviation_mg - statistics.stdev(weights)) < near
    assert abs(found.filled.rsd_percent - 100 * statistics.stdev(weights) / statistics.mean(weights)) < near
    assert abs(found.packing_mg - (statistics.mean(weights) - 48)) < near
    error = (statistics.variance(weights) / len(weights) + statistics.variance(SHELLS) / 10).sqrt()
    assert abs((found.error_mg or 0) - error) < near


@pytest.mark.parametrize(
    ("size", "filled", "shells", "field", "sentence"),
    [
        ("3", FILLED[:4], SHELLS, "filled", "Filled capsules: 4 weights; 10 are weighed, at least 5 and at most 20"),
        ("3", FILLED, SHELLS[:4], "shells", "Empty shells: 4 weights"),
        (
            "3",
            (*FILLED[:9], Decimal("22.9")),
            SHELLS,
            "filled",
            "Filled capsule 10 weighs 22.9 mg, more than 10 % off the middle one of 227.5 mg",
        ),
        ("3", tuple(map(Decimal, (214, 242) * 5)), SHELLS, "filled", r"spread \(RSD\) of 6.472 % is above 4 %"),
        ("3", FILLED, tuple(map(Decimal, (45, 51) * 5)), "shells", r"spread \(RSD\) of 6.588 % is above 5 %"),
        ("3", SHELLS, SHELLS, "filled", "is not above the 48 mg of the empty shells"),
        ("4", FILLED, SHELLS, "shells", "more than 25 % off the 38 mg of the size chart"),
        ("3", tuple(weight + 270 for weight in FILLED), SHELLS, "filled", "at most 432 mg of powder"),
        ("9", FILLED, SHELLS, "capsule_size", "not in the chart"),
    ],
)
def test_a_measurement_that_cannot_be_is_refused_with_its_limit(
    size: str, filled: tuple[Decimal, ...], shells: tuple[Decimal, ...], field: str, sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        measure_powder(size, filled_mg=filled, shells_mg=shells)
    assert refusal.value.field == field


def test_shells_alone_have_a_mean_and_nothing_that_fills_them() -> None:
    found = measure_shells("3", shells_mg=SHELLS)
    assert (found.shells.mean_mg, found.packing_mg, found.filled) == (48, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "226.1\n227.4\n228.0",
        "226.1 227.4 228.0",
        "226.1, 227.4; 228.0",
        "S S      0.2261 g\r\nS S      0.2274 g\r\nS S      0.2280 g\r\n",
        "S     226.1 mg\nN +    227.4 mg\n  + 228.0 mg",
        "ST,+00000.2261  g\nST,GS, 227.4mg\n228.0 mg",
    ],
)
def test_weights_are_read_as_typed_and_as_a_balance_sends_them(text: str) -> None:
    assert read_weights(text, field="filled") == (Decimal("226.1"), Decimal("227.4"), Decimal(228))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("226.1\nS D      0.2274 g", "Weight 2: the balance had not come to rest"),
        ("226.1\n227,4x", "Weight 3: “4x” is not a weight in mg or g"),
        ("-226.1", "Weight 1: “-226.1” is outside its limits"),
        ("0", "more than 0 and at most 5000 mg"),
        ("226.1 g", "more than 0 and at most 5000 mg"),
        ("0.22612345 g", "more than 3 digits after the point of a milligram"),
        (" ".join(["226"] * 21), "21 weights are more than 20"),
    ],
)
def test_a_weight_that_cannot_be_read_is_named(text: str, sentence: str) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        read_weights(text, field="filled")
    assert refusal.value.field == "filled"

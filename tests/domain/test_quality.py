"""Weight tests of capsules."""

import statistics
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy.domain import quality
from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.quality import WeightPolicy, mean_and_variance, sample_size, square_root, weight_test

EXAMPLES = tomllib.loads((Path(__file__).parent / "examples" / "weights.toml").read_text("utf-8"))
SHELL, FILL = Decimal(48), Decimal(152)  # 200 mg together, so that 1 % is 2 mg


def weights(*mg: str | int) -> tuple[Decimal, ...]:
    return tuple(Decimal(each) for each in mg)


@pytest.mark.parametrize("example", EXAMPLES["sample"], ids=lambda example: example["source"])
def test_a_sample_gives_the_published_figures(example: dict[str, Any]) -> None:
    found = weight_test(Decimal(example["shell_mg"]), Decimal(example["fill_mg"]), weights(*example["weights_mg"]))
    for name in ("mean_mg", "rsd_percent", "acceptance_value"):
        assert str(getattr(found, name)) == example[name]
    assert found.passed is example["passed"]
    assert found.reasons == ()


@pytest.mark.parametrize("example", EXAMPLES["spread"], ids=lambda example: example["source"])
def test_mean_and_deviation_are_the_certified_ones(example: dict[str, Any]) -> None:
    mean, variance = mean_and_variance(weights(*example["values"]))
    assert mean == Fraction(example["mean"])
    assert square_root(variance, 12) == Decimal(example["deviation"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(150_000, 250_000), min_size=2, max_size=10))
def test_the_spread_is_that_of_the_standard_library(micrograms: list[int]) -> None:
    sample = tuple(Decimal(each).scaleb(-3) for each in micrograms)
    found = weight_test(SHELL, FILL, sample)
    expected = statistics.stdev(sample) * 100 / statistics.mean(sample)
    assert abs(found.rsd_percent - expected) <= Decimal("0.0005000001")


@pytest.mark.parametrize(
    ("sample", "sentence"),
    [
        (("180", *["202"] * 9), None),
        (("179.9", *["202"] * 9), "Capsule 1 weighs 179.9 mg, outside 180-220 mg (90-110 % of 200 mg)."),
        ((*["198"] * 9, "220.1"), "Capsule 10 weighs 220.1 mg"),
        (("206",) * 10, None),
        (("206.1",) * 10, "The mean of 206.1 mg is outside 194-206 mg (97-103 % of 200 mg)."),
        (("193.9",) * 10, "The mean of 193.9 mg is outside"),
    ],
)
def test_limits_themselves_pass_and_beyond_them_fail(sample: tuple[str, ...], sentence: str | None) -> None:
    found = weight_test(SHELL, FILL, weights(*sample))
    if sentence is None:
        assert found.passed, found.reasons
    else:
        assert not found.passed
        assert any(sentence in reason for reason in found.reasons)


def test_a_spread_exactly_at_the_limit_passes() -> None:
    # By hand: 192, 200 and 208 mg have s = 8 mg, 4 % of their mean.
    found = weight_test(SHELL, FILL, weights(192, 200, 208))
    assert (found.rsd_percent, found.deviation_mg) == (Decimal("4.000"), Decimal("8.000"))
    assert found.passed


def test_the_limits_that_were_applied_are_reported() -> None:
    # By hand: 90-110 % and 97-103 % of 200 mg.
    found = weight_test(SHELL, FILL, weights(*[200] * 10))
    assert (found.target_mg, found.each_low_mg, found.each_high_mg) == weights(200, 180, 220)
    assert (found.mean_low_mg, found.mean_high_mg) == weights(194, 206)


def test_the_least_spread_above_the_limit_fails() -> None:
    # Two weights 200 +- d have s = d x sqrt(2); five pairs have s^2 = 10 d^2 / 9. RSD 4 % of 200 is 8 mg:
    # d^2 = 9 x 64 / 10 = 57.6, so d = 7.589466... lies on the limit.
    below = [Decimal("200") + sign * Decimal("7.5894") for sign in (1, -1) for _ in range(5)]
    above = [Decimal("200") + sign * Decimal("7.5895") for sign in (1, -1) for _ in range(5)]
    relaxed = WeightPolicy(acceptance_most=Decimal(50))
    assert weight_test(SHELL, FILL, tuple(below), relaxed).passed
    failed = weight_test(SHELL, FILL, tuple(above), relaxed)
    assert failed.reasons == ("The spread (RSD) of 4.000 % is above 4 %.",)


def test_an_acceptance_value_above_15_fails() -> None:
    # By hand: five pairs 200 +- 13 mg, s = 13 x sqrt(10 / 9) = 13.703 mg = 6.852 % of 200, AV = 2.4 x 6.852 = 16.444.
    found = weight_test(SHELL, FILL, weights(*[213] * 5, *[187] * 5))
    assert found.acceptance_value == Decimal("16.444")
    assert "The acceptance value of 16.444 is above 15.0." in found.reasons


def test_the_acceptance_value_counts_the_distance_from_98_5_and_101_5() -> None:
    # By hand: no spread, mean 103 % -> 1.5; mean 97 % -> 1.5.
    assert weight_test(SHELL, FILL, weights(*[206] * 10)).acceptance_value == Decimal("1.500")
    assert weight_test(SHELL, FILL, weights(*[194] * 10)).acceptance_value == Decimal("1.500")


def test_a_pass_still_says_that_a_missing_drug_cannot_be_seen() -> None:
    assert "cannot see a missing drug" in weight_test(SHELL, FILL, weights(*[200] * 10)).caution


@pytest.mark.parametrize(
    ("capsules", "sample"), [(2, 2), (20, 2), (30, 2), (41, 3), (100, 5), (200, 10), (201, 10), (5000, 10)]
)
def test_the_sample_is_ten_or_five_per_cent_whichever_is_fewer(capsules: int, sample: int) -> None:
    assert sample_size(capsules) == sample


@pytest.mark.parametrize(
    ("shell", "fill", "sample", "capsules", "field", "sentence"),
    [
        ("48", "152", ("200",), None, "weights_mg", "at least 2"),
        ("48", "152", ("200",) * 4, 100, "weights_mg", "a batch of 100 capsules needs a sample of at least 5"),
        ("48", "152", ("200",) * 4, 3, "weights_mg", "more than the 3 capsules"),
        ("48", "152", ("200", "0"), None, "weights_mg", "Capsule 2 cannot weigh 0 mg"),
        ("48", "152", ("200", "-200"), None, "weights_mg", "must be above 0 mg"),
        ("0", "152", ("200",) * 10, None, "shell_mg", "must be above 0 mg"),
        ("48", "0", ("200",) * 10, None, "fill_mg", "must be above 0 mg"),
        ("48", "152", ("200",), 1, "capsules", "at least 2"),
    ],
)
def test_an_impossible_test_is_refused(
    shell: str, fill: str, sample: tuple[str, ...], capsules: int | None, field: str, sentence: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        weight_test(Decimal(shell), Decimal(fill), weights(*sample), capsules=capsules)
    assert sentence in str(refusal.value)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shell_mg": None}, "shell_mg"),
        ({"fill_mg": "152,0"}, "fill_mg"),
        ({"weights_mg": "200"}, "weights_mg"),
        ({"weights_mg": ["200", "heavy"]}, "weights_mg[1]"),
        ({"weights_mg": ["200"] * 1001}, "weights_mg"),
        ({"capsules": 0}, "capsules"),
        ({"weight_mg": ["200"]}, ""),
    ],
)
def test_a_document_that_cannot_be_read_names_the_path(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputUnusable) as refusal:
        quality.from_document({"shell_mg": "48", "fill_mg": "152", "weights_mg": ["200"] * 10} | changes)
    assert refusal.value.field == field

"""Whether a strip for the container may say that the capsules are taken at bedtime."""

import pytest

from pharmacy.domain.sig_terms import is_at_bedtime_alone


@pytest.mark.parametrize(
    "text",
    [
        "Take 1 capsule at bedtime",
        "Take 2 capsules every other day at bedtime with food",
        "Take 1 capsule at bedtime on days 8 to 14",
        "Take 1 capsule at bedtime for 14 days, then take 2 capsules at bedtime",
    ],
)
def test_directions_of_bedtime_alone_are_told_so(text: str) -> None:
    assert is_at_bedtime_alone(text)


@pytest.mark.parametrize(
    "text",
    [
        "Take 1 capsule in the morning",
        "Take 1 capsule in the morning and at bedtime",
        "Take 1 capsule in the morning for 14 days, then take 1 capsule at bedtime",
        "Take 1 capsule by mouth at bedtime as your doctor told you",
        "",
    ],
)
def test_directions_that_name_another_time_or_cannot_be_read_are_not(text: str) -> None:
    assert not is_at_bedtime_alone(text)

"""A printer and a scanner pass by what was measured and scanned; every failure says what to do."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pharmacy.domain.printer_check import Expected, Found, faults

PAGE = Expected("Test page 12", 90, 30, "TP7Q2M5W", "MTR1:P7Q2M5WX3C", by_server=False)
GOOD = Found(Decimal(90), Decimal(30), ("MTR1:P7Q2M5WX3C", "TP7Q2M5W"))


@pytest.mark.parametrize("codes", [("MTR1:P7Q2M5WX3C", "TP7Q2M5W"), (" TP7Q2M5W ", "MTR1:P7Q2M5WX3C\n")])
def test_right_lengths_and_both_codes_in_any_order_pass(codes: tuple[str, ...]) -> None:
    assert faults(PAGE, replace(GOOD, scanned=codes)) == ()


# A hundredth of 90 mm is 0.9 mm; of 30 mm it would be 0.3, less than a rule shows, so there it is half a millimetre.
@pytest.mark.parametrize(("across", "down"), [("90.9", "30"), ("89.1", "30"), ("90", "30.5"), ("90", "29.5")])
def test_a_ruler_may_be_off_by_a_hundredth_or_half_a_millimetre(across: str, down: str) -> None:
    assert faults(PAGE, replace(GOOD, across_mm=Decimal(across), down_mm=Decimal(down))) == ()


@pytest.mark.parametrize(
    ("across", "down", "by_server", "said"),
    [
        (
            "86.4",
            "30",
            False,
            "across is 86.4 mm long and should be 90 mm (96.0 %): the page is scaled; choose “Actual",
        ),
        ("91.0", "30", False, "across is 91 mm long"),
        ("60.9", "30", True, "other dots than dpi= of its setting says"),
        ("90", "29.0", True, "the paper slips or stretches; clean the roller"),
    ],
)
def test_a_ruler_that_is_off_says_how_much_and_what_to_do(across: str, down: str, by_server: bool, said: str) -> None:
    page = replace(PAGE, by_server=by_server)
    [fault] = faults(page, replace(GOOD, across_mm=Decimal(across), down_mm=Decimal(down)))
    assert said in fault
    assert fault.endswith("Then print another test page.")


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (("TP7Q2M5W", ""), ["The square was not scanned"]),
        (("TP7Q2M5W", "TP7Q2M5W"), ["The square was not scanned"]),
        (("", "MTR1:P7Q2M5WX3C"), ["The bars were not scanned"]),
        (("", ""), ["The bars were not scanned", "The square was not scanned"]),
        (("TP7Q2M5W", "MTR1:ANOTHER111"), ["“MTR1:ANOTHER111” is no code of test page 12"]),
        (("tp7q2m5w", "MTR1:P7Q2M5WX3C"), ["typed “tp7q2m5w” for “TP7Q2M5W”"]),
        (("TP7Q2M5W", "MTR1>P7Q2M5WX3C"), ["typed “MTR1>P7Q2M5WX3C” for “MTR1:P7Q2M5WX3C”"]),
    ],
)
def test_a_code_that_is_missing_strange_or_garbled_is_said_with_what_to_do(
    codes: tuple[str, ...], said: list[str]
) -> None:
    found = faults(PAGE, replace(GOOD, scanned=codes))
    assert [part in fault for part, fault in zip(said, found, strict=True)] == [True] * len(said)

"""The label on a balance or a machine: its number large, until when its check holds, and both codes, on little room."""

from dataclasses import replace

import pytest

from labels.barcodes import Barcode
from labels.content import EQUIPMENT_EXAMPLE
from labels.errors import LabelRefused
from labels.papers import PAPERS
from labels.printing import lay_out, render
from labels.read_back import agrees, read_back
from labels.stock import STOCKS
from tests.labels.geometry import collisions, outside

LABELS = {
    "balance": EQUIPMENT_EXAMPLE,
    "machine": replace(EQUIPMENT_EXAMPLE, equipment_number="E014", name="Filler 100", check="Cleaning due", mark=""),
    "out of service": replace(EQUIPMENT_EXAMPLE, standing="OUT OF SERVICE", mark="DEMO - Reprint 12"),
    "never calibrated": replace(
        EQUIPMENT_EXAMPLE, standing="DO NOT USE", check="Calibration", due="none on record", mark=""
    ),
    "many": replace(EQUIPMENT_EXAMPLE, equipment_number="E999999", standing="OUT OF SERVICE"),
    "long names": replace(
        EQUIPMENT_EXAMPLE,
        pharmacy_name="The Old Harbor Street Compounding Pharmacy of Portland",
        name="Example Scales and Instruments analytical balance AX-220 with draught shield",
    ),
}


@pytest.mark.parametrize("stock", PAPERS["equipment"].stocks)
@pytest.mark.parametrize("name", LABELS)
def test_every_field_and_both_codes_read_back_and_nothing_stands_upon_anything_else(name: str, stock: str) -> None:
    printed = render(LABELS[name], stock=stock)
    assert agrees(LABELS[name], printed.pdf, printed, dpi=STOCKS[stock].dpi) == ()
    (sheet,) = lay_out(LABELS[name], stock=stock)
    assert collisions(sheet) == []
    assert outside(sheet, margin=1) == []


@pytest.mark.parametrize("name", LABELS)
def test_the_number_is_the_largest_text_and_the_date_has_seven_points_at_least(name: str) -> None:
    sizes = {text.field: text.size for text in lay_out(LABELS[name])[0].texts}
    assert sizes["equipment_number"] == max(sizes.values())
    assert sizes["due"] >= 7.0
    assert min(sizes.values()) >= 5.5


def test_what_may_not_be_used_says_so_white_on_black() -> None:
    def white(name: str) -> list[str]:
        return [text.string for text in lay_out(LABELS[name])[0].texts if text.white and text.field != "mark"]

    assert white("balance") == []
    assert white("out of service") == ["OUT OF SERVICE"]
    assert white("never calibrated") == ["DO NOT USE"]


def test_the_codes_hold_the_number_and_the_token() -> None:
    assert set(read_back(render(EQUIPMENT_EXAMPLE).pdf).barcodes) == {
        Barcode("code128", "E001"),
        Barcode("datamatrix", EQUIPMENT_EXAMPLE.token),
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "analytical balance with draught shield " * 6),
        ("equipment_number", "E000001-THE-ONE-AT-THE-WINDOW"),
        ("standing", "OUT OF SERVICE UNTIL THE MAKER HAS SEEN IT"),
        ("due", "日"),
        ("check", " "),
    ],
)
def test_it_refuses_what_does_not_fit_or_print(field: str, value: str) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(replace(EQUIPMENT_EXAMPLE, **{field: value}))
    assert refusal.value.field == field

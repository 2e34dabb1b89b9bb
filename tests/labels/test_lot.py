"""The label of a received lot: its status first, one for each container, and both codes."""

from dataclasses import replace

import pytest

from labels.barcodes import Barcode
from labels.content import LOT_EXAMPLE
from labels.errors import LabelRefused
from labels.papers import PAPERS
from labels.printing import lay_out, render
from labels.read_back import agrees, read_back
from labels.stock import STOCKS
from tests.labels.geometry import collisions, outside

LABELS = {
    "quarantine": LOT_EXAMPLE,
    "released": replace(LOT_EXAMPLE, status="RELEASED", mark="", of_several=()),
    "rejected": replace(LOT_EXAMPLE, status="REJECTED - DO NOT USE", mark="DEMO - Reprint 2"),
    "no certificate": replace(LOT_EXAMPLE, certificate="", of_several=()),
    "long names": replace(
        LOT_EXAMPLE,
        ingredient="Silicified microcrystalline cellulose, low moisture, particle size 50 micrometres, NF",
        supplier="The Great Northern Fine Chemicals and Excipients Company of Portland",
        maker_lot="NX-2611-04-REPACKED-1234567890",
    ),
    "long certificate": replace(
        LOT_EXAMPLE,
        certificate="Assay 99.4 % anhydrous, water 8.7 %, residual solvents 0.41 %, certificate COA 77120 / 2026-11",
    ),
}


@pytest.mark.parametrize("stock", PAPERS["lot"].stocks)
@pytest.mark.parametrize("name", LABELS)
def test_every_field_and_both_codes_read_back_and_nothing_stands_upon_anything_else(name: str, stock: str) -> None:
    printed = render(LABELS[name], stock=stock)
    assert agrees(LABELS[name], printed.pdf, printed, dpi=STOCKS[stock].dpi) == ()
    for sheet in lay_out(LABELS[name], stock=stock):
        assert collisions(sheet) == []
        assert outside(sheet, margin=1) == []


@pytest.mark.parametrize("name", LABELS)
def test_the_status_is_the_largest_text_and_nothing_is_under_six_points(name: str) -> None:
    for sheet in lay_out(LABELS[name]):
        sizes = {text.field: text.size for text in sheet.texts}
        assert sizes["status"] == max(sizes.values())
        assert min(sizes.values()) >= 6.0
        assert sizes["ingredient"] >= 10.0
        assert sizes["lot_number"] >= 9.0


def test_each_container_has_a_label_of_its_own_with_both_codes() -> None:
    label = replace(LOT_EXAMPLE, of_several=tuple(f"Container {place} of 3" for place in (1, 2, 3)))
    printed = render(label)
    assert printed.pages == 3
    for place, sheet in enumerate(lay_out(label), start=1):
        told = [text.string for text in sheet.texts if text.field == "of_several"]
        assert told == [f"Container {place} of 3"]
        assert {code.payload for code in sheet.barcodes} == {"L000123", LOT_EXAMPLE.token}


def test_the_codes_hold_our_lot_number_and_the_token_and_not_the_makers_lot() -> None:
    assert set(read_back(render(LOT_EXAMPLE).pdf).barcodes) == {
        Barcode("code128", "L000123"),
        Barcode("datamatrix", LOT_EXAMPLE.token),
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ingredient", "Microcrystalline cellulose, very fine, " * 8),
        ("supplier", "Fine Chemicals of the Great North " * 12),
        ("status", "QUARANTINE UNTIL RELEASED BY A PHARMACIST"),
        ("lot_number", "L000123-FOR-THE-SHELF-BELOW-THE-WINDOW"),
        ("maker_lot", "批"),
        ("expires", " "),
        ("of_several", ("Container 1 of 2", " ")),
    ],
)
def test_it_refuses_what_does_not_fit_or_print(field: str, value: object) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(replace(LOT_EXAMPLE, **{field: value}))  # type: ignore[arg-type]
    assert refusal.value.field == field

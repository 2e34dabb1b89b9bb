"""The label of a trituration: its status first, that nothing of it is dispensed, and both codes."""

from dataclasses import replace

import pytest

from labels.barcodes import Barcode
from labels.content import NOT_FOR_DISPENSING, TRITURATION_EXAMPLE
from labels.errors import LabelRefused
from labels.papers import PAPERS
from labels.printing import lay_out, render
from labels.read_back import agrees, read_back
from labels.stock import STOCKS
from tests.labels.geometry import collisions, outside

LABELS = {
    "quarantine": TRITURATION_EXAMPLE,
    "released": replace(TRITURATION_EXAMPLE, status="RELEASED", mark=""),
    "recalled": replace(TRITURATION_EXAMPLE, status="RECALLED - DO NOT USE", mark="DEMO - Reprint 2"),
    "long names": replace(
        TRITURATION_EXAMPLE,
        active="naltrexone hydrochloride dihydrate in silicified microcrystalline cellulose, low moisture",
        pharmacy_name="The Old Harbor Street Compounding Pharmacy and Apothecary of Portland",
    ),
    "read by two": replace(TRITURATION_EXAMPLE, made_by="TTMMWW, read by WWMMTT, MMWWTT"),
    "much": replace(TRITURATION_EXAMPLE, parents=("L000123, 1220.000 mg", "L000131, 60170.000 mg")),
}


@pytest.mark.parametrize("stock", PAPERS["trituration"].stocks)
@pytest.mark.parametrize("name", LABELS)
def test_every_field_and_both_codes_read_back_and_nothing_stands_upon_anything_else(name: str, stock: str) -> None:
    printed = render(LABELS[name], stock=stock)
    assert agrees(LABELS[name], printed.pdf, printed, dpi=STOCKS[stock].dpi) == ()
    sheet = lay_out(LABELS[name], stock=stock)[0]
    assert collisions(sheet) == []
    assert outside(sheet, margin=1) == []


@pytest.mark.parametrize("name", LABELS)
def test_the_status_is_the_largest_text_and_what_it_is_the_largest_of_the_body(name: str) -> None:
    sizes = {text.field: text.size for text in lay_out(LABELS[name])[0].texts}
    assert sizes["status"] == max(sizes.values())
    body = {field: size for field, size in sizes.items() if field not in ("status", "lot_number")}
    assert body["kind"] == max(body.values())


def test_it_says_that_it_is_not_dispensed_and_holds_the_lot_number_and_the_token() -> None:
    read = read_back(render(TRITURATION_EXAMPLE).pdf)
    assert "TRITURATION - not for dispensing" in " ".join(read.text.split())
    assert NOT_FOR_DISPENSING == "TRITURATION - not for dispensing"
    assert set(read.barcodes) == {Barcode("code128", "T000007"), Barcode("datamatrix", TRITURATION_EXAMPLE.token)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("active", "naltrexone hydrochloride in microcrystalline cellulose, " * 6),
        ("parents", ("L000123, 122.000 mg" + " and more" * 40, "L000131, 170.000 mg")),
        ("status", "QUARANTINE UNTIL RELEASED BY A PHARMACIST"),
        ("lot_number", "T000007-FOR-THE-SHELF-BELOW-THE-WINDOW"),
        ("strength", "\u5f20"),
        ("made_by", " "),
    ],
)
def test_it_refuses_what_does_not_fit_or_print(field: str, value: object) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(replace(TRITURATION_EXAMPLE, **{field: value}))  # type: ignore[arg-type]
    assert refusal.value.field == field

"""The cover of a paper record: one page of Letter or A4 that says which batch, how it ended, and what is enclosed."""

from dataclasses import replace

import pytest

from labels.barcodes import Barcode
from labels.content import COVER_EXAMPLE
from labels.errors import LabelRefused
from labels.papers import PAPERS
from labels.printing import lay_out, render
from labels.read_back import agrees, read_back
from labels.stock import STOCKS
from tests.labels.geometry import collisions, outside

LOT = "L000123 Naltrexone hydrochloride, The Great Northern Fine Chemicals Company NX-2611-04, expires 30 Jun 2028"
COVERS = {
    "released": COVER_EXAMPLE,
    "quarantine": replace(COVER_EXAMPLE, status="QUARANTINE", released_by="nobody yet", mark=""),
    "recalled": replace(COVER_EXAMPLE, status="RECALLED - DO NOT USE", mark="DEMO - Reprint 2"),
    "many lots": replace(COVER_EXAMPLE, lots=(f"{LOT}: 510.731 mg",) * 9, enclosed=(f"Certificate of {LOT}",) * 16),
}


@pytest.mark.parametrize("stock", PAPERS["cover"].stocks)
@pytest.mark.parametrize("name", COVERS)
def test_every_field_and_both_codes_read_back_and_nothing_stands_upon_anything_else(name: str, stock: str) -> None:
    printed = render(COVERS[name], stock=stock)
    assert printed.pages == 1
    assert agrees(COVERS[name], printed.pdf, printed, dpi=STOCKS[stock].dpi) == ()
    (sheet,) = lay_out(COVERS[name], stock=stock)
    assert collisions(sheet) == []
    assert outside(sheet, margin=18) == []  # a quarter of an inch, which most office printers leave blank


@pytest.mark.parametrize("name", COVERS)
def test_the_status_is_the_largest_text_and_nothing_is_under_eight_points(name: str) -> None:
    texts = [text for text in lay_out(COVERS[name])[0].texts if text.field != "mark"]
    (status,) = (text.size for text in texts if text.field == "status")
    assert status == max(text.size for text in texts)
    assert min(text.size for text in texts) >= 8.0


def test_every_enclosed_paper_has_a_box_to_be_ticked() -> None:
    def rules(enclosed: int) -> int:
        papers = tuple(f"Certificate {number}" for number in range(enclosed))
        return len(lay_out(replace(COVER_EXAMPLE, enclosed=papers))[0].boxes)

    assert [rules(number) - rules(0) for number in (1, 2, 7)] == [4, 8, 28]


def test_the_codes_hold_the_batch_number_and_the_token() -> None:
    assert set(read_back(render(COVER_EXAMPLE).pdf).barcodes) == {
        Barcode("code128", "B261124-01"),
        Barcode("datamatrix", COVER_EXAMPLE.token),
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lots", (LOT,) * 60),
        ("enclosed", ("Certificate of analysis",) * 60),
        ("status", "QUARANTINE UNTIL IT IS RELEASED BY A PHARMACIST"),
        ("batch_number", "B261124-01-FOR-THE-SHELF-AT-THE-WINDOW"),
        ("made_by", "张"),
        ("released_by", " "),
    ],
)
def test_it_refuses_what_does_not_fit_or_print(field: str, value: object) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(replace(COVER_EXAMPLE, **{field: value}))  # type: ignore[arg-type]
    assert refusal.value.field == field

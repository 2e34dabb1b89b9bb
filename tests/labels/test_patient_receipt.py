"""The receipt: every line of the price, the total, when it was paid, and the price list, each whole."""

from dataclasses import replace

import pytest

from labels.content import RECEIPT_EXAMPLE
from labels.errors import LabelRefused
from labels.papers import PAPERS
from labels.printing import lay_out, render
from labels.sheet import Sheet

STOCKS = PAPERS["receipt"].stocks
LONG = replace(RECEIPT_EXAMPLE, lines=tuple((f"container, bottle {n}", f"${n}.95") for n in range(1, 60)))


def cells(sheets: tuple[Sheet, ...], field: str) -> list[str]:
    return [text.string for sheet in sheets for text in sheet.texts if text.field == field]


@pytest.mark.parametrize("stock", STOCKS)
@pytest.mark.parametrize("label", [RECEIPT_EXAMPLE, LONG], ids=["usual", "long"])
def test_every_line_stands_once_in_its_order_with_its_amount_on_the_same_line(label: object, stock: str) -> None:
    assert isinstance(label, type(RECEIPT_EXAMPLE))
    sheets = lay_out(label, stock=stock)
    assert cells(sheets, "lines") == [part for line in label.lines for part in line]
    at = [(number, text) for number, sheet in enumerate(sheets) for text in sheet.texts if text.field == "lines"]
    for (page, name), (other, amount) in zip(at[::2], at[1::2], strict=True):
        assert (page, name.baseline) == (other, amount.baseline)
        assert amount.box[2] == pytest.approx(at[1][1].box[2])  # all amounts end at one edge


def test_the_total_and_the_day_it_was_paid_stand_together() -> None:
    for stock in STOCKS:
        for label in (RECEIPT_EXAMPLE, LONG):
            with_total = [sheet for sheet in lay_out(label, stock=stock) if cells((sheet,), "total")]
            assert [cells((sheet,), "paid") for sheet in with_total] == [["24 Nov 2026"]]


def test_without_a_date_there_is_a_line_to_write_it_on() -> None:
    paid = len(lay_out(RECEIPT_EXAMPLE)[0].boxes)
    (sheet,) = lay_out(replace(RECEIPT_EXAMPLE, paid=""))
    assert len(sheet.boxes) == paid + 1
    assert not cells((sheet,), "paid")
    assert "Paid on" in [text.string for text in sheet.texts]


def test_the_price_list_is_never_parted_by_the_end_of_a_page() -> None:
    for stock in STOCKS:
        for label in (RECEIPT_EXAMPLE, LONG):
            pages = {n for n, sheet in enumerate(lay_out(label, stock=stock)) if cells((sheet,), "prices")}
            assert len(pages) == 1


def test_what_is_read_is_twelve_points_on_paper_and_nine_on_a_label() -> None:
    for stock, least in (("letter", 12), ("a4", 12), ("bag-4x6", 9)):
        for sheet in lay_out(RECEIPT_EXAMPLE, stock=stock):
            assert all(
                t.size >= least for t in sheet.texts if t.string.split()[0] not in ("Rx", "Page", "DEMONSTRATION")
            )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"lines": (("x" * 90, "$6.89"),)}, "lines"),
        ({"total": "$" + "9" * 60}, "total"),
        ({"prices": (("4.5 mg", "$40.00"),)}, "prices"),
        ({"prices": (("4.5 mg", "$40.00" * 9, "$75.50"),)}, "prices"),
        ({"prices": RECEIPT_EXAMPLE.prices * 30}, "prices"),
        ({"patient": " "}, "patient"),
        ({"contents": "30 × 4.5 mg\u202e"}, "contents"),
    ],
)
def test_a_receipt_refuses_what_does_not_fit_or_does_not_agree(changed: dict[str, object], field: str) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(replace(RECEIPT_EXAMPLE, **changed), stock="bag-4x6")  # type: ignore[arg-type]
    assert refusal.value.field == field

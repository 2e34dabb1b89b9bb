"""The label of a batch: its status first, and both codes large."""

from dataclasses import replace

import pytest

from labels.barcodes import Barcode
from labels.content import BATCH_EXAMPLE, BatchLabel
from labels.errors import LabelRefused
from labels.papers import PAPERS
from labels.printing import lay_out, render
from labels.read_back import agrees, read_back
from labels.stock import STOCKS
from tests.labels.geometry import collisions, outside

LABELS = {
    "quarantine": BATCH_EXAMPLE,
    "released": replace(BATCH_EXAMPLE, status="RELEASED", mark=""),
    "rejected": replace(BATCH_EXAMPLE, status="REJECTED, DO NOT USE"),
    "long formula": replace(
        BATCH_EXAMPLE, formula="naltrexone hydrochloride in microcrystalline cellulose with riboflavin tracer"
    ),
    "long storage": replace(BATCH_EXAMPLE, storage="Store at 20 to 25 °C, dry and away from light. " * 6),
    "long number": replace(BATCH_EXAMPLE, batch_number="B261124-01-PART-2"),
}


@pytest.mark.parametrize("stock", PAPERS["batch"].stocks)
@pytest.mark.parametrize("name", LABELS)
def test_every_field_and_both_codes_of_a_batch_read_back(name: str, stock: str) -> None:
    printed = render(LABELS[name], stock=stock)
    assert agrees(LABELS[name], printed.pdf, printed, dpi=STOCKS[stock].dpi) == ()


@pytest.mark.parametrize("name", LABELS)
def test_the_status_is_the_largest_text(name: str) -> None:
    texts = lay_out(LABELS[name])[0].texts
    (status,) = (text for text in texts if text.field == "status")
    assert status.size > max(text.size for text in texts if text.field != "status")


def test_quarantine_is_white_on_black_and_released_black_on_white() -> None:
    def white(label: BatchLabel) -> bool:
        return next(text.white for text in lay_out(label)[0].texts if text.field == "status")

    assert white(BATCH_EXAMPLE)
    assert white(replace(BATCH_EXAMPLE, status="REJECTED"))
    assert not white(replace(BATCH_EXAMPLE, status="Released"))


@pytest.mark.parametrize("stock", PAPERS["batch"].stocks)
@pytest.mark.parametrize("name", LABELS)
def test_nothing_on_a_batch_label_stands_upon_anything_else(name: str, stock: str) -> None:
    sheet = lay_out(LABELS[name], stock=stock)[0]
    assert collisions(sheet) == []
    assert outside(sheet, margin=1) == []


def test_the_codes_hold_the_batch_number_and_the_token() -> None:
    assert set(read_back(render(BATCH_EXAMPLE).pdf).barcodes) == {
        Barcode("code128", BATCH_EXAMPLE.batch_number),
        Barcode("datamatrix", BATCH_EXAMPLE.token),
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("formula", "naltrexone hydrochloride in microcrystalline cellulose, " * 6),
        ("storage", "Store at 20 to 25 °C, dry and away from light. " * 11),
        ("status", "QUARANTINE UNTIL RELEASED BY A PHARMACIST"),
        ("batch_number", "B261124-01-FOR-THE-SHELF-BELOW"),
        ("formula", "张"),
        ("formula", " "),
    ],
)
def test_a_batch_label_refuses_what_does_not_fit_or_print(field: str, value: str) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(replace(BATCH_EXAMPLE, **{field: value}))
    assert refusal.value.field == field

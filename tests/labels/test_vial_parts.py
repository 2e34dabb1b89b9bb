"""The vial label in two parts: first what the patient does, then the rest, and neither can be taken for another's."""

from dataclasses import replace

import pytest

from labels.barcodes import Barcode
from labels.content import EXAMPLE, VialLabel
from labels.errors import LabelRefused
from labels.papers import PAPERS
from labels.printing import lay_out, print_sheets, render, render_all
from labels.read_back import agrees, plain, read_parts
from labels.stock import STOCKS
from tests.labels.geometry import collisions, outside
from tests.labels.test_vial import TITRATION

TWO_PARTS = [name for name in PAPERS["vial"].stocks if STOCKS[name].parts == 2]
SMALL, LARGE = "vial-2.25x1.25", "vial-4x2-two-part"

SMALL_LABELS = {
    "example": EXAMPLE,
    "demonstration": replace(EXAMPLE, mark="DEMONSTRATION"),
    "second refill": replace(EXAMPLE, mark="Reprint 12", fill="11", refills="none"),
    "without purpose": replace(EXAMPLE, purpose="", warnings=()),
    "Vietnamese": replace(EXAMPLE, patient="Nguyễn Thị Ánh Ngọc"),
    "larger code": replace(EXAMPLE, token="MTR1:K7Q2M5WX3CK7Q2M5"),
}
LARGE_LABELS = SMALL_LABELS | {
    "titration": replace(EXAMPLE, directions=TITRATION, patient="Maria Guadalupe Fernández de la Cruz-Montgomery"),
    "bottle": replace(EXAMPLE, directions="Take 1 capsule at bedtime on days 8 to 14", bottle="Bottle 2 of 3"),
    "long code": replace(EXAMPLE, token="MTR1:" + "K7Q2M5WX3C" * 3),
}
CASES = [
    *(pytest.param(label, SMALL, id=f"small {name}") for name, label in SMALL_LABELS.items()),
    *(pytest.param(label, LARGE, id=f"large {name}") for name, label in LARGE_LABELS.items()),
    *(pytest.param(EXAMPLE, stock, id=stock) for stock in TWO_PARTS if stock not in (SMALL, LARGE)),
]


@pytest.mark.parametrize(("label", "stock"), CASES)
def test_every_field_stands_on_one_part_and_both_say_whose_they_are(label: VialLabel, stock: str) -> None:
    printed = render(label, stock=stock)
    assert printed.pages == 2
    assert agrees(label, printed.pdf, printed, dpi=STOCKS[stock].dpi) == ()
    for number, part in enumerate(read_parts(printed.pdf, dpi=STOCKS[stock].dpi), start=1):
        said = plain(part.text)
        assert f"part{number}of2" in said
        for text in (label.rx_number, label.patient, label.mark):
            assert plain(text) in said
        assert Barcode("datamatrix", label.token) in part.barcodes


@pytest.mark.parametrize(("label", "stock"), CASES)
def test_nothing_meets_on_either_part_and_all_stays_on_the_label(label: VialLabel, stock: str) -> None:
    for sheet in lay_out(label, stock=stock):
        assert collisions(sheet) == []
        assert outside(sheet, margin=2) == []


@pytest.mark.parametrize(("label", "stock"), CASES)
def test_the_first_part_holds_the_patients_four_in_order_at_twelve_points_on_half_of_it(
    label: VialLabel, stock: str
) -> None:
    sheet = lay_out(label, stock=stock)[0]
    left, top, right, foot = sheet.zones["patient"]
    (code,) = sheet.masks
    assert (right - left) * (foot - top) - code.width * code.height >= 0.5 * sheet.stock.width * sheet.stock.height
    inside = [text for text in sheet.texts if text.baseline < foot]
    assert all(text.size >= 12 for text in inside)
    fields = ("patient", "drug", "directions", "purpose", "bottle")
    assert list(dict.fromkeys(text.field for text in inside)) == [f for f in fields if getattr(label, f)]


@pytest.mark.parametrize("stock", TWO_PARTS)
def test_nothing_is_under_five_and_a_half_points(stock: str) -> None:
    assert min(text.size for sheet in lay_out(EXAMPLE, stock=stock) for text in sheet.texts) >= 5.5


def test_the_use_by_date_goes_to_the_second_part_when_the_first_is_full() -> None:
    full = replace(EXAMPLE, patient="Maria Guadalupe Fernández", warnings=EXAMPLE.warnings[:2])
    for label, part in ((EXAMPLE, 0), (full, 1)):
        sheets = lay_out(label, stock=SMALL)
        assert [any(text.field == "use_by" for text in sheet.texts) for sheet in sheets] == [part == 0, part == 1]


def test_the_bars_of_the_prescription_stand_where_they_can_stand_upright() -> None:
    # 132 modules of two dots are 33 mm at 203 dpi: more than 31.75, and less than 50.8.
    assert {mask.modules.barcode.kind for sheet in lay_out(EXAMPLE, stock=SMALL) for mask in sheet.masks} == {
        "datamatrix"
    }
    kinds = [mask.modules.barcode.kind for mask in lay_out(EXAMPLE, stock=LARGE)[1].masks]
    assert sorted(kinds) == ["code128", "datamatrix"]


@pytest.mark.parametrize(
    ("stock", "field", "value", "said"),
    [
        (SMALL, "directions", TITRATION, "more than the label holds; shorten it or take a larger label"),
        (SMALL, "patient", "Maria Guadalupe Fernández de la Cruz y Montgomery", "more than the label holds"),
        (SMALL, "inactive", "microcrystalline cellulose, hypromellose, " * 6, "longest part"),
        (SMALL, "patient", "Wolfeschlegelsteinhausen", "is wider than the label at 12 pt"),
        (SMALL, "rx_number", "7000017" * 2, "no room for the words that count the parts"),
        (SMALL, "mark", "REPRINT NUMBER TWELVE", "longer than the room"),
        (LARGE, "directions", TITRATION * 4, "more than the label holds"),
        (SMALL, "storage", "Store at 20 to 25 °C. " * 20, "longest part"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(stock: str, field: str, value: str, said: str) -> None:
    with pytest.raises(LabelRefused, match=said) as refusal:
        render(replace(EXAMPLE, **{field: value}), stock=stock)
    assert refusal.value.field == field


def test_too_long_for_one_label_is_offered_two_parts_which_hold_it() -> None:
    label = replace(EXAMPLE, directions=TITRATION, patient="Maria Guadalupe Fernández de la Cruz-Montgomery")
    with pytest.raises(LabelRefused, match="take a larger label, or one in two parts"):
        render(label)
    printed = render(label, stock=LARGE)
    assert agrees(label, printed.pdf, printed) == ()


def test_the_second_part_of_another_patient_is_found() -> None:
    other = replace(EXAMPLE, patient="Rosa Delgada", rx_number="7000025", token="MTR1:AAAAAAAAAA")
    mine, theirs = (lay_out(label, stock=SMALL) for label in (EXAMPLE, other))
    swapped = print_sheets((mine[0], theirs[1]), none="")
    problems = agrees(EXAMPLE, swapped.pdf, swapped)
    assert "part 2 of 2 does not say the patient's name" in problems
    assert "part 2 of 2 does not say the prescription number" in problems
    assert "the code of part 2 of 2 does not scan" in problems
    assert "a datamatrix scans that should not be there" in problems


def test_a_part_that_is_printed_twice_and_one_that_is_missing_are_found() -> None:
    first, _ = lay_out(EXAMPLE, stock=SMALL)
    twice = print_sheets((first, first), none="")
    assert "part 2 of 2 does not say which part it is" in agrees(EXAMPLE, twice.pdf, twice)
    alone = print_sheets((first,), none="")
    assert "the storage does not read back as it was given" in agrees(EXAMPLE, alone.pdf, alone)


def test_a_stack_of_labels_has_both_parts_of_each_together() -> None:
    second = replace(EXAMPLE, patient="Ana Cruz", rx_number="7000025", token="MTR1:AAAAAAAAAA")
    parts = read_parts(render_all([EXAMPLE, second], stock=SMALL).pdf)
    assert ["Rosa" in part.text for part in parts] == [True, True, False, False]

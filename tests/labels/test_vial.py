"""The vial label: complete, in the order and sizes the law asks for, nothing upon anything else."""

from dataclasses import replace

import pytest

from labels.content import EXAMPLE, VialLabel, texts
from labels.errors import LabelRefused
from labels.fit import composed
from labels.fonts import FILES
from labels.papers import PAPERS
from labels.printing import lay_out, render
from labels.read_back import agrees, plain
from labels.stock import STOCKS, Stock
from tests.labels.geometry import collisions, outside

TITRATION = (
    "Take 1 capsule at bedtime for 14 days, then take 2 capsules at bedtime for 14 days, then take "
    "3 capsules at bedtime"
)

WHOLE = [STOCKS[name] for name in ("vial-4x2", "vial-4x3", "vial-4x2-300dpi")]
"""One label each; the stocks of two parts and the roll have tests of their own."""

LABELS = {
    "example": EXAMPLE,
    "without purpose": replace(EXAMPLE, purpose=""),
    "without warnings": replace(EXAMPLE, warnings=()),
    "reprint": replace(EXAMPLE, mark="Reprint 12", fill="11", refills="none"),
    "demonstration": replace(EXAMPLE, mark="DEMONSTRATION"),
    "titration": replace(EXAMPLE, directions=TITRATION),
    "bottle": replace(EXAMPLE, directions="Take 1 capsule at bedtime on days 8 to 14", bottle="Bottle 2 of 3"),
    "bottle without purpose": replace(
        EXAMPLE, directions="Take 2 capsules in the morning on days 99 to 120", purpose="", bottle="Bottle 10 of 12"
    ),
    "long name": replace(EXAMPLE, patient="Maria Guadalupe Fernández de la Cruz y Montgomery"),
    "long word": replace(EXAMPLE, patient="Wolfeschlegelsteinhausenbergerdorff"),
    "long hyphenated word": replace(EXAMPLE, patient="Featherstonehaughworthington-Cholmondeley-Wolfeschlegelstein"),
    "long prescriber": replace(EXAMPLE, prescriber="Aleksandra Konstantinopolskaya-Whittington, DNP"),
    "long pharmacy": replace(EXAMPLE, pharmacy_name="Northwest Community Compounding & Specialty Pharmacy"),
    "Vietnamese": replace(EXAMPLE, patient="Nguyễn Thị Ánh Ngọc Ễ Ẫ Ỵ"),
    "Cyrillic": replace(EXAMPLE, patient="Александра Константинопольская", prescriber="Ірина Ґалаґан"),
    "Greek": replace(EXAMPLE, patient="Ελένη Παπαδοπούλου"),
    "decomposed accents": replace(EXAMPLE, patient="Jose\u0301 Nun\u0303ez"),
    "markup": replace(EXAMPLE, patient="O'Brien & Sons <b>", prescriber="<img src='http://x/y.png'/> {x} %s"),
    "brackets": replace(EXAMPLE, description="(white) \\ capsule )(", storage="a \\( b"),
    "hyphen at the end of a line": replace(EXAMPLE, description="white - opaque - size 1 - no imprint -"),
}


@pytest.fixture(params=[pytest.param(label, id=name) for name, label in LABELS.items()])
def label(request: pytest.FixtureRequest) -> VialLabel:
    assert isinstance(request.param, VialLabel)
    return request.param


@pytest.mark.parametrize("stock", WHOLE, ids=lambda stock: stock.name)
def test_every_field_and_both_codes_read_back(label: VialLabel, stock: Stock) -> None:
    printed = render(label, stock=stock.name)
    assert agrees(label, printed.pdf, printed, dpi=stock.dpi) == ()


def test_every_field_is_set_whole_in_lines_of_its_own_kind(label: VialLabel) -> None:
    sheet = lay_out(label)[0]
    for field, text in texts(label):
        if field != "token":
            together = plain("".join(piece.string for piece in sheet.texts if piece.field == field))
            assert plain(composed(text)) in together, field


def test_the_patients_part_has_half_of_the_label_at_least(label: VialLabel) -> None:
    for stock in WHOLE:
        left, top, right, foot = lay_out(label, stock=stock.name)[0].zones["patient"]
        assert (right - left) * (foot - top) >= 0.5 * stock.width * stock.height


def test_patient_medicine_directions_and_purpose_stand_in_this_order_alone_in_their_part(
    label: VialLabel,
) -> None:
    sheet = lay_out(label)[0]
    left, top, right, foot = sheet.zones["patient"]
    inside = [text for text in sheet.texts if top < text.baseline < foot and left <= text.x < right]
    order = [text.field for text in inside]
    assert list(dict.fromkeys(order)) == [
        field for field in ("patient", "drug", "directions", "purpose", "bottle") if getattr(label, field)
    ]
    assert [text.baseline for text in inside] == sorted(text.baseline for text in inside)


def test_the_patients_part_is_twelve_points_at_least_and_nothing_is_under_five_and_a_half(
    label: VialLabel,
) -> None:
    for text in lay_out(label)[0].texts:
        least = 12.0 if text.field in {"patient", "drug", "directions", "purpose", "bottle"} else 5.5
        assert text.size >= least


def test_the_example_prints_no_smaller_than_six_points() -> None:
    assert min(text.size for text in lay_out(EXAMPLE)[0].texts) >= 6.0


def test_only_roboto_of_normal_width_is_used(label: VialLabel) -> None:
    assert {FILES[text.font] for text in lay_out(label)[0].texts} <= {"Roboto-Regular.ttf", "Roboto-Bold.ttf"}


def test_nothing_stands_upon_anything_else(label: VialLabel) -> None:
    for stock in WHOLE:
        assert collisions(lay_out(label, stock=stock.name)[0]) == []


def test_everything_stays_inside_the_label_and_codes_keep_their_quiet_zone(label: VialLabel) -> None:
    for stock in WHOLE:
        assert outside(lay_out(label, stock=stock.name)[0], margin=2) == []


@pytest.mark.parametrize("stock", [STOCKS[name] for name in PAPERS["vial"].stocks], ids=lambda stock: stock.name)
def test_codes_are_whole_dots_of_the_stocks_printer(stock: Stock) -> None:
    for sheet in lay_out(EXAMPLE, stock=stock.name):
        for mask in sheet.masks:
            for length in (mask.x, mask.top, mask.module_across, mask.module_down):
                assert length / stock.dot == pytest.approx(round(length / stock.dot), abs=1e-6)


def test_a_label_that_fits_once_fits_again_as_a_reprint(label: VialLabel) -> None:
    plainly = lay_out(replace(label, mark=""))[0]
    marked = lay_out(replace(label, mark="DEMONSTRATION"))[0]
    assert [text for text in marked.texts if text.field != "mark"] == plainly.texts


def test_the_mark_is_white_on_black() -> None:
    sheet = lay_out(replace(EXAMPLE, mark="Reprint 1"))[0]
    (mark,) = (text for text in sheet.texts if text.field == "mark")
    left, top, right, foot = mark.box
    assert mark.white
    assert any(
        box.x < left and box.top < top and box.x + box.width > right and box.top + box.height > foot - 1.3
        for box in sheet.boxes
    )


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("directions", "Take 1 capsule at bedtime and write down how you slept. " * 6, "more than the label"),
        ("patient", "Maria Guadalupe " * 20, "more than the label"),
        ("patient", "Wolfeschlegelsteinhausenbergerdorffsonhousen", "is wider than the label at 12 pt"),
        ("drug", "naltrexonehydrochloridedihydratemonohydrateandmore", "is wider than the label at 12 pt"),
        ("inactive", "microcrystalline cellulose, " * 20, "longest part"),
        ("storage", "Store at 20 to 25 °C. " * 20, "longest part"),
        ("mark", "REPRINT NUMBER TWELVE", "longer than the room"),
        ("initials", "Lindqvist", "longer than initials"),
        ("refills", "as many as the prescriber allows until the year ends", "leaves no room"),
        ("rx_number", "7" * 18, "too long for its bar code"),
        ("rx_number", "700 0017", "U.0020"),
        ("fill", "0" * 60, "at most 40 characters"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(field: str, value: str, said: str) -> None:
    with pytest.raises(LabelRefused, match=said) as refusal:
        render(replace(EXAMPLE, **{field: value}))
    assert refusal.value.field == ("rx_number" if field == "fill" else field)


def test_what_does_not_fit_on_four_by_two_inches_may_fit_on_four_by_three() -> None:
    label = replace(EXAMPLE, directions=TITRATION, patient="Maria Guadalupe Fernández de la Cruz-Montgomery")
    with pytest.raises(LabelRefused, match="larger label"):
        render(label)
    printed = render(label, stock="vial-4x3")
    assert agrees(label, printed.pdf, printed) == ()


def test_an_unknown_stock_is_refused_with_those_there_are() -> None:
    with pytest.raises(LabelRefused, match="vial-4x2, vial-4x3") as refusal:
        render(EXAMPLE, stock="a4")
    assert refusal.value.field == "stock"

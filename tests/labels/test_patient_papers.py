"""The papers that go to the patient: whole, apart from each other, large enough to read, or refused by name."""

from dataclasses import replace

import pytest

from labels.content import (
    AUXILIARY_EXAMPLE,
    BAG_EXAMPLE,
    CALENDAR_EXAMPLE,
    CARD_EXAMPLE,
    LEAFLET_EXAMPLE,
    RECEIPT_EXAMPLE,
    BagLabel,
    CourseCalendar,
    Label,
    texts,
)
from labels.errors import LabelRefused
from labels.fonts import REGULAR
from labels.papers import PAPERS, paper_of
from labels.printing import lay_out, render
from labels.read_back import agrees, plain
from labels.sheet import Sheet
from labels.stock import STOCKS
from tests.labels.geometry import collisions, outside

LONG_NAME = "Maria Guadalupe Fernández de la Cruz-Montgomery y Rodríguez"
LABELS: dict[str, Label] = {
    "bag": BAG_EXAMPLE,
    "bag of a course": replace(
        BAG_EXAMPLE,
        patient=LONG_NAME,
        containers=tuple(f"Rx 7000017, fill {n}, bottle {n + 1} of 4: 28 capsules" for n in range(4)),
        keep="REFRIGERATE. Store at 2 to 8 °C (36 to 46 °F), dry and away from light",
        counsel="OFFER COUNSELLING",
        mark="DEMO - Reprint 2",
    ),
    "auxiliary": AUXILIARY_EXAMPLE,
    "auxiliary of one warning": replace(AUXILIARY_EXAMPLE, warnings=("Keep out of reach of children.",), mark=""),
    "auxiliary of long warnings": replace(
        AUXILIARY_EXAMPLE,
        warnings=("Giữ thuốc ở nơi khô ráo, tránh ánh sáng. Để xa tầm tay trẻ em.", *AUXILIARY_EXAMPLE.warnings[1:]),
        mark="DEMO - Reprint 12",
    ),
    "card": CARD_EXAMPLE,
    "card of long names": replace(
        CARD_EXAMPLE,
        patient=LONG_NAME,
        medicine="I take naltrexone hydrochloride, up to 4.5 mg a day.",
        prescriber="Александра Константинопольская-Wainwright, MD, +1 (503) 555-0177",
        pharmacy="The Compounding Pharmacy of the Three Rivers Valley, (503) 555-0142",
        mark="DEMO - Reprint 3",
    ),
    "calendar": CALENDAR_EXAMPLE,
    "calendar of a year": replace(
        CALENDAR_EXAMPLE,
        patient=LONG_NAME,
        days=tuple((str(day), "Wed 30 Sep", "12 capsules of 0.25 mg") for day in range(1, 366)),
        mark="DEMO - Reprint 3",
    ),
    "calendar without a mark": replace(CALENDAR_EXAMPLE, mark="", patient="Ольга Nguyễn Παπαδοπούλου"),
    "leaflet": LEAFLET_EXAMPLE,
    "leaflet of many pages": replace(
        LEAFLET_EXAMPLE,
        patient=LONG_NAME,
        sections=tuple(
            (f"Heading {n}", *("Swallow it whole with water. " * length for length in (1, 5, 19))) for n in range(12)
        ),
        mark="DEMO - Reprint 3",
    ),
    "receipt": RECEIPT_EXAMPLE,
    "receipt of a long course": replace(
        RECEIPT_EXAMPLE,
        patient=LONG_NAME,
        contents=", ".join(f"28 × {n}.5 mg" for n in range(12)) + " for 336 days",
        lines=tuple((f"container and label, bottle {n}", "$1,000.95") for n in range(1, 53)),
        paid="",
        prices=tuple((f"{n}.5 mg", "$34.50", "$59.00") for n in range(12)),
        mark="DEMO - Reprint 3",
    ),
    "bag of another script": replace(BAG_EXAMPLE, patient="Ольга Nguyễn Παπαδοπούλου", mark=""),
}
LEAST_MARGIN = {"letter": 40.0, "a4": 40.0}
"""Blank paper at the edge that a printer for sheets of paper cannot print on, with some to spare [pt]."""


def on_each_stock() -> list[object]:
    return [
        pytest.param(label, stock, id=f"{name} on {stock}")
        for name, label in LABELS.items()
        for stock in paper_of(label).stocks
    ]


each = pytest.mark.parametrize(("label", "stock"), on_each_stock())


@each
def test_every_field_and_code_reads_back(label: Label, stock: str) -> None:
    printed = render(label, stock=stock)
    assert agrees(label, printed.pdf, printed, dpi=STOCKS[stock].dpi) == ()


@each
def test_nothing_stands_upon_anything_else_or_over_the_edge(label: Label, stock: str) -> None:
    for sheet in lay_out(label, stock=stock):
        assert collisions(sheet) == []
        assert outside(sheet, margin=LEAST_MARGIN.get(stock, 1.0)) == []
        assert (sheet.stock.width, sheet.stock.height) == (STOCKS[stock].width, STOCKS[stock].height)


@pytest.mark.parametrize("name", [name for name, label in LABELS.items() if label.mark])  # type: ignore[attr-defined]
def test_the_mark_stands_white_on_black_on_every_part(name: str) -> None:
    for sheet in lay_out(LABELS[name]):
        (mark,) = [text for text in sheet.texts if text.field == "mark"]
        assert mark.white
        left, top, right, foot = mark.box
        assert any(
            box.x <= left and box.top <= top and right <= box.x + box.width and foot <= box.top + box.height
            for box in sheet.boxes
        )


def least(label: Label, field: str, stock: str = "") -> float:
    """The least size of a field on any part [pt]."""
    return min(text.size for sheet in lay_out(label, stock=stock) for text in sheet.texts if text.field == field)


@pytest.mark.parametrize("kind", ["bag", "calendar", "card", "leaflet", "receipt"])
@pytest.mark.parametrize(
    ("value", "said"), [(" ", "is empty"), ("张 Wei", "cannot print 张"), ("A\u202eB", "direction")]
)
def test_an_empty_name_or_a_character_that_cannot_be_printed_is_refused(kind: str, value: str, said: str) -> None:
    with pytest.raises(LabelRefused, match=said) as refusal:
        render(replace(PAPERS[kind].example, patient=value))  # type: ignore[arg-type]
    assert refusal.value.field == "patient"


@pytest.mark.parametrize("kind", ["auxiliary", "bag", "calendar", "card", "leaflet", "receipt"])
def test_no_paper_is_made_for_a_stock_that_is_not_its_own(kind: str) -> None:
    with pytest.raises(LabelRefused, match="there is no label stock 'roll-62mm'; there are") as no:
        render(PAPERS[kind].example, stock="roll-62mm")
    assert no.value.field == "stock"


# The bag


def test_the_bag_says_whose_it_is_in_its_largest_text_or_what_the_pharmacist_does() -> None:
    sizes = {text.field: text.size for text in lay_out(BAG_EXAMPLE)[0].texts}
    assert sizes["patient"] > max(size for field, size in sizes.items() if field not in ("patient", "counsel"))
    assert least(LABELS["bag of a course"], "patient") >= 13
    assert least(LABELS["bag of a course"], "containers") >= 8


def test_the_bag_has_no_field_for_medicine_directions_or_purpose() -> None:
    assert not {"drug", "directions", "purpose", "strength", "prescriber"} & set(BagLabel.__dataclass_fields__)
    assert not any("naltrexone" in text for _, text in texts(BAG_EXAMPLE))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"patient": "Maria " * 95}, "patient"),
        ({"patient": "x" * 60}, "patient"),
        ({"containers": ("Rx 7000017, fill 0: 30 capsules",) * 30}, "containers"),
        (
            {"keep": "Store at 20 to 25 °C, dry and away from light. " * 12, "containers": ("Rx 7000017, fill 0",) * 9},
            "keep",
        ),
        ({"counsel": "COUNSEL THE PATIENT ABOUT ALL OF IT"}, "counsel"),
        ({"number": "7000017-0-AND-THEN-SOME-MORE"}, "number"),
    ],
)
def test_a_bag_label_refuses_what_does_not_fit(changed: dict[str, object], field: str) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(replace(BAG_EXAMPLE, **changed))  # type: ignore[arg-type]
    assert refusal.value.field == field


# The auxiliary strip


@pytest.mark.parametrize("stock", PAPERS["auxiliary"].stocks)
def test_each_warning_stands_between_rules_of_its_own_all_in_one_size_of_twelve_points_at_least(stock: str) -> None:
    sheets = lay_out(AUXILIARY_EXAMPLE, stock=stock)
    told = [(sheet, text) for sheet in sheets for text in sheet.texts if text.field == "warnings"]
    assert len({text.size for _, text in told}) == 1
    assert told[0][1].size >= 12
    fields: dict[tuple[int, int], list[str]] = {}
    for sheet, text in told:
        above = sum(box.top < text.baseline for box in sheet.boxes if box.width > sheet.stock.width / 2)
        fields.setdefault((sheets.index(sheet), above), []).append(text.string)
    assert tuple(" ".join(lines) for lines in fields.values()) == AUXILIARY_EXAMPLE.warnings


def test_warnings_that_one_strip_does_not_hold_go_on_several_that_are_counted() -> None:
    sheets = lay_out(AUXILIARY_EXAMPLE, stock="strip-4x1")
    feet = [text.string for sheet in sheets for text in sheet.texts if text.field == "number"]
    assert feet == ["7000017-0, strip 1 of 2", "7000017-0, strip 2 of 2"]
    assert len(lay_out(AUXILIARY_EXAMPLE, stock="vial-4x2")) == 1


def test_a_warning_breaks_between_its_sentences() -> None:
    lines = [text.string for sheet in lay_out(AUXILIARY_EXAMPLE) for text in sheet.texts]
    assert "Do not take with opioid medicines." in lines
    assert "Tell every doctor and dentist." in lines


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"warnings": ("Keep dry and away from light. " * 9,)}, "warnings"),
        ({"warnings": ("x" * 60,)}, "warnings"),
        ({"warnings": ("",)}, "warnings"),
        ({"number": "7000017-0 " * 9}, "number"),
    ],
)
def test_an_auxiliary_strip_refuses_what_does_not_fit(changed: dict[str, object], field: str) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(replace(AUXILIARY_EXAMPLE, **changed))  # type: ignore[arg-type]
    assert refusal.value.field == field


# The wallet card


def test_the_card_has_the_size_of_a_credit_card_and_a_front_and_a_back() -> None:
    sheets = lay_out(CARD_EXAMPLE)
    assert len(sheets) == 2
    for sheet in sheets:
        # ISO/IEC 7810 ID-1: 85.60 x 53.98 mm.
        assert (sheet.stock.width_mm, sheet.stock.height_mm) == pytest.approx((85.60, 53.98), abs=0.05)


@pytest.mark.parametrize("name", ["card", "card of long names"])
def test_what_a_rescuer_reads_first_is_large_and_on_the_front(name: str) -> None:
    front, back = lay_out(LABELS[name])
    assert {text.field for text in front.texts} == {"title", "patient", "medicine", "warning", "show", "mark"}
    assert {text.field for text in back.texts} >= {"which", "call", "prescriber", "pharmacy", "issued"}
    assert least(LABELS[name], "warning") >= 10
    assert least(LABELS[name], "medicine") >= 11
    assert min(least(LABELS[name], field) for field in ("which", "call", "prescriber", "pharmacy")) >= 8


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"patient": "Maria Guadalupe " * 8}, "patient"),
        ({"warning": "Opioid medicines may not work for me. " * 9}, "warning"),
        ({"which": "Opioids are pain medicines such as codeine. " * 12}, "which"),
        ({"title": "NALTREXONE AND NO OPIOIDS AT ALL, PLEASE, THANK YOU"}, "title"),
        ({"number": "7000017 " * 20}, "number"),
    ],
)
def test_a_card_refuses_what_does_not_fit(changed: dict[str, object], field: str) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(replace(CARD_EXAMPLE, **changed))  # type: ignore[arg-type]
    assert refusal.value.field == field


# The calendar


def ticks(sheet: Sheet) -> list[tuple[float, float]]:
    """Left and top of each empty square."""
    top_edges = [box for box in sheet.boxes if 5 < box.width < 20 and box.height < 1]
    return [
        (box.x, box.top)
        for box in top_edges
        if any(other.x == box.x and abs(other.top - box.top - box.width + box.height) < 0.01 for other in top_edges)
    ]


@pytest.mark.parametrize("stock", PAPERS["calendar"].stocks)
@pytest.mark.parametrize("name", ["calendar", "calendar of a year"])
def test_every_day_has_one_line_in_order_and_one_box_to_tick(name: str, stock: str) -> None:
    label = LABELS[name]
    assert isinstance(label, CourseCalendar)
    sheets = lay_out(label, stock=stock)
    told = [text.string for sheet in sheets for text in sheet.texts if text.field == "days"]
    assert told == [part for day in label.days for part in day]
    assert sum(len(set(ticks(sheet))) for sheet in sheets) == len(label.days)


@pytest.mark.parametrize("stock", PAPERS["calendar"].stocks)
def test_every_column_of_days_begins_with_the_heading_of_its_bottle(stock: str) -> None:
    for sheet in lay_out(LABELS["calendar of a year"], stock=stock):
        days = [text for text in sheet.texts if text.field == "days" and text.string.isdecimal()]
        headings = [text for text in sheet.texts if text.field == "bottles"]
        for column in {text.x for text in days}:
            first = min(text.baseline for text in days if text.x == column)
            assert any(abs(text.x - column) < 30 and 0 < first - text.baseline < 30 for text in headings)


def test_a_month_of_days_fits_one_page_in_twelve_points_and_labels_in_ten() -> None:
    for stock, pages, size in (("letter", 1, 12), ("a4", 1, 12), ("bag-4x6", 3, 10)):
        assert len(lay_out(CALENDAR_EXAMPLE, stock=stock)) == pages
        for field in ("days", "bottles", "notice", "medicine", "patient"):
            assert least(CALENDAR_EXAMPLE, field, stock) >= size


def test_every_page_of_a_calendar_says_whose_it_is_and_how_many_there_are() -> None:
    sheets = lay_out(LABELS["calendar of a year"])
    assert len(sheets) > 3
    for number, sheet in enumerate(sheets, start=1):
        assert {"patient", "mark", "number"} <= {text.field for text in sheet.texts}
        assert f"Page {number} of {len(sheets)}" in [text.string for text in sheet.texts]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"patient": "x" * 100}, "patient"),
        ({"bottles": (("x" * 90, "1"),)}, "bottles"),
        ({"bottles": (("Bottle 1 of 1", "2"),)}, "bottles"),
        ({"bottles": (*CALENDAR_EXAMPLE.bottles, ("Bottle 4 of 4", "31"))}, "bottles"),
        ({"days": (("1", "Tue 1 Dec", "1 capsule of 1.5 mg and then some words that are too many for it"),)}, "days"),
        ({"days": ()}, "days"),
        ({"number": "7000017 " * 20}, "number"),
    ],
)
def test_a_calendar_refuses_what_does_not_fit_or_does_not_agree(changed: dict[str, object], field: str) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(replace(CALENDAR_EXAMPLE, **changed), stock="bag-4x6")  # type: ignore[arg-type]
    assert refusal.value.field == field


# The leaflet


@pytest.mark.parametrize("stock", PAPERS["leaflet"].stocks)
@pytest.mark.parametrize("name", ["leaflet", "leaflet of many pages"])
def test_all_that_is_to_be_read_is_twelve_points_at_least(name: str, stock: str) -> None:
    for sheet in lay_out(LABELS[name], stock=stock):
        assert all(text.size >= 12 for text in sheet.texts if text.field not in ("number", ""))


def test_a_heading_stands_on_the_page_of_its_first_sentence_and_no_sentence_is_parted() -> None:
    sheets = lay_out(LABELS["leaflet of many pages"])
    assert len(sheets) > 2
    for sheet in sheets:
        told = [text for text in sheet.texts if text.field == "sections"]
        assert told[-1].font == REGULAR
        joined = plain(" ".join(text.string for text in told if text.font == REGULAR))
        assert joined == plain("Swallow it whole with water.") * joined.count("Swallow")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"drug": "naltrexone-" + "x" * 80}, "drug"),
        ({"sections": (("How to take it",),)}, "sections"),
        ({"sections": (("How to take it", "Take " + "x" * 120),)}, "sections"),
        ({"number": "7000017 " * 20}, "number"),
        ({"issued": ""}, "issued"),
    ],
)
def test_a_leaflet_refuses_what_does_not_fit_or_says_nothing(changed: dict[str, object], field: str) -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(replace(LEAFLET_EXAMPLE, **changed))  # type: ignore[arg-type]
    assert refusal.value.field == field

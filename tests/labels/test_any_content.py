"""Whatever a label says and whatever it is printed on: it prints whole and reads back equal, or is refused by name."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labels.content import EXAMPLE, Label, VialLabel
from labels.errors import LabelRefused
from labels.imposition import SHEETS, impose, lay_out_on
from labels.papers import PAPERS, paper_of
from labels.printing import lay_out, render
from labels.read_back import agrees, sheets_agree
from labels.sheet import Sheet
from labels.stock import STOCKS
from tests.labels.geometry import collisions, outside

NASTY = (
    "",
    " ",
    "\u202eRosa",
    "\u200b",
    "a\x00b",
    "line\nbreak",
    "<b>Rosa</b> & {x} %s \\",
    "1.0 mg",
    ".5 mg",
    "Jose\u0301",
    "安 张伟",
    "محمد",
    "דוד",
    "🙂",
    "\ud800",
    "x" * 200,
    "Maria Guadalupe " * 13,
    "7000017" * 3,
)
letters = st.text("abcdefghij ÁñüçőŞậệжЯїΩ-'.,&<>()[]{}%\\/°µ0123456789", max_size=70)
words = st.lists(
    st.text("abcdefghijkloprstuvÁñüçőŞậệжЯїΩ0123456789.,'()&<>%°", min_size=1, max_size=9), min_size=1, max_size=5
).map(" ".join)
mostly = st.one_of(words, words, words, words, words, letters, st.text(max_size=25), st.sampled_from(NASTY))
"""Such as a pharmacy has, for the most part: where everything is refused, nothing is shown about what prints."""


@st.composite
def labels(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(PAPERS)) -> Label:
    """An example in which some texts are replaced by others."""
    label = PAPERS[draw(st.sampled_from(kinds))].example
    for name in draw(st.lists(st.sampled_from([f.name for f in fields(label)]), min_size=1, max_size=3)):
        label = replace(label, **{name: _other(draw, getattr(label, name))})
    return label


def _other(draw: st.DrawFn, value: Any, *, lines: bool = True) -> Any:
    """A text for a text; of a list or a table, one cell of which is another, or one line of which is missing.

    lines: whether a line may be missing; a row of a table has all of its cells.
    """
    if isinstance(value, str):
        return draw(mostly)
    place = draw(st.integers(0, len(value) - 1)) if value else 0
    if not lines or (value and draw(st.booleans())):
        return (*value[:place], _other(draw, value[place], lines=False), *value[place + 1 :])
    return (*value[:place], *value[place + 1 :])


def _refused_in_a_sentence(label: Label, refusal: LabelRefused, *others: str) -> None:
    assert refusal.field in {*others, *(f.name for f in fields(label))}, refusal.message
    assert len(str(refusal)) > 15


def _nothing_meets(sheets: tuple[Sheet, ...]) -> None:
    for sheet in sheets:
        assert collisions(sheet) == []
        assert outside(sheet, margin=1) == []


def _whole_or_refused(label: Label, stock: str) -> None:
    try:
        printed = render(label, stock=stock)
    except LabelRefused as refusal:
        _refused_in_a_sentence(label, refusal)
        return
    assert agrees(label, printed.pdf, printed, dpi=min(300, STOCKS[stock].dpi)) == ()
    _nothing_meets(lay_out(label, stock=stock))


@settings(max_examples=120)
@given(data=st.data(), label=labels())
def test_any_content_of_any_kind_prints_whole_on_any_stock_or_is_refused(data: st.DataObject, label: Label) -> None:
    _whole_or_refused(label, data.draw(st.sampled_from(paper_of(label).stocks)))


@settings(max_examples=80)
@given(label=labels(("vial",)), stock=st.sampled_from(PAPERS["vial"].stocks))
@example(label=replace(EXAMPLE, patient="Maria Guadalupe Fernández", warnings=()), stock="vial-2.25x1.25")
@example(label=replace(EXAMPLE, token="MTR1:" + "K7Q2M5WX3C" * 3), stock="vial-2.25x1.25")
def test_any_vial_label_prints_whole_on_any_of_its_stocks_or_is_refused(label: Label, stock: str) -> None:
    _whole_or_refused(label, stock)


codes = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ-", min_size=1, max_size=16)
apart = {"rx_number", "fill", "refills", "token", "initials", "mark"}
vials = st.builds(
    VialLabel,
    **{f.name: words for f in fields(VialLabel) if f.type is str and f.name not in apart},
    rx_number=st.text("0123456789", min_size=1, max_size=8),
    fill=st.text("0123456789", min_size=1, max_size=2),
    refills=st.sampled_from(["none", "0", "11"]),
    token=codes,
    initials=st.text("ABCDŞЯ", min_size=1, max_size=3),
    mark=st.sampled_from(["", "Reprint 3", "DEMONSTRATION"]),
    warnings=st.lists(words, max_size=3).map(tuple),
    warnings_translated=st.lists(words, max_size=1).map(tuple),
)


@settings(max_examples=60)
@example(
    label=replace(EXAMPLE, pharmacy_name="Northwest Community Compounding & Specialty", mark="Reprint 3"),
    stock="vial-4x2",
)
@given(label=vials, stock=st.sampled_from(PAPERS["vial"].stocks))
def test_a_vial_label_that_nothing_of_the_example_is_left_of_prints_whole_or_is_refused(
    label: VialLabel, stock: str
) -> None:
    _whole_or_refused(label, stock)


@settings(max_examples=15)
@given(label=labels(("vial", "batch", "lot")), sheet=st.sampled_from(sorted(SHEETS)), start=st.integers(1, 10))
def test_any_content_on_sheets_of_paper_prints_whole_or_is_refused(label: Label, sheet: str, start: int) -> None:
    try:
        made = impose([label], sheet, start=start)
    except LabelRefused as refusal:
        _refused_in_a_sentence(label, refusal, "sheet")
        return
    assert sheets_agree([label], made.printed, made.areas, dpi=300) == ()
    _nothing_meets(lay_out_on(label, sheet))


@pytest.mark.parametrize("text", NASTY, ids=ascii)
@pytest.mark.parametrize("stock", ["vial-4x2", "vial-2.25x1.25", "roll-62mm"])
def test_what_is_known_to_be_nasty_prints_whole_as_a_name_or_is_refused_by_name(text: str, stock: str) -> None:
    _whole_or_refused(replace(EXAMPLE, patient=text), stock)

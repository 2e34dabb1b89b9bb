"""Vial labels with the patient's language beside the English: directly under it, as large, or refused."""

from dataclasses import replace
from datetime import date

import pytest

from labels import fonts
from labels.content import EXAMPLE, VialLabel
from labels.errors import LabelRefused
from labels.layouts.vial_block import LEAST_PATIENT_SIZE
from labels.linting import judge
from labels.printing import lay_out, render
from labels.read_back import agrees
from labels.sheet import Sheet, Text
from tests.labels.added import CHINESE_AND_KOREAN, using
from tests.labels.geometry import collisions, outside

SPANISH = replace(
    EXAMPLE,
    language="es",
    directions_translated="Tome 1 cápsula a la hora de acostarse",
    warnings_translated=("No lo tome con opioides.", "Puede causar sueños vívidos."),
)
OTHERS = {
    "ru": ("Принимайте по 1 капсуле перед сном", "Не принимайте вместе с опиоидными препаратами."),
    "vi": ("Uống 1 viên nang trước khi đi ngủ", "Không dùng cùng với thuốc opioid."),
    "zh-Hans": ("每次1粒胶囊，睡前服用", "请勿与阿片类药物同时服用。请告知所有医生和牙医。"),
    "ko": ("취침 시간에 1캡슐씩 복용하십시오", "오피오이드 계열 약과 함께 복용하지 마십시오."),
}
LARGE = "vial-4x3"
DAY = date(2026, 11, 24)


def _lines(sheet: Sheet, field: str) -> list[Text]:
    return [text for text in sheet.texts if text.field == field]


def _translated(code: str) -> VialLabel:
    directions, warning = OTHERS[code]
    return replace(EXAMPLE, language=code, directions_translated=directions, warnings_translated=(warning,))


def test_the_translated_directions_stand_directly_under_the_english_in_the_patients_block() -> None:
    (sheet,) = lay_out(SPANISH, stock=LARGE)
    order = list(dict.fromkeys(text.field for text in sheet.texts if text.field in {*sheet_fields(), "purpose"}))
    assert order == ["patient", "drug", "directions", "directions_translated", "purpose"]
    left, top, right, foot = sheet.zones["patient"]
    english, spanish = _lines(sheet, "directions"), _lines(sheet, "directions_translated")
    for text in spanish:
        x, high, end, low = text.box
        assert left <= x < end <= right
        assert top <= high < low <= foot
        assert text.size == english[0].size >= LEAST_PATIENT_SIZE == 12
        assert text.baseline > english[-1].baseline


def sheet_fields() -> tuple[str, ...]:
    """Of the patient's block, those that are always there."""
    return ("patient", "drug", "directions", "directions_translated")


def test_translated_warnings_follow_the_english_on_lines_of_their_own() -> None:
    (sheet,) = lay_out(SPANISH, stock=LARGE)
    english, spanish = _lines(sheet, "warnings"), _lines(sheet, "warnings_translated")
    assert max(text.baseline for text in english) < min(text.baseline for text in spanish)


@pytest.mark.parametrize("code", sorted(OTHERS))
def test_each_language_prints_whole_and_reads_back(code: str) -> None:
    label = _translated(code)
    with using(CHINESE_AND_KOREAN):
        printed = render(label, stock=LARGE)
        assert agrees(label, printed.pdf, printed) == ()
        (sheet,) = lay_out(label, stock=LARGE)
        assert collisions(sheet) == []
        assert outside(sheet, margin=0.5) == []


def test_the_rules_about_labels_find_nothing_in_both_languages_and_a_translation_that_is_too_small() -> None:
    for label in (SPANISH, _translated("ru"), _translated("vi")):
        assert judge(label, lay_out(label, stock=LARGE), today=DAY) == ()
    (sheet,) = lay_out(SPANISH, stock=LARGE)
    sheet.texts[:] = [
        text._replace(size=11.9) if text.field == "directions_translated" else text for text in sheet.texts
    ]
    assert {finding.rule for finding in judge(SPANISH, (sheet,), today=DAY)} == {"ca.twelve-points"}


def test_spanish_russian_and_vietnamese_need_no_added_font() -> None:
    assert fonts.added() == ()
    for label in (SPANISH, _translated("ru"), _translated("vi")):
        render(label, stock=LARGE)
    with pytest.raises(LabelRefused, match=r"the directions in the patient's language: .*PHARMACY_FONTS"):
        render(_translated("zh-Hans"), stock=LARGE)


def test_what_does_not_fit_beside_its_translation_is_told_to_take_the_larger_stock() -> None:
    crowded = replace(SPANISH, warnings_translated=("Avise a todos sus médicos y dentistas.",) * 6)
    with pytest.raises(LabelRefused, match="take the stock vial-4x3"):
        render(crowded, stock="vial-4x2")
    long = replace(SPANISH, directions_translated="Tome 1 cápsula a la hora de acostarse " * 4, warnings_translated=())
    with pytest.raises(LabelRefused, match="take the stock vial-4x3"):
        render(long, stock="vial-4x2")


def test_a_label_in_english_alone_is_as_it_was() -> None:
    (sheet,) = lay_out(EXAMPLE)
    assert not [text for text in sheet.texts if text.field.endswith("_translated")]
    assert EXAMPLE.language == ""


def test_an_empty_translated_warning_is_refused() -> None:
    with pytest.raises(LabelRefused, match="an auxiliary warning in the patient's language is empty"):
        render(replace(SPANISH, warnings_translated=(" ",)), stock=LARGE)

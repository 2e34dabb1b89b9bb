"""Each rule is broken by a label of its own, and by that alone; a right label breaks none."""

from dataclasses import replace
from datetime import date

import pytest

from labels.content import BATCH_EXAMPLE, EXAMPLE, VialLabel
from labels.fonts import FILES
from labels.linting import Finding, Level, judge, packs
from labels.papers import PAPERS
from labels.printing import lay_out
from tests.labels.linting.broken import CASES, TODAY, VIAL, Case, slanted

RULES = {rule.id: rule for pack in packs() for rule in pack.rules}
STOCKS = [(paper.name, stock) for paper in PAPERS.values() for stock in paper.stocks]


def judged(case: Case, rule: str) -> tuple[Finding, ...]:
    """By the pack of the rule alone: what two sources demand, both find."""
    (pack,) = (pack for pack in packs() if pack.name == rule.partition(".")[0])
    return judge(case.label, case.sheets, today=TODAY, packs=[pack])


def test_every_rule_has_a_label_that_breaks_it() -> None:
    assert set(CASES) | {"usp17.typeface"} == set(RULES)


@pytest.mark.parametrize("rule", CASES)
def test_a_broken_rule_is_found_and_no_other_of_its_pack(rule: str) -> None:
    case = CASES[rule]
    found = judged(case, rule)
    assert {finding.rule for finding in found} == {rule}
    assert found[0].field == case.field
    assert (found[0].level, found[0].source) == (RULES[rule].level, RULES[rule].source)


def test_a_slanted_typeface_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, "Slanted", "Roboto-Italic.ttf")
    (finding,) = judged(slanted(), "usp17.typeface")
    assert (finding.rule, finding.field) == ("usp17.typeface", "storage")
    assert finding.message == "the storage is set in a typeface that is slanted"


@pytest.mark.parametrize(("paper", "stock"), STOCKS)
def test_no_example_on_no_stock_is_refused(paper: str, stock: str) -> None:
    label = PAPERS[paper].example
    found = judge(label, lay_out(label, stock=stock), today=TODAY)
    assert [finding for finding in found if finding.level is Level.REFUSE] == []


def test_the_examples_on_their_usual_stock_are_without_any_finding() -> None:
    for paper in PAPERS.values():
        assert judge(paper.example, lay_out(paper.example), today=TODAY) == (), paper.name


@pytest.mark.parametrize(
    ("rule", "field"),
    [(rule.id, field) for rule in RULES.values() if rule.check == "present" for field in rule.fields],
)
def test_every_field_that_must_be_there_is_missed(rule: str, field: str) -> None:
    paper = PAPERS[min(RULES[rule].papers)]
    kind = type(getattr(paper.example, field))
    label = replace(paper.example, **{field: kind()})
    found = judge(label, lay_out(paper.example), today=TODAY)
    assert rule in {finding.rule for finding in found if finding.field == field}


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("directions", "Take 1 capsule Q.D.", "ismp.error-prone"),
        ("directions", "Take 1 capsule at HS", "ismp.error-prone"),
        ("directions", "Take 1 capsule q.h.s.", "ismp.error-prone"),
        ("directions", "Take 10 U at bedtime", "ismp.unit-u"),
        ("drug", "naltrexone hydrochloride 4.50 mg capsule", "ismp.trailing-zero"),
        ("drug", "naltrexone hydrochloride 10 mg capsule", ""),
        ("drug", "naltrexone hydrochloride 0.5 mg capsule", ""),
        ("drug", "naltrexone hydrochloride 4.05 mg capsule", ""),
        ("drug", "naltrexone HCl 4.5 mg capsule", ""),
        ("drug", "sodium chloride 500 mg capsule", ""),
        ("directions", "Take 1 capsule at bedtime on days 8 to 14", ""),
        ("directions", "Take 1 capsule in the morning and 2 capsules at bedtime", ""),
        ("directions", "Use at bedtime, as you would anyone's pillow", ""),
        ("inactive", "microcrystalline cellulose .5 mg", "ismp.leading-zero"),
        ("storage", "Store at 20.0 to 25.0 °C.", ""),
        ("patient", "Odette Hs Qd", ""),
        ("patient", "U.S. Grant, Jr.", ""),
        ("prescriber", "LDN Proven, MD", ""),
        ("use_by", "2027-05-22", ""),
        ("use_by", "May 22, 2027", ""),
        ("use_by", "24 Nov 2026", ""),
        ("pharmacy_phone", "555-0142", ""),
        ("token", "MTR1:70000X7AB", ""),
        ("token", "MTR1:AB7000017Z", "house.silent-code"),
    ],
)
def test_what_is_written_is_told_from_what_only_looks_alike(field: str, value: str, rule: str) -> None:
    label = replace(VIAL, **{field: value})
    sheets = lay_out(label, stock="vial-4x3")
    assert {finding.rule for finding in judge(label, sheets, today=TODAY)} == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("status", "found"),
    [("RELEASED", {"usp795.not-past"}), ("QUARANTINE", set()), ("EXPIRED - DO NOT USE", set())],
)
def test_a_shelf_label_past_its_date_is_printed_only_if_it_says_that_nobody_may_use_it(
    status: str, found: set[str]
) -> None:
    label = replace(BATCH_EXAMPLE, status=status)
    judged_later = judge(label, lay_out(label), today=date(2027, 5, 23))
    assert {finding.rule for finding in judged_later} == found


def test_on_its_last_day_a_label_is_still_printed() -> None:
    assert judge(EXAMPLE, lay_out(EXAMPLE), today=date(2027, 5, 22)) == ()
    (finding, *_) = judge(EXAMPLE, lay_out(EXAMPLE), today=date(2027, 5, 23))
    assert finding.message == "the use-by date 22 May 2027 is past"


def test_the_patients_part_is_measured_without_the_codes_in_it() -> None:
    """A zone of exactly half of the label, and the same with the DataMatrix inside."""
    (sheet,) = lay_out(VIAL)
    width, height = sheet.stock.width, sheet.stock.height
    half = [rule for rule in RULES.values() if rule.id == "ca.half"]
    pack = replace(next(pack for pack in packs() if pack.name == "ca"), rules=tuple(half))
    sheet.zones["patient"] = (0.0, 0.0, width, height / 2)
    matrix = sheet.masks.pop(1)
    sheet.masks.clear()
    assert judge(VIAL, (sheet,), today=TODAY, packs=[pack]) == ()
    sheet.masks.append(type(matrix)(matrix.modules, matrix.x, 20.0, matrix.module_across, matrix.module_down))
    (finding,) = judge(VIAL, (sheet,), today=TODAY, packs=[pack])
    assert "under 50%" in finding.message


def test_a_kind_of_label_that_no_rule_knows_gets_the_rules_for_all() -> None:
    class Unknown(VialLabel):
        """Of a kind that has no row in the table of papers."""

    label = Unknown(**{name: getattr(VIAL, name) for name in VIAL.__dataclass_fields__} | {"rx_number": ""})
    (sheet,) = lay_out(VIAL)
    sheet.texts = [text for text in sheet.texts if text.field != "storage"]
    found = {finding.rule for finding in judge(label, (sheet,), today=TODAY)}
    assert found == {"house.complete", "house.codes"}

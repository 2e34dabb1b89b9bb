"""Formulas out as JSON and in as drafts, and the drafts that are shipped."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from pharmacy import paths
from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.formula import tidy
from pharmacy.domain.formula_document import Written, to_document
from pharmacy.domain.workflow import FormulaState
from pharmacy.services import formula_exchange, formulas
from pharmacy.services.formula_exchange import Shipped, shipped
from pharmacy.store.tables import Formula, Ingredient, IngredientKind
from tests.services.line import DRAFT, Line

FULL = replace(
    DRAFT,
    strength_mg=Decimal("4.5"),
    equipment="Balance\nCapsule machine",
    labelling="Take at bedtime.\nKeep dry.",
    expected_results="Each 90 to 110 %",
)


def exported(line: Line, key: int) -> dict[str, Any]:
    document = line.read(lambda s: formula_exchange.export(s.get_one(Formula, key)))
    return json.loads(json.dumps(document))  # type: ignore[no-any-return]


def take_in(line: Line, document: object) -> int:
    return line.run(lambda s: formula_exchange.take_in(s, document, **line.by)).id


def test_what_was_exported_comes_in_as_the_next_version_word_for_word(line: Line) -> None:
    first = line.run(lambda s: formulas.draft(s, replace(FULL, code="OTHER"), **line.by)).id
    line.run(lambda s: formulas.approve(s, first, **line.signed("ines")))
    second = take_in(line, exported(line, first))
    old, new = line.row(Formula, first), line.row(Formula, second)
    assert (new.version, new.state, new.replaces_id) == (2, FormulaState.DRAFT, first)
    assert line.read(lambda s: formulas.as_draft(s.get_one(Formula, second))) == replace(FULL, code="OTHER")
    assert (old.labelling, old.expected_results) == (FULL.labelling, FULL.expected_results)
    (noted,) = line.trail(Event.FORMULA_DRAFTED, second)
    assert (noted["origin"], noted["labelling"]) == ("document", FULL.labelling)


def test_ingredients_that_are_not_here_are_added_and_the_trail_says_so(line: Line) -> None:
    document = exported(line, line.formula) | {"code": "NEW", "capsule_size": "4"}
    document["components"][2] = {"kind": "capsule shell", "name": "Shell four", "grade": "NF", "capsule_size": "4"}
    take_in(line, document)
    shell = line.read(lambda s: s.scalars(select(Ingredient).where(Ingredient.name == "Shell four")).one())
    assert (shell.kind, shell.grade, shell.capsule_size) == (IngredientKind.SHELL, "NF", "4")
    (noted,) = line.trail(Event.INGREDIENT_ADDED, shell.id)
    assert (noted["name"], noted["kind"]) == ("Shell four", "capsule shell")


@pytest.mark.parametrize(
    ("place", "key", "value", "sentence"),
    [
        (0, "grade", "EP", r"components\[0\].grade: .*Naltrexone hydrochloride” is here with “USP”.* says “EP”"),
        (0, "basis", "base", r"components\[0\].basis: .* is here with “hydrochloride”"),
        (1, "name", "Gelatin capsule size 3", r"components\[1\].kind: .* is here with “capsule shell”"),
        (1, "name", "Hypromellose SR", r"components\[1\].name: Hypromellose SR may not fill"),
    ],
)
def test_a_component_that_does_not_fit_is_refused_by_its_place_and_nothing_is_kept(
    line: Line, place: int, key: str, value: str, sentence: str
) -> None:
    document = exported(line, line.formula) | {"code": "NEW"}
    document["components"][place][key] = value
    with pytest.raises(RuleBroken, match=sentence):
        take_in(line, document)
    assert line.read(lambda s: s.scalars(select(Formula.code)).all()) == [DRAFT.code]
    assert line.read(lambda s: len(s.scalars(select(Ingredient.id)).all())) == 3


def test_an_ingredient_from_before_odd_spaces_were_made_plain_is_found_by_its_name(line: Line) -> None:
    line.run(lambda s: s.add(Ingredient(name="Cellulose\u00a0102", kind=IngredientKind.FILLER, grade="NF", basis="")))
    first = line.run(
        lambda s: formulas.draft(s, replace(FULL, code="OTHER", filler="Cellulose\u00a0102"), **line.by)
    ).id
    take_in(line, exported(line, first) | {"code": "AGAIN"})
    names = line.read(lambda s: s.scalars(select(Ingredient.name).where(Ingredient.name.contains("102"))).all())
    assert names == ["Cellulose\u00a0102"]
    kind = IngredientKind.FILLER
    with pytest.raises(RuleBroken, match="“Cellulose 102” is there already"):
        line.run(lambda s: formulas.add_ingredient(s, name=" Cellulose 102", kind=kind, grade="NF", **line.by))


def test_no_second_draft_of_a_code_comes_in(line: Line) -> None:
    document = exported(line, line.formula)
    take_in(line, document)
    with pytest.raises(RuleBroken, match="LDN45 version 2 is still a draft; change that one"):
        take_in(line, document)


def test_without_a_version_the_approved_one_is_found_else_the_newest(line: Line) -> None:
    second = take_in(line, exported(line, line.formula))
    third = line.run(lambda s: formulas.draft(s, replace(FULL, code="ONLY"), **line.by)).id
    assert line.read(lambda s: formula_exchange.find(s, "LDN45").id) == line.formula
    assert line.read(lambda s: formula_exchange.find(s, "LDN45", 2).id) == second
    assert line.read(lambda s: formula_exchange.find(s, "ONLY").id) == third
    for code, version, sentence in (("LDN45", 3, "“LDN45” in version 3"), ("X", None, "no formula “X”.")):
        with pytest.raises(NotFound, match=sentence):
            line.read(lambda s, code=code, version=version: formula_exchange.find(s, code, version))


def test_the_shipped_drafts_are_three_strengths_with_gelatin_and_without() -> None:
    found = {written.draft.code: written for written in shipped()}
    assert {(w.draft.strength_mg, w.components[2].name.split()[0]) for w in found.values()} == {
        (Decimal(mg), shell) for mg in ("1.5", "3", "4.5") for shell in ("Gelatin", "Hypromellose")
    }
    for written in found.values():
        draft = written.draft
        assert draft == tidy(draft)
        said = json.dumps(to_document(written)).lower()
        assert draft.filler == "Microcrystalline cellulose"
        assert f"{draft.strength_mg.normalize():f} mg" in draft.name
        assert "lactose-free" in draft.name
        assert "dye-free" in draft.name
        assert ("gelatin-free" in draft.name) == (written.components[2].name.startswith("Hypromellose"))
        assert draft.limit_days == 180  # USP <795>, capsules
        assert "no stability study is claimed" in said
        assert "360 days" not in said
        for field in ("equipment", "labelling", "reference", "quality", "expected_results"):
            assert getattr(draft, field)


@pytest.mark.parametrize("written", shipped(), ids=lambda written: written.draft.code)
def test_each_component_of_a_shipped_draft_is_weighed_or_counted_in_one_step_before_it_is_used(
    written: Written,
) -> None:
    steps = written.draft.steps
    places = []
    for component, verb in zip(written.components, ("weigh", "weigh", "count"), strict=True):
        (place,) = (place for place, step in enumerate(steps) if f"{verb} {component.name}" in step)
        places.append(place)
    assert [
        place for place, step in enumerate(steps) if re.search(r"\b(weigh|count)(s|ing)?\b", step, re.IGNORECASE)
    ] == places
    (diluted,) = (place for place, step in enumerate(steps) if "geometric dilution" in step)
    (timed,) = (place for place, step in enumerate(steps) if "(5 min)" in step)
    (filled,) = (place for place, step in enumerate(steps) if step.startswith("Fill"))
    assert places[0] < places[1] < diluted < timed < places[2] < filled


def test_the_shipped_drafts_are_added_once_and_are_drafts(line: Line) -> None:
    codes = tuple(written.draft.code for written in shipped())
    first = line.run(lambda s: formula_exchange.add_shipped(s, **line.by))
    assert first == Shipped(tuple(f"{code} version 1" for code in codes), ())
    assert line.run(lambda s: formula_exchange.add_shipped(s, **line.by)) == Shipped((), codes)
    rows = line.read(lambda s: s.scalars(select(Formula).where(Formula.code.in_(codes))).all())
    assert [(row.version, row.state) for row in rows] == [(1, FormulaState.DRAFT)] * 6
    assert line.read(lambda s: formulas.for_strength(s, Decimal("1.5"))) == ()


def test_a_shipped_draft_is_approved_by_the_pharmacist_in_charge_alone_and_not_by_whoever_added_it(line: Line) -> None:
    line.run(lambda s: formula_exchange.add_shipped(s, actor=line.who["ivan"], now=line.now))
    key = line.read(lambda s: formula_exchange.find(s, "LDN-3-MCC-HPMC").id)
    for who, sentence in (("pia", "only pharmacist-in-charge may do this"), ("ivan", "You drafted .* yourself")):
        with pytest.raises(RuleBroken, match=sentence):
            line.run(lambda s, who=who: formulas.approve(s, key, **line.signed(who)))
    line.run(lambda s: formulas.approve(s, key, **line.signed("ines")))
    assert line.row(Formula, key).state is FormulaState.APPROVED


def test_a_shipped_draft_takes_the_grade_that_the_ingredient_has_here(line: Line) -> None:
    line.run(lambda s: formula_exchange.add_shipped(s, **line.by))
    filler = exported(line, line.read(lambda s: formula_exchange.find(s, "LDN-3-MCC-GEL").id))["components"][1]
    assert filler == {"kind": "filler", "name": "Microcrystalline cellulose", "grade": "USP"}


def test_a_shipped_draft_is_added_again_in_no_version_after_it_was_retired(line: Line) -> None:
    line.run(lambda s: formula_exchange.add_shipped(s, **line.by))
    key = line.read(lambda s: formula_exchange.find(s, "LDN-3-MCC-GEL").id)
    line.run(lambda s: formulas.retire(s, key, reason="not made here", actor=line.who["ines"], now=line.now))
    assert line.run(lambda s: formula_exchange.add_shipped(s, **line.by)).added == ()


def test_two_who_add_the_shipped_drafts_at_once_add_them_once(line: Line) -> None:
    with ThreadPoolExecutor(2) as pool:
        adds = [pool.submit(line.run, lambda s: formula_exchange.add_shipped(s, **line.by)) for _ in range(2)]
        found = sorted(len(add.result(timeout=60).added) for add in adds)
    assert found == [0, 6]


def test_the_shipped_documents_are_written_as_an_export_writes_them() -> None:
    for written in shipped():
        text = json.dumps(to_document(written), indent=2, ensure_ascii=False)
        assert (paths.formulas() / f"{written.draft.code}.json").read_text(encoding="utf-8") == text + "\n"

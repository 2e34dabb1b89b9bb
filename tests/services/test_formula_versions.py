"""What a new version changes and whom it meets; and that older signatures outlive newer fields."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.signature import digest
from pharmacy.domain.workflow import BatchState, FormulaState, Subject
from pharmacy.services import fills, formula_versions, formulas
from pharmacy.store.tables import Formula
from tests.services.line import DRAFT, Line, add_formula

BEGUN = (BatchState.WEIGHING, BatchState.FILLING, BatchState.TESTING, BatchState.AWAITING_RELEASE)


def drafted(line: Line, **changed: Any) -> int:
    return line.run(lambda s: formulas.draft(s, replace(DRAFT, **changed), **line.by)).id


def approve(line: Line, key: int) -> None:
    line.run(lambda s: formulas.approve(s, key, **line.signed("ines")))


def impact(line: Line, key: int) -> formula_versions.Impact:
    return line.read(lambda s: formula_versions.impact(s, s.get_one(Formula, key)))


def changed_fields(line: Line, key: int, version: int | None = None) -> list[str]:
    def work(session: Any) -> list[str]:
        pair = formula_versions.compared(session, session.get_one(Formula, key), version)
        assert pair is not None
        return [field.name for field in formula_versions.difference(*pair).changed]

    return line.read(work)


def test_a_signature_from_before_there_were_these_fields_still_holds(line: Line) -> None:
    # What the release before them signed: every field it had, and no other.
    signed = {
        "version": 1, "code": "LDN45", "name": "Naltrexone hydrochloride 4.5 mg capsules",
        "strength_mg": Decimal("4.5"), "basis": "hydrochloride", "form": "Capsule", "capsule_size": "3",
        "overage": Decimal("0.03"),
        "container": "Amber vial with child-resistant cap", "equipment": "Balance, 100-hole capsule machine",
        "steps": ["Weigh the components.", "Mix by geometric dilution.", "Fill the capsules."],
        "description": "White capsule, size 3", "storage": "Room temperature, dry, away from light", "limit_days": 180,
        "reference": "IJPC abstract 4481", "quality": "Weight of 10 capsules or 5 %",
        "active": "Naltrexone hydrochloride", "filler": "Microcrystalline cellulose", "shell": "Gelatin capsule size 3",
    }  # fmt: skip
    (standing,) = line.read(lambda s: formulas.signatures(s, s.get_one(Formula, line.formula)))
    assert (standing.digest, standing.holds) == (digest(signed), True)


@pytest.mark.parametrize("field", ["labelling", "expected_results"])
def test_a_field_that_says_something_is_signed_with_the_others(line: Line, field: str) -> None:
    key = drafted(line, code="OTHER", **{field: "Keep dry."})
    with_it = line.read(lambda s: formulas.content(s.get_one(Formula, key)))
    assert with_it[field] == "Keep dry."
    assert digest(with_it) != digest({name: value for name, value in with_it.items() if name != field})


def test_the_difference_names_each_changed_field_and_no_other(line: Line) -> None:
    key = drafted(line, steps=("Weigh the components.", "Sift.", "Fill the capsules."), overage=Decimal("0.02"))
    assert changed_fields(line, key) == ["Overage", "Steps"]
    assert changed_fields(line, key, version=1) == ["Overage", "Steps"]
    assert changed_fields(line, key, version=2) == []


@pytest.mark.parametrize(
    ("field", "value", "called"),
    [
        ("name", "Other", "Name"), ("strength_mg", Decimal(3), "Strength"), ("basis", "base", "Strength"),
        ("form", "other form", "Form"), ("container", "Jar", "Container"), ("equipment", "None", "Equipment"),
        ("description", "clear", "Appearance"), ("storage", "Cold", "Storage"),
        ("limit_days", 90, "Own beyond-use limit"),
        ("reference", "Book", "Reference"), ("quality", "Other test", "Quality tests"),
        ("labelling", "Keep dry.", "Labelling"), ("expected_results", "Good", "Expected results"),
    ],
)  # fmt: skip
def test_no_field_changes_unseen(sqlite_line: Line, field: str, value: object, called: str) -> None:
    assert changed_fields(sqlite_line, drafted(sqlite_line, **{field: value})) == [called]


def test_another_filler_is_seen_with_its_grade(sqlite_line: Line) -> None:
    line = sqlite_line
    kind = formulas.IngredientKind.FILLER
    line.run(lambda s: formulas.add_ingredient(s, name="Sucrose", kind=kind, grade="NF", **line.by))
    key = drafted(line, filler="Sucrose")

    def work(session: Any) -> object:
        pair = formula_versions.compared(session, session.get_one(Formula, key))
        assert pair is not None
        (field,) = formula_versions.difference(*pair).changed
        return field.name, ["".join(text for text, _ in pair.new) for pair in field.pairs]

    assert line.read(work) == (
        "Components",
        [
            "Active: Naltrexone hydrochloride, USP, hydrochloride",
            "Filler: Sucrose, NF",
            "Capsule shell: Gelatin capsule size 3, USP, size 3",
        ],
    )


def test_a_first_version_is_compared_with_none_and_an_unknown_one_is_not_found(sqlite_line: Line) -> None:
    line = sqlite_line
    row = line.row(Formula, line.formula)
    assert line.read(lambda s: formula_versions.compared(s, row)) is None
    with pytest.raises(NotFound, match="no version 7 of LDN45"):
        line.read(lambda s: formula_versions.compared(s, row, 7))


def test_a_draft_that_was_given_up_leaves_no_second_version_in_force(line: Line) -> None:
    given_up = drafted(line, overage=Decimal("0.02"))
    line.run(lambda s: formulas.retire(s, given_up, reason="given up", actor=line.who["ines"], now=line.now))
    third = drafted(line, overage=Decimal("0.01"))
    assert line.row(Formula, third).replaces_id == line.formula
    approve(line, third)
    assert line.row(Formula, line.formula).state is FormulaState.RETIRED
    assert [row.id for row in line.read(lambda s: formulas.for_strength(s, Decimal("4.5")))] == [third]


@pytest.mark.parametrize("drafted_first", [True, False])
def test_a_version_that_was_retired_is_not_replaced_and_its_batches_stay_stopped(
    line: Line, drafted_first: bool
) -> None:
    batch = line.planned()
    line.weigh(batch, 1)
    key = drafted(line) if drafted_first else 0
    ines = line.who["ines"]
    line.run(lambda s: formulas.retire(s, line.formula, reason="the filler clumps", actor=ines, now=line.now))
    key = key or drafted(line, overage=Decimal("0.02"))
    assert impact(line, key).replaced is None
    approve(line, key)
    assert line.row(Formula, key).replaces_id is None
    assert impact(line, key).replaced is None
    with pytest.raises(RuleBroken, match="was retired; a batch made from it is not gone on with"):
        line.weigh(batch, 2)
    assert changed_fields(line, key) == ([] if drafted_first else ["Overage"])


def test_the_impact_sorts_the_open_batches_of_the_version_that_is_replaced(line: Line) -> None:
    by_state = {state: line.planned() for state in (BatchState.PLANNED, *BEGUN, BatchState.RELEASED)}
    for state, key in by_state.items():
        line.put(Subject.BATCH, key, state)
    for closed in (BatchState.REJECTED, BatchState.EXHAUSTED):
        line.put(Subject.BATCH, line.planned(), closed)
    found = impact(line, drafted(line))
    assert found.replaced is not None
    assert found.replaced.id == line.formula
    assert [batch.id for batch in found.planned] == [by_state[BatchState.PLANNED]]
    assert [batch.id for batch in found.begun] == [by_state[state] for state in BEGUN]
    assert [batch.id for batch in found.released] == [by_state[BatchState.RELEASED]]


def test_what_the_impact_foretells_of_a_batch_comes_true(line: Line) -> None:
    planned, weighing, filled = line.planned(), line.planned(), line.filled()
    line.weigh(weighing, 1)
    key = drafted(line)
    found = impact(line, key)
    assert [b.id for b in found.planned] == [planned]
    assert {b.id for b in found.begun} == {weighing, filled}
    approve(line, key)
    with pytest.raises(RuleBroken, match="replaced by version 2 before weighing began; reject this batch and plan it"):
        line.weigh(planned, 1)
    line.weigh(weighing, 2)
    line.test_weights(filled)


def test_verified_prescriptions_of_the_strength_wait_with_all_their_fills(line: Line) -> None:
    rx = line.verified()  # 2 refills: 3 fills
    line.verify(line.entered(strength="3 mg"), strength_again="3")
    plan = line.verified_plan()  # one bottle of 4.5 mg among three
    (waiting,) = impact(line, drafted(line)).waiting
    assert waiting.made
    assert {row.id for row in waiting.prescriptions} == {rx, plan}
    assert waiting.fills == 3 + 1


def test_a_fill_that_has_its_capsules_waits_no_longer(line: Line) -> None:
    rx = line.verified(refills="0")
    key = drafted(line)
    assert impact(line, key).waiting[0].fills == 1
    batch = line.released()
    fill = line.run(lambda s: fills.start(s, rx, today=line.today, **line.by)).id
    assert impact(line, key).waiting[0].fills == 1
    line.allocate(fill, batch)
    assert impact(line, key).waiting[0].fills == 0


def test_a_version_of_another_strength_says_who_is_left(line: Line) -> None:
    rx = line.verified()
    key = drafted(line, strength_mg=Decimal(3))
    three, four_and_a_half = impact(line, key).waiting
    assert (three.strength_mg, three.made, three.prescriptions) == (Decimal(3), True, ())
    assert (four_and_a_half.made, [row.id for row in four_and_a_half.prescriptions]) == (False, [rx])
    assert four_and_a_half.others == ()
    line.run(lambda s: add_formula(s, line, replace(DRAFT, code="ALSO")))
    assert impact(line, key).waiting[1].others == ("ALSO version 1",)


def test_a_first_version_replaces_nothing(line: Line) -> None:
    found = impact(line, line.formula)
    assert (found.replaced, found.planned, found.begun, found.released) == (None, (), (), ())

"""A batch at its outer limits: what no signature helps, who may not sign for it, and when it is not gone on with."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import batches, formulas, lots, releasing
from pharmacy.services.lots import Packing
from pharmacy.store.tables import Batch, Formula, IngredientKind, Lot
from tests.services.line import DRAFT, GOOD_WEIGHTS, Line, add_formula

ACTIVE, FILLER, SHELL = IngredientKind


def _signed_off(line: Line, who: str = "pia") -> dict[str, Any]:
    return {"deviation": "spilled and collected", "witness": line.proof(who)}


# 510.731 mg and 17927.1 mg are the worked example's targets; 5 % and 10 % of them are 25.54 mg and 1792.71 mg.
@pytest.mark.parametrize(
    ("position", "most", "beyond"),
    [(1, "536.267", "536.268"), (1, "485.195", "485.194"), (2, "19719.8", "19719.9"), (2, "16134.5", "16134.3")],
)
def test_a_signature_helps_a_deviation_up_to_its_limit_and_no_further(
    line: Line, position: int, most: str, beyond: str
) -> None:
    batch = line.planned()
    if position == 2:
        line.weigh(batch, 1)
    with pytest.raises(RuleBroken, match="no signature accepts it") as refusal:
        line.weigh(batch, position, Decimal(beyond), **_signed_off(line))
    assert refusal.value.field == "weighed"
    line.weigh(batch, position, Decimal(most), **_signed_off(line))
    assert line.trail(Event.BATCH_WEIGHED, batch)[-1]["within"] is False


def test_whoever_accepted_a_deviation_may_not_release_the_batch(line: Line) -> None:
    batch = line.planned()
    line.weigh(batch, 1, Decimal(520), **_signed_off(line))
    line.weigh(batch, 2)
    line.weigh(batch, 3)
    line.fill_capsules(batch)
    line.test_weights(batch)
    with pytest.raises(RuleBroken, match=r"You worked on batch .* yourself"):
        line.release(batch, "pia")
    line.release(batch, "ines")


def test_a_batch_whose_formula_was_retired_is_not_gone_on_with(line: Line) -> None:
    planned, weighed, filled, tested = line.planned(), line.weighed(), line.filled(), line.tested()
    ines = line.who["ines"]
    line.run(lambda s: formulas.retire(s, line.formula, reason="the filler clumps", actor=ines, now=line.now))
    steps = (
        lambda: line.weigh(planned, 1),
        lambda: line.fill_capsules(weighed),
        lambda: line.test_weights(filled),
        lambda: line.release(tested),
    )
    for step in steps:
        with pytest.raises(RuleBroken, match="was retired"):
            step()
    line.run(
        lambda s: releasing.reject(
            s, tested, disposal="destroyed as waste", reason="the formula was retired", **line.signed("pia")
        )
    )
    line.assert_whole()


def test_a_batch_of_a_replaced_version_is_finished_once_begun_and_else_planned_anew(line: Line) -> None:
    planned, begun = line.planned(), line.planned()
    line.weigh(begun, 1)
    line.run(lambda s: add_formula(s, line, replace(DRAFT, limit_days=120)))
    assert line.row(Formula, line.formula).state == "retired"
    with pytest.raises(RuleBroken, match="was replaced by version 2 before weighing began"):
        line.weigh(planned, 1)
    line.weigh(begun, 2)
    line.weigh(begun, 3)
    line.put_released(begun)
    assert line.row(Batch, begun).state == "released"


def test_more_capsules_than_the_powder_can_fill_are_counted_again(line: Line) -> None:
    # 18437.8 mg of powder, 179.008 mg in a capsule: 106 are 102.9 % of it, 107 are 103.9 %.
    batch = line.planned()
    line.weigh(batch, 1)
    line.weigh(batch, 2)
    line.weigh(batch, 3, Decimal(110))
    with pytest.raises(RuleBroken, match=r"107 capsules of 179 mg are 103\.9 % of the .* count them again") as refusal:
        line.fill_capsules(batch, made=105, wasted=2)
    assert refusal.value.field == "made"
    line.fill_capsules(batch, made=104, wasted=2)


@pytest.mark.parametrize(("shell", "named"), [("35.9", "the size chart"), ("43.1", "this lot's measurement")])
def test_an_empty_shell_of_another_size_or_lot_is_weighed_again(line: Line, shell: str, named: str) -> None:
    # Size 3 weighs 48 mg in the chart and in this lot; 25 % and 10 % of it are allowed.
    batch = line.filled()
    given = {"weights_mg": GOOD_WEIGHTS, "actor": line.who["tess"], "now": line.now}
    with pytest.raises(RuleBroken, match=named) as refusal:
        line.run(lambda s: releasing.test_weights(s, batch, shell_mg=Decimal(shell), **given))
    assert refusal.value.field == "shell_mg"
    line.run(lambda s: releasing.test_weights(s, batch, shell_mg=Decimal("43.2"), **given))


def test_a_released_lot_is_measured_anew_only_for_a_reason(line: Line) -> None:
    lot = line.lots[FILLER]
    for reason in ("", "x" * 9):
        with pytest.raises(RuleBroken) as refusal:
            line.run(
                lambda s, reason=reason: lots.measure(s, lot, Packing("3", Decimal(185)), reason=reason, **line.by)
            )
        assert refusal.value.field == "reason"
    line.run(lambda s: lots.measure(s, lot, Packing("3", Decimal(185)), reason="the powder settled", **line.by))
    assert line.trail(Event.LOT_MEASURED, lot)[-1]["reason"] == "the powder settled"
    waiting = line.lot(FILLER, release=False)
    line.run(lambda s: lots.measure(s, waiting, Packing("3", Decimal(185)), **line.by))
    assert line.row(Lot, waiting).packing_mg == 185


@pytest.mark.parametrize(
    ("words", "sentence"), [("white \u202e capsules", "cannot be printed"), ("x" * 501, "at most 500")]
)
def test_words_that_the_record_could_not_print_are_refused_before_they_are_kept(
    sqlite_line: Line, words: str, sentence: str
) -> None:
    line = sqlite_line
    with pytest.raises(RuleBroken, match=f"^Made for.*{sentence}"):
        line.planned(purpose=words)
    batch = line.weighed()
    line.work(batch)
    given = {"made": 98, "wasted": 2, "description": words, "today": line.today, **line.by}
    with pytest.raises(RuleBroken, match=f"^Appearance.*{sentence}"):
        line.run(lambda s: batches.fill(s, batch, **given))

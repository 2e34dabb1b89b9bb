"""A titration plan through the whole line: doses typed again, one bottle for each step, handed out in their order."""

from decimal import Decimal
from io import BytesIO

import pypdfium2
import pytest

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import courses, fills, label_keeping, prescriptions, prices
from pharmacy.services.acting import get_to_change
from pharmacy.store.tables import Batch, Fill, Prescription
from tests.services.line import Line
from tests.services.samples import PLAN

STRENGTHS = ("1.5", "3", "4.5")
ONE_STRENGTH: dict[str, object] = {
    **PLAN,
    "strength": "1.5 mg",
    "quantity": "69",
    "directions": "1 capsule qhs for 7 days, then 2 capsules qhs for 7 days, then 3 capsules qhs",
}


def bottles(line: Line, rx: int) -> list[Fill]:
    """The live fills of a prescription in the order of their bottles."""
    found = line.read(lambda s: courses.live(s, s.get_one(Prescription, rx)))
    return sorted(found, key=lambda fill: fill.bottle)


def batches(line: Line) -> list[int]:
    return [line.released_of("1.5"), line.released_of("3"), line.released()]


def checked(line: Line) -> tuple[int, list[int]]:
    """A plan whose three bottles are packed, labelled and checked."""
    shelf, rx = batches(line), line.verified_plan()
    line.started(rx)
    keys = [fill.id for fill in bottles(line, rx)]
    for key, batch in zip(keys, shelf, strict=True):
        line.allocate(key, batch)
        line.label(key)
        line.check(key)
    return rx, keys


def printed(line: Line, label: int) -> str:
    """The text of a label's PDF, its lines joined."""
    pdf = pypdfium2.PdfDocument(BytesIO(line.read(lambda s: label_keeping.pdf_of(s, label).pdf)))
    text = pdf[0].get_textpage().get_text_range()
    pdf.close()
    return " ".join(text.split())


def test_a_plan_goes_from_entry_to_the_counter_bottle_by_bottle(line: Line) -> None:
    shelf, rx = batches(line), line.verified_plan()
    assert line.row(Prescription, rx).strength_mg is None
    first = line.started(rx)
    started = bottles(line, rx)
    assert [(f.number, f.strength_mg, f.quantity, f.first_day, f.days_supply, f.bottles) for f in started] == [
        ("7000011-0", Decimal("1.5"), 7, 1, 7, 3),
        ("7000011-1", Decimal("3"), 7, 8, 7, 3),
        ("7000011-2", Decimal("4.5"), 16, 15, 16, 3),
    ]
    assert started[0].id == first
    told = line.trail(Event.FILL_STARTED)
    assert [(t["strength_mg"], t["quantity"], t["bottle"], t["first_day"], t["days"]) for t in told] == [
        ("1.5", 7, 1, 1, 7),
        ("3", 7, 2, 8, 7),
        ("4.5", 16, 3, 15, 16),
    ]
    texts = []
    for fill, batch in zip(started, shelf, strict=True):
        line.allocate(fill.id, batch)
        texts.append(printed(line, line.label(fill.id)))
        line.check(fill.id)
    for fill in started:
        assert line.row(Prescription, rx).state == "verified"
        line.dispense(fill.id)
    assert line.row(Prescription, rx).state == "filled"
    for text, said in zip(
        texts,
        (
            ("hydrochloride 1.5 mg capsule", "at bedtime on days 1 to 7", "Bottle 1 of 3", "Quantity 7 capsules"),
            ("hydrochloride 3 mg capsule", "at bedtime on days 8 to 14", "Bottle 2 of 3", "Quantity 7 capsules"),
            ("hydrochloride 4.5 mg capsule", "at bedtime on days 15 to 30", "Bottle 3 of 3", "Quantity 16 capsules"),
        ),
        strict=True,
    ):
        assert [
            part for part in (*said, "Take 1 capsule", "Use by 22 May 2027", "Refills none") if part not in text
        ] == []
    line.assert_whole()


def test_the_course_has_one_price_and_its_first_bottle_carries_it(line: Line) -> None:
    _, keys = checked(line)
    # By hand from the schedule: active 0.54 + 1.07 + 3.68, filler 0.05 + 0.05 + 0.12, shells 0.60, containers 2.85,
    # bench 7.20, dispensing 7.20; 23.36 + 20 % + fee 12.00 = 40.03, up to the half dollar.
    assert [line.row(Fill, key).price for key in keys] == [Decimal("40.50"), Decimal("0.00"), Decimal("0.00")]
    lines = [one["name"] for key in keys for one in line.row(Fill, key).price_lines]
    assert lines.count("professional fee") == lines.count("dispensing") == 1
    assert [name for name in lines if name.startswith("active")] == [f"active, bottle {n}" for n in (1, 2, 3)]


def test_a_dose_typed_otherwise_stops_and_names_the_step_not_the_value(line: Line) -> None:
    for typed, step in ((("1.5", "4.5", "4.5"), 2), (("15", "3", "4.5"), 1), (("1.5", "3", "3 mg"), 3)):
        with pytest.raises(
            RuleBroken, match=f"Step {step}: the dose that you typed is not what was entered"
        ) as refusal:
            line.verified_plan(typed)
        assert refusal.value.field == f"dose_again_{step}"
        assert not any(letter.isdigit() for letter in refusal.value.message.removeprefix(f"Step {step}"))
    for typed, said in ((("1.5", "3"), "has 3 steps"), (("1.5", "", "4.5"), "dose_again_2")):
        with pytest.raises(RuleBroken, match=said):
            line.verified_plan(typed)
    with pytest.raises(RuleBroken, match="Quantity: you typed 60"):
        line.verify(line.entered(**PLAN), doses_again=STRENGTHS, quantity_again="60")
    assert line.row(Prescription, line.verified_plan((" 1.5 mg", "3MG", "4.5"))).state == "verified"


CONTACT = prescriptions.Answered("titration.days", "agreed with the prescriber", "Dr Muster, phone, 24 November")


def test_a_plan_that_makes_no_bottles_is_not_signed_whatever_is_answered(line: Line) -> None:
    steps = [{"dose_mg": "1.5", "days": "7"}, {"dose_mg": "3", "days": "7"}]
    rx = line.entered(**{**PLAN, "titration": steps})
    with pytest.raises(RuleBroken, match="plan lasts 14 days; the days' supply is 30"):
        line.verify(rx, doses_again=("1.5", "3"), answers={CONTACT.rule: CONTACT})
    assert line.row(Prescription, rx).state == "entered"


def test_a_plan_with_one_strength_is_packed_by_step_and_the_strength_is_typed_too(line: Line) -> None:
    with pytest.raises(RuleBroken, match="Strength: you typed 3 mg"):
        line.verify(line.entered(**ONE_STRENGTH), doses_again=STRENGTHS, strength_again="3", quantity_again="69")
    rx = line.entered(**ONE_STRENGTH)
    line.verify(rx, doses_again=STRENGTHS, strength_again="1.5", quantity_again="69")
    line.started(rx)
    found = bottles(line, rx)
    assert [(f.strength_mg, f.quantity, f.days_supply) for f in found] == [
        (Decimal("1.5"), 7, 7),
        (Decimal("1.5"), 14, 7),
        (Decimal("1.5"), 48, 16),
    ]
    said = line.read(lambda s: courses.directions_of(s.get_one(Fill, found[1].id)))
    assert said == "Take 2 capsules at bedtime on days 8 to 14"


def test_a_batch_of_another_step_is_refused_for_a_bottle(line: Line) -> None:
    shelf, rx = batches(line), line.verified_plan()
    line.started(rx)
    second = bottles(line, rx)[1]
    for wrong in (shelf[0], shelf[2]):
        with pytest.raises(RuleBroken, match="capsules; for bottle 2 of 3 are 3 mg") as refusal:
            line.allocate(second.id, wrong)
        assert refusal.value.field == "batch"
    offered = line.read(lambda s: [b.id for b in fills.batches_for(s, s.get_one(Fill, second.id), line.today)])
    assert offered == [shelf[1]]
    line.allocate(second.id, shelf[1])
    line.assert_whole()


def test_the_last_bottle_has_to_last_from_the_first_day_of_the_whole_course(line: Line) -> None:
    shelf, rx = batches(line), line.verified_plan()  # all good until 22 May 2027
    just, late = line.later(150), line.later(151)  # 30 days from 23 April end on 22 May, from the 24th on 23 May
    late.started(rx)
    third = bottles(line, rx)[2].id
    with pytest.raises(RuleBroken, match=r"Days 15 to 30 from 2027-04-24 outlive the batch.*2027-05-22"):
        late.allocate(third, shelf[2])

    def offered(at: Line) -> list[int]:
        return at.read(lambda s: [b.id for b in fills.batches_for(s, s.get_one(Fill, third), at.today)])

    assert (offered(late), offered(just)) == ([], [shelf[2]])
    just.allocate(third, shelf[2])
    with pytest.raises(RuleBroken, match="outlive"):
        late.label(third)
    just.label(third)
    with pytest.raises(RuleBroken, match="outlive"):
        late.check(third)
    just.check(third)
    with pytest.raises(RuleBroken, match="outlive"):
        late.dispense(third)
    late.allocate(bottles(line, rx)[0].id, shelf[0])  # the first bottle ends long before


def test_bottles_go_out_in_their_order(line: Line) -> None:
    rx, (one, two, three) = checked(line)
    for early in (two, three):
        with pytest.raises(RuleBroken, match="the patient does not have bottle 1, which comes before it"):
            line.dispense(early)
    line.dispense(one)
    with pytest.raises(RuleBroken, match="does not have bottle 2"):
        line.dispense(three)
    line.dispense(two)
    assert line.row(Prescription, rx).state == "verified"
    line.dispense(three)
    assert line.row(Prescription, rx).state == "filled"


def test_a_later_bottle_stays_while_the_one_before_it_came_back(line: Line) -> None:
    _, (one, two, _) = checked(line)
    line.dispense(one)
    line.run(lambda s: fills.take_back(s, one, reason="it broke", **line.by))
    with pytest.raises(RuleBroken, match="does not have bottle 1"):
        line.dispense(two)


def test_a_cancelled_bottle_alone_is_started_anew(line: Line) -> None:
    rx, (one, two, three) = checked(line)
    with pytest.raises(RuleBroken, match="has a fill under way"):
        line.started(rx)
    line.cancel(two)
    line.dispense(one)
    again = line.started(rx)
    fill = line.row(Fill, again)
    assert (fill.number, fill.bottle, fill.strength_mg, fill.first_day) == ("7000011-3", 2, Decimal("3"), 8)
    with pytest.raises(RuleBroken, match="has a fill under way"):
        line.started(rx)
    line.allocate(again, line.row_allocated(two))
    line.label(again)
    line.check(again)
    line.dispense(again)
    line.dispense(three)
    assert line.row(Prescription, rx).state == "filled"
    line.assert_whole()


def test_a_plan_has_no_refills_though_some_were_written(line: Line) -> None:
    rx = line.verified_plan(refills="2")
    key = line.started(rx)
    assert line.read(lambda s: fills.fills_left(s, s.get_one(Prescription, rx))) == 0
    for fill in bottles(line, rx):
        line.run(lambda s, fill=fill: setattr(get_to_change(s, Fill, fill.id, "fill"), "state", "returned"))
    with pytest.raises(RuleBroken, match=r"would start over at 1\.5 mg: ask for a new .* was reached, 4\.5 mg"):
        line.later(40).started(rx)
    assert line.row(Fill, key).state == "returned"


def test_half_of_one_plan_and_half_of_another_are_no_course(line: Line) -> None:
    rx, (one, two, three) = checked(line)
    line.dispense(one)
    for key in (two, three):
        line.cancel(key)
    line.run(
        lambda s: prescriptions.advance(s, rx, "reopen", reason="the plan changed", actor=line.who["pia"], now=line.now)
    )
    steps = [{"dose_mg": "3", "days": "7"}, {"dose_mg": "4", "days": "7"}, {"dose_mg": "4.5", "days": ""}]
    line.entered(rx=rx, **{**PLAN, "titration": steps, "patient": line.row(Prescription, rx).document["patient"]})
    line.verify(rx, doses_again=("3", "4", "4.5"))
    with pytest.raises(RuleBroken, match="was filled"):
        line.started(rx)


@pytest.mark.parametrize("column", ["strength_mg", "bottle", "first_day"])
def test_a_bottle_changed_after_its_check_voids_the_signature(line: Line, column: str) -> None:
    _, (_, _, three) = checked(line)

    def holds() -> bool:
        return line.read(lambda s: fills.signatures(s, s.get_one(Fill, three))[-1].holds)

    assert holds()
    changed = {"strength_mg": Decimal("3"), "bottle": 2, "first_day": 2}[column]
    line.run(lambda s: setattr(s.get_one(Fill, three), column, changed))
    assert not holds()


def test_a_fill_that_is_alone_is_signed_as_it_was_before_there_were_bottles(line: Line) -> None:
    fill = line.checked()
    signed = line.read(lambda s: fills.content(s, s.get_one(Fill, fill)))
    assert set(signed) == {"number", "prescription", "batches", "quantity", "days_supply", "price", "labels"}
    line.run(lambda s: setattr(s.get_one(Fill, fill), "strength_mg", Decimal("3")))
    assert not line.read(lambda s: fills.signatures(s, s.get_one(Fill, fill))[-1].holds)


def test_a_fill_begun_before_there_were_bottles_is_finished_as_it_was_begun(line: Line) -> None:
    batch = line.released_of("1.5")
    rx = line.entered(**ONE_STRENGTH)
    line.verify(rx, doses_again=STRENGTHS, strength_again="1.5", quantity_again="69")
    fill = line.started(rx)
    for later in bottles(line, rx)[1:]:
        line.cancel(later.id)
    alone = {"bottles": 1, "quantity": 69, "days_supply": 30}  # as a migrated fill of the whole quantity stands
    line.run(lambda s: [setattr(s.get_one(Fill, fill), name, value) for name, value in alone.items()])
    with pytest.raises(RuleBroken, match="has a fill under way"):
        line.started(rx)
    line.allocate(fill, batch)
    text = printed(line, line.label(fill))
    assert "then take 2 capsules at bedtime" in text
    assert "Bottle" not in text
    assert [one["name"] for one in line.row(Fill, fill).price_lines].count("active") == 1
    line.check(fill)
    ines = line.who["ines"]  # 50.50 for the month is above the usual 50.00
    line.run(lambda s: prices.accept(s, fill, reason="three capsules a day", actor=ines, now=line.now))
    line.dispense(fill)
    assert line.row(Prescription, rx).state == "filled"
    line.assert_whole()


def test_a_later_prescription_counts_the_whole_course_as_in_use(line: Line) -> None:
    rx, keys = checked(line)
    for key in keys:
        line.dispense(key)
    patient = line.row(Prescription, rx).document["patient"]
    found = {}
    for days in (29, 31):
        later = line.later(days)
        other = later.entered(patient=patient)
        found[days] = {f["rule"] for f in later.row(Prescription, other).screening["findings"]}
        later.run(
            lambda s, o=other: prescriptions.advance(
                s, o, "cancel", reason="a test", actor=line.who["pia"], now=line.now
            )
        )
    assert {days for days, rules in found.items() if "profile.duplicate" in rules or "duplicate.therapy" in rules} == {
        29
    }
    assert line.row(Batch, line.row_allocated(keys[0])).on_hand > 0

"""Papers of the shelf: they say the state as it is, a copy asks why, and their codes lead to what they are stuck on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from labels.content import Label as Content
from labels.read_back import read_back
from pharmacy.domain.errors import Conflict, NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.workflow import Subject
from pharmacy.services import equipment, label_keeping, lots, printing, releasing, scanning, shelf_printing
from pharmacy.services.label_keeping import Made
from pharmacy.store.tables import Equipment, Ingredient, IngredientKind, Label, Lot
from tests.services.line import Line, add_machine
from tests.services.samples import ELECTRONIC
from tests.services.triturating import low_dose, using
from tests.services.triturating import released as released_trituration

PORTLAND = ZoneInfo("America/Los_Angeles")
PRINTS: dict[str, Callable[..., int]] = {
    "lot": shelf_printing.print_lot,
    "equipment": shelf_printing.print_equipment,
    "cover": shelf_printing.print_cover,
}


def printed(line: Line, what: str, key: int, **changed: Any) -> Label:
    made = PRINTS[what](line.database, key, **{"zone": PORTLAND, **line.by, **changed})
    return line.read(lambda s: label_keeping.pdf_of(s, made))


def test_a_lot_says_quarantine_until_it_is_released_and_then_what_became_of_it(line: Line) -> None:
    lot = line.lot(IngredientKind.ACTIVE, release=False)

    def says() -> str:
        return str(printed(line, "lot", lot).content["status"])

    assert says() == "QUARANTINE"
    line.run(lambda s: lots.release(s, lot, today=line.today, **line.signed("pia")))
    assert says() == "RELEASED"
    with pytest.raises(RuleBroken, match="this label was printed before"):
        says()
    line.run(lambda s: lots.advance(s, lot, "exhaust", actor=line.who["tess"], now=line.now))
    assert says() == "USED UP"
    assert len(set(line.read(lambda s: s.scalars(select(Label.token)).all()))) == 1


@pytest.mark.parametrize("state", ["rejected", "recalled", "expired"])
def test_a_lot_that_must_not_be_used_says_so(sqlite_line: Line, state: str) -> None:
    line = sqlite_line
    lot = line.lots[IngredientKind.FILLER]
    line.put(Subject.LOT, lot, state)
    assert printed(line, "lot", lot).content["status"] == f"{state.upper()} - DO NOT USE"


def test_a_lot_past_its_expiry_says_expired_although_nobody_moved_its_state(sqlite_line: Line) -> None:
    line = sqlite_line
    lot = line.lot(IngredientKind.ACTIVE)
    expiry = line.row(Lot, lot).expiry
    last = datetime(expiry.year, expiry.month, expiry.day, 23, 30, tzinfo=PORTLAND)  # on the next day in UTC
    assert printed(line, "lot", lot, now=last).content["status"] == "RELEASED"
    assert printed(line, "lot", lot, now=last + timedelta(hours=1)).content["status"] == "EXPIRED - DO NOT USE"
    assert line.row(Lot, lot).state == "released"


def test_the_label_of_a_lot_says_what_its_record_says(sqlite_line: Line) -> None:
    line = sqlite_line
    lot = line.lot(IngredientKind.ACTIVE, maker_lot="SC-77")
    row = line.row(Lot, lot)
    ingredient = line.row(Ingredient, row.ingredient_id)
    said = printed(line, "lot", lot).content
    assert said["ingredient"] == f"{ingredient.name}, USP"
    assert (said["lot_number"], said["supplier"], said["maker_lot"]) == (row.number, "Sample Chemicals", "SC-77")
    assert (said["expires"], said["quantity"]) == ("30 Jun 2028", "100000.000 mg")
    assert said["certificate"] == "Assay 99.4 % anhydrous, water 8.7 %, certificate COA 4711"
    assert said["of_several"] == []


def test_shells_have_no_assay_and_are_counted(sqlite_line: Line) -> None:
    line = sqlite_line
    said = printed(line, "lot", line.lots[IngredientKind.SHELL]).content
    assert said["quantity"] == "1000 capsules"
    assert said["certificate"] == "Certificate COA"


def test_the_day_of_receipt_is_that_of_the_pharmacys_clock(sqlite_line: Line) -> None:
    line = sqlite_line
    late = line.now.replace(hour=3)  # still the evening before in Portland
    lot = replace(line, now=late).lot(IngredientKind.FILLER, release=False)
    assert printed(line, "lot", lot).content["received"] == "23 Nov 2026"
    assert printed(line, "lot", lot, zone=ZoneInfo("UTC")).content["received"] == "24 Nov 2026"


def test_several_containers_get_a_label_each_and_more_of_them_later_ask_why(sqlite_line: Line) -> None:
    line = sqlite_line
    lot = line.lot(IngredientKind.FILLER)
    first = printed(line, "lot", lot, containers=3)
    assert first.content["of_several"] == ["Container 1 of 3", "Container 2 of 3", "Container 3 of 3"]
    assert read_back(first.pdf).pages == 3
    with pytest.raises(RuleBroken, match="say why another is needed"):
        printed(line, "lot", lot, containers=4)
    again = printed(line, "lot", lot, containers=4, reason="a fourth drum stood in the yard")
    assert (again.copy, again.content["mark"]) == (1, "Reprint 1")
    for wrong in (0, 51):
        with pytest.raises(RuleBroken, match="Containers: from 1 to 50") as refusal:
            printed(line, "lot", lot, containers=wrong)
        assert refusal.value.field == "containers"


def test_equipment_says_which_check_is_due_and_whether_it_may_be_used(sqlite_line: Line) -> None:
    line = sqlite_line
    pia = line.who["pia"]
    machine = line.run(lambda s: add_machine(s, line))
    said = printed(line, "equipment", machine).content
    assert (said["check"], said["due"], said["standing"]) == ("Cleaning or maintenance due", "24 Dec 2026", "")
    overdue = printed(line, "equipment", machine, now=line.now + timedelta(days=32)).content
    assert (overdue["due"], overdue["standing"]) == ("24 Dec 2026", "DO NOT USE")
    line.run(lambda s: equipment.take_out(s, machine, reason="a plate is bent", actor=pia, now=line.now))
    assert printed(line, "equipment", machine).content["standing"] == "OUT OF SERVICE"
    new = line.run(lambda s: equipment.add(s, ELECTRONIC, actor=pia, now=line.now)).id
    said = printed(line, "equipment", new).content
    assert (said["check"], said["due"], said["standing"]) == ("Calibration", "none on record", "DO NOT USE")


def test_the_label_of_a_calibrated_balance_says_until_when_it_holds(sqlite_line: Line) -> None:
    line = sqlite_line
    said = printed(line, "equipment", line.balance).content
    row = line.row(Equipment, line.balance)
    due = line.today + timedelta(days=731)
    assert (said["equipment_number"], said["name"]) == (row.number, row.name)
    assert (said["check"], said["due"]) == ("Calibration due", f"{due.day} {due:%b %Y}")


def test_the_cover_follows_the_batch_and_lists_what_belongs_behind_it(sqlite_line: Line) -> None:
    line = sqlite_line
    batch = line.tested()
    before = printed(line, "cover", batch).content
    assert (before["status"], before["released_by"], before["made_by"]) == (
        "QUARANTINE", "not released", "Tess Technician",
    )  # fmt: skip
    line.release(batch)
    after = printed(line, "cover", batch, stock="a4")
    assert (after.content["status"], after.content["mark"], after.stock) == ("RELEASED", "", "a4")
    assert after.content["released_by"] == "Pia Pharmacist, 24 Nov 2026"
    assert after.content["lots"][0].startswith("L000001 Naltrexone hydrochloride, Sample Chemicals SC-ACTIVE, expires")
    assert after.content["lots"][0].endswith(": 510.731 mg")
    assert after.content["enclosed"] == [
        "Master formulation record LDN45 version 1",
        "Compounding record B261124-01",
        "Certificate of analysis of L000001: COA 4711",
        "Certificate of analysis of L000002: COA",
        "Certificate of analysis of L000003: COA",
        "Weight test 1, passed",
    ]
    with pytest.raises(RuleBroken, match="say why another is needed"):
        printed(line, "cover", batch)
    line.run(lambda s: releasing.advance(s, batch, "recall", reason="wrong", actor=line.who["pia"], now=line.now))
    assert printed(line, "cover", batch).content["status"] == "RECALLED - DO NOT USE"


def test_a_released_batch_past_its_day_has_a_cover_that_says_expired(sqlite_line: Line) -> None:
    line = sqlite_line
    batch = line.released()
    assert printed(line, "cover", batch, now=line.now + timedelta(days=400)).content["status"] == "EXPIRED - DO NOT USE"


def test_a_planned_batch_has_a_cover_that_says_what_is_still_to_come(sqlite_line: Line) -> None:
    line = sqlite_line
    said = printed(line, "cover", line.planned()).content
    assert (said["made_by"], said["quantity"]) == ("nobody yet", "100 capsules")
    assert all(taken.endswith(": not weighed yet") for taken in said["lots"])


def test_cover_and_shelf_label_of_a_batch_are_counted_apart_and_carry_one_token(sqlite_line: Line) -> None:
    line = sqlite_line
    batch = line.tested()
    shelf = printing.print_batch(line.database, batch, today=line.today, **line.by)
    cover = printed(line, "cover", batch)
    assert cover.copy == 0
    assert cover.token == line.row(Label, shelf).token


@pytest.mark.parametrize(("what", "column"), [("lot", "lot_id"), ("equipment", "equipment_id"), ("cover", "batch_id")])
def test_every_paper_is_in_the_trail_and_its_codes_lead_back(sqlite_line: Line, what: str, column: str) -> None:
    line = sqlite_line
    key = {"lot": line.lots[IngredientKind.ACTIVE], "equipment": line.balance, "cover": 0}[what] or line.tested()
    made = printed(line, what, key)
    (noted,) = line.trail(Event.LABEL_MADE, made.id)
    assert (noted["kind"], noted[column], noted["sha256"]) == (what, key, made.sha256)
    kind = {"cover": "batch"}.get(what, what)
    for code in made.read_back["codes"]:
        assert line.read(lambda s, code=code: scanning.scanned(s, code["payload"])) == (kind, key)
    assert {code["kind"] for code in made.read_back["codes"]} == {"code128", "datamatrix"}


@pytest.mark.parametrize("what", PRINTS)
def test_a_copy_needs_a_reason_and_says_that_it_is_one(line: Line, what: str) -> None:
    key = {"lot": line.lots[IngredientKind.ACTIVE], "equipment": line.balance, "cover": 0}[what] or line.tested()
    printed(line, what, key)
    with pytest.raises(RuleBroken) as refusal:
        printed(line, what, key)
    assert refusal.value.field == "reason"
    again = printed(line, what, key, reason="it fell into the sink")
    assert (again.copy, again.content["mark"], again.reason) == (1, "Reprint 1", "it fell into the sink")


def test_a_lot_that_was_recalled_while_its_label_was_drawn_is_not_labelled_released(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    lot = line.lots[IngredientKind.ACTIVE]
    make = printing.make

    def slow(label: Content, *, today: date, stock: str = "") -> Made:
        made = make(label, today=today, stock=stock)
        line.run(lambda s: s.execute(update(Lot).where(Lot.id == lot).values(state="recalled")))
        return made

    monkeypatch.setattr(printing, "make", slow)
    with pytest.raises(Conflict, match="Lot L000001 was changed while its label was drawn"):
        printed(line, "lot", lot)
    assert line.read(lambda s: s.scalars(select(Label)).all()) == []


def test_what_has_no_glyph_is_refused_by_its_field(sqlite_line: Line) -> None:
    line = sqlite_line
    lot = line.lot(IngredientKind.FILLER, supplier="北方化学")
    with pytest.raises(RuleBroken, match="The label cannot be printed: the supplier") as refusal:
        printed(line, "lot", lot)
    assert refusal.value.field == "supplier"


def test_what_was_made_here_gets_the_label_of_a_trituration_and_stands_on_the_cover_with_its_parents(
    sqlite_line: Line,
) -> None:
    line = sqlite_line
    low = low_dose(line)
    lot = released_trituration(low)
    made = printed(low, "lot", lot)
    assert (made.kind, made.lot_id) == ("trituration", lot)
    batch = using(low, lot).planned(capsules=30)
    said = printed(low, "cover", batch).content
    assert "trituration of L000001 and L000002" in said["lots"][0]
    for paper in ("Record of trituration T000001", "Certificate of analysis of L000001: COA 4711"):
        assert said["enclosed"].count(paper) == 1


@pytest.mark.parametrize("what", PRINTS)
def test_nothing_is_printed_for_a_record_that_is_not_there(sqlite_line: Line, what: str) -> None:
    line = sqlite_line
    with pytest.raises(NotFound):
        printed(line, what, 999)

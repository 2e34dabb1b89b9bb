"""Labels: made once, read back, kept before they are printed, and never of a record that changed meanwhile."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from labels.content import Label as Content
from pharmacy.domain.errors import Conflict, NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import label_keeping, label_texts, printing, releasing, scanning
from pharmacy.services.label_keeping import Made
from pharmacy.store import lists
from pharmacy.store.tables import Batch, Fill, Label, Patient, Pharmacy
from tests.services.line import Line, order


def test_another_copy_needs_a_reason_and_says_that_it_is_one(line: Line) -> None:
    fill = line.labelled()
    with pytest.raises(RuleBroken, match="Print again: write the reason") as refusal:
        line.label(fill)
    assert refusal.value.field == "reason"
    for _ in range(2):
        line.label(fill, reason="the printer tore it")
    kept = line.read(lambda s: s.scalars(select(Label).order_by(Label.id)).all())
    assert [(label.copy, label.reason, label.content["mark"]) for label in kept] == [
        (0, "", ""),
        (1, "the printer tore it", "Reprint 1"),
        (2, "the printer tore it", "Reprint 2"),
    ]
    assert len({label.token for label in kept}) == 1
    assert len({label.sha256 for label in kept}) == 3
    listed = line.read(lambda s: lists.labels_of(s, fill_id=fill))
    assert [row.made_by for row in listed] == ["Tess Technician"] * 3
    line.check(fill, scanned=kept[0].token)


def _draw_slowly(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Lets something happen between composing a label and keeping it."""
    make = printing.make

    def slow(label: Content, *, today: date, stock: str = "") -> Made:
        made = make(label, today=today, stock=stock)
        meanwhile()
        return made

    monkeypatch.setattr(printing, "make", slow)


def test_the_label_of_a_fill_that_changed_while_it_was_drawn_is_refused(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = line.allocated()
    rename = update(Patient).values(family="Renamed")
    _draw_slowly(monkeypatch, lambda: line.run(lambda s: s.execute(rename)))
    with pytest.raises(Conflict, match="was changed while its label was drawn"):
        line.label(fill)
    assert (line.row(Fill, fill).state, line.read(lambda s: s.scalars(select(Label)).all())) == ("allocated", [])


def test_the_label_of_a_fill_that_was_cancelled_while_it_was_drawn_is_refused(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = line.allocated()
    _draw_slowly(monkeypatch, lambda: line.cancel(fill))
    with pytest.raises(RuleBroken, match="is cancelled"):
        line.label(fill)
    assert line.read(lambda s: s.scalars(select(Label)).all()) == []


def test_two_first_labels_drawn_at_once_are_not_both_kept(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    fill = line.allocated()
    make = printing.make

    def first(label: Content, *, today: date, stock: str = "") -> Made:
        monkeypatch.setattr(printing, "make", make)
        line.label(fill)
        return make(label, today=today, stock=stock)

    monkeypatch.setattr(printing, "make", first)
    with pytest.raises(RuleBroken, match="write the reason"):
        line.label(fill)
    assert len(line.read(lambda s: s.scalars(select(Label)).all())) == 1


def test_a_label_that_does_not_fit_or_has_no_glyph_is_refused_with_its_field(line: Line) -> None:
    batch = line.released()
    for family, given in (("安", "Erika"), ("x" * 110, "y" * 110)):
        patient = {**order()["patient"], "family": family, "given": given}
        fill = line.allocated(batch, line.verified(patient=patient))
        with pytest.raises(RuleBroken, match="The label cannot be printed") as refusal:
            line.label(fill)
        assert refusal.value.field == "patient"
        assert line.row(Fill, fill).state == "allocated"


def test_a_label_that_breaks_a_rule_is_refused_by_all_who_demand_it(line: Line) -> None:
    fill = line.allocated()
    line.run(lambda s: s.execute(update(Pharmacy).values(phone="call us")))
    with pytest.raises(RuleBroken) as refusal:
        line.label(fill)
    assert refusal.value.field == "pharmacy_phone"
    assert str(refusal.value) == (
        "The label cannot be printed: the pharmacy's phone number is no phone number of 7 digits or more (tx.phone)."
    )
    assert (line.row(Fill, fill).state, line.read(lambda s: s.scalars(select(Label)).all())) == ("allocated", [])


def test_a_shelf_label_of_a_released_batch_says_expired_from_the_day_after_its_date(line: Line) -> None:
    batch = line.released()
    last = line.row(Batch, batch).beyond_use_date
    for today, status in ((last, "RELEASED"), (last + timedelta(days=1), "EXPIRED - DO NOT USE")):
        label = line.row(Label, printing.print_batch(line.database, batch, today=today, **line.by))
        assert (label.content["status"], label.copy) == (status, 0)


def test_what_a_rule_warns_of_is_kept_with_the_label(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_texts, "WARNINGS", ("May cause vivid dreams.",))
    kept = line.row(Label, line.label(line.allocated()))
    (warned,) = kept.read_back["warned"]
    assert warned["field"] == "warnings"
    assert (
        warned["message"] == "none of the auxiliary warnings names opioid medicines, which do not mix with naltrexone"
    )
    assert warned["rules"] == ["house.opioid-warning"]
    assert warned["sources"][0].startswith("docs/labels.md")


def test_a_batch_label_says_quarantine_until_the_batch_is_released(line: Line) -> None:
    batch = line.tested()

    def label(reason: str = "") -> Label:
        key = printing.print_batch(line.database, batch, reason=reason, today=line.today, **line.by)
        return line.read(lambda s: label_keeping.pdf_of(s, key))

    assert (label().content["status"], label("torn").content["mark"]) == ("QUARANTINE", "Reprint 1")
    with pytest.raises(RuleBroken, match="this label was printed before"):
        label()
    line.release(batch)
    released = label()
    assert (released.content["status"], released.content["mark"]) == ("RELEASED", "")
    pia = line.who["pia"]
    line.run(lambda s: releasing.advance(s, batch, "recall", reason="wrong filler", actor=pia, now=line.now))
    assert label().content["status"] == "RECALLED - DO NOT USE"
    assert len(set(line.read(lambda s: s.scalars(select(Label.token)).all()))) == 1


def test_a_demonstration_says_so_on_every_label(line: Line) -> None:
    line.run(lambda s: s.execute(update(Pharmacy).values(demonstration=True)))
    fill = line.labelled()
    line.label(fill, reason="the printer tore it")
    marks = line.read(lambda s: [label.content["mark"] for label in s.scalars(select(Label).order_by(Label.id))])
    assert marks == ["DEMONSTRATION", "DEMO - Reprint 1"]


def test_a_pharmacy_without_a_name_prints_nothing(line: Line) -> None:
    fill = line.allocated()
    line.run(lambda s: s.delete(s.get_one(Pharmacy, 1)))
    with pytest.raises(RuleBroken, match="name, address and phone are not set up"):
        line.label(fill)


def test_every_code_leads_to_its_record(line: Line) -> None:
    batch = line.released()
    fill = line.labelled(batch)
    token = line.read(lambda s: s.scalars(select(Label.token)).one())
    for code, found in (
        (token, ("fill", fill)),
        ("7000011-0", ("fill", fill)),
        (" b261124-01 ", ("batch", batch)),
        ("L000001", ("lot", 1)),
        ("7000011", ("prescription", 1)),
    ):
        assert line.read(lambda s, code=code: scanning.scanned(s, code)) == found
    for code in ("", "nothing", "\0", "x" * 200, "MTR1:AAAAAAAAAA"):
        with pytest.raises(NotFound, match="Nothing here has the code"):
            line.read(lambda s, code=code: scanning.scanned(s, code))


def test_a_printed_label_is_noted(line: Line) -> None:
    line.labelled()
    line.run(lambda s: label_keeping.note_print(s, 1, **line.by))
    assert line.trail(Event.LABEL_PRINTED, 1)[0]["by"] == "Tess Technician"
    assert line.row(Batch, 1).number == "B261124-01"
    with pytest.raises(NotFound):
        line.read(lambda s: label_keeping.pdf_of(s, 999))

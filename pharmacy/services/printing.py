"""Labels: composed from signed records, judged, made once, read back with other eyes, kept, and then offered for print.

Drawing and reading back run between transactions, never inside one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute, Session

from labels.content import Label as Content
from labels.errors import LabelRefused
from labels.linting import Level, Told, judge, told
from labels.papers import PAPERS, paper_of
from labels.printing import lay_out, render
from labels.read_back import agrees
from labels.stock import STOCKS
from pharmacy.domain.errors import Conflict, RuleBroken
from pharmacy.domain.workflow import FillState
from pharmacy.services import fills
from pharmacy.services.acting import Actor, get, get_to_change, move
from pharmacy.services.label_keeping import Made, keep, printed_before, refuse_without_reason, same_before
from pharmacy.services.label_texts import compose_batch, compose_trituration, compose_vial
from pharmacy.services.patient_label_texts import compose_auxiliary, compose_bag, compose_card
from pharmacy.services.patient_page_texts import compose_calendar, compose_leaflet, compose_receipt
from pharmacy.services.shelf_label_texts import compose_cover, compose_equipment, compose_lot
from pharmacy.store.database import Database
from pharmacy.store.tables import Batch, Equipment, Fill, Label, LabelKind, Lot, Trituration


@dataclass(frozen=True, slots=True)
class Source:
    """Of what a kind of label is printed: the row, the column of the label that names it, and what the label says.

    compose: from the session, the row's id and, by name, what the record does not hold and whoever prints it gives.
    """

    table: type[Any]
    called: str
    column: InstrumentedAttribute[int | None]
    compose: Callable[..., Content]


SOURCES = {
    LabelKind.BATCH: Source(Batch, "batch", Label.batch_id, compose_batch),
    LabelKind.TRITURATION: Source(Lot, "lot", Label.lot_id, compose_trituration),
    LabelKind.AUXILIARY: Source(Fill, "fill", Label.fill_id, compose_auxiliary),
    LabelKind.CALENDAR: Source(Fill, "fill", Label.fill_id, compose_calendar),
    LabelKind.LEAFLET: Source(Fill, "fill", Label.fill_id, compose_leaflet),
    LabelKind.RECEIPT: Source(Fill, "fill", Label.fill_id, compose_receipt),
    LabelKind.CARD: Source(Fill, "fill", Label.fill_id, compose_card),
    LabelKind.BAG: Source(Fill, "fill", Label.fill_id, compose_bag),
    LabelKind.LOT: Source(Lot, "lot", Label.lot_id, compose_lot),
    LabelKind.EQUIPMENT: Source(Equipment, "equipment", Label.equipment_id, compose_equipment),
    LabelKind.COVER: Source(Batch, "batch", Label.batch_id, compose_cover),
}
"""The labels that move no state; the container label, which does, is printed by `print_fill`."""


def stocks_of(kind: LabelKind) -> tuple[tuple[str, str], ...]:
    """Name and words of each stock that a kind of label is printed on, the usual one first."""
    return tuple((name, STOCKS[name].words) for name in PAPERS[kind.value].stocks)


def drawn_for(label: Label) -> str:
    """In words, what a kept label was drawn for; those of before stocks were kept are 4 x 2 inches."""
    kept = label.stock or PAPERS[label.kind.value].stocks[0]
    return STOCKS[kept].words if kept in STOCKS else kept


def print_fill(
    database: Database,
    fill_id: int,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    reason: str = "",
    stock: str = "",
) -> int:
    """Makes the container label of a fill, or another copy of it, and keeps it; returns the label's number.

    Raises: RuleBroken: not its turn, a field that does not fit, a rule about labels, a label that does not read back.
    """
    with database.reading() as session:
        fill = get(session, Fill, fill_id, "fill")
        _label_step(session, fill, actor=actor, now=now, today=today, reason=reason)
        label = compose_vial(session, fill_id)
    made = make(label, today=today, stock=stock)
    return database.run(
        lambda session: _keep_vial(session, fill_id, made, actor=actor, now=now, today=today, reason=reason)
    )


def print_batch(
    database: Database, batch_id: int, *, actor: Actor, now: datetime, today: date, reason: str = "", stock: str = ""
) -> int:
    """Makes the shelf label of a batch as it is today, like `print_of`."""
    return _print_dated(database, LabelKind.BATCH, batch_id, today, stock, actor=actor, now=now, reason=reason)


def print_trituration(
    database: Database, trituration_id: int, *, actor: Actor, now: datetime, today: date, reason: str = ""
) -> int:
    """Makes the label of the lot that a trituration became, like `print_of`.

    Raises: RuleBroken when it is not mixed.
    """
    with database.reading() as session:
        made = get(session, Trituration, trituration_id, "trituration")
        lot_id = made.lot_id
        if lot_id is None:
            raise RuleBroken(f"Trituration {made.number} is {made.state}; its label is made when it is mixed.")
    return print_made_lot(database, lot_id, actor=actor, now=now, today=today, reason=reason)


def print_made_lot(
    database: Database, lot_id: int, *, actor: Actor, now: datetime, today: date, reason: str = "", stock: str = ""
) -> int:
    """Makes the label of a lot that was made here, as it is today, like `print_of`."""
    return _print_dated(database, LabelKind.TRITURATION, lot_id, today, stock, actor=actor, now=now, reason=reason)


def _print_dated(
    database: Database,
    kind: LabelKind,
    of_id: int,
    today: date,
    stock: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> int:
    """A label that says today's state."""
    given = {"today": today}
    return print_of(database, kind, of_id, actor=actor, now=now, today=today, reason=reason, stock=stock, given=given)


def print_of(
    database: Database,
    kind: LabelKind,
    of_id: int,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    reason: str = "",
    stock: str = "",
    given: Mapping[str, object] = MappingProxyType({}),
) -> int:
    """Makes a label of this kind as its record is now, and keeps it; returns the label's number.

    given: what the record does not hold, by the names that this kind is composed with.
    Raises: RuleBroken: a copy without a reason, a field that does not fit, a rule about labels, or a label that does
        not read back.
    """
    with database.reading() as session:
        label = SOURCES[kind].compose(session, of_id, **given)
    made = make(label, today=today, stock=stock)
    return database.run(
        lambda session: _keep_of(session, kind, of_id, made, given, actor=actor, now=now, reason=reason)
    )


def make(label: Content, *, today: date, stock: str = "") -> Made:
    """Judges a label, draws it and reads it back: every field as text, each code from black and white dots.

    Raises: RuleBroken naming the field.
    """
    try:
        found = paper_of(label).stock(stock)
        warned = _judged(label, found.name, today)
        printed = render(label, stock=found.name)
    except LabelRefused as refusal:
        raise RuleBroken(f"The label cannot be printed: {refusal}", field=refusal.field) from refusal
    problems = agrees(label, printed.pdf, printed, dpi=found.dpi)
    if problems:
        raise RuleBroken("The label was not printed, since it does not read back: " + "; ".join(problems) + ".")
    return Made(label, printed, found.name, warned)


def _judged(label: Content, stock: str, today: date) -> tuple[Told, ...]:
    """What the rules about labels warn of. One content on one stock is always laid out alike, so these are its sheets.

    Raises: RuleBroken with everything for which it must not be printed.
    """
    findings = judge(label, lay_out(label, stock=stock), today=today)
    if refused := told(findings, Level.REFUSE):
        raise RuleBroken(f"The label cannot be printed: {'; '.join(map(str, refused))}.", field=refused[0].field)
    return told(findings, Level.WARN)


def _keep_vial(
    session: Session, fill_id: int, made: Made, *, actor: Actor, now: datetime, today: date, reason: str
) -> int:
    fill = get_to_change(session, Fill, fill_id, "fill")
    state, copies = _label_step(session, fill, actor=actor, now=now, today=today, reason=reason)
    _refuse_changed(compose_vial(session, fill_id), made, f"Fill {fill.number}")
    fill.state = FillState(state)
    owner = {"fill_id": fill.id}
    return keep(session, LabelKind.VIAL, made, copies, owner=owner, actor=actor, now=now, reason=reason)


def _label_step(
    session: Session, fill: Fill, *, actor: Actor, now: datetime, today: date, reason: str
) -> tuple[str, int]:
    """The state after this label, and how many there were before it."""
    copies = printed_before(session, LabelKind.VIAL, Label.fill_id == fill.id)
    state = move(session, fill, "reprint" if copies else "label", actor=actor, now=now, reason=reason)
    fills.refuse_unless_sound(session, fill, today)
    return state, copies


def _keep_of(
    session: Session,
    kind: LabelKind,
    of_id: int,
    made: Made,
    given: Mapping[str, object],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> int:
    source = SOURCES[kind]
    row = get_to_change(session, source.table, of_id, source.called)
    again = source.compose(session, of_id, **given)
    _refuse_changed(again, made, f"{source.called.capitalize()} {row.number}")
    copies = same_before(session, kind, source.column == of_id, again)
    refuse_without_reason(copies, reason)
    owner = {source.column.key: of_id}
    return keep(session, kind, made, copies, owner=owner, actor=actor, now=now, reason=reason)


def _refuse_changed(now_says: Content, made: Made, whose: str) -> None:
    """The token of a first label is drawn at random and may differ; nothing else may."""
    same_token = {"token": made.token} if made.token else {}
    if replace(now_says, **same_token) != made.label:
        raise Conflict(f"{whose} was changed while its label was drawn; print it again.")

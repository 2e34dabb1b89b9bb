"""Test pages: made for one printer, printed the way labels are, measured and scanned back by a person."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from labels.content import PrinterTest
from labels.errors import LabelRefused
from labels.layouts.printer_test import rulers
from labels.papers import PAPERS
from labels.stock import STOCKS
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.printer_check import Expected, Found, faults
from pharmacy.services.acting import Actor, get, next_number, record
from pharmacy.services.label_keeping import new_token
from pharmacy.services.label_texts import day, mark_of, pharmacy_of
from pharmacy.services.printing import make
from pharmacy.store.database import Database
from pharmacy.store.tables import PrinterCheck, PrinterPage, Via

KIND = "printer test"
KNOWN_STOCKS = {stock.name: f"{stock.name}: {stock.words}" for stock in STOCKS.values()}
"""Every stock by its name, the usual one first, as a list offers it; of few of them there is no test page."""

LONGEST_NAME = 40
LONGEST_MM = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Tested:
    """Which printer, the way to it, and the stock in it."""

    printer: str
    via: Via
    stock: str


def make_page(database: Database, tested: Tested, *, actor: Actor, now: datetime, zone: ZoneInfo) -> int:
    """Makes and keeps a test page with codes of its own; returns its number.

    Raises: RuleBroken: the printer has no name or too long a one, or the stock is too small.
    """
    name = _named(tested.printer, "printer", "Printer")
    try:
        stock = PAPERS[KIND].stock(tested.stock)
    except LabelRefused as refusal:
        raise RuleBroken(f"Stock: {refusal}.", field="stock") from refusal
    number = database.run(lambda session: next_number(session, "test page"))  # it stands on the page, so it comes first
    with database.reading() as session:
        mark = mark_of(pharmacy_of(session), 0)
    made = make(
        PrinterTest(
            title=f"Test page {number}",
            printer=name,
            held=f"{stock.name}, {stock.dpi} dots an inch",
            made=f"{day(now.astimezone(zone).date())}, {now.astimezone(zone):%H:%M}, {actor.name}",
            token=new_token(),
            mark=mark,
        ),
        today=now.astimezone(zone).date(),
        stock=stock.name,
    )
    across, down = rulers(stock)

    def keep(session: Session) -> int:
        row = PrinterPage(
            id=number,
            printer=name,
            via=tested.via,
            stock=stock.name,
            token=made.token,
            line_code=made.label.codes[0][1],
            across_mm=across,
            down_mm=down,
            content=asdict(made.label),
            pdf=made.printed.pdf,
            sha256=made.printed.sha256,
            made_by_id=actor.id,
            made_at=now,
        )
        session.add(row)
        session.flush()
        told = {"printer": name, "via": tested.via, "stock": stock.name, "sha256": row.sha256}
        record(session, Event.TEST_PAGE_MADE, actor=actor, now=now, subject="test page", subject_id=row.id, **told)
        return row.id

    return database.run(keep)


def check(session: Session, page_id: int, found: Found, *, scanner: str, actor: Actor, now: datetime) -> PrinterCheck:
    """Keeps what was measured and scanned, and whether printer and scanner passed.

    Raises: RuleBroken: a length that no page has, or the scanner has no name.
    """
    page = get(session, PrinterPage, page_id, "test page")
    name = _named(scanner, "scanner", "Scanner")
    for field, length in (("across_mm", found.across_mm), ("down_mm", found.down_mm)):
        if not 0 < length <= LONGEST_MM or length != round(length, 1):
            raise RuleBroken(f"Ruler {field.removesuffix('_mm')}: a length in mm, such as 89.5.", field=field)
    wrong = faults(expected(page), found)
    row = PrinterCheck(
        page_id=page.id,
        scanner=name,
        across_mm=found.across_mm,
        down_mm=found.down_mm,
        scanned=[code.strip()[:LONGEST_NAME] for code in found.scanned],
        passed=not wrong,
        faults=list(wrong),
        person_id=actor.id,
        at=now,
    )
    session.add(row)
    session.flush()
    told = {"printer": page.printer, "scanner": name, "passed": row.passed, "faults": row.faults}
    measured = {"across_mm": found.across_mm, "down_mm": found.down_mm}
    record(
        session,
        Event.PRINTER_CHECKED,
        actor=actor,
        now=now,
        subject="test page",
        subject_id=page.id,
        **told,
        **measured,
    )
    return row


def expected(page: PrinterPage) -> Expected:
    """What a person should measure and scan on a page."""
    return Expected(
        f"Test page {page.id}", page.across_mm, page.down_mm, page.line_code, page.token, page.via is Via.QUEUE
    )


def checks_of(session: Session, page_id: int) -> tuple[PrinterCheck, ...]:
    """Every check of a page, the newest first."""
    wanted = select(PrinterCheck).where(PrinterCheck.page_id == page_id).options(joinedload(PrinterCheck.person))
    return tuple(session.scalars(wanted.order_by(PrinterCheck.id.desc())))


def standing(session: Session) -> tuple[PrinterCheck, ...]:
    """The last check of every printer with each stock, by name: it says whether the printer is certified."""
    last = (
        select(func.max(PrinterCheck.id))
        .join(PrinterPage, PrinterCheck.page_id == PrinterPage.id)
        .group_by(PrinterPage.printer, PrinterPage.via, PrinterPage.stock)
    )
    wanted = (
        select(PrinterCheck)
        .where(PrinterCheck.id.in_(last))
        .join(PrinterPage, PrinterCheck.page_id == PrinterPage.id)
        .options(joinedload(PrinterCheck.page), joinedload(PrinterCheck.person))
        .order_by(PrinterPage.printer, PrinterPage.stock)
    )
    return tuple(session.scalars(wanted))


def last_check(session: Session, printer: str, via: Via, stock: str = "") -> PrinterCheck | None:
    """The check that holds for a printer, with this stock when one is named."""
    found = (one for one in standing(session) if (one.page.printer, one.page.via) == (printer, via))
    mine = [one for one in found if stock in ("", one.page.stock)]
    return max(mine, key=lambda one: one.id, default=None)


def _named(text: str, field: str, called: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise RuleBroken(f"{called}: give it a name of 1 to {LONGEST_NAME} letters.", field=field)
    return name

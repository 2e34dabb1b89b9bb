"""What is sent to a printer: the very PDF of a kept paper, or its dots as ZPL; and whether it fits the printer."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from labels.barcodes import Barcode
from labels.errors import LabelRefused
from labels.papers import PAPERS
from labels.read_back import decode
from labels.stock import STOCKS
from labels.zpl import dots_of, zpl
from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.settings import Printer
from pharmacy.store.database import Database
from pharmacy.store.tables import Label, PrinterPage

FIRST_STOCK = "vial-4x2"
"""Of the labels that were kept before their stock was."""


@dataclass(frozen=True, slots=True)
class Offset:
    """How far the ink moves on the paper of a ZPL printer [mm], as the set-up of a computer says."""

    right_mm: float = 0
    down_mm: float = 0


NO_OFFSET = Offset()


@dataclass(frozen=True, slots=True)
class Paper:
    """What goes to a printer: a kept label, or a test page."""

    label_id: int | None = None
    page_id: int | None = None

    @property
    def title(self) -> str:
        """What a print queue may show of it: nothing about anybody."""
        return f"Mortar label {self.label_id}" if self.label_id else f"Mortar test page {self.page_id}"


@dataclass(frozen=True, slots=True)
class Payload:
    """What will be sent, and its SHA-256. zpl: None for the PDF as it is kept."""

    form: str
    zpl: bytes | None
    sha256: str


def payload_of(database: Database, paper: Paper, printer: Printer, offset: Offset = NO_OFFSET) -> Payload:
    """Made once, before it is queued, outside of any transaction.

    Raises: RuleBroken: drawn for other paper or dots, changed since it was kept, or not whole with this offset.
    """
    with database.reading() as session:
        kept = find_paper(session, paper)
        pdf, codes = kept.pdf, _codes(kept)
    if sha256(pdf).hexdigest() != kept.sha256:
        raise RuleBroken(f"{paper.title} is not the one that was kept; it is not printed. Tell the administrator.")
    _refuse_other_paper(paper, kept.stock or FIRST_STOCK, printer)
    if printer.form == "pdf":
        return Payload("pdf", None, kept.sha256)
    _refuse_unless_scanned(pdf, codes, printer)
    try:
        made = zpl(pdf, dpi=printer.dpi, note=paper.title, right_mm=offset.right_mm, down_mm=offset.down_mm)
    except LabelRefused as refusal:
        raise RuleBroken(f"{paper.title} cannot be printed on {printer.name}: {refusal}.") from refusal
    return Payload("zpl", made, sha256(made).hexdigest())


def find_paper(session: Session, paper: Paper) -> Label | PrinterPage:
    """The kept paper with its bytes.

    Raises: NotFound.
    """
    found: Label | PrinterPage | None
    if paper.label_id:
        found = session.execute(select(Label).where(Label.id == paper.label_id).options(undefer(Label.pdf))).scalar()
    else:
        one = select(PrinterPage).where(PrinterPage.id == paper.page_id).options(undefer(PrinterPage.pdf))
        found = session.execute(one).scalar()
    if found is None:
        raise NotFound(f"There is no {paper.title.removeprefix('Mortar ').rpartition(' ')[0]} with this number.")
    return found


def why_not(stock: str, printer: Printer) -> str:
    """Why a paper drawn for this stock cannot be printed there; nothing when it can.

    >>> why_not("vial-4x2", Printer("z", "zpl", "vial-4x3", 203))
    'it was drawn for vial-4x2, and z holds vial-4x3'
    """
    drawn, held = STOCKS.get(stock or FIRST_STOCK), STOCKS.get(printer.stock)
    if drawn is None or held is None:
        return f"the stock {stock if drawn is None else printer.stock} is not in use any more"
    if (drawn.width_mm, drawn.height_mm) != (held.width_mm, held.height_mm):
        return f"it was drawn for {drawn.name}, and {printer.name} holds {held.name}"
    if printer.form == "zpl" and drawn.dpi != printer.dpi:
        return f"it was drawn for {drawn.dpi} dots an inch, and {printer.name} prints {printer.dpi}"
    return ""


def stock_for(kind: str, wanted: str) -> str:
    """The stock that a label of this kind is drawn for at a computer with these labels; "" for the usual one.

    >>> stock_for("vial", "vial-4x3"), stock_for("vial", "a stock of something else")
    ('vial-4x3', '')
    """
    return wanted if wanted in PAPERS[kind].stocks else ""


def _refuse_other_paper(paper: Paper, stock: str, printer: Printer) -> None:
    why = why_not(stock, printer)
    if why:
        raise RuleBroken(f"{paper.title} is not sent to {printer.name}: {why}.", field="printer")


def _codes(kept: Label | PrinterPage) -> set[Barcode]:
    if isinstance(kept, PrinterPage):
        return {Barcode("code128", kept.line_code), Barcode("datamatrix", kept.token)}
    return {Barcode(code["kind"], code["payload"]) for code in kept.read_back["codes"]}


def _refuse_unless_scanned(pdf: bytes, codes: set[Barcode], printer: Printer) -> None:
    found: set[Barcode] = set()
    for page in dots_of(pdf, dpi=printer.dpi):
        found.update(decode(b"".join(page.rows), width=page.width, height=len(page.rows)))
    if found != codes:
        raise RuleBroken(
            f"The codes do not scan in the dots of {printer.name}; print it from the browser, and tell whoever set"
            " the printer up.",
            field="printer",
        )

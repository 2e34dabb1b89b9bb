"""Labels on their way to printers, test pages, and what people found when they measured and scanned those."""

from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pharmacy.domain.print_states import PrintState
from pharmacy.store.columns import Base, Code, Exact, Key, Prose, Short, When, choice
from pharmacy.store.fills import Label
from pharmacy.store.people import Person


class Via(StrEnum):
    """Which way a test page goes to its printer."""

    QUEUE = "the server"
    BROWSER = "the browser"


class PrinterPage(Base):
    """A test page as it was made, byte for byte. Never changed."""

    __tablename__ = "printer_pages"
    __table_args__ = (CheckConstraint("across_mm > 0 AND down_mm > 0", name="has_rulers"),)

    id: Mapped[Key]
    printer: Mapped[Short]
    via: Mapped[Via] = mapped_column(choice(Via, "via"))
    stock: Mapped[Code]
    token: Mapped[Code] = mapped_column(unique=True)  # in the DataMatrix, and nowhere to be read
    line_code: Mapped[Code]  # in the bars
    across_mm: Mapped[int]  # how long the rulers are
    down_mm: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[Code]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[When]

    made_by: Mapped[Person] = relationship()


class PrinterCheck(Base):
    """What somebody measured and scanned on a test page. Never changed; the last one of a printer holds."""

    __tablename__ = "printer_checks"
    __table_args__ = (Index("ix_printer_checks_page_id", "page_id", "id"),)

    id: Mapped[Key]
    page_id: Mapped[int] = mapped_column(ForeignKey("printer_pages.id"))
    scanner: Mapped[Short]
    across_mm: Mapped[Decimal] = mapped_column(Exact(1))
    down_mm: Mapped[Decimal] = mapped_column(Exact(1))
    scanned: Mapped[list[str]] = mapped_column(JSON)
    passed: Mapped[bool]
    faults: Mapped[list[str]] = mapped_column(JSON)  # sentences; none when it passed
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    page: Mapped[PrinterPage] = relationship()
    person: Mapped[Person] = relationship()


class PrintJob(Base):
    """One paper on its way to one printer. What was queued is never changed, and never deleted."""

    __tablename__ = "print_jobs"
    __table_args__ = (
        CheckConstraint("(label_id IS NULL) <> (page_id IS NULL)", name="of_one_paper"),
        CheckConstraint("is_open = (state NOT IN ('sent', 'cancelled'))", name="is_open"),
        Index("ix_print_jobs_open", "is_open", "printer", "next_try_at", "id"),
        Index("ix_print_jobs_label_id", "label_id"),
        Index("ix_print_jobs_page_id", "page_id"),
    )

    id: Mapped[Key]
    printer: Mapped[Code]
    label_id: Mapped[int | None] = mapped_column(ForeignKey("labels.id"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("printer_pages.id"))
    form: Mapped[Code]  # "pdf": the very bytes of the label; "zpl": the dots of it, below
    zpl: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[Code]  # of what is sent
    queued_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    queued_at: Mapped[When]
    state: Mapped[PrintState] = mapped_column(choice(PrintState, "state"))
    is_open: Mapped[bool]
    attempts: Mapped[int]
    next_try_at: Mapped[When]
    taken_at: Mapped[When | None]
    error: Mapped[Prose]  # the last one, as a sentence
    settled_at: Mapped[When | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # None: the sender
    reason: Mapped[Prose]

    queued_by: Mapped[Person] = relationship(foreign_keys=[queued_by_id])
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id])
    label: Mapped[Label | None] = relationship()
    page: Mapped[PrinterPage | None] = relationship()

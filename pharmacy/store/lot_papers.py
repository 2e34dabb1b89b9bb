"""What is kept beside a lot: the files of its certificate, and the weighings behind its packing statistic."""

from decimal import Decimal

from sqlalchemy import JSON, Boolean, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pharmacy.domain.file_kinds import FileKind
from pharmacy.store.columns import Base, Exact, Key, Prose, Short, When, choice
from pharmacy.store.people import Person


class CertificateFile(Base):
    """A certificate as it was scanned or came from the supplier. Only ever added; a better one is added beside it."""

    __tablename__ = "certificate_files"
    __table_args__ = (UniqueConstraint("lot_id", "sha256"),)

    id: Mapped[Key]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    name: Mapped[Short]  # as the sender called it; told, never used
    kind: Mapped[FileKind] = mapped_column(choice(FileKind, "kind"))
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    before_release: Mapped[bool] = mapped_column(Boolean)  # whether the signature under the release covers it
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    person: Mapped[Person] = relationship()


class PackingMeasurement(Base):
    """Ten filled capsules and ten empty shells, one by one, and what was computed from them. Never changed.

    A figure that was typed without its weighings has none, and no spread.
    """

    __tablename__ = "packing_measurements"
    __table_args__ = (Index("ix_packing_measurements_lot_id", "lot_id", "size", "id"),)

    id: Mapped[Key]
    lot_id: Mapped[int] = mapped_column(ForeignKey("lots.id"))
    size: Mapped[str] = mapped_column(String(4))
    filled_mg: Mapped[list[str]] = mapped_column(JSON)  # none for a lot of shells
    shells_mg: Mapped[list[str]] = mapped_column(JSON)
    shell_mg: Mapped[Decimal | None] = mapped_column(Exact(3))  # mean
    shell_rsd_percent: Mapped[Decimal | None] = mapped_column(Exact(4))
    packing_mg: Mapped[Decimal | None] = mapped_column(Exact(3))
    filled_rsd_percent: Mapped[Decimal | None] = mapped_column(Exact(4))
    error_mg: Mapped[Decimal | None] = mapped_column(Exact(3))
    reason: Mapped[Prose]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    person: Mapped[Person] = relationship()

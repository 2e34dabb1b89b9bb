"""What happens at the bench beside weighing: steps confirmed, timers, pauses, and photographs."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pharmacy.domain.file_kinds import FileKind
from pharmacy.store.columns import Base, Key, Prose, Short, When, choice
from pharmacy.store.people import Person


class BenchActKind(StrEnum):
    DONE = "done"
    STARTED = "timer started"
    PAUSED = "paused"
    RESUMED = "resumed"


class BenchAct(Base):
    """One act at the bench. Only ever added. step: its number in the batch's procedure, 0 when it is about none."""

    __tablename__ = "bench_acts"
    __table_args__ = (Index("ix_bench_acts_batch_id", "batch_id", "id"),)

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    kind: Mapped[BenchActKind] = mapped_column(choice(BenchActKind, "kind"))
    step: Mapped[int] = mapped_column(Integer)
    note: Mapped[Prose]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    person: Mapped[Person] = relationship()


class BenchPhoto(Base):
    """A photograph taken at a step. Only ever added."""

    __tablename__ = "bench_photos"
    __table_args__ = (Index("ix_bench_photos_batch_id", "batch_id", "id"),)

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    step: Mapped[int] = mapped_column(Integer)
    note: Mapped[Short]
    kind: Mapped[FileKind] = mapped_column(choice(FileKind, "kind"))
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[When]

    person: Mapped[Person] = relationship()

"""Labels as they were made: kept byte for byte, found again, and how many there were before."""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, undefer

from labels.content import Label as Content
from labels.linting import Told
from labels.printing import Printed
from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services.acting import Actor, record
from pharmacy.store.tables import Label, LabelKind

_TOKEN_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that look alike


@dataclass(frozen=True, slots=True)
class Made:
    """A label that was drawn and read back without a difference. warned: what rules find that does not stop it."""

    label: Content
    printed: Printed
    stock: str
    warned: tuple[Told, ...] = ()

    @property
    def token(self) -> str:
        """What its DataMatrix holds, or nothing."""
        return str(getattr(self.label, "token", ""))


def pdf_of(session: Session, label_id: int) -> Label:
    """A kept label with its bytes: the preview shows and the printer gets these, no others."""
    label = session.execute(select(Label).where(Label.id == label_id).options(undefer(Label.pdf))).scalar()
    if label is None:
        raise NotFound("There is no label with this number.")
    return label


def note_print(session: Session, label_id: int, *, actor: Actor, now: datetime, **where: object) -> None:
    """Notes that a label was sent to be printed. where: by the server, the printer and the number of the print."""
    record(session, Event.LABEL_PRINTED, actor=actor, now=now, subject="label", subject_id=label_id, **where)


def keep(
    session: Session,
    kind: LabelKind,
    made: Made,
    copies: int,
    *,
    owner: dict[str, int],
    actor: Actor,
    now: datetime,
    reason: str,
) -> int:
    """Keeps a label, notes it in the trail, returns its number. owner: the column that names its record, and the id."""
    row = Label(
        kind=kind,
        **owner,
        copy=copies,
        reason=reason.strip(),
        token=made.token,
        stock=made.stock,
        content=asdict(made.label),
        pdf=made.printed.pdf,
        sha256=made.printed.sha256,
        read_back={
            "codes": [{"kind": code.kind, "payload": code.payload} for code in made.printed.barcodes],
            "differs": [],
            "pages": made.printed.pages,
            "warned": [asdict(one) for one in made.warned],
        },
        made_by_id=actor.id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    record(
        session,
        Event.LABEL_MADE,
        actor=actor,
        now=now,
        subject="label",
        subject_id=row.id,
        kind=kind.value,
        **owner,
        stock=row.stock,
        copy=copies,
        sha256=row.sha256,
        reason=row.reason,
    )
    return row.id


def refuse_without_reason(copies: int, reason: str) -> None:
    """Raises: RuleBroken when it is a copy and nobody says why."""
    if copies and not reason.strip():
        raise RuleBroken("Reason: this label was printed before; say why another is needed.", field="reason")


def token_of(session: Session, where: ColumnElement[bool]) -> str:
    """The token that all labels of one fill, batch, lot or piece of equipment carry that have one."""
    return session.scalar(select(func.min(Label.token)).where(where, Label.token != "")) or new_token()


def printed_before(session: Session, kind: LabelKind, where: ColumnElement[bool]) -> int:
    """How many labels of this kind were made."""
    return session.scalar(select(func.count()).select_from(Label).where(Label.kind == kind, where)) or 0


def same_before(session: Session, kind: LabelKind, where: ColumnElement[bool], label: Content) -> int:
    """How many labels of this kind were made that said the same, but for the mark of a copy."""
    earlier = session.scalars(select(Label.content).where(Label.kind == kind, where))
    return sum(1 for content in earlier if _says(content) == _says(asdict(label)))


def _says(content: dict[str, Any]) -> dict[str, Any]:
    """What a label says, as JSON has it, where a row of a table is a list.

    For how many containers it was asked does not make it another one.
    """
    told = {name: value for name, value in content.items() if name not in ("mark", "token", "of_several")}
    return dict(json.loads(json.dumps(told)))


def new_token() -> str:
    """A code for a container that says nothing about anybody: 10 letters of 30, drawn at random."""
    return "MTR1:" + "".join(secrets.choice(_TOKEN_LETTERS) for _ in range(10))

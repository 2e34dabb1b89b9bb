"""Files of certificates of analysis: kept as they came, told by their bytes, never changed."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.file_kinds import kind_of
from pharmacy.domain.workflow import LotState
from pharmacy.services.acting import Actor, get_to_change, record
from pharmacy.store.tables import CertificateFile, Lot

MOST_BYTES = 1_500_000  # below the usual limit of a whole request, so that the sentence is ours


def add(session: Session, lot_id: int, *, name: str, content: bytes, actor: Actor, now: datetime) -> CertificateFile:
    """Keeps a file beside those that are there. The signature under a release covers those that were there before it.

    Raises: RuleBroken.
    """
    lot = get_to_change(session, Lot, lot_id, "lot")
    if not content:
        raise RuleBroken("File: choose the scanned certificate first; nothing came.", field="file")
    if len(content) > MOST_BYTES:
        raise RuleBroken(
            f"File: {len(content) / 1e6:.1f} MB is more than {MOST_BYTES / 1e6:.1f} MB; scan it in grey, at 150 dots an"
            " inch.",
            field="file",
        )
    kind = kind_of(content, field="file")
    digest = hashlib.sha256(content).hexdigest()
    same = CertificateFile.lot_id == lot.id, CertificateFile.sha256 == digest
    if session.execute(select(CertificateFile.id).where(*same)).first():
        raise RuleBroken(f"File: this very file is kept with lot {lot.number} already.", field="file")
    row = CertificateFile(
        lot_id=lot.id,
        name=_plain(name) or f"certificate.{kind.suffix}",
        kind=kind,
        size=len(content),
        sha256=digest,
        content=content,
        before_release=lot.state is LotState.QUARANTINED,
        person_id=actor.id,
        at=now,
    )
    session.add(row)
    session.flush()
    session.expire(lot, ["certificate_files"])
    record(
        session,
        Event.CERTIFICATE_KEPT,
        actor=actor,
        now=now,
        subject="lot",
        subject_id=lot.id,
        file=row.id,
        kind=kind.value,
        size=row.size,
        sha256=digest,
        before_release=row.before_release,
    )
    return row


def file(session: Session, file_id: int) -> CertificateFile:
    """One file with its bytes.

    Raises: NotFound.
    """
    statement = select(CertificateFile).where(CertificateFile.id == file_id)
    row = session.scalar(statement.options(undefer(CertificateFile.content)))
    if row is None:
        raise NotFound("There is no certificate with this number.")
    return row


def _plain(name: str) -> str:
    """The last part of a file's name, without what cannot be printed."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip()[:120]

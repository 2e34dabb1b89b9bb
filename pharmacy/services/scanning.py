"""What a scanned code stands for."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import NotFound
from pharmacy.store.tables import Batch, Equipment, Fill, Label, Lot, Prescription, Trituration


def scanned(session: Session, text: str) -> tuple[str, int]:
    """What a scanned code stands for: the name of its kind, such as "fill" or "lot", and its id.

    Raises: NotFound.
    """
    wanted = text.strip() if text.isprintable() else ""
    label = session.execute(select(Label).where(Label.token == wanted).limit(1)).scalar() if wanted else None
    if label is not None:
        of = (
            ("fill", label.fill_id),
            ("batch", label.batch_id),
            ("lot", label.lot_id),
            ("equipment", label.equipment_id),
        )
        return next((kind, key) for kind, key in of if key)
    found = _by_number(session, wanted)
    if found is None:
        raise NotFound(f"Nothing here has the code “{wanted[:60]}”.", field="code")
    return found


def _by_number(session: Session, wanted: str) -> tuple[str, int] | None:
    # Once mixed, a trituration is a lot.
    numbered: tuple[Any, ...] = (Fill, Batch, Lot, Trituration, Prescription, Equipment)
    for table in numbered:
        found = session.execute(select(table.id).where(table.number == wanted.upper())).scalar()
        if found is not None:
            return table.__name__.lower(), found
    return None

"""Pictures of kept labels: drawn from the very bytes that go to the printer."""

from sqlalchemy.orm import Session

from labels.picture import png
from pharmacy.services import label_keeping


def preview(session: Session, label_id: int) -> bytes:
    """A label as a grey PNG of 203 dots an inch, the printer's own.

    Raises: NotFound.
    """
    return png(label_keeping.pdf_of(session, label_id).pdf)

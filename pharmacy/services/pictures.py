"""Pictures of kept labels: drawn from the very bytes that go to the printer."""

from sqlalchemy.orm import Session

from labels.picture import pages, png
from pharmacy.domain.errors import NotFound
from pharmacy.services import label_keeping


def preview(session: Session, label_id: int, part: int = 1) -> bytes:
    """A label, or one part of it, as a grey PNG of 203 dots an inch, the printer's own. part: counted from 1.

    Raises: NotFound.
    """
    pdf = label_keeping.pdf_of(session, label_id).pdf
    if part != 1 and not 1 <= part <= pages(pdf):
        raise NotFound("The label has no such part.")
    return png(pdf, page=part - 1)

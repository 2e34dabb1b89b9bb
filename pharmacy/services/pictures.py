"""Pictures of kept labels: drawn from the very bytes that go to the printer."""

from sqlalchemy.orm import Session

from labels.picture import pages, png
from pharmacy.domain.errors import NotFound
from pharmacy.services import label_keeping


def preview(session: Session, label_id: int, page: int = 0) -> bytes:
    """A part of a label as a grey PNG of 203 dots an inch, the printer's own. page: which part, the first is 0.

    Raises: NotFound.
    """
    pdf = label_keeping.pdf_of(session, label_id).pdf
    if not 0 <= page < pages(pdf):
        raise NotFound("This label has no such part.")
    return png(pdf, page=page)


def parts(session: Session, label_id: int) -> int:
    """How many parts a label has, each a page.

    Raises: NotFound.
    """
    return pages(label_keeping.pdf_of(session, label_id).pdf)

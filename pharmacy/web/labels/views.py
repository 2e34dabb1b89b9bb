"""Labels as they were made: their picture, their bytes, and what they were read back as."""

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from pharmacy.domain.roles import BENCH, READERS
from pharmacy.services import label_keeping, patient_papers, pictures, prescriptions, printing
from pharmacy.services.acting import get
from pharmacy.store.tables import Batch, Equipment, Fill, Label, Lot
from pharmacy.web.access import actor, allowed, now, reading, transaction
from pharmacy.web.printers.shown import of_label

bp = Blueprint("labels", __name__, url_prefix="/labels")
Answer = str | Response | tuple[str, int]


@bp.get("/<int:label_id>")
@allowed(*READERS)
def show(label_id: int) -> Answer:
    _note_reading(label_id)
    with reading() as session:
        label = get(session, Label, label_id, "label")
        offers, prints = of_label(session, label)
        return render_template(
            "labels/show.html",
            label=label,
            called=patient_papers.called(label.kind),
            parts=1 if label.content.get("of_several") else pictures.parts(session, label_id),
            drawn_for=printing.drawn_for(label),
            offers=offers,
            prints=prints,
            fill=session.get(Fill, label.fill_id) if label.fill_id else None,
            batch=session.get(Batch, label.batch_id) if label.batch_id else None,
            lot=session.get(Lot, label.lot_id) if label.lot_id else None,
            equipment=session.get(Equipment, label.equipment_id) if label.equipment_id else None,
        )


@bp.get("/<int:label_id>/picture.png")
@allowed(*READERS)
def picture(label_id: int) -> Answer:
    """The label as the printer draws it, dot for dot. ?part= is which part of several, the first is 1."""
    part = request.args.get("part", 1, type=int)
    with reading() as session:
        response = make_response(pictures.preview(session, label_id, part - 1))
    response.content_type = "image/png"
    return response


@bp.get("/<int:label_id>/label.pdf")
@allowed(*BENCH)
def pdf(label_id: int) -> Answer:
    """The very bytes that were made, to be printed; the trail notes who took them."""
    with transaction() as session:
        label = label_keeping.pdf_of(session, label_id)
        label_keeping.note_print(session, label_id, actor=actor(), now=now())
    response = make_response(label.pdf)
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="label-{label_id}.pdf"'
    return response


def _note_reading(label_id: int) -> None:
    """The papers of a fill name a patient; those of the shelf name nobody."""
    with transaction() as session:
        label = get(session, Label, label_id, "label")
        if label.fill_id is not None:
            fill = get(session, Fill, label.fill_id, "fill")
            prescriptions.note_reading(session, fill.prescription_id, actor=actor(), now=now())

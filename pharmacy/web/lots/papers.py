"""Certificates of analysis as files: added beside each other, served as a download that runs nothing."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, READERS
from pharmacy.services import certificates
from pharmacy.services.acting import get
from pharmacy.store.tables import Lot
from pharmacy.web.access import actor, allowed, now, reading, transaction
from pharmacy.web.forms import refuse
from pharmacy.web.lots import bp
from pharmacy.web.lots.forms import CertificateForm


@bp.get("/<int:lot_id>/certificate")
@allowed(*BENCH)
def certificate_form(lot_id: int) -> Answer:
    return _page(lot_id, CertificateForm())


@bp.post("/<int:lot_id>/certificate")
@allowed(*BENCH)
def add_certificate(lot_id: int) -> Answer:
    form = CertificateForm()
    try:
        name, content = _sent()
        with transaction() as session:
            row = certificates.add(session, lot_id, name=name, content=content, actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(lot_id, form), 422
    flash(f"The certificate is kept: {row.name}.", "success")
    return redirect(url_for("lots.show", lot_id=lot_id))


@bp.get("/certificates/<int:file_id>")
@allowed(*READERS)
def certificate(file_id: int) -> Answer:
    """The very bytes that were kept, to be saved: under a name of ours, and in a sandbox should a browser open them."""
    with reading() as session:
        row = certificates.file(session, file_id)
        number = get(session, Lot, row.lot_id, "lot").number
    response = make_response(row.content)
    response.content_type = row.kind.value
    response.headers["Content-Disposition"] = f'attachment; filename="{number}-certificate-{row.id}.{row.kind.suffix}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response


def _sent() -> tuple[str, bytes]:
    """Name and bytes of the one file that was sent; empty when none was.

    Raises: RuleBroken.
    """
    files = request.files.getlist("file")
    if len(files) > 1:
        raise RuleBroken("File: send one file at a time.", field="file")
    if not files:
        return "", b""
    files[0].seek(0)  # after a conflict in the database the view runs again
    return files[0].filename or "", files[0].read()


def _page(lot_id: int, form: CertificateForm) -> str:
    with reading() as session:
        lot = get(session, Lot, lot_id, "lot")
        return render_template(
            "lots/certificate.html", lot=lot, form=form, most=f"{certificates.MOST_BYTES / 1e6:.1f} MB"
        )

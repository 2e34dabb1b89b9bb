"""Formulas as JSON: one version downloaded, a document pasted, the shipped drafts added."""

import json
import re

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.json_text import parse_json
from pharmacy.domain.roles import BENCH, READERS
from pharmacy.services import formula_exchange
from pharmacy.services.acting import get
from pharmacy.store.tables import Formula
from pharmacy.web.access import actor, allowed, now, reading, transaction
from pharmacy.web.formulas import bp
from pharmacy.web.formulas.forms import DocumentForm

MOST_BYTES = 400_000
"""An export with every text at its limit, in letters of four bytes, is still less."""


@bp.get("/<int:formula_id>/export")
@allowed(*READERS)
def export(formula_id: int) -> Answer:
    with reading() as session:
        formula = get(session, Formula, formula_id, "formula")
        document = formula_exchange.export(formula)
    answer = make_response(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    code = re.sub(r"[^A-Za-z0-9.]+", "-", formula.code).strip("-") or "formula"
    answer.headers["Content-Type"] = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{code}-version-{formula.version}.json"'
    return answer


@bp.get("/import")
@allowed(*BENCH)
def import_form() -> Answer:
    return render_template("formulas/import_form.html", form=DocumentForm())


@bp.post("/import")
@allowed(*BENCH)
def take_in() -> Answer:
    form = DocumentForm()
    uploaded = _uploaded()
    try:
        document = parse_json(_sent(form, uploaded))
        with transaction() as session:
            formula = formula_exchange.take_in(session, document, actor=actor(), now=now())
    except RuleBroken as refusal:
        named = refusal.field and not refusal.message.startswith(refusal.field)
        beside = form.file if uploaded else form.document
        beside.errors = [f"{refusal.field}: {refusal.message}" if named else refusal.message]
        return render_template("formulas/import_form.html", form=form), 422
    flash(f"{formula.title} is drafted; the pharmacist-in-charge approves it.", "success")
    return redirect(url_for("formulas.show", formula_id=formula.id))


def _uploaded() -> list[bytes]:
    """The files that were sent; a browser sends an empty one when none is chosen."""
    files = request.files.getlist("file")
    for file in files:
        file.seek(0)  # after a conflict in the database the view runs again
    return [content for file in files if (content := file.read(MOST_BYTES + 1))]


def _sent(form: DocumentForm, uploaded: list[bytes]) -> bytes:
    """The document's bytes, from the file or from the text.

    Raises: RuleBroken when there is more than one, or when it is larger than any formula.
    """
    pasted = (form.document.data or "").encode()
    sent = [*uploaded, *([pasted] if pasted.strip() else [])]
    if len(sent) > 1:
        raise RuleBroken("Send one document: a file, or its text.")
    if sent and len(sent[0]) > MOST_BYTES:
        raise RuleBroken(f"The document is larger than {MOST_BYTES:,} bytes; no formula is.")
    return sent[0] if sent else b""


@bp.post("/shipped")
@allowed(*BENCH)
def add_shipped() -> Answer:
    try:
        with transaction() as session:
            found = formula_exchange.add_shipped(session, actor=actor(), now=now())
    except RuleBroken as refusal:
        flash(f"No draft was added. {refusal.message}", "danger")
        return redirect(url_for("formulas.index"))
    if found.added:
        flash(f"{len(found.added)} drafts are added; the pharmacist-in-charge reads and approves each.", "success")
    if found.here:
        flash(f"Here already, and left as they are: {', '.join(found.here)}.", "info")
    return redirect(url_for("formulas.index"))

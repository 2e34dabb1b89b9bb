"""Formulas as JSON: one version downloaded, a document pasted, the shipped drafts added."""

import json
import re

from flask import flash, make_response, redirect, render_template, url_for
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
    try:
        document = parse_json((form.document.data or "").encode())
        with transaction() as session:
            formula = formula_exchange.take_in(session, document, actor=actor(), now=now())
    except RuleBroken as refusal:
        named = refusal.field and not refusal.message.startswith(refusal.field)
        form.document.errors = [f"{refusal.field}: {refusal.message}" if named else refusal.message]
        return render_template("formulas/import_form.html", form=form), 422
    flash(f"{formula.title} is drafted; the pharmacist-in-charge approves it.", "success")
    return redirect(url_for("formulas.show", formula_id=formula.id))


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

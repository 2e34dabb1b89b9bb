"""Capsules of a batch sent to a laboratory, and its answer."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.potency import read_percent
from pharmacy.domain.roles import BENCH
from pharmacy.services import assays
from pharmacy.services.acting import get
from pharmacy.services.assays import Report
from pharmacy.store.tables import Batch
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, now, reading, today, transaction
from pharmacy.web.batches import bp
from pharmacy.web.batches.forms import AssayForm, ReportForm
from pharmacy.web.forms import refuse, typed


@bp.get("/<int:batch_id>/assays/send")
@allowed(*BENCH)
def send_form(batch_id: int) -> Answer:
    return _send_page(batch_id, AssayForm(data={"method": "HPLC"}))


@bp.post("/<int:batch_id>/assays/send")
@allowed(*BENCH)
def send(batch_id: int) -> Answer:
    form = AssayForm()
    try:
        with transaction() as session:
            assays.send(
                session,
                batch_id,
                capsules=values.whole(form.capsules),
                laboratory=typed(form.laboratory.data),
                method=typed(form.method.data),
                actor=actor(),
                now=now(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _send_page(batch_id, form), 422
    flash("The assay is noted; its answer is recorded when the laboratory sends it.", "success")
    return redirect(url_for("batches.show", batch_id=batch_id, _anchor="assays"))


@bp.get("/<int:batch_id>/assays/<int:assay_id>")
@allowed(*BENCH)
def answer_form(batch_id: int, assay_id: int) -> Answer:
    return _answer_page(batch_id, assay_id, ReportForm())


@bp.post("/<int:batch_id>/assays/<int:assay_id>")
@allowed(*BENCH)
def answer(batch_id: int, assay_id: int) -> Answer:
    form = ReportForm()
    try:
        report = Report(
            read_percent(typed(form.percent.data)), values.day(form.reported_on), typed(form.certificate.data)
        )
        with transaction() as session:
            assays.find(session, batch_id, assay_id)
            row = assays.answer(session, assay_id, report, actor=actor(), now=now(), today=today())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _answer_page(batch_id, assay_id, form), 422
    if row.passed:
        flash("The answer is kept; the content is within its limits.", "success")
    else:
        flash("The content is outside its limits: nothing of this batch goes out any more. Recall it.", "danger")
    return redirect(url_for("batches.show", batch_id=batch_id, _anchor="assays"))


def _send_page(batch_id: int, form: AssayForm) -> str:
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        return render_template("batches/send.html", batch=batch, form=form)


def _answer_page(batch_id: int, assay_id: int, form: ReportForm) -> str:
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        return render_template(
            "batches/answer.html", batch=batch, assay=assays.find(session, batch_id, assay_id), form=form
        )

"""What becomes of a batch: released or rejected by a pharmacist's signature, or expired."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, PHARMACISTS
from pharmacy.domain.workflow import Subject, find
from pharmacy.services import releasing
from pharmacy.services.acting import get
from pharmacy.store.tables import Batch
from pharmacy.web.access import actor, allowed, now, prove, reading, today, transaction
from pharmacy.web.batches import bp, record
from pharmacy.web.batches.forms import RejectForm
from pharmacy.web.forms import ReasonForm, SigningForm, refuse, typed


@bp.get("/<int:batch_id>/release")
@allowed(*PHARMACISTS)
def release_form(batch_id: int) -> Answer:
    return _record_page("release", batch_id, SigningForm())


@bp.post("/<int:batch_id>/release")
@allowed(*PHARMACISTS)
def release(batch_id: int) -> Answer:
    form = SigningForm()
    try:
        proof = prove(form)
        with transaction() as session:
            batch = releasing.release(
                session,
                batch_id,
                proof=proof,
                reason=typed(form.reason.data),
                actor=actor(),
                now=now(),
                today=today(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _record_page("release", batch_id, form), 422
    flash(f"Batch {batch.number} is released: {batch.on_hand} capsules may be handed out.", "success")
    return redirect(url_for("batches.show", batch_id=batch_id))


@bp.get("/<int:batch_id>/reject")
@allowed(*PHARMACISTS)
def reject_form(batch_id: int) -> Answer:
    return _record_page("reject", batch_id, RejectForm())


@bp.post("/<int:batch_id>/reject")
@allowed(*PHARMACISTS)
def reject(batch_id: int) -> Answer:
    form = RejectForm()
    try:
        proof = prove(form)
        with transaction() as session:
            batch = releasing.reject(
                session,
                batch_id,
                reason=typed(form.reason.data),
                disposal=typed(form.disposal.data),
                proof=proof,
                actor=actor(),
                now=now(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _record_page("reject", batch_id, form), 422
    flash(f"Batch {batch.number} is rejected and signed.", "success")
    return redirect(url_for("batches.show", batch_id=batch_id))


@bp.get("/<int:batch_id>/expire")
@allowed(*BENCH)
def expire_form(batch_id: int) -> Answer:
    return _step_page("expire", batch_id, ReasonForm())


@bp.post("/<int:batch_id>/expire")
@allowed(*BENCH)
def expire(batch_id: int) -> Answer:
    return _advance("expire", batch_id)


def _advance(verb: str, batch_id: int) -> Answer:
    form = ReasonForm()
    try:
        with transaction() as session:
            batch = releasing.advance(
                session, batch_id, verb, reason=typed(form.reason.data), actor=actor(), now=now(), today=today()
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _step_page(verb, batch_id, form), 422
    flash(f"Batch {batch.number} is {batch.state}.", "success")
    return redirect(url_for("batches.show", batch_id=batch_id))


def _record_page(name: str, batch_id: int, form: SigningForm) -> str:
    """The page that signs: the whole record above, the signature below."""
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        form.showing(releasing.content(batch))
        return render_template(f"batches/{name}.html", form=form, **record.context(session, batch))


def _step_page(verb: str, batch_id: int, form: ReasonForm) -> str:
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        return render_template("batches/step.html", batch=batch, form=form, step=find(Subject.BATCH, verb))

"""Lots of ingredients: shown, released, counted, and taken out of use. Receipt, papers and measuring have modules."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, PHARMACISTS, READERS
from pharmacy.domain.workflow import Subject, find
from pharmacy.services import label_texts, lots, second_readings, shelf_printing
from pharmacy.services.acting import get
from pharmacy.services.signing import Standing
from pharmacy.store import lists, stock
from pharmacy.store.tables import Lot
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, database, now, prove, reading, settings, today, transaction
from pharmacy.web.forms import ReasonForm, SigningForm, refuse, typed
from pharmacy.web.lots import bp, measuring, papers, receiving, supplies
from pharmacy.web.lots.forms import AdjustForm, LabelForm
from pharmacy.web.steps import buttons

__all__ = ["bp", "measuring", "papers", "receiving", "supplies"]  # importing them puts their pages into the blueprint

PAGES = {
    "release": "lots.release_form",
    "reject": "lots.reject_form",
    "recall": "recalls.lot",
    "exhaust": "lots.exhaust_form",
    "expire": "lots.expire_form",
}


@bp.get("/")
@allowed(*READERS)
def index() -> Answer:
    with reading() as session:
        page = lists.lots(session, after=request.args.get("after", ""))
    return render_template("lots/index.html", page=page, today=today())


@bp.get("/closed")
@allowed(*READERS)
def closed() -> Answer:
    with reading() as session:
        page = lists.lots(session, is_open=False, after=request.args.get("after", ""))
    return render_template("lots/closed.html", page=page, today=today())


@bp.get("/<int:lot_id>")
@allowed(*READERS)
def show(lot_id: int) -> Answer:
    return _show(lot_id, LabelForm(formdata=None))


@bp.post("/<int:lot_id>/print")
@allowed(*BENCH)
def print_label(lot_id: int) -> Answer:
    form = LabelForm()
    try:
        label_id = shelf_printing.print_lot(
            database(),
            lot_id,
            zone=ZoneInfo(settings().timezone),
            containers=values.whole(form.containers),
            actor=actor(),
            now=now(),
            reason=typed(form.reason.data),
        )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _show(lot_id, form), 422
    return redirect(url_for("labels.show", label_id=label_id))


def _show(lot_id: int, form: LabelForm) -> str:
    with reading() as session:
        lot = get(session, Lot, lot_id, "lot")
        labels = lists.labels_of(session, lot_id=lot_id)
        return render_template(
            "lots/show.html",
            lot=lot,
            readings=_readings(session, lot),
            labels=labels,
            form=form,
            label_due=label_texts.label_due(lot, labels[-1].says if labels else "", today()),
            ledger=stock.ledger(session, lot_id),
            signatures=lots.signatures(session, lot),
            steps=buttons(
                Subject.LOT, lot.state, PAGES, but=() if lot.expiry < today() else ("expire",), lot_id=lot.id
            ),
            today=today(),
        )


@bp.get("/<int:lot_id>/adjust")
@allowed(*BENCH)
def adjust_form(lot_id: int) -> Answer:
    return _page("adjust", lot_id, AdjustForm())


@bp.post("/<int:lot_id>/adjust")
@allowed(*BENCH)
def adjust(lot_id: int) -> Answer:
    form = AdjustForm()
    try:
        counted = values.decimal(form.counted, least=Decimal(0))
        with transaction() as session:
            lot = lots.adjust(session, lot_id, counted, reason=typed(form.reason.data), actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page("adjust", lot_id, form), 422
    flash(f"The ledger of lot {lot.number} now says what was counted.", "success")
    return redirect(url_for("lots.show", lot_id=lot_id))


@bp.get("/<int:lot_id>/release")
@allowed(*PHARMACISTS)
def release_form(lot_id: int) -> Answer:
    return _page("release", lot_id, SigningForm())


@bp.post("/<int:lot_id>/release")
@allowed(*PHARMACISTS)
def release(lot_id: int) -> Answer:
    form = SigningForm()
    try:
        proof = prove(form)
        with transaction() as session:
            lot = lots.release(
                session,
                lot_id,
                proof=proof,
                reason=typed(form.reason.data),
                actor=actor(),
                now=now(),
                today=today(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page("release", lot_id, form), 422
    flash(f"Lot {lot.number} is released and signed.", "success")
    return redirect(url_for("lots.show", lot_id=lot_id))


@bp.get("/<int:lot_id>/reject")
@allowed(*PHARMACISTS)
def reject_form(lot_id: int) -> Answer:
    return _step_page("reject", lot_id, ReasonForm())


@bp.post("/<int:lot_id>/reject")
@allowed(*PHARMACISTS)
def reject(lot_id: int) -> Answer:
    return _advance("reject", lot_id)


@bp.get("/<int:lot_id>/exhaust")
@allowed(*BENCH)
def exhaust_form(lot_id: int) -> Answer:
    return _step_page("exhaust", lot_id, ReasonForm())


@bp.post("/<int:lot_id>/exhaust")
@allowed(*BENCH)
def exhaust(lot_id: int) -> Answer:
    return _advance("exhaust", lot_id)


@bp.get("/<int:lot_id>/expire")
@allowed(*BENCH)
def expire_form(lot_id: int) -> Answer:
    return _step_page("expire", lot_id, ReasonForm())


@bp.post("/<int:lot_id>/expire")
@allowed(*BENCH)
def expire(lot_id: int) -> Answer:
    return _advance("expire", lot_id)


def _advance(verb: str, lot_id: int) -> Answer:
    form = ReasonForm()
    try:
        with transaction() as session:
            lot = lots.advance(
                session, lot_id, verb, reason=typed(form.reason.data), actor=actor(), now=now(), today=today()
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _step_page(verb, lot_id, form), 422
    flash(f"Lot {lot.number} is {lot.state}.", "success")
    return redirect(url_for("lots.show", lot_id=lot_id))


def _step_page(verb: str, lot_id: int, form: ReasonForm) -> str:
    """The page of a step that asks for nothing but a reason."""
    with reading() as session:
        lot = get(session, Lot, lot_id, "lot")
        return render_template("lots/step.html", lot=lot, form=form, step=find(Subject.LOT, verb))


def _page(name: str, lot_id: int, form: AdjustForm | SigningForm) -> str:
    with reading() as session:
        lot = get(session, Lot, lot_id, "lot")
        if isinstance(form, SigningForm):
            form.showing(lots.content(lot))
        shown = {"readings": _readings(session, lot), "meaning": lots.release_meaning(lot).value}
        return render_template(f"lots/{name}.html", lot=lot, form=form, **shown)


def _readings(session: Session, lot: Lot) -> dict[int, Standing]:
    """Who read the weighings of a trituration as the second person; none of a lot that was bought."""
    return second_readings.of_triturations(session, lot.trituration) if lot.trituration else {}

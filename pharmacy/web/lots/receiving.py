"""Receipt of a delivery: the code of the container fills the form, and nothing that was typed is overwritten."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH
from pharmacy.services import container_codes, lots
from pharmacy.services.container_codes import Scanned
from pharmacy.store import stock
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, now, reading, today, transaction
from pharmacy.web.forms import refuse, typed
from pharmacy.web.lots import bp
from pharmacy.web.lots.forms import ReceiveForm
from pharmacy.web.lots.scanned import choices, elements, fill

NEEDED = ("code", "ingredient_id", "supplier", "maker_lot", "amount", "expiry", "certificate_reference")


@bp.get("/receive")
@allowed(*BENCH)
def receive_form() -> Answer:
    form = ReceiveForm(formdata=None, ingredient_id=request.args.get("ingredient_id", ""))
    form.code.data = typed(request.args.get("code"))
    return _read(form) if form.code.data else _page(form)


@bp.post("/receive/read")
@allowed(*BENCH)
def read_code() -> Answer:
    """The form again, with what the code of the container says put into its empty fields."""
    form = ReceiveForm()
    form.code.data = typed(form.reading.data) or typed(form.code.data)
    return _read(form)


@bp.post("/receive")
@allowed(*BENCH)
def receive() -> Answer:
    form = ReceiveForm()
    scanned = None
    try:
        if typed(form.code.data):
            scanned = _scan(form)
            if fill(form, scanned, today=today()) or form.errors:
                return _page(form, scanned), 422
        with transaction() as session:
            lot = lots.receive(
                session,
                ingredient_id=values.chosen(form.ingredient_id),
                supplier=typed(form.supplier.data),
                maker_lot=typed(form.maker_lot.data),
                amount=values.decimal(form.amount),
                expiry=values.day(form.expiry),
                certificate=form.certificate(),
                packing=form.packing(),
                codes=form.codes(),
                actor=actor(),
                now=now(),
                today=today(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(form, scanned), 422
    flash(f"Lot {lot.number} is in quarantine until a pharmacist releases it. Label its containers.", "success")
    return redirect(url_for("lots.show", lot_id=lot.id))


def _read(form: ReceiveForm) -> Answer:
    """The form, filled by its code or with the reason why not."""
    try:
        scanned = _scan(form)
        fill(form, scanned, today=today())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(form), 422
    return _page(form, scanned), 422 if form.errors else 200


def _scan(form: ReceiveForm) -> Scanned:
    with reading() as session:
        return container_codes.scan(session, typed(form.code.data), today=today())


def _page(form: ReceiveForm, scanned: Scanned | None = None) -> str:
    """The form; the cursor goes to the first field that is still needed."""
    with reading() as session:
        rows = stock.ingredients(session)
    form.ingredient_id.choices = [("", "choose"), *((str(row.id), row.name) for row in rows)]
    return render_template(
        "lots/receive.html",
        form=form,
        scanned=scanned,
        elements=elements(scanned, today()) if scanned else (),
        choices=choices(scanned, today()) if scanned and len(scanned.readings) > 1 else (),
        focus=next((name for name in NEEDED if not typed(form[name].data)), ""),
    )

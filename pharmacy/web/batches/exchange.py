"""Another balance or machine for a batch that is under way."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.equipment import EquipmentKind
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH
from pharmacy.services import batch_equipment
from pharmacy.services.acting import get
from pharmacy.store.tables import Batch
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, now, reading, today, transaction
from pharmacy.web.batches import bp
from pharmacy.web.batches.forms import ExchangeForm
from pharmacy.web.forms import refuse, typed


@bp.get("/<int:batch_id>/balance")
@allowed(*BENCH)
def balance_form(batch_id: int) -> Answer:
    return _page(batch_id, EquipmentKind.BALANCE, ExchangeForm())


@bp.post("/<int:batch_id>/balance")
@allowed(*BENCH)
def balance(batch_id: int) -> Answer:
    return _exchange(batch_id, EquipmentKind.BALANCE)


@bp.get("/<int:batch_id>/machine")
@allowed(*BENCH)
def machine_form(batch_id: int) -> Answer:
    return _page(batch_id, EquipmentKind.MACHINE, ExchangeForm())


@bp.post("/<int:batch_id>/machine")
@allowed(*BENCH)
def machine(batch_id: int) -> Answer:
    return _exchange(batch_id, EquipmentKind.MACHINE)


def _exchange(batch_id: int, kind: EquipmentKind) -> Answer:
    form = ExchangeForm()
    field = form.of(kind)
    try:
        wanted = values.chosen(field) if typed(field.data) else None
        with transaction() as session:
            batch = batch_equipment.exchange(
                session,
                batch_id,
                kind,
                wanted,
                reason=typed(form.reason.data),
                actor=actor(),
                now=now(),
                today=today(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(batch_id, kind, form), 422
    flash(f"Batch {batch.number} goes on with the other {kind}.", "success")
    return redirect(url_for("batches.show", batch_id=batch_id))


def _page(batch_id: int, kind: EquipmentKind, form: ExchangeForm) -> str:
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        found = batch_equipment.offers(session, kind, size=batch.formula.capsule_size, on=today())
        form.offer(kind, found)
        return render_template("batches/exchange.html", batch=batch, form=form, kind=kind, offers=found)

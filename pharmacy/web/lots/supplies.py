"""What is there of each ingredient, what is to be ordered, and what expires soon."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, READERS
from pharmacy.domain.units import format_number
from pharmacy.services import restocking
from pharmacy.services.acting import get
from pharmacy.store import supplies
from pharmacy.store.tables import Ingredient
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, now, reading, today, transaction
from pharmacy.web.forms import refuse
from pharmacy.web.lots import bp
from pharmacy.web.lots.forms import LevelForm


@bp.get("/stock")
@allowed(*READERS)
def stock() -> Answer:
    with reading() as session:
        return render_template(
            "lots/stock.html",
            rows=supplies.supplies(session, today()),
            expiring=supplies.expiring(session, today()),
            today=today(),
        )


@bp.get("/stock/<int:ingredient_id>/level")
@allowed(*BENCH)
def level_form(ingredient_id: int) -> Answer:
    with reading() as session:
        level = get(session, Ingredient, ingredient_id, "ingredient").reorder_level
    return _page(ingredient_id, LevelForm(data={"level": "" if level is None else format_number(level)}))


@bp.post("/stock/<int:ingredient_id>/level")
@allowed(*BENCH)
def level(ingredient_id: int) -> Answer:
    form = LevelForm()
    try:
        wanted = values.optional(form.level)
        with transaction() as session:
            row = restocking.set_level(session, ingredient_id, wanted, actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(ingredient_id, form), 422
    flash(f"The reorder level of {row.name} is kept.", "success")
    return redirect(url_for("lots.stock"))


def _page(ingredient_id: int, form: LevelForm) -> str:
    with reading() as session:
        ingredient = get(session, Ingredient, ingredient_id, "ingredient")
    return render_template("lots/level.html", ingredient=ingredient, form=form)

"""Master formulation records and the ingredients they name."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import BENCH, READERS, Role
from pharmacy.domain.workflow import Subject
from pharmacy.services import formulas
from pharmacy.services.acting import get
from pharmacy.store import lists, stock
from pharmacy.store.tables import Formula, IngredientKind
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, now, prove, reading, transaction
from pharmacy.web.forms import ReasonForm, SigningForm, refuse, typed
from pharmacy.web.formulas import bp, exchange, versions
from pharmacy.web.formulas.forms import DraftForm, IngredientForm, as_typed
from pharmacy.web.steps import buttons

__all__ = ["bp", "exchange", "versions"]  # importing them puts their pages into the blueprint

PAGES = {"change": "formulas.change_form", "approve": "formulas.approve_form", "retire": "formulas.retire_form"}


@bp.get("/")
@allowed(*READERS)
def index() -> Answer:
    with reading() as session:
        return render_template("formulas/index.html", rows=lists.formulas(session))


@bp.get("/<int:formula_id>")
@allowed(*READERS)
def show(formula_id: int) -> Answer:
    with reading() as session:
        formula = get(session, Formula, formula_id, "formula")
        return render_template(
            "formulas/show.html",
            formula=formula,
            all_versions=stock.versions(session, formula.code),
            signatures=formulas.signatures(session, formula),
            steps=buttons(Subject.FORMULA, formula.state, PAGES, formula_id=formula.id),
        )


@bp.get("/new")
@allowed(*BENCH)
def new_form() -> Answer:
    return _draft_page(DraftForm())


@bp.post("/new")
@allowed(*BENCH)
def new() -> Answer:
    form = DraftForm()
    try:
        with transaction() as session:
            formula = formulas.draft(session, form.draft(), actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _draft_page(form), 422
    flash(f"{formula.title} is drafted; the pharmacist-in-charge approves it.", "success")
    return redirect(url_for("formulas.show", formula_id=formula.id))


@bp.get("/<int:formula_id>/change")
@allowed(*BENCH)
def change_form(formula_id: int) -> Answer:
    with reading() as session:
        formula = get(session, Formula, formula_id, "formula")
        form = DraftForm(data={"revision": str(formula.revision), **as_typed(formulas.as_draft(formula))})
    return _draft_page(form, formula)


@bp.post("/<int:formula_id>/change")
@allowed(*BENCH)
def change(formula_id: int) -> Answer:
    form = DraftForm()
    try:
        seen = values.chosen(form.revision) if form.revision.data else None
        with transaction() as session:
            formulas.change(session, formula_id, form.draft(), revision=seen, actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        with reading() as session:
            formula = get(session, Formula, formula_id, "formula")
        return _draft_page(form, formula), 422
    flash("The draft is saved.", "success")
    return redirect(url_for("formulas.show", formula_id=formula_id))


@bp.get("/<int:formula_id>/next")
@allowed(*BENCH)
def next_version(formula_id: int) -> Answer:
    """The form of a new draft, starting from a version that is there; it is sent to `new`."""
    with reading() as session:
        formula = get(session, Formula, formula_id, "formula")
        form = DraftForm(data=as_typed(formulas.as_draft(formula)))
    return _draft_page(form)


@bp.get("/<int:formula_id>/approve")
@allowed(Role.PHARMACIST_IN_CHARGE)
def approve_form(formula_id: int) -> Answer:
    return _step_page("approve", formula_id, SigningForm())


@bp.post("/<int:formula_id>/approve")
@allowed(Role.PHARMACIST_IN_CHARGE)
def approve(formula_id: int) -> Answer:
    form = SigningForm()
    try:
        proof = prove(form)
        with transaction() as session:
            formula = formulas.approve(
                session, formula_id, proof=proof, reason=typed(form.reason.data), actor=actor(), now=now()
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _step_page("approve", formula_id, form), 422
    flash(f"{formula.title} is approved and signed.", "success")
    return redirect(url_for("formulas.show", formula_id=formula_id))


@bp.get("/<int:formula_id>/retire")
@allowed(Role.PHARMACIST_IN_CHARGE)
def retire_form(formula_id: int) -> Answer:
    return _step_page("retire", formula_id, ReasonForm())


@bp.post("/<int:formula_id>/retire")
@allowed(Role.PHARMACIST_IN_CHARGE)
def retire(formula_id: int) -> Answer:
    form = ReasonForm()
    try:
        with transaction() as session:
            formula = formulas.retire(session, formula_id, reason=typed(form.reason.data), actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _step_page("retire", formula_id, form), 422
    flash(f"{formula.title} is retired; no batch is planned from it any more.", "success")
    return redirect(url_for("formulas.show", formula_id=formula_id))


@bp.get("/ingredients")
@allowed(*READERS)
def ingredients() -> Answer:
    with reading() as session:
        return render_template("formulas/ingredients.html", rows=stock.ingredients(session))


@bp.get("/ingredients/new")
@allowed(*BENCH)
def add_ingredient_form() -> Answer:
    return render_template("formulas/add_ingredient.html", form=IngredientForm())


@bp.post("/ingredients/new")
@allowed(*BENCH)
def add_ingredient() -> Answer:
    form = IngredientForm()
    try:
        with transaction() as session:
            ingredient = formulas.add_ingredient(
                session,
                name=typed(form.name.data),
                kind=values.choice(form.kind, IngredientKind),
                grade=typed(form.grade.data),
                basis=form.basis.data or "",
                capsule_size=form.capsule_size.data or "",
                actor=actor(),
                now=now(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return render_template("formulas/add_ingredient.html", form=form), 422
    flash(f"{ingredient.name} is added.", "success")
    return redirect(url_for("formulas.ingredients"))


def _draft_page(form: DraftForm, formula: Formula | None = None) -> str:
    """The form of a draft: of a new one, or of `formula`, whose code stays."""
    with reading() as session:
        return render_template("formulas/draft.html", form=form.offer(stock.ingredient_names(session)), formula=formula)


def _step_page(verb: str, formula_id: int, form: ReasonForm | SigningForm) -> str:
    with reading() as session:
        formula = get(session, Formula, formula_id, "formula")
        if isinstance(form, SigningForm):
            form.showing(formulas.content(formula))
        more = versions.meets(session, formula) if verb == "approve" else {}
        return render_template(f"formulas/{verb}.html", formula=formula, form=form, **more)

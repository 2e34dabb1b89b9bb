"""Screening rules: what each looks for, how often it is answered, and whether it is in force."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.findings import RESULTS
from pharmacy.domain.roles import READERS, Role
from pharmacy.services import rules
from pharmacy.store import overrides
from pharmacy.web.access import actor, allowed, now, prove, reading, transaction
from pharmacy.web.forms import ReasonedForm, refuse, typed

bp = Blueprint("rules", __name__, url_prefix="/rules")

PERIODS = (30, 90, 365)  # days


@bp.get("/")
@allowed(*READERS)
def index() -> Answer:
    """Every rule with the answers to it in the last 30, 90 or 365 days, the most answered first: ?days=."""
    asked = request.args.get("days", "")
    days = next((period for period in PERIODS if str(period) == asked), PERIODS[1])
    since = now() - timedelta(days=days)
    with reading() as session:
        rows, verified = rules.used(session, since), overrides.verified_since(session, since)
    return render_template("rules/index.html", rows=rows, verified=verified, days=days, periods=PERIODS)


@bp.get("/<rule>")
@allowed(*READERS)
def show(rule: str) -> Answer:
    return _page(rule, ReasonedForm())


@bp.post("/<rule>")
@allowed(Role.PHARMACIST_IN_CHARGE)
def change(rule: str) -> Answer:
    """Takes the rule out of force, or puts it back."""
    form = ReasonedForm()
    in_force = request.form.get("in_force") == "yes"
    try:
        rules.find(rule)
        proof = prove(form)
        with transaction() as session:
            rules.change(
                session, rule, in_force=in_force, proof=proof, reason=typed(form.reason.data), actor=actor(), now=now()
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(rule, form), 422
    flash(f"The rule {rule} is {'in force again' if in_force else 'out of force'}.", "success")
    return redirect(url_for("rules.show", rule=rule))


def _page(rule: str, form: ReasonedForm) -> str:
    known = rules.find(rule)
    with reading() as session:
        in_force = rule not in overrides.out_of_force(session)
        return render_template(
            "rules/show.html",
            rule=known,
            in_force=in_force,
            history=rules.history(session, rule),
            answers=overrides.answers_to(session, rule),
            results=RESULTS,
            may_change=actor().role is Role.PHARMACIST_IN_CHARGE,
            form=form.showing(rules.content(known, in_force=in_force)),
        )

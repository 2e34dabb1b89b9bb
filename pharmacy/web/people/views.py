"""People and their roles, the pharmacy as labels print it, and tokens for programs."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer
from sqlalchemy import select

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import Role
from pharmacy.services import people, signing
from pharmacy.services.acting import get
from pharmacy.store import lists
from pharmacy.store.tables import Person, Pharmacy, SecondReading
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, now, prove, reading, transaction
from pharmacy.web.forms import ReasonedForm, refuse, typed
from pharmacy.web.people.forms import ChangeForm, PersonForm, PharmacyForm, SecondReadingForm, TokenForm

bp = Blueprint("people", __name__, url_prefix="/admin")


@bp.get("/people")
@allowed(Role.ADMINISTRATOR)
def index() -> Answer:
    with reading() as session:
        return render_template("people/index.html", rows=lists.people(session))


@bp.get("/people/new")
@allowed(Role.ADMINISTRATOR)
def add_form() -> Answer:
    return render_template("people/add.html", form=PersonForm())


@bp.post("/people/new")
@allowed(Role.ADMINISTRATOR)
def add() -> Answer:
    form = PersonForm()
    try:
        with transaction() as session:
            person = people.add(
                session,
                username=typed(form.username.data),
                full_name=typed(form.full_name.data),
                initials=typed(form.initials.data),
                role=values.choice(form.role, Role),
                actor=actor(),
                now=now(),
            )
            token = people.make_link(session, person_id=person.id, actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return render_template("people/add.html", form=form), 422
    return _link_page(person, token)


@bp.get("/people/<int:person_id>")
@allowed(Role.ADMINISTRATOR)
def show(person_id: int) -> Answer:
    with reading() as session:
        person = get(session, Person, person_id, "person")
    form = ChangeForm(data={"role": person.role.value, "is_active": person.is_active})
    return render_template("people/show.html", person=person, form=form)


@bp.post("/people/<int:person_id>/change")
@allowed(Role.ADMINISTRATOR)
def change(person_id: int) -> Answer:
    form = ChangeForm()
    try:
        role, stays = values.choice(form.role, Role), bool(form.is_active.data)
        with transaction() as session:
            person = people.change(session, person_id, role=role, is_active=stays, actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        with reading() as session:
            person = get(session, Person, person_id, "person")
        return render_template("people/show.html", person=person, form=form), 422
    flash(f"{person.full_name}: {person.role}{'' if person.is_active else ', has left'}.", "success")
    return redirect(url_for("people.index"))


@bp.post("/people/<int:person_id>/link")
@allowed(Role.ADMINISTRATOR)
def link(person_id: int) -> Answer:
    with transaction() as session:
        person = get(session, Person, person_id, "person")
        token = people.make_link(session, person_id=person.id, actor=actor(), now=now())
    return _link_page(person, token)


@bp.get("/pharmacy")
@allowed(Role.ADMINISTRATOR, Role.PHARMACIST_IN_CHARGE)
def pharmacy() -> Answer:
    with reading() as session:
        return _pharmacy_page(PharmacyForm(obj=session.get(Pharmacy, 1)))


@bp.post("/pharmacy")
@allowed(Role.ADMINISTRATOR, Role.PHARMACIST_IN_CHARGE)
def change_pharmacy() -> Answer:
    form = PharmacyForm()
    try:
        with transaction() as session:
            people.change_pharmacy(
                session,
                typed(form.name.data),
                typed(form.address.data),
                typed(form.phone.data),
                actor=actor(),
                now=now(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _pharmacy_page(form), 422
    flash("The pharmacy is saved; labels made from now on print it so.", "success")
    return redirect(url_for("people.pharmacy"))


@bp.post("/second-reading")
@allowed(Role.PHARMACIST_IN_CHARGE)
def choose_second_reading() -> Answer:
    """Which weighings a second person reads."""
    chosen = values.choice(SecondReadingForm().second_reading, SecondReading)
    with transaction() as session:
        people.choose_second_reading(session, chosen, actor=actor(), now=now())
    flash(f"A second person reads the weight of: {chosen}.", "success")
    return redirect(url_for("people.pharmacy"))


@bp.get("/alone")
@allowed(Role.PHARMACIST_IN_CHARGE)
def alone_form() -> Answer:
    return _alone_page(ReasonedForm())


@bp.post("/alone")
@allowed(Role.PHARMACIST_IN_CHARGE)
def alone() -> Answer:
    """The exception of one pharmacist on duty: signed for, or ended."""
    form = ReasonedForm()
    try:
        proof = prove(form)
        with transaction() as session:
            pharmacy = people.declare_alone(
                session,
                alone=request.form.get("alone") == "yes",
                proof=proof,
                reason=typed(form.reason.data),
                actor=actor(),
                now=now(),
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _alone_page(form), 422
    held = "in force; every use of it is noted in the trail" if pharmacy.one_pharmacist else "ended"
    flash(f"The exception of one pharmacist on duty is {held}.", "success")
    return redirect(url_for("people.alone_form"))


def _pharmacy_page(form: PharmacyForm) -> str:
    with reading() as session:
        held = session.scalar(select(Pharmacy.second_reading)) or SecondReading.NONE
    second = SecondReadingForm(formdata=None, second_reading=held.value)
    return render_template("people/pharmacy.html", form=form, second=second)


@bp.get("/tokens")
@allowed(Role.ADMINISTRATOR)
def tokens() -> Answer:
    return _tokens_page(TokenForm())


@bp.post("/tokens")
@allowed(Role.ADMINISTRATOR)
def make_token() -> Answer:
    form = TokenForm()
    try:
        with transaction() as session:
            token = people.make_api_token(
                session, values.chosen(form.person_id), typed(form.name.data), actor=actor(), now=now()
            )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _tokens_page(form), 422
    return render_template("people/token.html", token=token, name=typed(form.name.data))


@bp.post("/tokens/<int:token_id>/revoke")
@allowed(Role.ADMINISTRATOR)
def revoke_token(token_id: int) -> Answer:
    with transaction() as session:
        people.revoke_api_token(session, token_id, actor=actor(), now=now())
    flash("The token is revoked; no program can use it any more.", "success")
    return redirect(url_for("people.tokens"))


def _alone_page(form: ReasonedForm) -> str:
    with reading() as session:
        pharmacy = get(session, Pharmacy, 1, "pharmacy")
        content = people.content_alone(pharmacy)
        signatures = signing.standing(session, "pharmacy", 1, content)
        return render_template(
            "people/alone.html", form=form.showing(content), pharmacy=pharmacy, signatures=signatures
        )


def _link_page(person: Person, token: str) -> str:
    """The one-time link, shown here and nowhere else."""
    address = url_for("auth.set_up", token=token, _external=True)
    return render_template("people/link.html", person=person, address=address, days=people.LINK_LASTS.days)


def _tokens_page(form: TokenForm) -> str:
    with reading() as session:
        rows, staff = lists.api_tokens(session), lists.people(session)
    form.person_id.choices = [
        ("", "choose"), *((str(row.id), f"{row.full_name}, {row.role}") for row in staff if row.is_active)
    ]  # fmt: skip
    return render_template("people/tokens.html", form=form, rows=rows)

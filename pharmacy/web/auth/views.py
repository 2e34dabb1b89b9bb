"""Signing in and out, and the one-time links that let people choose a password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import EVERYBODY
from pharmacy.services import passwords, people
from pharmacy.store.tables import Person
from pharmacy.web import access
from pharmacy.web.access import allowed, database, now, public, reading, transaction
from pharmacy.web.auth.forms import PasswordForm, SetUpForm, SignInForm
from pharmacy.web.forms import refuse, typed

bp = Blueprint("auth", __name__)
Answer = str | Response | tuple[str, int]


@bp.get("/sign-in")
@public
def sign_in() -> Answer:
    if current_user.is_authenticated:
        return redirect(url_for("home.queues"))
    return render_template("auth/sign_in.html", form=SignInForm(), next=_back())


@bp.post("/sign-in")
@public
def sign_in_now() -> Answer:
    form = SignInForm()
    try:
        person = passwords.check(
            database(), typed(form.username.data), form.password.data or "", address=access.address(), now=now()
        )
    except RuleBroken as refusal:
        refuse(form, refusal)
        return render_template("auth/sign_in.html", form=form, next=_back()), 422
    access.sign_in(person.id)
    return redirect(_back())


@bp.post("/sign-out")
@allowed(*EVERYBODY)
def sign_out() -> Answer:
    access.sign_out()
    flash("You are signed out.", "success")
    return redirect(url_for("auth.sign_in"))


@bp.get("/set-up/<token>")
@public
def set_up(token: str) -> Answer:
    return _page(token, None)


@bp.post("/set-up/<token>")
@public
def set_up_now(token: str) -> Answer:
    with reading() as session:
        link = people.open_link(session, token, now=now())
    form = SetUpForm() if link.person_id is None else PasswordForm()
    try:
        if form.password.data != form.again.data:
            raise RuleBroken("The two passwords differ; type the same twice.", field="again")
        username = typed(form.username.data) if isinstance(form, SetUpForm) else ""
        password_hash = passwords.hashed(form.password.data or "", username=username)
        with transaction() as session:
            if isinstance(form, SetUpForm):
                person = people.set_up(
                    session,
                    link,
                    pharmacy=(typed(form.name.data), typed(form.address.data), typed(form.phone.data)),
                    username=username,
                    full_name=typed(form.full_name.data),
                    initials=typed(form.initials.data),
                    password_hash=password_hash,
                    now=now(),
                    demonstration=access.settings().demo,
                )
            else:
                person = people.choose_password(session, link, password_hash, now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(token, form), 422
    access.sign_in(person.id)
    flash("Your password is set and you are signed in.", "success")
    return redirect(url_for("home.queues"))


def _page(token: str, form: PasswordForm | None) -> str:
    with reading() as session:
        link = people.open_link(session, token, now=now())
        person = session.get(Person, link.person_id) if link.person_id else None
    first = person is None
    return render_template(
        "auth/set_up.html",
        form=form or (SetUpForm() if first else PasswordForm()),
        first=first,
        name=person.full_name if person else "",
        least=passwords.LEAST_LENGTH,
    )


def _back() -> str:
    """The page to return to: one of ours, never another host's."""
    wanted = request.values.get("next", "")
    is_ours = wanted.isprintable() and wanted[:1] == "/" and wanted[1:2] != "/" and "\\" not in wanted
    return wanted if is_ours else url_for("home.queues")

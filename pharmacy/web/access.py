"""Who is signed in, and whether they may call the view they ask for.

A view that does not say who may call it cannot be called.
"""

from datetime import timedelta
from typing import Any, cast

from flask import Flask, abort, current_app, flash, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from pharmacy.domain.errors import RuleBroken
from pharmacy.edge.context import address, database, now, reading, settings, today, transaction
from pharmacy.edge.doors import allowed, declared, public, roles_of
from pharmacy.edge.text import refuse_files, refuse_unreadable
from pharmacy.services import sessions, signing
from pharmacy.services.acting import Actor
from pharmacy.services.signing import Proof
from pharmacy.web.forms import SigningForm, typed

__all__ = [
    "actor", "address", "allowed", "database", "now", "prove", "prove_other", "public", "reading", "roles_of",
    "settings", "today", "transaction",
]  # fmt: skip

_OWN_FILES = frozenset({"static", "bootstrap.static"})
# The views that take a file, and the field it comes in.
_TAKES_FILE = {"lots.add_certificate": "file", "batches.photograph": "file", "formulas.take_in": "file"}


class SignedIn(UserMixin):
    """Whoever is signed in, for as long as the row of the session lives."""

    def __init__(self, token: str, actor: Actor, username: str) -> None:
        self.token = token
        self.actor = actor
        self.username = username

    def get_id(self) -> str:
        """What the cookie carries: the session's token, never a person's number."""
        return self.token


def register(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # it signs people out when their address changes
    manager.user_loader(_load)
    app.before_request(_admit)


def actor() -> Actor:
    """Who is signed in."""
    return cast(Actor, current_user.actor)


def prove(form: SigningForm) -> Proof:
    """The signed-in person's proof of identity for one signature, under the record as its page showed it.

    Raises: RuleBroken.
    """
    seen = typed(form.seen.data)
    if not seen:
        raise RuleBroken("This form does not say which record it showed; read the record below, then sign.")
    password = form.password.data or ""
    return signing.prove(database(), current_user.username, password, address=address(), now=now(), seen=seen)


def prove_other(username: str, password: str) -> Proof:
    """The proof of a second person who signs at this screen.

    Raises: RuleBroken.
    """
    return signing.prove(database(), username, password, address=address(), now=now())


def sign_in(person_id: int) -> None:
    """Begins a session with a new id in this browser.

    Raises: RuleBroken when the person has left.
    """
    lasts = timedelta(hours=settings().session_hours)
    with transaction() as session:
        token = sessions.begin(session, person_id, lasts=lasts, now=now())
    cookie.clear()
    cookie.permanent = False
    user = _load(token)
    if user is None:  # disabled since the password was proved
        raise RuleBroken("This account may not sign in any more; ask an administrator.")
    login_user(user)


def sign_out() -> None:
    """Ends the session here and in every copy of its cookie."""
    who = actor()
    with transaction() as session:
        sessions.end(session, current_user.token, actor=who, now=now())
    logout_user()
    cookie.clear()


def _load(token: str) -> SignedIn | None:
    idle = timedelta(minutes=settings().idle_minutes)
    with reading() as session:
        found = sessions.find(session, token, idle=idle, now=now())
    if found is None:
        return None
    row, person = found
    if now() - row.last_seen_at > sessions.SEEN_EVERY and "X-Polling" not in request.headers:
        database().run(lambda session: sessions.touch(session, row.id, now=now()))
    return SignedIn(token, Actor.of(person), person.username)


def _admit() -> Response | None:
    """Runs before every view: undeclared is refused, a page for signed-in people leads to the sign-in page."""
    if request.endpoint is None or request.endpoint in _OWN_FILES:
        return None
    view: Any = current_app.view_functions[request.endpoint]
    if not declared(view):
        abort(404)
    _refuse_what_cannot_be_kept()
    roles = roles_of(view)
    if roles is None:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if actor().role not in roles:
        abort(403)
    return None


def _refuse_what_cannot_be_kept() -> None:
    """A form takes text, and few a file; what the API takes is a body, whatever it is called, and never a form."""
    refuse_unreadable(request.args.items(multi=True))
    if request.blueprint != "api" and request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        refuse_files(name for name in request.files if name != _TAKES_FILE.get(request.endpoint or ""))
        refuse_unreadable(request.form.items(multi=True))


def _to_sign_in() -> Response:
    if "_user_id" in cookie:
        cookie.clear()
        flash("You were signed out after a while without use. Sign in to go on.", "warning")
    back = request.full_path.rstrip("?") if request.method == "GET" else url_for("home.queues")
    return redirect(url_for("auth.sign_in", next=back))

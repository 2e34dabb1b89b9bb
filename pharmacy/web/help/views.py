"""How the line works, the keys, and who may do what: read from the table that decides it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue as Answer

from pharmacy.domain.roles import EVERYBODY
from pharmacy.domain.workflow import STATES, STEPS, Subject
from pharmacy.web.access import allowed

bp = Blueprint("help", __name__, url_prefix="/help")


@bp.get("/")
@allowed(*EVERYBODY)
def index() -> Answer:
    return render_template("help/index.html")


@bp.get("/states")
@allowed(*EVERYBODY)
def states() -> Answer:
    tables = [
        (subject.value, [state.value for state in STATES[subject]], [s for s in STEPS if s.subject is subject])
        for subject in Subject
    ]
    return render_template("help/states.html", tables=tables)

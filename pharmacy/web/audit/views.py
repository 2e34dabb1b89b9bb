"""The audit trail: read, searched by record, and verified as a chain."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer
from sqlalchemy import Row

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import Role
from pharmacy.domain.units import read_whole
from pharmacy.edge.keys import LARGEST
from pharmacy.store import lists
from pharmacy.store import trail as chain
from pharmacy.web.access import allowed, reading
from pharmacy.web.audit.forms import VerifyForm
from pharmacy.web.forms import refuse, typed

bp = Blueprint("audit", __name__, url_prefix="/reports")

WATCHERS = (Role.AUDITOR, Role.ADMINISTRATOR, Role.PHARMACIST_IN_CHARGE)
SUBJECTS = ("prescription", "message", "formula", "ingredient", "lot", "trituration", "batch", "batch-input", "fill",
            "label", "patient", "prescriber", "person", "pharmacy", "rule-change", "token")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail. detail: (name, value) of what the act noted."""

    sequence: int
    at: datetime
    actor: str
    event: str
    subject: str
    subject_id: int | None
    detail: tuple[tuple[str, str], ...]
    hash: str


@bp.get("/")
@allowed(*WATCHERS)
def index() -> Answer:
    return redirect(url_for("audit.trail"))


@bp.get("/trail")
@allowed(*WATCHERS)
def trail() -> Answer:
    """Entries, the newest first; of one kind of record, or of one record.

    Raises: RuleBroken.
    """
    subject = request.args.get("subject", "")
    number = request.args.get("subject_id", "").strip()
    wanted = read_whole(number, field="Its key", least=1, most=LARGEST) if number else None
    if number and not subject:
        raise RuleBroken("Kind of record: choose it together with the key.")
    with reading() as session:
        page = lists.trail_page(session, subject=subject, subject_id=wanted, after=request.args.get("after", ""))
    return render_template(
        "audit/trail.html",
        page=page,
        entries=[_entry(row) for row in page.rows],
        subjects=SUBJECTS,
        subject=subject,
        subject_id=number,
    )


@bp.get("/verify")
@allowed(*WATCHERS)
def verify_form() -> Answer:
    return render_template("audit/verify.html", form=VerifyForm(), head=None, faults=())


@bp.post("/verify")
@allowed(*WATCHERS)
def verify() -> Answer:
    """Walks the whole chain."""
    form = VerifyForm()
    try:
        noted = chain.read_head(typed(form.anchor.data)) if typed(form.anchor.data) else None
    except RuleBroken as refusal:
        refuse(form, refusal)
        return render_template("audit/verify.html", form=form, head=None, faults=()), 422
    with reading() as session:
        head, faults = chain.verify(session, noted)
    return render_template("audit/verify.html", form=form, head=head, faults=faults)


def _entry(row: Row[Any]) -> Entry:
    detail = json.loads(row.detail)
    return Entry(
        sequence=row.sequence,
        at=datetime.fromisoformat(row.at),
        actor=row.actor,
        event=row.event,
        subject=row.subject,
        subject_id=row.subject_id,
        detail=tuple((name.replace("_", " "), _plain(value)) for name, value in detail.items()),
        hash=row.hash,
    )


def _plain(value: object) -> str:
    """A noted value in words: a change as "old → new", a list with commas."""
    if isinstance(value, dict):
        if value.keys() == {"from", "to"}:
            return f"{_plain(value['from'])} → {_plain(value['to'])}"
        return ", ".join(f"{name}: {_plain(held)}" for name, held in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(held) for held in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in (None, "") else str(value)

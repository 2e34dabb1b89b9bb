"""/api/v1: messages in, prescriptions and batches out. Lists page by key; a repeated request changes nothing."""

import hashlib
import json
from collections.abc import Callable, Mapping
from decimal import Decimal

from flask import Blueprint, Response, make_response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.api import documents
from pharmacy.api.access import for_token, refused
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.prescription import from_document
from pharmacy.domain.roles import BENCH, READERS, Role
from pharmacy.domain.signature import canonical
from pharmacy.domain.workflow import RxState
from pharmacy.edge.context import now, reading, today, transaction
from pharmacy.services import messages, prescriptions, recalls, reviewing
from pharmacy.services.acting import Actor, get
from pharmacy.services.recall_documents import to_document
from pharmacy.store import lists
from pharmacy.store.asked import questions_of
from pharmacy.store.tables import Answer, Batch, Prescription

bp = Blueprint("api", __name__, url_prefix="/api/v1")
MOST_IN_A_LIST = 200


@bp.post("/messages")
@for_token(*BENCH)
def receive(actor: Actor) -> Response:
    """Any incoming format; the answer is in the sender's own. 202 when a person has to look at it first."""
    raw, content_type = request.get_data(), request.content_type or ""
    found = messages.read(raw, content_type=content_type)
    with transaction() as session:
        received = messages.receive(session, raw, found, content_type=content_type, actor=actor, now=now())
        status = 202 if received.outcome == "review" else 200
        answer = make_response(received.reply.body, status)
    answer.content_type = received.reply.content_type
    answer.headers["X-Mortar-Outcome"] = received.outcome.value
    return answer


@bp.post("/screen")
@for_token(*READERS)
def screen_one(actor: Actor) -> Response:
    """Screens a prescription by the rules in force, without keeping anything."""
    with reading() as session:
        return _json(reviewing.screen_typed(session, _body(), today()).to_document())


@bp.get("/prescriptions")
@for_token(*READERS)
def list_prescriptions(actor: Actor) -> Response:
    """Open prescriptions, the one due first in front: ?state=&after=&limit=."""
    state = request.args.get("state", "")
    if state and state not in list(RxState):
        return refused(422, f"state: one of {', '.join(RxState)}.", "state")
    limit = request.args.get("limit", default=lists.PAGE, type=int)
    if not 1 <= limit <= MOST_IN_A_LIST:
        return refused(422, f"limit: 1 to {MOST_IN_A_LIST}.", "limit")
    with reading() as session:
        page = lists.prescriptions(session, RxState(state) if state else None, request.args.get("after", ""), limit)
    return _json({"prescriptions": [documents.row(row) for row in page.rows], "next": page.next})


@bp.get("/prescriptions/<int:prescription_id>")
@for_token(*READERS)
def show_prescription(actor: Actor, prescription_id: int) -> Response:
    with transaction() as session:
        prescriptions.note_reading(session, prescription_id, actor=actor, now=now())
        row = get(session, Prescription, prescription_id, "prescription")
        signed, asked = prescriptions.signatures(session, row), questions_of(session, row.id)
        screening = reviewing.screening_for(session, row, today()) if row.entered_at else None
        since = reviewing.since_verification(row, screening) if screening else reviewing.Since()
        return _json(documents.prescription(row, signed, asked, screening, since))


@bp.post("/prescriptions")
@for_token(*BENCH)
def add_prescription(actor: Actor) -> Response:
    """Our own prescription JSON into the entry queue. With `Idempotency-Key` it is entered once, however often sent."""
    prescription = from_document(_body())

    def add(session: Session) -> tuple[int, dict[str, object]]:
        row = prescriptions.start(session, prescription, message=None, actor=actor, now=now())
        return 201, {"id": row.id, "number": row.number, "state": row.state.value}

    with transaction() as session:
        return _once(session, actor, add)


@bp.get("/batches/<int:batch_id>")
@for_token(*READERS)
def show_batch(actor: Actor, batch_id: int) -> Response:
    with reading() as session:
        return _json(documents.batch(get(session, Batch, batch_id, "batch")))


@bp.get("/lots/<int:lot_id>/recall")
@for_token(*READERS)
def show_recall(actor: Actor, lot_id: int) -> Response:
    """Who has capsules made from a lot, what is still here, and whom it came from; recalls nothing."""
    with transaction() as session:
        found = recalls.walk_lot(session, lot_id)
        recalls.note_reading(session, found, actor=actor, now=now())
    return _json(to_document(found))


@bp.get("/openapi.json")
@for_token(*Role)
def openapi(actor: Actor) -> Response:
    """What this API takes and answers, as OpenAPI 3.1."""
    return _json(documents.openapi(bp.url_prefix or ""))


def _once(session: Session, actor: Actor, act: Callable[[Session], tuple[int, dict[str, object]]]) -> Response:
    """Acts, or answers as before when this key was used with the same body."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        status, body = act(session)
        return make_response(body, status)
    if len(key) > 200:
        return refused(422, "Idempotency-Key: at most 200 characters.", "Idempotency-Key")
    digest = hashlib.sha256(request.get_data()).digest()
    before = session.execute(select(Answer).where(Answer.person_id == actor.id, Answer.key == key)).scalar()
    if before is not None and before.request_digest != digest:
        return refused(409, "Idempotency-Key: it was used before with another body.", "Idempotency-Key")
    if before is not None:
        return make_response(json.loads(before.body), before.status)
    status, body = act(session)
    answer = Answer(person_id=actor.id, key=key, request_digest=digest, status=status, body=canonical(body), at=now())
    session.add(answer)
    return make_response(body, status)


def _body() -> object:
    try:
        return json.loads(request.get_data() or b"null", parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise InputUnusable("The body is not JSON that can be read.") from error


def _json(document: Mapping[str, object]) -> Response:
    answer = make_response(canonical(document))
    answer.content_type = "application/json"
    return answer

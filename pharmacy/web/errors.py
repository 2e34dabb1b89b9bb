"""Every refusal and every fault becomes a page with a sentence; no traceback leaves the server."""

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError

from pharmacy.domain.errors import Conflict, NotFound, RuleBroken
from pharmacy.edge import logs
from pharmacy.store.database import Busy, is_full

SENTENCES = {
    400: ("This request could not be read", "Go back and send the form again."),
    403: ("Your role may not do this", "Ask somebody whose role it is, or an administrator."),
    404: ("There is nothing here", "The address is wrong, or the record is not one that you may see."),
    405: ("This address does not take that", "Go back and use the buttons of the page."),
    413: ("That is too large", "Send a smaller file or less text; the limit is set by the administrator."),
    500: ("Something is broken here", "Nothing was saved. Tell an administrator the number below."),
    503: ("The database cannot take this now", "Nothing was saved. Try again in a moment."),
    507: ("The disk is full", "Nothing was saved. Tell an administrator at once."),
}


def register(app: Flask) -> None:
    app.register_error_handler(RuleBroken, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Busy, lambda error: page(503, str(error)))
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(Exception, _defect)


def page(status: int, sentence: str = "") -> Response:
    """The page of a refusal; API calls get the same as JSON."""
    title, hint = SENTENCES.get(status, SENTENCES[400])
    if request.path.startswith("/api/"):
        return make_response({"error": sentence or f"{title}. {hint}", "request": logs.request_id()}, status)
    shown = render_template(
        "errors/error.html", title=title, sentence=sentence or hint, status=status, request_id=logs.request_id()
    )
    return make_response(shown, status)


def _refused(refusal: RuleBroken) -> Response:
    status = 404 if isinstance(refusal, NotFound) else 409 if isinstance(refusal, Conflict) else 422
    title = SENTENCES[404][0] if status == 404 else "This was refused"
    if request.path.startswith("/api/"):
        body = {"error": refusal.message, "field": refusal.field, "request": logs.request_id()}
        return make_response(body, status)
    shown = render_template(
        "errors/error.html", title=title, sentence=refusal.message, status=status, request_id=logs.request_id()
    )
    return make_response(shown, status)


def _stale_form(_: CSRFError) -> Response:
    return page(400, "This form belongs to a session that has ended. Go back, reload the page, and send it again.")


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return make_response(error.get_response())
    if isinstance(error, SecurityError):  # an untrusted host name: no page of ours may link to it
        return make_response(("This address is not one of this server's. Use the one you were given.\n", 400))
    return page(error.code or 500)


def _database(error: SQLAlchemyError) -> Response:
    logs.defect(error)
    return page(507 if is_full(error) else 500)


def _defect(error: Exception) -> Response:
    logs.defect(error)
    return page(507 if is_full(error) else 500)

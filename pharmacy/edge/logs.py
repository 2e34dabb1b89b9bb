"""One JSON line a request, made of allowed fields only. No value from outside is among them, hence no patient."""

import json
import logging
import sys
import time
import traceback
import uuid
from types import TracebackType

from flask import Flask, Response, g, request
from flask_login import current_user

log = logging.getLogger("mortar.requests")


def register(app: Flask) -> None:
    to_stderr()
    app.before_request(_start)
    app.after_request(_write)


class _Stderr(logging.Handler):
    """Writes to what standard error is at the moment, not to what it was when the first application was made."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            print(self.format(record), file=sys.stderr, flush=True)  # noqa: T201 - the one place that writes the log
        except (OSError, ValueError):
            # Where nothing can be written, logging's own complaint would quote the defect, and with it a patient.
            return


def to_stderr() -> None:
    """Where the lines go; asked more than once, it changes nothing."""
    if not log.handlers:
        handler = _Stderr()
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(handler)
        log.propagate = False
        log.setLevel(logging.INFO)


def request_id() -> str:
    return str(g.get("request_id", ""))


def defect(error: BaseException) -> None:
    """Notes a defect: its type and the lines it passed, never its message, which may quote a patient."""
    log.error(json.dumps({"request": request_id(), "defect": type(error).__name__, "at": _lines(error.__traceback__)}))


def sender_defect(printer: str, error: BaseException) -> None:
    """The same for a thread that sends labels, outside of any request."""
    log.error(json.dumps({"printer": printer, "defect": type(error).__name__, "at": _lines(error.__traceback__)}))


def _start() -> None:
    g.request_id = uuid.uuid4().hex[:12]
    g.started = time.perf_counter()


def _write(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    signed_in = bool(current_user and current_user.is_authenticated)
    entry = {
        "request": request_id(),
        "method": request.method,
        "endpoint": request.endpoint or "",
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
        "person": current_user.actor.id if signed_in else 0,
    }
    log.info(json.dumps(entry))
    return response


def _lines(trace: TracebackType | None) -> list[str]:
    return [f"{frame.name} {frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in traceback.extract_tb(trace)]

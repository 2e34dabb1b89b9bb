"""The sender: takes prints off the queue, one printer a thread, and sends them between transactions."""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session, undefer

from pharmacy.services import print_queue
from pharmacy.services.print_payloads import Paper, find_paper
from pharmacy.services.print_queue import Taken
from pharmacy.services.sending import USUAL, Doubtful, NotSent, Patience, send
from pharmacy.settings import Printer
from pharmacy.store.database import Database, utc_now
from pharmacy.store.tables import PrintJob

Clock = Callable[[], datetime]

LOOK_EVERY_S = 0.5
REST_AFTER_DEFECT_S = 10.0
ENDS_WITHIN_S = 20.0


def work(database: Database, printer: Printer, *, patience: Patience = USUAL, clock: Clock = utc_now) -> bool:
    """Sends the next print for this printer, if one is due; says whether there was one."""
    now = clock()
    with database.reading() as session:
        if not print_queue.waits(session, printer.name, now):
            return False
    taken = database.run(lambda session: print_queue.take(session, printer.name, now))
    if taken is not None:
        _send(database, printer, taken, patience, clock)
    return True


def _send(database: Database, printer: Printer, taken: Taken, patience: Patience, clock: Clock) -> None:
    with database.reading() as session:
        data, wanted, title = _bytes(session, taken.job_id)
    if sha256(data).hexdigest() != wanted:
        why = "What would be sent is not what was queued; nothing was sent. Tell the administrator."
        database.run(lambda session: print_queue.note_not_sent(session, taken, why, clock(), hopeless=True))
        return
    try:
        send(printer, data, title=title, patience=patience)
    except NotSent as problem:
        why = str(problem)
        database.run(lambda session: print_queue.note_not_sent(session, taken, why, clock()))
    except Doubtful as problem:
        why = str(problem)
        database.run(lambda session: print_queue.note_doubt(session, taken, why, clock()))
    else:
        database.run(lambda session: print_queue.note_sent(session, taken, clock()))


def _bytes(session: Session, job_id: int) -> tuple[bytes, str, str]:
    """What goes to the printer, its SHA-256 as it was queued, and what a print queue may show."""
    job = session.get_one(PrintJob, job_id, options=[undefer(PrintJob.zpl)])
    paper = Paper(job.label_id, job.page_id)
    return (find_paper(session, paper).pdf if job.zpl is None else job.zpl), job.sha256, paper.title


class Sender:
    """A thread for each printer, so that one that stalls holds up no other."""

    def __init__(
        self, database: Database, printers: Iterable[Printer], *, on_defect: Callable[[str, BaseException], None]
    ) -> None:
        """on_defect: is told the printer's name and what happened; the thread goes on after a while."""
        self._database = database
        self._on_defect = on_defect
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._serve, args=(printer,), name=f"to {printer.name}", daemon=True)
            for printer in printers
        ]

    def __enter__(self) -> "Sender":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Waits a while for what is being sent; what is cut off then is doubtful afterwards."""
        self._stop.set()
        end = time.monotonic() + ENDS_WITHIN_S
        for thread in self._threads:
            thread.join(timeout=max(0.0, end - time.monotonic()))

    def wait(self) -> None:
        """Until somebody ends the program."""
        self._stop.wait()

    def _serve(self, printer: Printer) -> None:
        while not self._stop.is_set():
            try:
                found = work(self._database, printer)
            except Exception as defect:  # noqa: BLE001 - whatever it is, the next label must still come out
                self._on_defect(printer.name, defect)
                self._stop.wait(REST_AFTER_DEFECT_S)
                continue
            if not found:
                self._stop.wait(LOOK_EVERY_S)

"""What pages show of prints and printers."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from pharmacy.domain.print_states import MAY_HAVE_COME_OUT, PrintState, Step, steps
from pharmacy.domain.roles import BENCH
from pharmacy.services import printer_checks
from pharmacy.services.print_payloads import why_not
from pharmacy.settings import Printer
from pharmacy.store import prints
from pharmacy.store.tables import Label, PrinterCheck, PrintJob, Via
from pharmacy.web.access import actor, settings
from pharmacy.web.printers.browser import set_up


@dataclass(frozen=True, slots=True)
class Shown:
    """A print, and what this person may do about it."""

    job: PrintJob
    steps: tuple[Step, ...]

    @property
    def waits(self) -> bool:
        """Whether it goes on by itself, so that the page looks again."""
        return self.job.state in (PrintState.QUEUED, PrintState.SENDING)


@dataclass(frozen=True, slots=True)
class Offer:
    """A printer that a label may be sent to. mine: the one that this browser uses."""

    name: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A printer and the last check of it, None when nobody ever did one. name: "" without one of its own."""

    name: str
    via: Via
    stock: str
    place: str
    check: PrinterCheck | None


def shown(job: PrintJob) -> Shown:
    """A print with the steps that its state and this person's role allow."""
    possible = steps(job.state, is_label=job.label_id is not None) if actor().role in BENCH else ()
    return Shown(job, possible)


def of_label(session: Session, label: Label) -> tuple[tuple[Offer, ...], tuple[Shown, ...]]:
    """The printers that a label may be sent to, this browser's first, and the prints of it; none once it went."""
    found = prints.prints_of(session, label_id=label.id)
    if any(job.state in MAY_HAVE_COME_OUT for job in found) or actor().role not in BENCH:
        return (), tuple(map(shown, found))
    mine = set_up().printer
    fit = [Offer(one.name, one.name == mine) for one in settings().printers if not why_not(label.stock, one)]
    return tuple(sorted(fit, key=lambda one: not one.mine)), tuple(map(shown, found))


def standings(session: Session) -> tuple[Standing, ...]:
    """The printer of this browser, then those of the server, each with its last check."""
    own, stock = set_up().own, set_up().stock or next(iter(printer_checks.KNOWN_STOCKS))
    rows = [Standing(own, Via.BROWSER, stock, "this browser's print dialog", _check(session, own, Via.BROWSER, stock))]
    return (*rows, *(_standing(session, one) for one in settings().printers))


def others(session: Session, rows: tuple[Standing, ...]) -> tuple[PrinterCheck, ...]:
    """Checks of printers that neither this browser nor the server uses now: those of other computers."""
    here = {(one.name, one.via, one.stock) for one in rows}
    last = printer_checks.standing(session)
    return tuple(one for one in last if (one.page.printer, one.page.via, one.page.stock) not in here)


def _standing(session: Session, one: Printer) -> Standing:
    check = _check(session, one.name, Via.QUEUE, one.stock)
    return Standing(one.name, Via.QUEUE, one.stock, f"{one.place}, {one.form.upper()}", check)


def _check(session: Session, name: str, via: Via, stock: str) -> PrinterCheck | None:
    return printer_checks.last_check(session, name, via, stock) if name else None

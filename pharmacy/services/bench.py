"""The bench: the procedure of a batch, one step at a time, with timers, pauses and photographs."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from math import ceil
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.file_kinds import FileKind, kind_of
from pharmacy.domain.procedure import BenchStep, Part, Task, bench_steps
from pharmacy.domain.roles import PHARMACISTS
from pharmacy.domain.workflow import BatchState
from pharmacy.services import components, formulas
from pharmacy.services.acting import Actor, get_to_change, move, record
from pharmacy.services.kept_words import kept
from pharmacy.store.tables import Batch, BenchAct, BenchActKind, BenchPhoto

AT_BENCH = (BatchState.PLANNED, BatchState.WEIGHING, BatchState.FILLING)
MOST_BYTES = 1_500_000  # below the usual limit of a whole request, so that the sentence is ours
MOST_PHOTOS = 40
SHORTEST_REASON = 10  # letters
_EVENTS = {
    BenchActKind.DONE: Event.BENCH_STEP_DONE,
    BenchActKind.STARTED: Event.BENCH_TIMER_STARTED,
    BenchActKind.PAUSED: Event.BENCH_PAUSED,
    BenchActKind.RESUMED: Event.BENCH_RESUMED,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a batch stands. done: acts that confirmed steps, by number. now: the step to work, None when all are done.

    started: when the timer of that step was started. paused: the act that interrupted the work, while it lasts.
    """

    steps: tuple[BenchStep, ...]
    done: dict[int, BenchAct]
    now: BenchStep | None
    started: datetime | None
    paused: BenchAct | None

    def ready_at(self) -> datetime | None:
        """When the timer of the present step ends; None when it has none or was not started."""
        if self.now is None or self.started is None:
            return None
        return self.started + timedelta(seconds=self.now.seconds)


def progress(batch: Batch) -> Progress:
    """Where the work on a batch stands, from its acts."""
    steps = _steps(batch)
    done = {act.step: act for act in batch.bench_acts if act.kind is BenchActKind.DONE}
    now = next((step for step in steps if not _is_done(batch, step, done)), None)
    started = paused = None
    for act in batch.bench_acts:
        if act.kind is BenchActKind.STARTED and now is not None and act.step == now.number:
            started = act.at
        elif act.kind is BenchActKind.PAUSED:
            paused = act
        elif act.kind is BenchActKind.RESUMED:
            if started is not None and paused is not None:
                started += act.at - paused.at  # nobody mixed in the meantime
            paused = None
    return Progress(steps, done, now, started, paused)


def confirm(session: Session, batch_id: int, step: int, *, note: str = "", actor: Actor, now: datetime) -> BenchAct:
    """A person did the present step, and says so.

    Before its timer has run out only a pharmacist does, with the reason as the note: a line may name a time that is
    none to wait for.
    Raises: RuleBroken when another step is next, when its timer has not run out, or while the work is paused.
    """
    batch = _to_work(session, batch_id, "do_step", actor=actor, now=now)
    at = progress(batch)
    present = _present(batch, at, step)
    left = _seconds_left(at, present, now)
    if left and not (actor.role in PHARMACISTS and len(note.strip()) >= SHORTEST_REASON):
        raise _too_early(at, present, left)
    words = kept(note, field="note", called="Note")
    tell = partial(_act, session, batch, BenchActKind.DONE, step, words, actor=actor, now=now)
    return tell(done=present, seconds_left=left)


def start_timer(session: Session, batch_id: int, step: int, *, actor: Actor, now: datetime) -> BenchAct:
    """Starts the time that the present step takes; started again, it runs anew.

    Raises: RuleBroken.
    """
    batch = _to_work(session, batch_id, "do_step", actor=actor, now=now)
    if not _present(batch, progress(batch), step).seconds:
        raise RuleBroken("This step names no time; there is nothing to start.")
    return _act(session, batch, BenchActKind.STARTED, step, "", actor=actor, now=now)


def pause(session: Session, batch_id: int, *, reason: str, actor: Actor, now: datetime) -> BenchAct:
    """The work is interrupted; whoever goes on says so first.

    Raises: RuleBroken.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    move(session, batch, "pause", actor=actor, now=now, reason=reason)
    at = progress(batch)
    refuse_while_paused(batch, at)
    words = kept(reason, field="reason", called="Reason")
    step = at.now.number if at.now else 0
    return _act(session, batch, BenchActKind.PAUSED, step, words, actor=actor, now=now)


def resume(session: Session, batch_id: int, *, actor: Actor, now: datetime) -> BenchAct:
    """The work goes on where it was interrupted, by the same person or another.

    Raises: RuleBroken.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    move(session, batch, "resume", actor=actor, now=now)
    at = progress(batch)
    if at.paused is None:
        raise RuleBroken(f"Batch {batch.number} is not paused.")
    return _act(session, batch, BenchActKind.RESUMED, at.paused.step, "", actor=actor, now=now)


def photograph(
    session: Session, batch_id: int, content: bytes, *, note: str = "", actor: Actor, now: datetime
) -> BenchPhoto:
    """Keeps a photograph with the step at which it was taken.

    Raises: RuleBroken.
    """
    batch = get_to_change(session, Batch, batch_id, "batch")
    move(session, batch, "photograph", actor=actor, now=now)
    kind = _photo_kind(batch, content)
    shows = kept(note, field="shows", called="What it shows", most=120)
    at = progress(batch)
    row = BenchPhoto(
        batch_id=batch.id,
        step=at.now.number if at.now else 0,
        note=shows,
        kind=kind,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        person_id=actor.id,
        at=now,
    )
    session.add(row)
    session.flush()
    session.expire(batch, ["bench_photos"])
    noted = {"photo": row.id, "step": row.step, "size": row.size, "sha256": row.sha256, "note": row.note}
    record(session, Event.BENCH_PHOTO_KEPT, actor=actor, now=now, subject="batch", subject_id=batch.id, **noted)
    return row


def photo(session: Session, batch_id: int, photo_id: int) -> BenchPhoto:
    """One photograph with its bytes.

    Raises: NotFound.
    """
    statement = select(BenchPhoto).where(BenchPhoto.id == photo_id, BenchPhoto.batch_id == batch_id)
    row = session.scalar(statement.options(undefer(BenchPhoto.content)))
    if row is None:
        raise NotFound("There is no photograph with this number.")
    return row


def refuse_while_paused(batch: Batch, at: Progress) -> None:
    """Refuses to go on with interrupted work before somebody says that it goes on.

    Raises: RuleBroken.
    """
    if at.paused is not None:
        raise RuleBroken(
            f"Batch {batch.number} was paused by {at.paused.person.full_name}: {at.paused.note}. Press “Go on” first."
        )


def refuse_unless_done(batch: Batch) -> None:
    """Refuses to count capsules while a step of the procedure is open.

    Raises: RuleBroken.
    """
    at = progress(batch)
    refuse_while_paused(batch, at)
    if at.now is not None:
        raise RuleBroken(
            f"Step {at.now.number} of {len(at.steps)} is not confirmed: {at.now.detail or at.now.text} Go on at the"
            " bench first."
        )


def refuse_unless_next(batch: Batch, position: int) -> None:
    """Refuses to weigh a component that is not the present step.

    Raises: RuleBroken.
    """
    at = progress(batch)
    refuse_while_paused(batch, at)
    if all(components.is_complete(batch, taken.position) for taken in components.planned(batch)):
        raise RuleBroken(f"Batch {batch.number}: everything is weighed.")
    if at.now is None or at.now.task is not Task.WEIGH:
        text = (at.now.detail or at.now.text) if at.now else ""
        raise RuleBroken(f"Something else comes before the next weighing: {text}")
    if at.now.position != position:
        name = components.current(batch, at.now.position).lot.ingredient.name
        raise RuleBroken(f"{name} is next; components are weighed in the formula's order.")


def procedure_of(batch: Batch) -> list[dict[str, Any]]:
    """The steps of a batch that is being planned, fixed with it: how lines are read may change in later releases."""
    return [asdict(step) for step in _read_steps(batch)]


def _steps(batch: Batch) -> tuple[BenchStep, ...]:
    """As they were fixed at planning; batches from before steps were kept have them read anew."""
    if batch.procedure is None:
        return _read_steps(batch)
    return tuple(BenchStep(**{**step, "task": Task(step["task"])}) for step in batch.procedure)


def _read_steps(batch: Batch) -> tuple[BenchStep, ...]:
    parts = [
        Part(taken.position, taken.lot.ingredient.kind.value, taken.lot.ingredient.name)
        for taken in components.planned(batch)
    ]
    mixing = [Decimal(portion) for portion in batch.worksheet.get("mixing_mg", ())]
    return bench_steps(batch.formula.steps, parts, mixing)


def _is_done(batch: Batch, step: BenchStep, done: dict[int, BenchAct]) -> bool:
    return components.is_complete(batch, step.position) if step.task is Task.WEIGH else step.number in done


def _to_work(session: Session, batch_id: int, verb: str, *, actor: Actor, now: datetime) -> Batch:
    batch = get_to_change(session, Batch, batch_id, "batch")
    move(session, batch, verb, actor=actor, now=now)
    formulas.refuse_unless_in_force(session, batch.formula, begun=batch.state is not BatchState.PLANNED)
    refuse_while_paused(batch, progress(batch))
    return batch


def _present(batch: Batch, at: Progress, number: int) -> BenchStep:
    """The step that is worked now, when it is the one that was meant.

    Raises: RuleBroken.
    """
    if at.now is None:
        raise RuleBroken(f"Batch {batch.number}: every step is done; count the capsules.")
    if at.now.task is Task.WEIGH:
        name = components.current(batch, at.now.position).lot.ingredient.name
        raise RuleBroken(f"{name} is weighed next; a weighing is not confirmed by its name alone.")
    if at.now.number != number:
        raise RuleBroken(f"Step {at.now.number} is next: {at.now.detail or at.now.text}")
    return at.now


def _seconds_left(at: Progress, step: BenchStep, now: datetime) -> int:
    """Of the time that the present step takes; all of it before its timer was started."""
    ready = at.ready_at()
    return step.seconds if ready is None else max(0, ceil((ready - now).total_seconds()))


def _too_early(at: Progress, step: BenchStep, left: int) -> RuleBroken:
    if at.started is None:
        told = f"Step {step.number} takes {_time(step.seconds)}: start the timer first."
    else:
        told = f"Step {step.number}: {_time(left)} are left of {_time(step.seconds)}."
    return RuleBroken(
        f"{told} If the line means no time to wait for, a pharmacist may go on, with the reason in at least"
        f" {SHORTEST_REASON} letters as the note.",
        field="note",
    )


def _time(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def _act(
    session: Session,
    batch: Batch,
    kind: BenchActKind,
    step: int,
    note: str,
    *,
    done: BenchStep | None = None,
    seconds_left: int = 0,
    actor: Actor,
    now: datetime,
) -> BenchAct:
    row = BenchAct(batch_id=batch.id, kind=kind, step=step, note=note, person_id=actor.id, at=now)
    session.add(row)
    session.flush()
    session.expire(batch, ["bench_acts"])
    noted: dict[str, Any] = {"step": step, "note": note}
    if done is not None:
        noted["text"] = done.detail or done.text  # as it was read, whatever a later release makes of the line
    if seconds_left:
        noted["seconds_left"] = seconds_left
    record(session, _EVENTS[kind], actor=actor, now=now, subject="batch", subject_id=batch.id, **noted)
    return row


def _photo_kind(batch: Batch, content: bytes) -> FileKind:
    if not content:
        raise RuleBroken("Photograph: choose or take one first; nothing came.", field="file")
    if len(content) > MOST_BYTES:
        raise RuleBroken(
            f"Photograph: {len(content) / 1e6:.1f} MB is more than {MOST_BYTES / 1e6:.1f} MB; take it with fewer dots.",
            field="file",
        )
    if len(batch.bench_photos) >= MOST_PHOTOS:
        raise RuleBroken(f"Photograph: {MOST_PHOTOS} are kept with a batch, and they are all there.", field="file")
    try:
        kind = kind_of(content, field="file")
    except RuleBroken:  # its sentence is about documents
        kind = FileKind.PDF
    if kind is FileKind.PDF:
        raise RuleBroken("Photograph: only a PNG or a JPEG is kept, whatever its name.", field="file")
    return kind

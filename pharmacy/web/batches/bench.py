"""The bench: the procedure of a batch on one page, one step at a time, each container scanned."""

from math import ceil

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Answer
from sqlalchemy.orm import Session

from pharmacy.domain.balance import Reading
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.procedure import BenchStep, Task
from pharmacy.domain.roles import BENCH, READERS
from pharmacy.services import batches, components, second_lots, second_readings
from pharmacy.services import bench as acts
from pharmacy.services.acting import get
from pharmacy.services.batches import Weighing
from pharmacy.store.tables import Batch, BatchInput, IngredientKind, Lot
from pharmacy.web import values
from pharmacy.web.access import actor, allowed, now, reading, today, transaction
from pharmacy.web.batches import bp
from pharmacy.web.batches.forms import AnotherLotForm, PhotoForm, StepForm, WeighForm
from pharmacy.web.batches.record import component
from pharmacy.web.forms import Form, ReasonForm, refuse, typed
from pharmacy.web.weighing import proof_beside


@bp.get("/<int:batch_id>/bench")
@allowed(*BENCH)
def bench(batch_id: int) -> Answer:
    return _page(batch_id)


@bp.get("/<int:batch_id>/weigh")
@allowed(*BENCH)
def weigh_form(batch_id: int) -> Answer:
    """The same page, where a weighing that was refused is sent again from."""
    return _page(batch_id)


@bp.post("/<int:batch_id>/weigh")
@allowed(*BENCH)
def weigh(batch_id: int) -> Answer:
    form = WeighForm()
    try:
        with reading() as session:
            kind = _kind(session, batch_id, values.chosen(form.position))
        weighed = _weighed(form, kind)
        weighing = Weighing(
            position=values.chosen(form.position),
            lot_scanned=typed(form.lot_scanned.data),
            weighed=weighed.mg,
            source=form.source_of(weighed),
            deviation=typed(form.deviation.data),
            witness=proof_beside(form.witness, form.witness_password),
            reading=weighed.sent if weighed.from_balance else "",
            more="more" in request.form,
            reader=form.second(),
            seen=values.whole(form.seen, most=10_000) if typed(form.seen.data) else None,
        )
        with transaction() as session:
            batches.weigh(session, batch_id, weighing, actor=actor(), now=now(), today=today())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(batch_id, weigh=form, status=422)
    flash("Taken. The next container:" if weighing.more else "Taken.", "success")
    return _onward(batch_id)


@bp.post("/<int:batch_id>/bench/step")
@allowed(*BENCH)
def do_step(batch_id: int) -> Answer:
    """Confirms the present step, or starts its timer (button timer)."""
    form = StepForm()
    try:
        step = values.chosen(form.step)
        with transaction() as session:
            if "timer" in request.form:
                acts.start_timer(session, batch_id, step, actor=actor(), now=now())
            else:
                acts.confirm(session, batch_id, step, note=typed(form.note.data), actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(batch_id, step=form, status=422)
    return _onward(batch_id)


@bp.post("/<int:batch_id>/bench/pause")
@allowed(*BENCH)
def pause(batch_id: int) -> Answer:
    form = ReasonForm()
    try:
        with transaction() as session:
            acts.pause(session, batch_id, reason=typed(form.reason.data), actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(batch_id, pause=form, status=422)
    flash("Paused: the batch waits where it is, for you or for somebody else.", "success")
    return redirect(url_for("batches.show", batch_id=batch_id))


@bp.post("/<int:batch_id>/bench/resume")
@allowed(*BENCH)
def resume(batch_id: int) -> Answer:
    try:
        with transaction() as session:
            acts.resume(session, batch_id, actor=actor(), now=now())
    except RuleBroken as refusal:
        flash(refusal.message, "warning")
    return redirect(url_for("batches.bench", batch_id=batch_id))


@bp.get("/<int:batch_id>/bench/another-lot")
@allowed(*BENCH)
def another_lot_form(batch_id: int) -> Answer:
    return _another_lot_page(batch_id, AnotherLotForm(formdata=None))


@bp.post("/<int:batch_id>/bench/another-lot")
@allowed(*BENCH)
def another_lot(batch_id: int) -> Answer:
    form = AnotherLotForm()
    try:
        with transaction() as session:
            found = second_lots.take_over(
                session,
                batch_id,
                values.chosen(form.position),
                typed(form.lot_scanned.data),
                ran_out=typed(form.ran_out.data),
                reason=typed(form.reason.data),
                actor=actor(),
                now=now(),
                today=today(),
            )
            number = found.lot.number
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _another_lot_page(batch_id, form, 422)
    flash(f"Lot {number} takes over; the amounts are worked out anew.", "success")
    return redirect(url_for("batches.bench", batch_id=batch_id))


@bp.post("/<int:batch_id>/bench/photo")
@allowed(*BENCH)
def photograph(batch_id: int) -> Answer:
    form = PhotoForm()
    try:
        content = _sent()
        with transaction() as session:
            acts.photograph(session, batch_id, content, note=typed(form.shows.data), actor=actor(), now=now())
    except RuleBroken as refusal:
        refuse(form, refusal)
        return _page(batch_id, photo=form, status=422)
    flash("The photograph is kept with the batch.", "success")
    return _onward(batch_id)


@bp.get("/<int:batch_id>/photos/<int:photo_id>")
@allowed(*READERS)
def photo(batch_id: int, photo_id: int) -> Answer:
    with reading() as session:
        row = acts.photo(session, batch_id, photo_id)
        response = make_response(row.content)
        response.content_type = row.kind.value
    response.headers["Content-Disposition"] = f'inline; filename="batch-{batch_id}-{photo_id}.{row.kind.suffix}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response


def _sent() -> bytes:
    file = request.files.get("file")
    if file is None:
        return b""
    file.seek(0)  # after a conflict in the database the view runs again
    content: bytes = file.read()
    return content


def _onward(batch_id: int) -> Answer:
    """The next step, or the count of the capsules after the last."""
    with reading() as session:
        done = acts.progress(get(session, Batch, batch_id, "batch")).now is None
    return redirect(url_for("batches.fill_form" if done else "batches.bench", batch_id=batch_id))


def _kind(session: Session, batch_id: int, position: int) -> IngredientKind | None:
    batch = get(session, Batch, batch_id, "batch")
    taken = next((one for one in components.planned(batch) if one.position == position), None)
    return taken.lot.ingredient.kind if taken else None


def _weighed(form: WeighForm, kind: IngredientKind | None) -> Reading:
    """What was weighed, as a balance sends it or as digits; capsule shells are counted.

    Raises: InputUnusable.
    """
    if kind is IngredientKind.SHELL:
        return Reading(values.decimal(form.weighed), "", from_balance=False)
    return form.reading()


def _page(batch_id: int, *, status: int = 200, **filled: Form) -> Answer:
    """The present step. filled: the form that was refused, with what was typed."""
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        at = acts.progress(batch)
        if batch.state not in acts.AT_BENCH or at.now is None:
            flash(f"Batch {batch.number} is {batch.state}; nothing is left to do at the bench.", "warning")
            return redirect(url_for("batches.show", batch_id=batch_id))
        shown = render_template(
            "batches/bench.html",
            batch=batch,
            at=at,
            forms=_forms(batch, at.now, filled),
            seconds_left=_seconds_left(at),
            order=[(step, _title(batch, step), _is_done(batch, at, step)) for step in at.steps],
            **_weighing(session, batch, at.now),
        )
        return shown, status


def _another_lot_page(batch_id: int, form: AnotherLotForm, status: int = 200) -> Answer:
    """The lots that could give the rest of what is weighed now, each with what it would change."""
    with reading() as session:
        batch = get(session, Batch, batch_id, "batch")
        at = acts.progress(batch)
        if batch.state not in acts.AT_BENCH or at.now is None or at.now.task is not Task.WEIGH:
            return redirect(url_for("batches.bench", batch_id=batch_id))
        taken = components.current(batch, at.now.position)
        form.position.data, form.ran_out.data = str(at.now.position), taken.lot.number
        shown = render_template(
            "batches/another_lot.html",
            batch=batch,
            form=form,
            waiting=component(batch, taken),
            offers=[
                (lot, *_offer(session, batch, at.now.position, lot))
                for lot in second_lots.lots_for(session, batch, at.now.position, today())
            ],
        )
        return shown, status


def _offer(session: Session, batch: Batch, position: int, lot: Lot) -> tuple[second_lots.Continued | None, str]:
    """What a lot would change, or why it cannot serve."""
    try:
        return second_lots.work_out(session, batch, position, lot, today()), ""
    except RuleBroken as refusal:
        return None, refusal.message


def _forms(batch: Batch, step: BenchStep, filled: dict[str, Form]) -> dict[str, Form]:
    """A form for every act of the page; what was refused keeps what was typed, the others are empty."""
    kinds = {"weigh": WeighForm, "step": StepForm, "pause": ReasonForm, "photo": PhotoForm}
    forms = {name: filled[name] if name in filled else kind(formdata=None) for name, kind in kinds.items()}
    if step.task is Task.WEIGH:
        weigh: WeighForm = forms["weigh"]
        weigh.position.data = str(step.position)
        weigh.seen.data = str(len(components.current(batch, step.position).weigh_ins))
    forms["step"].step.data = str(step.number)
    return forms


def _weighing(session: Session, batch: Batch, step: BenchStep) -> dict[str, object]:
    """What the page shows of the component that is weighed now."""
    if step.task is not Task.WEIGH:
        return {"waiting": None}
    taken = components.current(batch, step.position)
    return {
        "waiting": component(batch, taken),
        "left": taken.target - components.weighed(taken),
        "read_twice": second_readings.is_read_twice(session, taken.lot.ingredient.kind),
    }


def _seconds_left(at: acts.Progress) -> int | None:
    """Of the timer that runs; None when none does."""
    ready = at.ready_at()
    return None if ready is None else max(0, ceil((ready - now()).total_seconds()))


def _title(batch: Batch, step: BenchStep) -> str:
    if step.task is Task.WEIGH:
        taken: BatchInput = components.current(batch, step.position)
        verb = "Count" if taken.lot.ingredient.kind is IngredientKind.SHELL else "Weigh"
        return f"{verb} {taken.lot.ingredient.name}"
    return step.detail or step.text


def _is_done(batch: Batch, at: acts.Progress, step: BenchStep) -> bool:
    return components.is_complete(batch, step.position) if step.task is Task.WEIGH else step.number in at.done

"""Every step of the table, from every wrong state and in every wrong role; nothing goes round the table."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.questions import Asking, How, Reply
from pharmacy.domain.roles import Role
from pharmacy.domain.workflow import OPEN, STATES, STEPS, Step, Subject
from pharmacy.services import (
    bench,
    fills,
    formulas,
    lots,
    prescriptions,
    printing,
    questions,
    recalls,
    releasing,
    second_lots,
    triturations,
)
from pharmacy.services.acting import move
from pharmacy.store.tables import Formula, IngredientKind, Part, Question
from tests.services import triturating
from tests.services.line import DRAFT, TABLES, Line

REASON = "a reason of more than ten letters"

# Acts that a person does by name; each is called with everything in order but the state or the role.
Call = Callable[[Line, int, str], object]


def _rx(verb: str) -> Call:
    return lambda line, key, who: line.run(
        lambda s: prescriptions.advance(s, key, verb, reason=REASON, actor=line.who[who], now=line.now)
    )


def _lot(verb: str) -> Call:
    return lambda line, key, who: line.run(
        lambda s: lots.advance(s, key, verb, reason=REASON, actor=line.who[who], now=line.now)
    )


def _batch(verb: str) -> Call:
    return lambda line, key, who: line.run(
        lambda s: releasing.advance(s, key, verb, reason=REASON, actor=line.who[who], now=line.now)
    )


def _asked(subject: Subject, verb: str) -> Call:
    """For steps that follow from another act and have no call of their own."""

    def call(line: Line, key: int, who: str) -> object:
        return line.run(lambda s: move(s, s.get_one(TABLES[subject], key), verb, actor=line.who[who], now=line.now))

    return call


def _asked_of(line: Line, key: int) -> int:
    """An open question about this prescription, put there past the services, whatever its state."""

    def find(session: Session) -> int:
        question = session.scalars(select(Question).where(Question.prescription_id == key)).first()
        if question is None:
            asked = {"asked_how": How.PHONE, "asked_whom": "Dr Muster", "asked_by_id": line.who["tess"].id}
            question = Question(
                prescription_id=key, is_open=True, about="other", text=REASON, asked_at=line.now, **asked
            )
            session.add(question)
            session.flush()
        return question.id

    return line.run(find)


def _ask(line: Line, key: int, who: str) -> object:
    asking = Asking("other", "Which of the two is meant?", "phone", "Dr Muster")
    return line.run(lambda s: questions.ask(s, key, asking, actor=line.who[who], now=line.now))


def _answer(line: Line, key: int, who: str) -> object:
    reply, question = Reply("the first", "Dr Muster", "fax", line.now), _asked_of(line, key)
    return line.run(lambda s: questions.answer(s, key, question, reply, actor=line.who[who], now=line.now))


def _withdraw(line: Line, key: int, who: str) -> object:
    question, by = _asked_of(line, key), {"actor": line.who[who], "now": line.now}
    return line.run(lambda s: questions.withdraw(s, key, question, reason=REASON, **by))


def _release_lot(line: Line, key: int, who: str) -> object:
    return line.run(lambda s: lots.release(s, key, today=line.today, reason=REASON, **line.signed(who)))


def _recall_lot(line: Line, key: int, who: str) -> object:
    return line.run(lambda s: recalls.recall_lot(s, key, reason=REASON, actor=line.who[who], now=line.now))


def _approve(line: Line, key: int, who: str) -> object:
    return line.run(lambda s: formulas.approve(s, key, reason=REASON, **line.signed(who)))


def _change(line: Line, key: int, who: str) -> object:
    return line.run(lambda s: formulas.change(s, key, DRAFT, actor=line.who[who], now=line.now))


def _retire(line: Line, key: int, who: str) -> object:
    return line.run(lambda s: formulas.retire(s, key, reason=REASON, actor=line.who[who], now=line.now))


def _reject(line: Line, key: int, who: str) -> object:
    return line.reject(key, REASON, who)


def _reject_trituration(line: Line, key: int, who: str) -> object:
    return line.run(lambda s: triturations.advance(s, key, "reject", reason=REASON, actor=line.who[who], now=line.now))


def _take_back(line: Line, key: int, who: str) -> object:
    return line.run(lambda s: fills.take_back(s, key, reason=REASON, actor=line.who[who], now=line.now))


def _at_bench(line: Line, who: str, act: Callable[..., object], *args: object, **named: object) -> object:
    return line.run(lambda s: act(s, *args, **named, actor=line.who[who], now=line.now))


def _print(line: Line, key: int, who: str) -> object:
    return printing.print_fill(line.database, key, actor=line.who[who], now=line.now, today=line.today, reason=REASON)


CALLS: dict[tuple[Subject, str], Call] = {
    (Subject.PRESCRIPTION, "enter"): lambda line, key, who: line.entered(who, key),
    (Subject.PRESCRIPTION, "verify"): lambda line, key, who: line.verify(key, who),
    **{
        (Subject.PRESCRIPTION, verb): _rx(verb)
        for verb in ("send_back", "reopen", "hold", "resume", "cancel", "transfer", "expire")
    },
    (Subject.PRESCRIPTION, "ask"): _ask,
    (Subject.PRESCRIPTION, "answer"): _answer,
    (Subject.PRESCRIPTION, "withdraw"): _withdraw,
    (Subject.PRESCRIPTION, "settle"): _asked(Subject.PRESCRIPTION, "settle"),
    (Subject.PRESCRIPTION, "complete"): _asked(Subject.PRESCRIPTION, "complete"),
    (Subject.FORMULA, "change"): _change,
    (Subject.FORMULA, "approve"): _approve,
    (Subject.FORMULA, "retire"): _retire,
    (Subject.LOT, "release"): _release_lot,
    **{(Subject.LOT, verb): _lot(verb) for verb in ("reject", "exhaust", "expire")},
    (Subject.LOT, "recall"): _recall_lot,
    (Subject.LOT, "draw"): _asked(Subject.LOT, "draw"),
    (Subject.TRITURATION, "weigh"): lambda line, key, who: triturating.weigh(line, key, Part.ACTIVE, by=who),
    (Subject.TRITURATION, "finish_weighing"): _asked(Subject.TRITURATION, "finish_weighing"),
    (Subject.TRITURATION, "mix"): triturating.mix,
    (Subject.TRITURATION, "reject"): _reject_trituration,
    (Subject.TRITURATION, "recall"): _asked(Subject.TRITURATION, "recall"),
    (Subject.BATCH, "weigh"): lambda line, key, who: line.weigh(key, 1, by=who),
    (Subject.BATCH, "do_step"): lambda line, key, who: _at_bench(line, who, bench.confirm, key, 1),
    (Subject.BATCH, "pause"): lambda line, key, who: _at_bench(line, who, bench.pause, key, reason=REASON),
    (Subject.BATCH, "resume"): lambda line, key, who: _at_bench(line, who, bench.resume, key),
    (Subject.BATCH, "photograph"): lambda line, key, who: _at_bench(line, who, bench.photograph, key, b"\x89PNG"),
    (Subject.BATCH, "continue"): lambda line, key, who: _at_bench(
        line, who, second_lots.take_over, key, 1, "L000002", reason=REASON, today=line.today
    ),
    (Subject.BATCH, "finish_weighing"): _asked(Subject.BATCH, "finish_weighing"),
    (Subject.BATCH, "fill"): lambda line, key, who: line.fill_capsules(key, by=who),
    (Subject.BATCH, "test"): lambda line, key, who: line.test_weights(key, by=who),
    (Subject.BATCH, "release"): lambda line, key, who: line.release(key, who),
    (Subject.BATCH, "reject"): _reject,
    (Subject.BATCH, "recall"): _batch("recall"),
    (Subject.BATCH, "expire"): _batch("expire"),
    (Subject.BATCH, "exhaust"): _asked(Subject.BATCH, "exhaust"),
    (Subject.BATCH, "refund"): _asked(Subject.BATCH, "refund"),
    (Subject.FILL, "allocate"): lambda line, key, who: line.allocate(key, 1, by=who),
    (Subject.FILL, "label"): _print,
    (Subject.FILL, "reprint"): _print,
    (Subject.FILL, "check"): lambda line, key, who: line.check(key, who),
    (Subject.FILL, "dispense"): lambda line, key, who: line.dispense(key, who),
    (Subject.FILL, "cancel"): lambda line, key, who: line.cancel(key, who),
    (Subject.FILL, "take_back"): _take_back,
}
ROLES = {
    Role.TECHNICIAN: "tom",
    Role.PHARMACIST: "paul",
    Role.PHARMACIST_IN_CHARGE: "ivan",
    Role.ADMINISTRATOR: "ada",
    Role.AUDITOR: "otto",
}
BY_NAME = pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.subject}-{step.verb}")


def _subject_of_test(line: Line, step: Step) -> int:
    """One record of the kind; its state is then written as the test needs it."""
    if step.subject is Subject.PRESCRIPTION:
        return line.entered()
    if step.subject is Subject.FORMULA:
        return line.run(lambda s: formulas.draft(s, DRAFT, **line.by)).id
    if step.subject is Subject.LOT:
        return line.lot(IngredientKind.FILLER, release=False)
    if step.subject is Subject.TRITURATION:
        return triturating.planned(triturating.low_dose(line))
    if step.subject is Subject.BATCH:
        return line.planned()
    return _fill(line, step)


def _fill(line: Line, step: Step) -> int:
    if step.verb in ("label", "allocate"):
        return line.allocated()
    fill = line.allocated()
    line.label(fill)
    return fill


def _put(line: Line, subject: Subject, key: int, state: str) -> None:
    if subject is Subject.FORMULA:  # an approved one is closed to every change but its retirement
        line.run(
            lambda s: s.execute(
                update(Formula)
                .where(Formula.id == key, Formula.state == "draft")
                .values(state=state, is_open=state in OPEN[subject])
            )
        )
    else:
        line.put(subject, key, state)


def test_every_step_of_the_table_has_its_call() -> None:
    assert set(CALLS) == {(step.subject, step.verb) for step in STEPS}


@BY_NAME
def test_a_step_is_refused_from_every_state_that_is_not_its_own(line: Line, step: Step) -> None:
    key = _subject_of_test(line, step)
    who = ROLES[max(step.roles, key=lambda role: role == Role.PHARMACIST_IN_CHARGE)]
    for state in STATES[step.subject]:
        if state in step.sources:
            continue
        if step.subject is Subject.FORMULA:
            key = _draft(line, f"X-{state}")
        _put(line, step.subject, key, state)
        with pytest.raises(RuleBroken, match=f"is {state}; .*is possible only when it is"):
            CALLS[step.subject, step.verb](line, key, who)
        assert line.row(TABLES[step.subject], key).state == state


def _draft(line: Line, code: str) -> int:
    return line.run(lambda s: formulas.draft(s, replace(DRAFT, code=code), **line.by)).id


@BY_NAME
def test_a_step_is_refused_to_every_role_that_is_not_named(sqlite_line: Line, step: Step) -> None:
    line = sqlite_line
    key = _subject_of_test(line, step)
    state = step.sources[0]
    _put(line, step.subject, key, state)
    for role in Role:
        if role in step.roles:
            continue
        with pytest.raises(RuleBroken, match=f"you are signed in as {role}"):
            CALLS[step.subject, step.verb](line, key, ROLES[role])
        assert line.row(TABLES[step.subject], key).state == state


@pytest.mark.parametrize("verb", ["verify", "complete", "enter", "ask", "answer", "withdraw", "settle", "nonsense"])
def test_a_signed_step_of_a_prescription_cannot_be_taken_without_its_form(sqlite_line: Line, verb: str) -> None:
    line = sqlite_line
    rx = line.entered()
    with pytest.raises(RuleBroken, match=r"form of its own|no such step"):
        _rx(verb)(line, rx, "pia")
    assert line.row(TABLES[Subject.PRESCRIPTION], rx).state == "entered"


@pytest.mark.parametrize("verb", ["release", "reject", "exhaust", "refund", "weigh", "nonsense"])
def test_a_signed_step_of_a_batch_cannot_be_taken_without_its_form(sqlite_line: Line, verb: str) -> None:
    line = sqlite_line
    batch = line.tested()
    with pytest.raises(RuleBroken, match=r"form of its own|no such step"):
        _batch(verb)(line, batch, "pia")
    assert line.row(TABLES[Subject.BATCH], batch).state == "awaiting release"


@pytest.mark.parametrize("verb", ["release", "draw", "recall", "nonsense"])
def test_a_signed_step_of_a_lot_cannot_be_taken_without_its_form(sqlite_line: Line, verb: str) -> None:
    line = sqlite_line
    lot = line.lot(IngredientKind.FILLER, release=False)
    with pytest.raises(RuleBroken, match=r"form of its own|no such step"):
        _lot(verb)(line, lot, "paul")
    assert line.row(TABLES[Subject.LOT], lot).state == "quarantined"


def test_a_step_that_needs_a_reason_is_refused_without_one(line: Line) -> None:
    rx, lot = line.entered(), line.lots[IngredientKind.FILLER]
    for refused in (
        lambda s: prescriptions.advance(s, rx, "hold", reason="  ", **line.by),
        lambda s: recalls.recall_lot(s, lot, reason=" ", actor=line.who["pia"], now=line.now),
        lambda s: formulas.retire(s, line.formula, reason="", actor=line.who["ines"], now=line.now),
    ):
        with pytest.raises(RuleBroken, match="write the reason") as refusal:
            line.run(refused)
        assert refusal.value.field == "reason"

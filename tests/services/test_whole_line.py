"""One prescription from the message to the counter, and what is left of every act."""

from decimal import Decimal
from importlib.resources import files

from pharmacy import intake
from pharmacy.domain.events import Event
from pharmacy.domain.workflow import BatchState, FillState, LotState, RxState
from pharmacy.services import fills, label_keeping, messages, prescriptions, releasing
from pharmacy.services.acting import OUTSIDE
from pharmacy.store.tables import Batch, Fill, IngredientKind, Lot, Message, Prescription
from tests.services.line import Line


def test_a_prescription_goes_from_the_message_to_the_counter(line: Line) -> None:
    rx = _from_message_to_verified(line)
    batch = _from_plan_to_released(line)
    fill = _from_start_to_dispensed(line, rx, batch)

    line.assert_whole()
    assert line.row(Lot, line.lots[IngredientKind.ACTIVE]).on_hand == Decimal("99489.269")  # 100 g - 510.731 mg
    assert line.row(Lot, line.lots[IngredientKind.SHELL]).on_hand == 900
    assert line.row(Batch, batch).on_hand == 70
    assert line.row(Prescription, rx).state is RxState.VERIFIED  # five refills are left
    _assert_trail(line, rx, batch, fill)


def _from_message_to_verified(line: Line) -> int:
    raw = (files("pharmacy.demo") / "newrx.xml").read_bytes()
    reading = intake.read(raw, content_type="application/xml")
    got = line.run(
        lambda s: messages.receive(s, raw, reading, content_type="application/xml", actor=OUTSIDE, now=line.now)
    )
    assert got.prescription is not None
    assert b"<Code>000</Code>" in got.reply.body
    assert line.row(Message, got.message.id).raw == raw
    rx = got.prescription.id
    document = line.row(Prescription, rx).document
    assert document["patient"]["family"] == "Demopatient"
    document["directions"] = "Take 1 capsule at bedtime"
    line.run(
        lambda s: prescriptions.enter(
            s, rx, document, actor=line.who["tess"], now=line.now, today=line.today, revision=1
        )
    )
    assert line.row(Prescription, rx).decision == "accept"
    line.verify(rx)
    found = line.row(Prescription, rx)
    assert (found.state, found.strength_mg, found.quantity, found.refills) == (
        RxState.VERIFIED,
        Decimal("4.5"),
        30,
        5,
    )
    return rx


def _from_plan_to_released(line: Line) -> int:
    batch = line.planned(100)
    targets = line.read(lambda s: [component.target for component in s.get_one(Batch, batch).inputs])
    assert targets[0] == Decimal("510.731")
    assert abs(targets[1] - Decimal("17927.1")) < Decimal("0.1")
    assert targets[2] == 100
    for position in (1, 2, 3):
        line.weigh(batch, position)
    assert line.row(Batch, batch).state is BatchState.FILLING
    assert line.row(Lot, line.lots[IngredientKind.ACTIVE]).state is LotState.OPEN
    line.fill_capsules(batch, made=100)
    line.test_weights(batch)
    line.release(batch)
    found = line.row(Batch, batch)
    assert (found.number, found.state, found.on_hand) == ("B261124-01", BatchState.RELEASED, 100)
    assert found.beyond_use_date.isoformat() == "2027-05-22"  # 180 days, the day of compounding is day 1
    assert all(signature.holds for signature in line.read(lambda s: releasing.signatures(s, s.get_one(Batch, batch))))
    return batch


def _from_start_to_dispensed(line: Line, rx: int, batch: int) -> int:
    fill = line.started(rx)
    line.allocate(fill, batch)
    assert line.row(Fill, fill).price == Decimal("40.00")
    label = line.label(fill)
    kept = line.read(lambda s: label_keeping.pdf_of(s, label))
    assert kept.pdf.startswith(b"%PDF")
    assert kept.content["drug"] == "naltrexone hydrochloride 4.5 mg capsule"
    assert kept.content["directions"] == "Take 1 capsule at bedtime"
    assert kept.content["lot"] == "B261124-01"
    assert kept.content["use_by"] == "22 May 2027"
    assert {code["payload"] for code in kept.read_back["codes"]} == {line.row(Fill, fill).number, kept.token}
    line.check(fill, scanned=kept.token)
    line.dispense(fill)
    assert line.row(Fill, fill).state is FillState.DISPENSED
    assert all(s.holds for s in line.read(lambda s: fills.signatures(s, s.get_one(Fill, fill))))
    return fill


def _assert_trail(line: Line, rx: int, batch: int, fill: int) -> None:
    [entered] = line.trail(Event.PRESCRIPTION_ENTERED, rx)
    assert entered["before"]["directions"] != entered["after"]["directions"] == "Take 1 capsule at bedtime"
    assert entered["by"] == "Tess Technician"
    [verified] = line.trail(Event.PRESCRIPTION_VERIFIED, rx)
    assert verified["by"] == "Pia Pharmacist"
    weighed = line.trail(Event.BATCH_WEIGHED, batch)
    assert [(w["lot"], w["weighed"], w["within"]) for w in weighed[:1]] == [("L000001", "510.731", True)]
    assert len(weighed) == 3
    [taken] = line.trail(Event.FILL_ALLOCATED, fill)
    assert (taken["batch"], taken["quantity"], taken["price"]) == ("B261124-01", 30, "40")
    [handed] = line.trail(Event.FILL_DISPENSED, fill)
    assert handed["handed_to"] == "Erika Beispiel"
    for event in (
        Event.MESSAGE_RECEIVED, Event.PRESCRIPTION_RECEIVED, Event.PATIENT_ADDED, Event.PRESCRIBER_ADDED,
        Event.INGREDIENT_ADDED, Event.FORMULA_DRAFTED, Event.FORMULA_APPROVED, Event.LOT_RECEIVED, Event.LOT_RELEASED,
        Event.BATCH_PLANNED, Event.BATCH_FILLED, Event.BATCH_TESTED, Event.BATCH_RELEASED, Event.FILL_STARTED,
        Event.LABEL_MADE, Event.FILL_CHECKED,
    ):  # fmt: skip
        assert line.trail(event), event
    assert len(line.trail(Event.SIGNED)) == 7  # formula, three lots, prescription, batch, fill

"""The compounding record as paper: everything that was done to the batch, and the head of its trail."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pypdfium2

from labels.printing import Printed
from pharmacy.services import compounding_records, equipment_checks
from pharmacy.store.tables import AuditEntry, Batch
from tests.services.line import Line

ZONE = ZoneInfo("America/Los_Angeles")


def _draw(line: Line, batch: int) -> Printed:
    return line.read(lambda s: compounding_records.draw(s, batch, ZONE))


def _text(printed: Printed) -> str:
    pages = pypdfium2.PdfDocument(BytesIO(printed.pdf))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def test_the_record_tells_the_worked_example_with_its_people_and_signatures(line: Line) -> None:
    batch = line.planned()
    signed = {"deviation": "spilled and collected", "witness": line.proof("paul")}
    line.weigh(batch, 1, Decimal(520), **signed)
    line.weigh(batch, 2)
    line.weigh(batch, 3)
    line.fill_capsules(batch)
    line.test_weights(batch)
    line.release(batch)
    text = _text(_draw(line, batch))
    row = line.row(Batch, batch)
    for said in (
        f"Compounding record {row.number}: released",
        "510.731 mg",  # the worked example's target
        "520.000 mg",
        "Deviation: spilled and collected",
        "0.907522",
        "I reviewed the compounding record and release this batch",
        "Pia Pharmacist",
        "Paul Pharmacist",
        "L000001",
        "24 Nov 2026 07:00",  # 15:00 UTC on the pharmacy's clock
        "Use by 22 May 2027",
        "E001 Sample Torsion 3 T-3001 120 mg 24 Nov 2028 Tess Technician",  # calibrated until then
        "capsule machine by hand",
    ):
        assert said in text, said


def test_the_record_ends_with_the_last_entry_of_the_batchs_trail(line: Line) -> None:
    batch = line.tested()
    before = _draw(line, batch)
    assert _draw(line, batch).pdf == before.pdf
    line.release(batch)
    last = line.read(
        lambda s: (
            s.query(AuditEntry)
            .filter(AuditEntry.subject == "batch", AuditEntry.subject_id == batch)
            .order_by(AuditEntry.sequence.desc())
            .first()
        )
    )
    assert last is not None
    after = _draw(line, batch)
    assert f"{last.sequence}:{last.hash}" in _text(after).replace(" ", "") or f"{last.sequence}:{last.hash}" in _text(
        after
    )
    assert after.sha256 != before.sha256


def test_a_batch_that_is_only_planned_has_a_record_too(line: Line) -> None:
    text = _text(_draw(line, line.planned()))
    assert "not weighed" in text
    assert "Not signed." in text


def test_what_happens_elsewhere_does_not_change_the_paper(line: Line) -> None:
    batch = line.released()
    before = _draw(line, batch)
    line.released()
    assert _draw(line, batch).pdf == before.pdf


def test_a_balance_calibrated_anew_later_leaves_the_record_of_a_batch_as_it_was(line: Line) -> None:
    batch = line.released()
    before = _draw(line, batch).pdf
    days = {"done_on": line.today, "due_on": line.today + timedelta(days=100), "today": line.today}
    line.run(lambda s: equipment_checks.calibrate(s, line.balance, certificate="CAL-2", passed=True, **days, **line.by))
    assert _draw(line, batch).pdf == before

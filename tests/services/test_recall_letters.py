"""Letters about a recall, read back from the PDF."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from labels.printing import Printed
from labels.raster import PDFIUM_LOCK
from labels.read_back import plain
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.services import recall_letters, recalls, releasing
from pharmacy.services.recall_letters import TO_PATIENTS, TO_PRESCRIBERS, Order, To
from pharmacy.store.database import Database
from pharmacy.store.tables import Fill, IngredientKind, Patient, Pharmacy, Prescriber, Prescription
from tests.copying import copy
from tests.services.line import NOW, Line, open_again, order

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


def pages(printed: Printed) -> list[str]:
    """The text of each page as a reader finds it, without spaces."""
    with PDFIUM_LOCK:
        document = pypdfium2.PdfDocument(printed.pdf)
        try:
            return [plain(page.get_textpage().get_text_range()) for page in document]
        finally:
            document.close()


def make(line: Line, find: Callable[[Session], recalls.Walk], wanted: Order, by: str = "pia", **given: Any) -> Printed:
    moment = {"now": line.now, "today": line.today, "zone": LOS_ANGELES, **given}
    return recall_letters.make(line.database, find, wanted, actor=line.who[by], **moment)


def letters(line: Line, to: To = To.PATIENTS, **wanted: Any) -> Printed:
    lot = line.lots[IngredientKind.ACTIVE]
    return make(line, lambda s: recalls.walk_lot(s, lot), Order(to, **wanted))


def recall(line: Line) -> None:
    lot, pia = line.lots[IngredientKind.ACTIVE], line.who["pia"]
    line.run(lambda s: recalls.recall_lot(s, lot, reason="letter of today", actor=pia, now=line.now))


def rx_of(line: Line, family: str, given: str = "Anna", npi: str = "1234567893", doctor: str = "Muster") -> int:
    patient = {**order()["patient"], "family": family, "given": given}
    prescriber = {"family": doctor, "given": "Max", "npi": npi, "phone": "202-555-0177"}
    return line.verified(patient=patient, prescriber=prescriber)


@pytest.fixture(scope="module")
def after_the_recall(furnished: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Three patients of two prescribers have capsules of the lot; a fourth's are still in the pharmacy."""
    database = Database(f"sqlite:///{(tmp_path_factory.mktemp('recalled') / 'pharmacy.db').as_posix()}")
    copy(furnished, database)
    line = open_again(database, NOW)
    batch = line.released(100)
    line.released(100)
    line.dispensed(batch, rx_of(line, "Adler"))
    line.dispensed(batch, rx_of(line, "Berger"))
    line.dispensed(batch + 1, rx_of(line, "Conrad", npi="1003000126", doctor="Zweit"))
    line.checked(batch + 1, rx_of(line, "Dorn"))
    recall(line)
    yield database
    database.close()


@pytest.fixture
def recalled(line: Line, after_the_recall: Database) -> Line:
    """The pharmacy after the recall, made once and copied."""
    copy(after_the_recall, line.database)
    return line


def test_every_patient_who_has_some_gets_one_page_with_all_that_matters(recalled: Line) -> None:
    read = pages(letters(recalled))
    assert len(read) == 3
    for page, name, batch, fill in zip(
        read, ("Anna Adler", "Anna Berger", "Anna Conrad"), ("B261124-01", "B261124-01", "B261124-02"),
        ("7000011-0", "7000029-0", "7000037-0"), strict=True,
    ):  # fmt: skip
        for told in (
            name, "Born 12 Apr 1979", batch, fill, "24 Nov 2026", "30 capsules", "Linden Pharmacy", "202-555-0100",
            "Recall of naltrexone hydrochloride 4.5 mg capsule", "An ingredient that went into them was recalled.",
            "Pia Pharmacist, pharmacist", "Page 1 of 1", *TO_PATIENTS,
        ):  # fmt: skip
            assert plain(told) in page, told
        others = {"Adler", "Berger", "Conrad", "Dorn"} - {name.split()[1]}
        assert not [other for other in others if other in page]


def test_every_prescriber_gets_the_patients_of_that_prescriber_alone(recalled: Line) -> None:
    first, second = pages(letters(recalled, To.PRESCRIBERS))
    for told in ("Max Muster", "NPI 1234567893, phone 202-555-0177", "Anna Adler", "Anna Berger", *TO_PRESCRIBERS):
        assert plain(told) in first
    assert plain("Naltrexone hydrochloride, maker's lot SC-ACTIVE from Sample Chemicals") in first
    assert "Conrad" not in first
    assert plain("Max Zweit") in second
    assert "Conrad" in second
    assert "Dorn" not in first + second


def test_a_batch_is_recalled_without_blaming_an_ingredient(line: Line) -> None:
    batch = line.released()
    line.dispensed(batch)
    line.run(lambda s: releasing.advance(s, batch, "recall", reason="wrong label", actor=line.who["pia"], now=line.now))
    [page] = pages(make(line, lambda s: recalls.walk_batch(s, batch), Order(To.PATIENTS)))
    assert "ingredient" not in page
    assert plain("Recall of batch B261124-01") in page


def test_the_day_of_a_hand_out_is_the_pharmacys_own(recalled: Line) -> None:
    late = datetime.fromisoformat("2026-11-25T06:30:00+00:00")  # still the 24th in Los Angeles
    recalled.run(lambda s: s.execute(update(Fill).where(Fill.state == "dispensed").values(dispensed_at=late)))
    assert all(plain("24 Nov 2026 30 capsules") in page for page in pages(letters(recalled)))


def test_what_the_pharmacist_adds_stands_in_every_letter(recalled: Line) -> None:
    read = pages(letters(recalled, added="Replacements are ready.\r\n\r\nAsk for Pia."))
    assert all(plain("Replacements are ready.") in page and plain("Ask for Pia.") in page for page in read)


def test_letters_of_the_same_recall_are_the_same_bytes(recalled: Line) -> None:
    assert letters(recalled).pdf == letters(recalled).pdf


def test_the_trail_notes_who_took_which_letters(recalled: Line) -> None:
    printed = letters(recalled, added="Ask for Pia.")
    [entry] = recalled.trail(Event.LETTERS_MADE)
    concerned = recalled.read(lambda s: sorted(row.id for row in s.query(Patient) if row.family != "Dorn"))
    assert sorted(entry["written"]) == concerned
    assert (entry["to"], entry["left_out"], entry["pages"]) == ("patients", [], 3)
    assert (entry["sha256"], entry["added"], entry["by"]) == (printed.sha256, "Ask for Pia.", "Pia Pharmacist")


def test_a_demonstration_marks_every_page(recalled: Line) -> None:
    recalled.run(lambda s: s.execute(update(Pharmacy).values(demonstration=True)))
    assert all(page.startswith("DEMONSTRATION") for page in pages(letters(recalled)))


def test_nothing_is_written_before_the_recall_or_to_nobody(line: Line) -> None:
    batch = line.released()
    line.dispensed(batch)
    with pytest.raises(RuleBroken, match="Lot L000001 is not recalled; letters are made once it is"):
        letters(line)
    line.lots = {**line.lots, IngredientKind.ACTIVE: line.lot(IngredientKind.ACTIVE)}
    recall(line)
    with pytest.raises(RuleBroken, match="Nothing of lot L000004 was handed out"):
        letters(line)
    assert line.trail(Event.LETTERS_MADE) == []


def test_a_technician_writes_no_letters(recalled: Line) -> None:
    lot = recalled.lots[IngredientKind.ACTIVE]
    with pytest.raises(RuleBroken, match="made by a pharmacist"):
        make(recalled, lambda s: recalls.walk_lot(s, lot), Order(To.PATIENTS), by="tess")


def test_a_name_that_cannot_be_printed_is_told_and_may_be_left_out(recalled: Line) -> None:
    recalled.run(lambda s: s.execute(update(Patient).where(Patient.family == "Berger").values(family="张")))
    with pytest.raises(RuleBroken, match=r"1 cannot be printed: to Anna 张: .*cannot print 张") as refusal:
        letters(recalled)
    assert refusal.value.field == "leave_out"
    assert recalled.trail(Event.LETTERS_MADE) == []
    assert len(pages(letters(recalled, leave_out=True))) == 2
    [entry] = recalled.trail(Event.LETTERS_MADE)
    assert len(entry["left_out"]) == 1


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("x" * 1201, "at most 1200 characters"),
        ("Ask us \u2603", "cannot print \u2603"),
        ("x" * 300, "is wider than its line"),
        ("\n".join(["line"] * 60), "the paragraph that was added is the longest part of it, shorten it"),
    ],
)
def test_a_paragraph_that_does_not_fit_is_refused_beside_its_field(recalled: Line, added: str, said: str) -> None:
    with pytest.raises(RuleBroken, match=said) as refusal:
        letters(recalled, added=added)
    assert refusal.value.field == "added"


def test_a_prescriber_of_very_many_patients_gets_as_many_pages_as_it_takes(sqlite_line: Line) -> None:
    line = sqlite_line
    batch = line.released()
    fill = line.row(Fill, line.dispensed(batch))
    rx = line.row(Prescription, fill.prescription_id)

    def copy(session: Session) -> None:
        """The same fill handed out 80 times over, past the services."""
        columns = {name: getattr(fill, name) for name in Fill.__table__.columns.keys()}  # noqa: SIM118
        for number in range(2, 82):
            session.add(Fill(**{**columns, "id": number, "number": f"{rx.number}-{number}", "fill_number": number}))
            session.flush()
            session.execute(
                _ALLOCATIONS.insert().values(
                    fill_id=number, batch_id=batch, quantity=1, person_id=1, at=line.now, reason="copied"
                )
            )

    line.run(copy)
    recall(line)
    read = pages(letters(line, To.PRESCRIBERS))
    assert len(read) > 1
    assert sum(page.count("ErikaBeispiel") for page in read) == 81
    assert line.read(lambda s: s.query(Prescriber).count()) == 1


_ALLOCATIONS: Any = Fill.allocations.property.mapper.local_table

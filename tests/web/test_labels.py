"""The pages of labels: the picture and the paper are the very bytes that were made."""

import re
import struct
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from labels.picture import png
from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.services import label_keeping, label_texts
from pharmacy.store.database import Database
from pharmacy.store.tables import Batch, Fill, Label
from tests.web.counter import Counter, open_counter, shown

AS = Callable[[str], FlaskClient]


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


@pytest.fixture
def label(counter: Counter) -> int:
    return counter.label(counter.allocated())


def pdf_of(counter: Counter, label: int) -> bytes:
    return counter.read(lambda session: label_keeping.pdf_of(session, label).pdf)


def test_the_page_names_the_fill_and_what_the_codes_read_back(counter: Counter, client_as: AS, label: int) -> None:
    page = shown(client_as("technician").get(f"/labels/{label}"))
    number = counter.row(Fill, 1).number
    assert f"Label of fill {number}" in page
    held = counter.row(Label, label)
    for word in (number, held.token, held.sha256, "Test Technician"):
        assert word in page


def test_the_page_tells_what_a_rule_warns_of_with_its_source(
    counter: Counter, client_as: AS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_texts, "WARNINGS", ("May cause vivid dreams.",))
    page = shown(client_as("technician").get(f"/labels/{counter.label(counter.allocated())}"))
    for words in (
        "None of the auxiliary warnings names opioid medicines",
        "house.opioid-warning",
        "no opioid analgesics",
    ):
        assert words in page


def test_the_page_of_a_label_from_before_the_rules_says_nothing_of_them(
    counter: Counter, client_as: AS, label: int
) -> None:
    held = counter.row(Label, label)
    same = {
        name: getattr(held, name) for name in ("kind", "fill_id", "stock", "token", "content", "sha256", "made_by_id")
    }
    old = Label(**same, copy=1, reason="torn", pdf=b"", made_at=counter.now, read_back={"codes": [], "differs": []})
    counter.run(lambda s: s.add(old))
    assert "Warnings from the rules" not in shown(client_as("technician").get(f"/labels/{label + 1}"))


def test_the_picture_is_drawn_from_the_kept_bytes_dot_for_dot(counter: Counter, client_as: AS, label: int) -> None:
    answer = client_as("auditor").get(f"/labels/{label}/picture.png")
    assert answer.content_type == "image/png"
    assert answer.data == png(pdf_of(counter, label))
    width, height = struct.unpack(">II", answer.data[16:24])
    assert (width, height) == (812, 406)  # 4 by 2 inches at 203 dots an inch


def test_the_paper_is_the_kept_bytes_and_taking_it_is_noted(counter: Counter, client_as: AS, label: int) -> None:
    answer = client_as("technician").get(f"/labels/{label}/label.pdf")
    assert answer.data == pdf_of(counter, label)
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["Cache-Control"] == "no-store"
    assert [entry["by"] for entry in counter.trail(Event.LABEL_PRINTED, label)] == ["Test Technician"]


def test_an_auditor_sees_a_label_and_prints_none(client_as: AS, label: int) -> None:
    assert "Open to print" not in shown(client_as("auditor").get(f"/labels/{label}"))
    assert client_as("auditor").get(f"/labels/{label}/label.pdf").status_code == 403


def test_looking_at_a_vial_label_is_noted_with_its_prescription(counter: Counter, client_as: AS, label: int) -> None:
    client_as("auditor").get(f"/labels/{label}")
    rx = counter.row(Fill, 1).prescription_id
    assert "Test Auditor" in [entry["by"] for entry in counter.trail(Event.RECORD_READ, rx)]


def test_a_batch_label_says_the_state_and_a_second_one_needs_a_reason(counter: Counter, client_as: AS) -> None:
    batch = counter.tested()
    client = client_as("technician")
    made = client.post(f"/batches/{batch}/print")
    assert made.location == "/labels/1"
    assert f"Label of batch {counter.row(Batch, batch).number}" in shown(client.get("/labels/1"))
    assert counter.row(Label, 1).content["status"] == "QUARANTINE"
    again = client.post(f"/batches/{batch}/print")
    assert "say why another is needed" in shown(again)
    assert client.post(f"/batches/{batch}/print", data={"reason": "it fell off"}).location == "/labels/2"
    assert "Why again it fell off" in shown(client.get("/labels/2"))


@pytest.mark.parametrize("path", ["/labels/9", "/labels/9/picture.png", "/labels/9/label.pdf"])
def test_a_label_that_is_not_there_is_answered_as_missing(client_as: AS, path: str) -> None:
    assert client_as("technician").get(path).status_code == 404


def test_no_label_is_made_for_a_batch_that_is_not_there(client_as: AS) -> None:
    assert client_as("technician").post("/batches/9/print").status_code == 404


SMALL = "vial-2.25x1.25"


def chosen(page: str) -> str:
    """The stock that a fill's page offers first."""
    found = re.search(r'<select[^>]*id="print-stock".*?<option value="([^"]*)" selected', page, re.DOTALL)
    return found[1] if found else ""


def test_whoever_prints_chooses_the_stock_which_is_kept_and_offered_again_in_this_browser(
    counter: Counter, client_as: AS
) -> None:
    client, fill = client_as("technician"), counter.allocated()
    assert chosen(client.get(f"/fills/{fill}").text) == "vial-4x2"
    made = client.post(f"/fills/{fill}/label", data={"stock": SMALL})
    assert made.location == "/labels/1"
    assert counter.row(Label, 1).stock == SMALL
    assert "Drawn for 2.25 x 1.25 in, 2 labels, 203 dpi" in shown(client.get("/labels/1"))
    assert chosen(client.get(f"/fills/{fill}").text) == SMALL
    assert chosen(client_as("pharmacist").get(f"/fills/{fill}").text) == "vial-4x2"
    client.post(f"/fills/{fill}/label", data={"reason": "it fell off"})
    assert counter.row(Label, 2).stock == SMALL


def test_both_parts_of_a_label_are_shown_wherever_it_is_looked_at(counter: Counter, client_as: AS) -> None:
    client, fill = client_as("technician"), counter.allocated()
    client.post(f"/fills/{fill}/label", data={"stock": SMALL})
    for page in ("/labels/1", f"/fills/{fill}"):
        assert "part=2" in client.get(page).text
    assert "part=2" in client_as("pharmacist").get(f"/fills/{fill}/check").text
    parts = [client.get(f"/labels/1/picture.png?part={part}") for part in (1, 2)]
    assert [answer.data for answer in parts] == [png(pdf_of(counter, 1), page=page) for page in (0, 1)]
    for part in (0, 3, -1):
        assert client.get(f"/labels/1/picture.png?part={part}").status_code == 404


def test_a_stock_that_is_not_offered_is_refused_at_its_field(counter: Counter, client_as: AS) -> None:
    fill = counter.allocated()
    answer = client_as("technician").post(f"/fills/{fill}/label", data={"stock": "a5"})
    assert answer.status_code == 422
    assert "there is no label stock" in shown(answer)
    assert counter.row(Fill, fill).state == "allocated"

"""Assays and control charts on their pages."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import Batch
from tests.web.counter import Counter, field_error, open_counter, shown

AS = Callable[[str], FlaskClient]


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def test_an_assay_is_sent_and_answered_on_the_pages(counter: Counter, client_as: AS) -> None:
    batch, client = counter.tested(), client_as("technician")
    sent = {"capsules": "2", "laboratory": "Sample Laboratories", "method": "HPLC"}
    assert client.post(f"/batches/{batch}/assays/send", data=sent).status_code == 302
    assert counter.row(Batch, batch).number in shown(client.get("/reports/quality/"))
    answer = {"percent": "84.2", "reported_on": counter.today.isoformat(), "certificate": "SL-1"}
    page = shown(client.post(f"/batches/{batch}/assays/1", data=answer, follow_redirects=True))
    assert "nothing of this batch goes out any more" in page
    assert "84.2 failed" in page
    assert "Every laboratory has answered" in shown(client.get("/reports/quality/"))


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"percent": "about 99"}, "percent", "not a number"),
        ({"percent": "0"}, "percent", "above 0 %"),
        ({"reported_on": "yesterday"}, "reported_on", "Date of the certificate"),
        ({"certificate": ""}, "certificate", "2 to 120 letters"),
    ],
)
def test_a_refused_answer_keeps_what_was_typed(
    counter: Counter, client_as: AS, typed: dict[str, str], field: str, said: str
) -> None:
    batch, client = counter.tested(), client_as("technician")
    client.post(f"/batches/{batch}/assays/send", data={"capsules": "2", "laboratory": "Lab", "method": "HPLC"})
    data = {"percent": "99.1", "reported_on": counter.today.isoformat(), "certificate": "SL-77", **typed}
    answer = client.post(f"/batches/{batch}/assays/1", data=data)
    assert answer.status_code == 422
    assert said in field_error(answer, field)
    page = answer.get_data(as_text=True)
    for value in data.values():
        assert not value or f'value="{value}"' in page


def test_an_assay_of_another_batch_is_not_answered_here(counter: Counter, client_as: AS) -> None:
    batch, other, client = counter.tested(), counter.tested(), client_as("technician")
    client.post(f"/batches/{batch}/assays/send", data={"capsules": "2", "laboratory": "Lab", "method": "HPLC"})
    assert client.get(f"/batches/{other}/assays/1").status_code == 404


def test_two_batches_make_a_chart_with_the_same_numbers_in_a_table(counter: Counter, client_as: AS) -> None:
    client = client_as("auditor")
    assert client.get("/reports/quality/charts?code=LDN45").status_code == 404
    first = counter.tested()
    code = counter.read(lambda s: s.get_one(Batch, first).formula.code)
    assert "One batch makes no chart" in shown(client.get(f"/reports/quality/charts?code={code}"))
    counter.tested()
    page = client.get(f"/reports/quality/charts?code={code}")
    assert page.get_data(as_text=True).count("<svg") == 2
    assert "No signal" in shown(page)
    assert "provisional until there are 20" in shown(page)


def test_the_compounding_record_is_offered_as_a_pdf(counter: Counter, client_as: AS) -> None:
    batch = counter.released()
    client = client_as("auditor")
    assert f"/batches/{batch}/record.pdf" in client.get(f"/batches/{batch}").get_data(as_text=True)
    answer = client.get(f"/batches/{batch}/record.pdf")
    assert (answer.status_code, answer.content_type, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert client.get("/batches/999/record.pdf").status_code == 404

"""The pages of a titration plan: its doses typed again, its bottles, and the calendar sheet."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import Fill, Prescription
from tests.services.samples import PLAN
from tests.web.counter import Counter, field_error, open_counter, shown

PASSWORD = "six grey herons at dusk"
TYPED = {"dose_again_1": "1.5", "dose_again_2": "3", "dose_again_3": "4.5", "quantity_again": "30"}
SIGNED = {**TYPED, "password": PASSWORD}
AS = Callable[[str], FlaskClient]


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def outside_the_source(answer: object) -> str:
    """The text of a page without the message as it came."""
    html = answer.get_data(as_text=True)  # type: ignore[attr-defined]

    class Rest:
        def get_data(self, as_text: bool) -> str:
            return re.sub(r"<pre.*?</pre>", "", html, flags=re.DOTALL)

    return shown(Rest())


@pytest.mark.parametrize("page", ["", "/verify"])
def test_no_dose_of_the_plan_is_shown_before_it_is_typed_again(counter: Counter, client_as: AS, page: str) -> None:
    rx = counter.entered(**{**PLAN, "refills": "2", "note": "1500 mcg, then 3 mg"})
    text = outside_the_source(client_as("pharmacist").get(f"/prescriptions/{rx}{page}"))
    assert "[hidden] for 7 days" in text
    assert "would start over at [hidden] mg" in text
    found = text.replace("typically 1.5, 3, 4.5 mg, one or two weeks each", "")  # the policy that is cited
    assert not re.search(r"1\.5|1500|\b3 mg|4\.5", found)


def test_each_step_is_typed_and_a_mismatch_is_told_beside_its_field(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(**PLAN)
    client, address = client_as("pharmacist"), f"/prescriptions/{rx}/verify"
    html = client.get(address).get_data(as_text=True)
    assert [name for name in (*TYPED, "strength_again") if f'name="{name}"' in html] == list(TYPED)
    answer = client.post(address, data={**SIGNED, "dose_again_2": "4.5"})
    assert answer.status_code == 422
    assert field_error(answer, "dose_again_2") == (
        "Step 2: the dose that you typed is not what was entered. Compare both with the source."
    )
    client.post(address, data=SIGNED)
    assert counter.row(Prescription, rx).state == "verified"


def test_a_plan_that_makes_no_bottles_offers_no_signing(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(**{**PLAN, "directions": "titrate as directed"})
    page = client_as("pharmacist").get(f"/prescriptions/{rx}/verify")
    assert "no bottle's label can say when its capsules are taken" in shown(page).replace("’", "'")
    assert "dose_again_1" not in page.get_data(as_text=True)
    assert "It cannot be filled as it stands" in shown(client_as("technician").get(f"/prescriptions/{rx}"))


def test_the_entry_page_tells_the_bottles_or_why_there_are_none(counter: Counter, client_as: AS) -> None:
    rx, client = counter.received(), client_as("technician")
    typed = {
        "directions": "1 capsule qhs",
        "quantity": "30",
        "days_supply": "30",
        "titration": "1.5 | 7\r\n3 | 7\r\n4.5 |",
    }
    page = shown(client.post(f"/prescriptions/{rx}/check", data=typed))
    assert "2. 7 capsules of 3 mg: Take 1 capsule at bedtime on days 8 to 14" in page
    page = shown(client.post(f"/prescriptions/{rx}/check", data={**typed, "days_supply": "40"}))
    assert "The titration plan cannot be filled as it stands" in page
    assert "hold 40 capsules, not the quantity of 30" in page


def test_all_bottles_are_started_together_and_each_page_leads_to_the_others(counter: Counter, client_as: AS) -> None:
    rx, client = counter.verified_plan(), client_as("technician")
    page = shown(client.post(f"/fills/start/{rx}", follow_redirects=True))
    number = counter.row(Prescription, rx).number
    assert f"Fill {number}-0 , bottle 1 of 3 planned" in page
    assert "2 of 3: 7 × 3 mg, planned 3 of 3: 16 × 4.5 mg, planned" in page
    assert f"{number}-2 bottle 3 of 3" in shown(client.get("/fills/"))
    assert f"/fills/start/{rx}" not in client.get(f"/prescriptions/{rx}").get_data(as_text=True)


def test_a_bottle_out_of_turn_is_refused_and_the_next_one_opens_after_its_turn(counter: Counter, client_as: AS) -> None:
    batches = [counter.released_of("1.5"), counter.released_of("3")]
    rx = counter.verified_plan()
    first = counter.started(rx)
    for fill, batch in zip((first, first + 1), batches, strict=True):
        counter.allocate(fill, batch)
        counter.label(fill)
        counter.check(fill)
    client, told = client_as("technician"), {"handed_to": "Erika Beispiel", "counselling": "one bottle after the other"}
    refused = client.post(f"/fills/{first + 1}/dispense", data=told)
    assert refused.status_code == 422
    assert "the patient does not have bottle 1" in shown(refused)
    assert client.post(f"/fills/{first}/dispense", data=told).location == f"/fills/{first + 1}"
    assert client.post(f"/fills/{first + 1}/dispense", data=told).location == f"/fills/{first + 1}"
    assert counter.row(Fill, first + 1).state == "dispensed"


def test_the_calendar_sheet_tells_each_day_its_dose_and_bottle(counter: Counter, client_as: AS) -> None:
    rx = counter.verified_plan()
    client = client_as("auditor")
    page = shown(client.get(f"/prescriptions/{rx}/calendar?first=2026-12-01"))
    assert "7 capsules of 1.5 mg, 7 capsules of 3 mg, 16 capsules of 4.5 mg." in page
    assert "Bottle 2 of 3: 7 × 3 mg. Take 1 capsule at bedtime on days 8 to 14" in page
    for day in ("1 Tue 1 Dec 1.5 mg 1 1", "7 Mon 7 Dec 1.5 mg 1 1", "8 Tue 8 Dec 3 mg 1 2", "30 Wed 30 Dec 4.5 mg 1 3"):
        assert day in page
    for wrong in ("soon", "9999-12-31"):
        answer = client.get(f"/prescriptions/{rx}/calendar?first={wrong}")
        assert answer.status_code == 422
        assert "First" in shown(answer) or "first" in shown(answer)


def test_there_is_no_calendar_before_a_pharmacist_has_signed_nor_without_a_plan(
    counter: Counter, client_as: AS
) -> None:
    entered, plain = counter.entered(**PLAN), counter.verified()
    for rx in (entered, plain):
        answer = client_as("pharmacist").get(f"/prescriptions/{rx}/calendar")
        assert answer.location == f"/prescriptions/{rx}"
    assert client_as("pharmacist").get("/prescriptions/999/calendar").status_code == 404

"""Verification: strength and quantity typed again without seeing them, findings answered, and the signature."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import Prescription
from pharmacy.web.prescriptions.blind import Blind
from tests.services.line import order
from tests.web.counter import Counter, field_error, open_counter, shown

PASSWORD = "six grey herons at dusk"
SIGNED = {"strength_again": "4.5", "quantity_again": "30", "password": PASSWORD}
AS = Callable[[str], FlaskClient]


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff)


def state(counter: Counter, rx: int) -> str:
    return str(counter.row(Prescription, rx).state)


def test_strength_and_quantity_are_nowhere_on_the_page_but_in_the_source(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(
        drug="naltrexone hydrochloride 1.5 mg capsule",
        strength="1.5 mg",
        directions="Take 2 capsules (1.5 mg each) at bedtime",
        quantity="77",
        note="#77, 1500 mcg each",
    )
    answer = client_as("pharmacist").get(f"/prescriptions/{rx}/verify")
    source, rest = re.split(r"</pre>", answer.get_data(as_text=True), maxsplit=1)
    assert "4.5 mg" in source.split("<pre", 1)[1]  # what came is shown as it came

    class Rest:
        def get_data(self, as_text: bool) -> str:
            return rest

    page = shown(Rest())
    assert "naltrexone hydrochloride [hidden] mg capsule" in page
    assert "Take 2 capsules ([hidden] mg each) at bedtime" in page
    assert not re.search(r"1\.5|1500|\b77\b", page)


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("4.5 mg", "[hidden] mg"),
        ("4.50MG", "[hidden]MG"),
        ("4,5 mg", "[hidden] mg"),
        ("4500 mcg = 4.5 mg", "[hidden] mcg = [hidden] mg"),
        ("45 mg, 14.5 mg and 4.55 mg", "45 mg, 14.5 mg and 4.55 mg"),
        ("30 capsules last 30 days", "[hidden] capsules last 30 days"),
        ("quantity of 30; #30", "quantity of [hidden]; #[hidden]"),
        ("130 capsules, 30.5", "130 capsules, 30.5"),
        ("outside 1.5 to 4.5 mg", "outside 1.5 to [hidden] mg"),
    ],
)
def test_only_the_strength_and_the_quantity_are_covered(text: str, covered: str) -> None:
    assert Blind(Decimal("4.5"), 30).both(text) == covered


def test_a_prescription_without_a_strength_covers_nothing() -> None:
    assert Blind(None, None).both("4.5 mg, 30 capsules") == "4.5 mg, 30 capsules"


def test_a_pharmacist_who_types_the_same_signs_and_the_next_one_opens(counter: Counter, client_as: AS) -> None:
    first, second = counter.entered(), counter.entered()
    client = client_as("pharmacist")
    answer = client.post(f"/prescriptions/{first}/verify", data=SIGNED)
    assert answer.location == f"/prescriptions/{second}/verify"
    page = shown(client.get(f"/prescriptions/{first}"))
    assert "I compared this prescription with its source and verified it" in page
    assert "Start the first fill" in page
    assert client.post(f"/prescriptions/{second}/verify", data=SIGNED).location == "/prescriptions/"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"strength_again": "45"}, "strength_again"), ({"quantity_again": "3"}, "quantity_again")],
)
def test_a_mismatch_is_a_stop_and_does_not_tell_what_was_entered(
    counter: Counter, client_as: AS, wrong: dict[str, str], field: str
) -> None:
    rx = counter.entered()
    answer = client_as("pharmacist").post(f"/prescriptions/{rx}/verify", data={**SIGNED, **wrong})
    assert answer.status_code == 422
    assert "is not what was entered" in field_error(answer, field)
    assert "4.5" not in field_error(answer, field)
    assert state(counter, rx) == "entered"


def test_a_wrong_password_signs_nothing_and_keeps_the_answers(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(strength="6 mg")
    typed = {**SIGNED, "strength_again": "6", "reason_dose_unusual": "asked the clinic", "password": "wrong"}
    answer = client_as("pharmacist").post(f"/prescriptions/{rx}/verify", data=typed)
    assert answer.status_code == 422
    assert "Nothing was signed." in field_error(answer, "password")
    assert "asked the clinic" in shown(answer)
    assert state(counter, rx) == "entered"


def test_a_finding_needs_its_answer_and_the_answer_is_kept(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(strength="6 mg")
    client, typed = client_as("pharmacist"), {**SIGNED, "strength_again": "6"}
    page = shown(client.get(f"/prescriptions/{rx}/verify"))
    assert "The daily dose is [hidden] mg, outside 1.5 to 4.5 mg" in page
    refused = client.post(f"/prescriptions/{rx}/verify", data=typed)
    assert "at least 10 letters" in field_error(refused, "reason_dose_unusual")
    assert "6 mg" not in field_error(refused, "reason_dose_unusual")
    typed |= {"reason_dose_unusual": "usual dose of this patient", "contact_dose_unusual": "nurse Kim, 10:15"}
    typed |= {"service_dose_unusual": "M0", "result_dose_unusual": "1G"}
    assert client.post(f"/prescriptions/{rx}/verify", data=typed).status_code == 302
    page = shown(client.get(f"/prescriptions/{rx}"))
    assert "usual dose of this patient (M0, 1G; nurse Kim, 10:15)" in page


def test_two_findings_of_one_rule_share_one_block_of_answers(counter: Counter, client_as: AS) -> None:
    opioids = [{"text": name, "rxcui": "", "last_taken": ""} for name in ("tramadol", "oxycodone")]
    rx = counter.entered(patient={**order()["patient"], "medications": opioids})
    page = client_as("pharmacist").get(f"/prescriptions/{rx}/verify").get_data(as_text=True)
    assert page.count('name="reason_profile_opioid"') == 1
    assert "tramadol" in page
    assert "oxycodone" in page


def test_a_stop_offers_nothing_to_sign(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(strength="50 mg")
    answer = client_as("pharmacist").get(f"/prescriptions/{rx}/verify")
    assert "cannot be verified as it stands" in shown(answer)
    assert "strength_again" not in answer.get_data(as_text=True)
    assert client_as("pharmacist").post(f"/prescriptions/{rx}/verify", data=SIGNED).status_code == 422


def test_whoever_entered_it_is_told_at_once_that_somebody_else_verifies(counter: Counter, client_as: AS) -> None:
    rx = counter.entered(by="pia")
    client = client_as("pharmacist")
    assert "somebody else must verify it" in shown(client.get(f"/prescriptions/{rx}/verify"))
    assert client.post(f"/prescriptions/{rx}/verify", data=SIGNED).status_code == 422
    assert state(counter, rx) == "entered"


def test_a_pharmacist_alone_gives_the_reason(counter: Counter, client_as: AS) -> None:
    counter.alone()
    rx = counter.entered(by="pia")
    client = client_as("pharmacist")
    assert "write why you verify it yourself" in shown(client.get(f"/prescriptions/{rx}/verify"))
    refused = client.post(f"/prescriptions/{rx}/verify", data=SIGNED)
    assert "at least 10 letters" in field_error(refused, "reason")
    reason = {"reason": "nobody else is on duty today"}
    assert client.post(f"/prescriptions/{rx}/verify", data={**SIGNED, **reason}).status_code == 302


@pytest.mark.parametrize("role", ["technician", "auditor", "administrator"])
def test_only_pharmacists_verify(counter: Counter, client_as: AS, role: str) -> None:
    rx = counter.entered()
    assert client_as(role).get(f"/prescriptions/{rx}/verify").status_code == 403
    assert client_as(role).post(f"/prescriptions/{rx}/verify", data=SIGNED).status_code == 403

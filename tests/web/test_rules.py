"""The pages of the screening rules, and which findings a page shows at once to whom."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.domain.rules import RULES
from pharmacy.store.database import Database
from tests.services.line import order
from tests.web.conftest import PASSWORD
from tests.web.counter import Counter, field_error, open_counter, shown

AS = Callable[[str], FlaskClient]
REASON = "everybody answers it as is"
THYROID = {"text": "levothyroxine 50 mcg", "rxcui": "", "last_taken": ""}


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff)


def _entered(counter: Counter, **changed: Any) -> int:
    """An order on which a technician has to complete something, and a pharmacist to know something."""
    patient = {**order()["patient"], "medications": [THYROID]}
    return counter.entered(patient=patient, refills="", **changed)


def test_every_rule_stands_on_the_page_with_its_source(counter: Counter, client_as: AS) -> None:
    page = client_as("technician").get("/rules/?days=30").get_data(as_text=True)
    assert {name for name in RULES if f'href="/rules/{name}"' in page} == set(RULES)
    assert "LDN Research Trust" in page


def test_the_pharmacist_in_charge_retires_a_rule_and_puts_it_back(counter: Counter, client_as: AS) -> None:
    rx = _entered(counter)
    client = client_as("pharmacist-in-charge")
    assert "TSH" in shown(client.get(f"/prescriptions/{rx}"))
    typed = {"reason": REASON, "password": PASSWORD}
    answer = client.post("/rules/profile.thyroid", data={**typed, "in_force": "no"})
    assert answer.location == "/rules/profile.thyroid"
    page = shown(client.get("/rules/profile.thyroid"))
    assert "out of force" in page
    assert REASON in page
    assert "TSH" not in shown(client.get(f"/prescriptions/{rx}"))
    client.post("/rules/profile.thyroid", data={**typed, "in_force": "yes"})
    assert "TSH" in shown(client.get(f"/prescriptions/{rx}"))
    assert len(counter.trail(Event.RULE_RETIRED)) == len(counter.trail(Event.RULE_RESTORED)) == 1


def test_a_refused_change_keeps_the_reason_and_changes_nothing(counter: Counter, client_as: AS) -> None:
    client = client_as("pharmacist-in-charge")
    typed = {"reason": REASON, "password": "wrong", "in_force": "no"}
    answer = client.post("/rules/profile.thyroid", data=typed)
    assert answer.status_code == 422
    assert "Nothing was signed" in field_error(answer, "password")
    assert f'value="{REASON}"' in answer.get_data(as_text=True)
    assert counter.trail(Event.RULE_RETIRED) == []


@pytest.mark.parametrize("role", ["technician", "pharmacist", "auditor"])
def test_nobody_else_is_offered_the_change(counter: Counter, client_as: AS, role: str) -> None:
    page = shown(client_as(role).get("/rules/profile.thyroid"))
    assert "Only the pharmacist-in-charge" in page
    assert "Take it out of force" not in page


def test_a_rule_that_stays_says_why(counter: Counter, client_as: AS) -> None:
    page = shown(client_as("pharmacist-in-charge").get("/rules/dose.too-high"))
    assert "guards against the ten-fold error" in page
    assert "Take it out of force" not in page


def test_a_rule_that_is_not_there_is_said_plainly(counter: Counter, client_as: AS) -> None:
    answer = client_as("pharmacist-in-charge").get("/rules/dose.ten-fold")
    assert answer.status_code == 404
    assert "There is no rule called" in shown(answer)


def _folded(page: str) -> tuple[str, str]:
    """What stands open of the findings, and what is folded away."""
    panel = page[page.index('id="t-findings"') :]
    panel = panel[: panel.index("</section>")]
    open_part, _, folded = panel.partition('<details class="findings-folded"')
    return re.sub("<[^>]+>", "", open_part), re.sub("<[^>]+>", "", folded)


def test_a_technician_sees_first_what_is_to_be_completed_and_a_pharmacist_what_is_to_be_judged(
    counter: Counter, client_as: AS
) -> None:
    rx = _entered(counter)
    seen, folded = _folded(client_as("technician").get(f"/prescriptions/{rx}").get_data(as_text=True))
    assert "Refills are not stated" in seen
    assert "TSH" in folded
    assert "1 finding for a pharmacist" in folded
    seen, folded = _folded(client_as("pharmacist").get(f"/prescriptions/{rx}").get_data(as_text=True))
    assert "TSH" in seen
    assert "Refills are not stated" in folded


def test_what_stops_is_for_everybody(counter: Counter, client_as: AS) -> None:
    methadone = {"text": "methadone 10 mg", "rxcui": "", "last_taken": ""}
    rx = counter.entered(patient={**order()["patient"], "medications": [methadone]})
    for role in ("technician", "pharmacist", "auditor"):
        page = client_as(role).get(f"/prescriptions/{rx}").get_data(as_text=True)
        assert "methadone" in _folded(page)[0]


def test_the_opioid_timeline_shows_both_rules_with_their_days(counter: Counter, client_as: AS) -> None:
    # Label: 10 days after a short-acting opioid; practice: six hours, so the next day.
    oxycodone = {"text": "oxycodone 5 mg", "rxcui": "", "last_taken": "2026-11-20"}
    rx = counter.entered(patient={**order()["patient"], "medications": [oxycodone]})
    page = shown(client_as("pharmacist").get(f"/prescriptions/{rx}"))
    assert "30 Nov 2026" in page
    assert "21 Nov 2026" in page

"""A signature is put under what its page showed, and under nothing else."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from pharmacy.domain.roles import Role
from pharmacy.services import formulas, lots
from pharmacy.services.lots import Packing
from pharmacy.store.database import Database
from pharmacy.store.tables import Batch, Fill, Formula, IngredientKind, Lot, Prescription
from tests.services.samples import DRAFT
from tests.web.conftest import PASSWORD, SEEN
from tests.web.counter import Counter, open_counter, shown

AS = Callable[[str], FlaskClient]


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def _draft(counter: Counter) -> int:
    return counter.run(lambda s: formulas.draft(s, DRAFT, **counter.by)).id


def _quarantined(counter: Counter) -> int:
    return counter.lot(IngredientKind.ACTIVE, release=False)


REJECTED = {"reason": "wrong colour", "disposal": "destroyed"}
# {page that signs: (who, table, the record's state before, how it comes about, what else is typed)}
SIGNED = {
    "/prescriptions/{}/verify": (
        "pharmacist", Prescription, "entered", Counter.entered, {"strength_again": "4.5", "quantity_again": "30"},
    ),
    "/formulas/{}/approve": ("pharmacist-in-charge", Formula, "draft", _draft, {}),
    "/lots/{}/release": ("pharmacist", Lot, "quarantined", _quarantined, {}),
    "/batches/{}/release": ("pharmacist", Batch, "awaiting release", Counter.tested, {}),
    "/batches/{}/reject": ("pharmacist", Batch, "awaiting release", Counter.tested, REJECTED),
    "/fills/{}/check": ("pharmacist", Fill, "labelled", Counter.labelled, {}),
}  # fmt: skip


@pytest.mark.parametrize("address", SIGNED)
def test_a_signature_without_or_with_another_digest_of_the_record_is_refused(
    counter: Counter, client_as: AS, address: str
) -> None:
    role, table, before, make, typed = SIGNED[address]
    key = make(counter)
    client, at = client_as(role), address.format(key)
    more = {"scanned": counter.row(Fill, key).number} if table is Fill else {}
    for seen, said in (("", "does not say which record it showed"), ("0" * 64, "was changed while this page was open")):
        answer = client.post(at, data={**typed, **more, "password": PASSWORD, "seen": seen})
        assert answer.status_code in (409, 422)
        assert said in shown(answer)
        assert counter.row(table, key).state == before
        # The refused page shows the record as it is now, and says which one that is.
        now_shown = SEEN.search(answer.get_data(as_text=True))
        assert now_shown is not None
        assert re.fullmatch("[0-9a-f]{64}", now_shown[1])
        assert now_shown[1] != seen
    answer = client.post(at, data={**typed, **more, "password": PASSWORD})
    assert answer.status_code == 302
    assert counter.row(table, key).state != before


def test_what_was_seen_first_stays_seen_when_only_the_password_was_wrong(counter: Counter, client_as: AS) -> None:
    lot = _quarantined(counter)
    client = client_as("pharmacist")
    page = client.get(f"/lots/{lot}/release").get_data(as_text=True)
    seen = SEEN.search(page)
    assert seen is not None
    counter.run(lambda s: lots.measure(s, lot, Packing("3", counter.row(Lot, lot).packing_mg), **counter.by))
    wrong = client.post(f"/lots/{lot}/release", data={"seen": seen[1], "password": "not the right one"})
    again = SEEN.search(wrong.get_data(as_text=True))
    assert again is not None
    assert again[1] == seen[1]

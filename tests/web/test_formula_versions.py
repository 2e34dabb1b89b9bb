"""Versions of a formula side by side, what an approval meets, and formulas as JSON on the pages."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import Batch, Prescription
from tests.web.conftest import PASSWORD
from tests.web.counter import Counter, field_error, open_counter, shown
from tests.web.test_formulas import TYPED

ClientAs = Callable[[str], Any]
AS_APPROVED = {
    **TYPED,
    "code": "LDN45",
    "name": "Naltrexone hydrochloride 4.5 mg capsules",
    "strength_mg": "4.5",
    "form": "Capsule",
    "overage": "3",
    "container": "Amber vial with child-resistant cap",
    "equipment": "Balance, 100-hole capsule machine",
    "steps": "Weigh the components.\nMix by geometric dilution.\nFill the capsules.",
    "description": "White capsule, size 3",
    "storage": "Room temperature, dry, away from light",
    "quality": "Weight of 10 capsules or 5 %",
}


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def next_version(client_as: ClientAs, **changed: str) -> str:
    """The address of a draft of version 2."""
    answer = client_as("technician").post("/formulas/new", data={**AS_APPROVED, **changed})
    assert answer.status_code == 302
    return str(answer.location)


def test_the_difference_shows_old_and_new_and_folds_the_rest_away(client_as: ClientAs, counter: Counter) -> None:
    address = next_version(client_as, steps="Weigh the components.\nSift.\nFill the capsules.", labelling="Keep dry.")
    page = client_as("auditor").get(f"{address}/difference")
    words = shown(page)
    assert "old: Mix by geometric dilution." in words
    assert "new: Sift." in words
    assert "same: Weigh the components." in words
    assert "new: Keep dry." in words
    assert "<del>Mix by geometric dilution.</del>" in page.text
    assert "<ins>Sift.</ins>" in page.text
    assert "13 fields are unchanged" in words
    assert words.index("13 fields are unchanged") < words.index("Amber vial with child-resistant cap")


def test_another_version_can_be_named_and_an_unknown_one_is_not_found(client_as: ClientAs, counter: Counter) -> None:
    address = next_version(client_as, overage="2")
    client = client_as("auditor")
    assert "old: 3 %" in shown(client.get(f"{address}/difference?with=1"))
    assert "Version 1 and version 2" in shown(client.get(f"/formulas/{counter.formula}/difference?with=2"))
    assert "Nothing differs" in shown(client.get(f"{address}/difference?with=2"))
    assert client.get(f"{address}/difference?with=9").status_code == 404
    for odd in ("x", "-1", "1e3", "9" * 40):
        assert client.get(f"{address}/difference?with={odd}").status_code == 422


def test_a_first_version_has_nothing_beside_it(client_as: ClientAs, counter: Counter) -> None:
    page = client_as("auditor").get(f"/formulas/{counter.formula}/difference")
    assert page.status_code == 200
    assert "No version was approved before this one." in shown(page)


def test_the_approval_page_shows_what_changes_and_whom_it_meets(client_as: ClientAs, counter: Counter) -> None:
    planned, weighing = counter.planned(), counter.planned()
    counter.weigh(weighing, 1)
    rx = counter.verified()
    address = next_version(client_as, overage="2")
    words = shown(client_as("pharmacist-in-charge").get(f"{address}/approve"))
    first, second = counter.row(Batch, planned).number, counter.row(Batch, weighing).number
    assert "What it changes of version 1" in words
    assert "old: 3 %" in words
    assert f"{first} planned Weighing has not begun: reject it, and plan from version 2." in words
    assert f"{second} weighing Begun with version 1, and finished with it." in words
    assert "1 verified, with 3 fills left, refills included: from batches of this version" in words
    assert counter.row(Prescription, rx).number in words


def test_the_approval_page_still_shows_it_after_a_wrong_password(client_as: ClientAs, counter: Counter) -> None:
    address = next_version(client_as, overage="2")
    answer = client_as("pharmacist-in-charge").post(f"{address}/approve", data={"password": "not this one"})
    assert answer.status_code == 422
    assert "old: 3 %" in shown(answer)


def test_a_retired_version_meets_nothing_any_more(client_as: ClientAs, counter: Counter) -> None:
    address = next_version(client_as, overage="2")
    client = client_as("pharmacist-in-charge")
    client.post(f"{address}/approve", data={"password": PASSWORD})
    assert "What is still open" in shown(client.get(f"{address}/difference"))
    assert "What is still open" not in shown(client.get(f"/formulas/{counter.formula}/difference?with=2"))


def test_markup_in_a_formula_is_shown_and_not_obeyed(client_as: ClientAs, counter: Counter) -> None:
    page = client_as("auditor").get(f"{next_version(client_as, storage='<b>Cold</b>')}/difference").text
    assert "<b>Cold" not in page
    assert "&lt;b&gt;Cold" in page


def test_an_export_can_be_pasted_and_is_the_next_version(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    answer = client.get(f"/formulas/{counter.formula}/export")
    assert answer.content_type == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="LDN45-version-1.json"'
    assert json.loads(answer.text)["strength_mg"] == "4.5"
    taken = client.post("/formulas/import", data={"document": answer.text})
    assert taken.status_code == 302
    page = shown(client.get(taken.location))
    assert "LDN45 version 2 draft" in page
    assert "Nothing differs" in shown(client.get(f"{taken.location}/difference"))


def test_a_code_of_any_letters_makes_a_plain_file_name(client_as: ClientAs, counter: Counter) -> None:
    address = next_version(client_as, code='Ñ"; x=\\')
    header = client_as("technician").get(f"{address}/export").headers["Content-Disposition"]
    assert header == 'attachment; filename="x-version-1.json"'


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("", "the document is not JSON"),
        ("{", "the document is not JSON"),
        ("[]", "an object with the keys format"),
        ('{"code": 1, "code": 2}', "code: is given twice"),
        ('{"format": "mortar-formula-1"}', "code: is missing."),
        ("NaN", "NaN is not a number"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_formula_is_refused_beside_what_was_pasted(
    client_as: ClientAs, counter: Counter, document: str, sentence: str
) -> None:
    answer = client_as("technician").post("/formulas/import", data={"document": document})
    assert answer.status_code == 422
    assert sentence in field_error(answer, "document")
    assert document[:20].replace('"', "&#34;") in answer.text


def sent_file(client: Any, *contents: bytes, document: str = "") -> Any:
    files = [(BytesIO(content), f"{place}.json") for place, content in enumerate(contents)]
    return client.post("/formulas/import", data={"file": files, "document": document})


def test_the_downloaded_file_can_be_sent_as_it_is(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    raw = client.get(f"/formulas/{counter.formula}/export").data
    taken = sent_file(client, raw)
    assert taken.status_code == 302
    again = json.loads(client.get(f"{taken.location}/export").text)
    assert again == json.loads(raw)


def test_a_file_that_is_no_formula_is_refused_beside_it_and_nothing_is_kept(
    client_as: ClientAs, counter: Counter
) -> None:
    client = client_as("technician")
    raw = client.get(f"/formulas/{counter.formula}/export").data
    for content, sentence in (
        (b"\xff\xfe{}", "the document is not UTF-8 text (byte 0)"),
        (b" " * 400_000 + raw, "larger than 400,000 bytes"),
        (raw.replace(b'"overage"', b'"approved": true, "overage"'), "“approved” is not a known key"),
        (raw.replace(b'"4.5"', b"NaN"), "NaN is not a number"),
    ):
        answer = sent_file(client, content)
        assert answer.status_code == 422
        assert sentence in field_error(answer, "file")
    assert "Send one document" in field_error(sent_file(client, raw, raw), "file")
    assert "Send one document" in field_error(sent_file(client, raw, document="{}"), "file")
    assert "LDN45 version 2" not in shown(client.get("/formulas/"))
    assert "Export JSON" in client.get(f"/formulas/{counter.formula}").text
    assert client.get(f"/formulas/{counter.formula}/difference?with=2").status_code == 404


def test_the_shipped_drafts_are_added_by_a_button_once(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    assert "Add the shipped drafts" in client.get("/formulas/").text
    added = shown(client.post("/formulas/shipped", follow_redirects=True))
    assert "6 drafts are added; the pharmacist-in-charge reads and approves each." in added
    assert added.count("LDN-1.5-MCC-HPMC") == 1
    again = shown(client.post("/formulas/shipped", follow_redirects=True))
    assert "Here already, and left as they are: LDN-1.5-MCC-GEL, LDN-1.5-MCC-HPMC" in again
    assert "Add the shipped drafts" not in client_as("auditor").get("/formulas/").text


def test_a_shipped_draft_that_meets_another_ingredient_of_its_name_is_refused_whole(
    client_as: ClientAs, counter: Counter
) -> None:
    client = client_as("technician")
    typed = {"name": "Hypromellose capsule, clear, size 3", "kind": "capsule shell", "capsule_size": "4"}
    client.post("/formulas/ingredients/new", data={**typed, "grade": "NF", "basis": ""})
    page = shown(client.post("/formulas/shipped", follow_redirects=True))
    assert "No draft was added." in page
    assert "is here with “4”" in page
    assert "LDN-1.5-MCC-GEL" not in page


@pytest.mark.parametrize("role", ["auditor", "administrator"])
@pytest.mark.parametrize("address", ["/formulas/import", "/formulas/shipped"])
def test_whoever_does_not_work_at_the_bench_takes_nothing_in(
    client_as: ClientAs, counter: Counter, role: str, address: str
) -> None:
    assert client_as(role).post(address, data={"document": "{}"}).status_code == 403

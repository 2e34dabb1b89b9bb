"""The way of a trituration through its pages: offered by the plan of a batch, weighed, mixed, released, chosen."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from pharmacy.domain.roles import Role
from pharmacy.store.database import Database
from pharmacy.store.tables import Label, Lot, Part, Person, Pharmacy, SecondReading, Trituration
from tests.services import triturating
from tests.services.triturating import ACTIVE, FILLER, SHELL, low_dose, mix, planned, released, weighed
from tests.web.conftest import PASSWORD
from tests.web.counter import Counter, field_error, open_counter, shown

ClientAs = Callable[[str], Any]


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    found = low_dose(open_counter(database, staff).furnish())
    assert isinstance(found, Counter)
    return found


def batch_plan(counter: Counter, **changed: str) -> dict[str, str]:
    lots = {f"lot_{kind.name.lower()}": str(counter.lots[kind]) for kind in (ACTIVE, FILLER, SHELL)}
    usual = {
        "formula_id": str(counter.formula),
        "capsules": "30",
        "balance_id": str(counter.balance),
        "purpose": "7000011",
    }
    return {**usual, **lots, "compounded": counter.today.isoformat(), "work_out": "1", **changed}


def link(page: str, words: str) -> str:
    """The address behind these words."""
    found = re.search(rf'href="([^"]*)"[^>]*>{words}<', page)
    assert found, words
    return found[1].replace("&amp;", "&")


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]


def weighing(part: str, lot: str, value: str, **more: str) -> dict[str, str]:
    return {"part": part, "lot_scanned": lot, "weighed": value, **more}


def test_a_batch_that_cannot_be_weighed_leads_to_its_trituration_and_back_to_the_batch(
    client_as: ClientAs, counter: Counter
) -> None:
    tess, pia = client_as("technician"), client_as("pharmacist")
    refused = tess.post("/batches/plan", data=batch_plan(counter))
    assert refused.status_code == 422
    for told in ("51.073 mg of active is below the 120 mg", "122.000", "170.000", "122.240", "169.760"):
        assert told in shown(refused).replace("\xa0", " "), told
    offered = tess.get(link(refused.text, "Make this trituration"))
    assert "The least wasteful trituration" in shown(offered)
    plan = {name: value for name, value in batch_plan(counter).items() if name not in ("lot_shell", "work_out")}
    opened = tess.post("/triturations/plan", data=plan | {"seen": hidden(offered.text, "seen")})
    assert opened.location == "/triturations/1"
    assert tess.post("/triturations/1/weigh", data=weighing("active", "L000001", "S S 0.1224 g")).status_code == 302
    answer = tess.post("/triturations/1/weigh", data=weighing("diluent", "l000002", "169.1", source="typed"))
    assert answer.location == "/triturations/1/mix"
    assert tess.post("/triturations/1/mix", data={"portion": ["1", "2"]}).location == "/triturations/1"
    page = shown(tess.get("/triturations/1")).replace("\xa0", " ")
    for told in ("lot T000001 now, quarantined", "122.400 mg", "from the balance", "169.100 mg", "typed by hand"):
        assert told in page, told
    lot = counter.row(Trituration, 1).lot_id
    release = pia.get(f"/lots/{lot}/release")
    assert "Made here, as trituration T000001" in shown(release)
    assert "I reviewed the record of this trituration and release it" in shown(release)
    signed = {"password": PASSWORD, "seen": hidden(release.text, "seen"), "reason": ""}
    assert pia.post(f"/lots/{lot}/release", data=signed).status_code == 302
    chosen = tess.post("/batches/plan", data=batch_plan(counter, lot_active=str(lot)))
    assert chosen.status_code == 200
    assert "beyond-use date of trituration Naltrexone hydrochloride, lot T000001" in shown(chosen)
    assert "x W / (W + D)" in shown(chosen)


def test_a_released_trituration_that_is_enough_stands_in_front_and_behind_when_it_is_not_needed(
    client_as: ClientAs, counter: Counter
) -> None:
    lot = released(counter)
    tess = client_as("technician")

    def actives(page: str) -> list[str]:
        select = re.search(r'<select[^>]*name="lot_active".*?</select>', page, re.DOTALL)
        assert select
        return re.findall(r'<option value="(\d+)"', select[0])

    both = [str(lot), str(counter.lots[ACTIVE])]
    needed = tess.post("/batches/plan", data=batch_plan(counter))
    assert actives(needed.text) == both
    assert "Enough for this batch is there: lot T000001" in shown(needed)
    assert actives(tess.post("/batches/plan", data=batch_plan(counter, capsules="100")).text) == both[::-1]
    assert actives(tess.get(f"/batches/plan?formula_id={counter.formula}").text) == both[::-1]


def test_refusals_stand_beside_their_fields_and_nothing_is_taken(client_as: ClientAs, counter: Counter) -> None:
    key = planned(counter)
    tess, address = client_as("technician"), f"/triturations/{key}/weigh"
    for data, field, sentence in (
        (weighing("active", "L000002", "122", source="typed"), "lot_scanned", "you scanned L000002"),
        (weighing("active", "L000001", "122"), "source", "choose one of"),
        (weighing("active", "L000001", "S S 0.1220 g", source="typed"), "source", "typed by hand is chosen"),
        (weighing("active", "L000001", "S D 0.1220 g"), "weighed", "had not come to rest"),
        (weighing("active", "L000001", "130", source="typed"), "weighed", "120.780 mg to 123.220 mg is allowed"),
        (weighing("active", "L000001", "much"), "weighed", "is not a weight"),
    ):
        answer = tess.post(address, data=data)
        assert answer.status_code == 422
        assert sentence in field_error(answer, field)
    assert "is next" in shown(tess.post(address, data=weighing("diluent", "L000002", "S S 0.170 g")))
    assert counter.row(Trituration, key).state == "planned"
    assert counter.row(Lot, counter.lots[ACTIVE]).on_hand == 100_000


def test_a_second_person_reads_the_active_and_every_page_of_it_says_who(client_as: ClientAs, counter: Counter) -> None:
    counter.run(lambda s: s.execute(update(Pharmacy).values(second_reading=SecondReading.ACTIVE)))
    key, tess = planned(counter), client_as("technician")
    address = f"/triturations/{key}/weigh"
    assert "A second person reads the balance" in shown(tess.get(address))
    data = weighing("active", "L000001", "S S 0.1220 g")
    assert "somebody else reads the weight" in field_error(tess.post(address, data=data), "reader")
    data |= {"reader": "technician", "reader_password": PASSWORD}
    assert "you weighed this" in field_error(tess.post(address, data=data), "reader")
    data |= {"reader": "pharmacist", "reader_password": "not the right one at all"}
    refused = tess.post(address, data=data)
    assert "Nothing was signed." in field_error(refused, "reader_password")
    assert "not the right one at all" not in refused.text
    assert tess.post(address, data=data | {"reader_password": PASSWORD}).status_code == 302
    assert "A second person" not in shown(tess.get(address))  # the diluent is read by one person
    triturating.weigh(counter, key, Part.DILUENT)
    lot = mix(counter, key)
    name = counter.row(Person, counter.who["pia"].id).full_name
    for page in (f"/triturations/{key}", f"/lots/{lot}", f"/lots/{lot}/release"):
        assert f"read by {name}" in shown(client_as("pharmacist").get(page)), page


def test_a_plan_that_is_not_the_one_on_the_screen_is_shown_again(client_as: ClientAs, counter: Counter) -> None:
    data = {name: value for name, value in batch_plan(counter).items() if name not in ("lot_shell", "work_out")}
    answer = client_as("technician").post("/triturations/plan", data=data | {"seen": "of another plan"})
    assert answer.status_code == 200
    assert "not the one that was worked out on this page" in shown(answer)
    assert counter.read(lambda s: s.query(Trituration).count()) == 0


def test_portions_that_are_not_confirmed_are_asked_for(client_as: ClientAs, counter: Counter) -> None:
    key = weighed(counter)
    answer = client_as("technician").post(f"/triturations/{key}/mix", data={"portion": ["2", "2"]})
    assert answer.status_code == 422
    assert "1 of 2 portions are mixed in" in shown(answer)


def test_a_pharmacist_rejects_one_that_went_wrong(client_as: ClientAs, counter: Counter) -> None:
    key = weighed(counter)
    assert client_as("technician").post(f"/triturations/{key}/reject", data={"reason": "spilled"}).status_code == 403
    pia = client_as("pharmacist")
    assert pia.post(f"/triturations/{key}/reject", data={"reason": ""}).status_code == 422
    assert pia.post(f"/triturations/{key}/reject", data={"reason": "spilled it"}).status_code == 302
    page = shown(pia.get(f"/triturations/{key}"))
    assert "rejected" in page
    assert "spilled it" in page
    assert pia.get(f"/triturations/{key}/mix").location == f"/triturations/{key}"


def test_the_lists_the_queue_and_a_scan_lead_to_it(client_as: ClientAs, counter: Counter) -> None:
    key, tess = planned(counter), client_as("technician")
    assert "T000001" in shown(tess.get("/triturations/"))
    assert re.search(r"triturations to make\W+1\b|1\W+triturations to make", shown(tess.get("/")))
    assert tess.get("/scan?code=t000001").location == f"/triturations/{key}"
    other = mix(counter, weighed(counter))
    assert tess.get("/scan?code=T000002").location == f"/lots/{other}"


def test_the_label_is_made_read_back_and_scanned(client_as: ClientAs, counter: Counter) -> None:
    lot, tess = mix(counter, weighed(counter)), client_as("technician")
    assert tess.post("/triturations/1/print", data={"reason": ""}).location == "/labels/1"
    page = tess.get("/labels/1")
    assert "Back to the trituration" in shown(page)
    assert tess.get("/labels/1/picture.png").data.startswith(b"\x89PNG")
    token = next(code["payload"] for code in label_codes(counter) if code["kind"] == "datamatrix")
    assert tess.get(f"/scan?code={token}").location == f"/lots/{lot}"
    assert tess.post("/triturations/1/print", data={"reason": ""}).status_code == 422
    triturating.release(counter, lot)
    assert tess.post("/triturations/1/print", data={"reason": ""}).location == "/labels/2"


def label_codes(counter: Counter) -> list[dict[str, str]]:
    return counter.row(Label, 1).read_back["codes"]  # type: ignore[no-any-return]


def test_the_record_of_a_batch_names_what_went_into_its_trituration(client_as: ClientAs, counter: Counter) -> None:
    line = triturating.using(counter, released(counter, active="122.4", diluent="169.1"))
    batch = line.planned(30)
    line.weigh(batch, 1)
    page = shown(client_as("auditor").get(f"/batches/{batch}")).replace("\xa0", " ")
    for told in ("What went into trituration T000001", "SC-ACTIVE", "SC-FILLER", "122.400 mg", "169.100 mg"):
        assert told in page, told
    assert client_as("auditor").get(f"/batches/{batch}/record.pdf").data.startswith(b"%PDF")
    recall = shown(client_as("auditor").get(f"/batches/{batch}/recall"))
    assert "What went into its trituration" in recall
    assert "SC-ACTIVE" in recall
    assert "Triturations made of it" in shown(client_as("auditor").get(f"/lots/{counter.lots[ACTIVE]}/recall"))

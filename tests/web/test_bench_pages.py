"""The bench: one scanned component at a time, deviations signed on the spot, capsules filled, a sample weighed."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from pharmacy.domain.quality import CAUTION
from pharmacy.domain.roles import Role
from pharmacy.services import bench
from pharmacy.store.database import Database
from pharmacy.store.tables import Batch, BenchPhoto, IngredientKind, Lot
from tests.web.conftest import PASSWORD
from tests.web.counter import Counter, field_error, open_counter, shown

ClientAs = Callable[[str], Any]


class Deadlock(Exception):
    sqlstate = "40P01"  # PostgreSQL: deadlock detected


GOOD = "226.1 227.4\n228.0, 226.8; 227.2"
BAD = "190.1 227.4 228.0 226.8 259.2"


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def weighing(counter: Counter, kind: IngredientKind, weighed: str, **changed: str) -> dict[str, str]:
    position = list(IngredientKind).index(kind) + 1
    lot = counter.row(Lot, counter.lots[kind]).number
    return {"position": str(position), "lot_scanned": lot, "weighed": weighed, "source": "typed", **changed}


def test_the_bench_asks_for_one_component_with_its_target_and_range(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.planned()
    answer = client_as("technician").get(f"/batches/{batch}/bench")
    assert "step 1 of 10" in shown(answer)
    # 510.731 mg, 1 % of it either way, rounded inward to the microgram
    for told in ("510.731&nbsp;mg", "505.624&nbsp;mg", "515.838&nbsp;mg"):
        assert told in answer.text


def test_weighing_all_three_leads_to_filling(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.planned()
    client = client_as("technician")
    for kind, weighed in ((IngredientKind.ACTIVE, "511.2"), (IngredientKind.FILLER, "17930")):
        answer = client.post(f"/batches/{batch}/weigh", data=weighing(counter, kind, weighed))
        assert answer.location == f"/batches/{batch}/bench"
    answer = client.post(f"/batches/{batch}/weigh", data=weighing(counter, IngredientKind.SHELL, "104"))
    assert answer.location == f"/batches/{batch}/bench"
    page = shown(client.get(f"/batches/{batch}"))
    assert "filling" in page
    assert "511.200" in page
    assert "typed by hand" in page


def test_the_wrong_container_is_refused_and_the_weight_is_kept(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.planned()
    data = weighing(counter, IngredientKind.ACTIVE, "510.7", lot_scanned="L999999")
    answer = client_as("technician").post(f"/batches/{batch}/weigh", data=data)
    assert answer.status_code == 422
    assert "you scanned L999999; this batch takes" in field_error(answer, "lot_scanned")
    assert 'value="510.7"' in answer.text


def test_a_weight_outside_the_range_is_refused_with_the_range(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.planned()
    answer = client_as("technician").post(
        f"/batches/{batch}/weigh", data=weighing(counter, IngredientKind.ACTIVE, "520")
    )
    assert answer.status_code == 422
    assert "505.624 mg to 515.838 mg is allowed" in field_error(answer, "weighed")
    assert '<details class="deviation" open>' in answer.text


def test_a_pharmacist_signs_a_deviation_at_the_bench(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.planned()
    witnessed = {"deviation": "spilled and collected", "witness": "pharmacist", "witness_password": PASSWORD}
    client = client_as("technician")
    data = weighing(counter, IngredientKind.ACTIVE, "520", **witnessed)
    assert client.post(f"/batches/{batch}/weigh", data=data).status_code == 302
    page = shown(client.get(f"/batches/{batch}"))
    assert "deviation spilled and collected" in page
    assert "I accept this deviation for the reason given" in page


@pytest.mark.parametrize(
    ("witness", "password", "sentence"),
    [
        ("pharmacist", "a wrong password indeed", "Nothing was signed."),
        ("pharmacist", "", "type your password to sign"),
        ("auditor", PASSWORD, "accepted by a pharmacist"),
        ("technician", PASSWORD, "another pharmacist must sign the deviation"),
    ],
)
def test_a_deviation_without_a_pharmacists_proof_is_refused(
    client_as: ClientAs, counter: Counter, witness: str, password: str, sentence: str
) -> None:
    batch = counter.planned()
    witnessed = {"deviation": "spilled and collected", "witness": witness, "witness_password": password}
    data = weighing(counter, IngredientKind.ACTIVE, "520", **witnessed)
    answer = client_as("technician").post(f"/batches/{batch}/weigh", data=data)
    assert answer.status_code == 422
    assert sentence in shown(answer)
    assert "spilled and collected" in answer.text
    assert "a wrong password indeed" not in answer.text


def test_a_component_that_somebody_else_just_weighed_is_not_weighed_twice(
    client_as: ClientAs, counter: Counter
) -> None:
    batch = counter.planned()
    counter.weigh(batch, 1)
    answer = client_as("technician").post(
        f"/batches/{batch}/weigh", data=weighing(counter, IngredientKind.ACTIVE, "510.7")
    )
    assert answer.status_code == 422
    assert "Microcrystalline cellulose is next" in shown(answer)


def test_a_batch_whose_steps_are_done_sends_back_to_its_record(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.weighed()
    counter.work(batch)
    answer = client_as("technician").get(f"/batches/{batch}/bench")
    assert answer.location == f"/batches/{batch}"


def test_filled_capsules_are_noted(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.weighed()
    counter.work(batch)
    client = client_as("technician")
    form = {"made": "98", "wasted": "2", "description": "white, clean, closed"}
    refused = client.post(f"/batches/{batch}/fill", data={**form, "made": "980"})
    assert refused.status_code == 422
    assert "more than the 100 shells taken" in field_error(refused, "made")
    assert "white, clean, closed" in refused.text
    assert client.post(f"/batches/{batch}/fill", data=form).status_code == 302
    assert counter.row(Batch, batch).made == 98


def test_the_shells_own_weight_is_filled_in_for_the_test(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.filled()
    client = client_as("technician")
    assert 'name="shell_mg" type="text"\n      value="48"' in client.get(f"/batches/{batch}/test").text
    shell = counter.lots[IngredientKind.SHELL]
    counter.run(lambda session: session.execute(update(Lot).where(Lot.id == shell).values(shell_mg=Decimal("47.25"))))
    assert 'value="47.25"' in client.get(f"/batches/{batch}/test").text


def test_weights_are_read_with_lines_spaces_and_commas(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.filled()
    client = client_as("technician")
    answer = client.post(f"/batches/{batch}/test", data={"shell_mg": "48", "weights": GOOD})
    assert answer.status_code == 302
    page = client.get(f"/batches/{batch}").text
    assert "passed" in page
    for weight in ("226.1", "227.4", "228.0", "226.8", "227.2"):
        assert f'<td class="num">{weight}</td>' in page


def test_the_chart_stands_beside_its_table_and_says_what_it_cannot_see(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.filled()
    client = client_as("technician")
    client.post(f"/batches/{batch}/test", data={"shell_mg": "48", "weights": BAD})
    page = client.get(f"/batches/{batch}").text
    assert page.count('class="outside"') == 2
    assert page.count('class="within"') == 3
    assert page.count("<td>outside</td>") == 2
    assert CAUTION in page
    assert "failed" in page
    assert "Capsule 1 weighs 190.1 mg" in page


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ("", "of 100 capsules are weighed"),
        ("226 227", "of 100 capsules are weighed"),
        ("226 227 2z8 229 230", "Weight 3: “2z8” is not a number"),
        ("226 227 -228 229 230", "must be above 0 mg"),
    ],
)
def test_a_test_that_cannot_be_read_is_refused_beside_the_weights(
    client_as: ClientAs, counter: Counter, weights: str, sentence: str
) -> None:
    batch = counter.filled()
    answer = client_as("technician").post(f"/batches/{batch}/test", data={"shell_mg": "48", "weights": weights})
    assert answer.status_code == 422
    assert sentence in field_error(answer, "weights")
    assert weights in answer.text


# beside weighing


def test_a_balances_line_is_a_weight_from_the_balance_where_nothing_is_chosen(
    client_as: ClientAs, counter: Counter
) -> None:
    batch = counter.planned()
    data = weighing(counter, IngredientKind.ACTIVE, "S S      0.5107 g", source="")
    assert client_as("technician").post(f"/batches/{batch}/weigh", data=data).status_code == 302
    page = shown(client_as("technician").get(f"/batches/{batch}"))
    assert "510.700 mg" in page
    assert "from the balance" in page


def test_a_line_of_the_balance_that_is_said_to_be_typed_is_asked_about(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.planned()
    data = weighing(counter, IngredientKind.ACTIVE, "S S      0.5107 g", source="typed")
    refused = client_as("technician").post(f"/batches/{batch}/weigh", data=data)
    assert refused.status_code == 422
    assert "is a balance's line, but typed by hand is chosen" in field_error(refused, "source")
    assert counter.read(lambda s: s.get_one(Batch, batch).inputs[0].weigh_ins == [])
    for answer in ({"source": "balance"}, {"weighed": "510.7"}):
        again = counter.planned()
        sent = client_as("technician").post(f"/batches/{again}/weigh", data=data | answer)
        assert sent.status_code == 302


@pytest.mark.parametrize(
    ("weighed", "sentence"),
    [
        ("S D      0.5107 g", "had not come to rest"),
        ("S +", "the balance sent “S +”, no weight"),
        ("-510.7", "outside its limits: more than 0"),
        ("0", "outside its limits: more than 0"),
        ("9999999999", "is not a weight in mg or g"),
        ("6000000", "at most 5000000 mg"),
        ("", "this is needed"),
    ],
)
def test_a_weight_that_cannot_be_is_refused_beside_its_field(
    client_as: ClientAs, counter: Counter, weighed: str, sentence: str
) -> None:
    batch = counter.planned()
    data = weighing(counter, IngredientKind.ACTIVE, weighed)
    answer = client_as("technician").post(f"/batches/{batch}/weigh", data=data)
    assert answer.status_code == 422
    assert sentence in field_error(answer, "weighed")


def test_a_step_confirmed_twice_at_once_is_confirmed_once(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.weighed()
    client = client_as("technician")
    assert client.post(f"/batches/{batch}/bench/step", data={"step": "4"}).status_code == 302
    again = client.post(f"/batches/{batch}/bench/step", data={"step": "4"})
    assert again.status_code == 422
    assert "Step 5 is next: Portion 2 of 6" in shown(again)


def test_capsules_are_not_counted_while_a_step_is_open(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.weighed()
    client = client_as("technician")
    assert client.get(f"/batches/{batch}/fill").location == f"/batches/{batch}/bench"
    form = {"made": "98", "wasted": "2", "description": "white, clean, closed"}
    answer = client.post(f"/batches/{batch}/fill", data=form)
    assert answer.status_code == 422
    assert "Step 4 of 10 is not confirmed: Portion 1 of 6" in shown(answer)
    assert "white, clean, closed" in answer.text


def test_a_photograph_is_served_as_what_it_is_and_to_readers_only(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.planned()
    content = b"\x89PNG\r\n\x1a\nthe empty bench"
    sent = {"file": (io.BytesIO(content), "IMG_1.png"), "shows": "the empty bench"}
    client = client_as("technician")
    address = f"/batches/{batch}/bench/photo"
    assert client.post(address, data=sent, content_type="multipart/form-data").status_code == 302
    found = client_as("auditor").get(f"/batches/{batch}/photos/1")
    assert (found.data, found.content_type) == (content, "image/png")
    assert "sandbox" in found.headers["Content-Security-Policy"]
    assert client.get(f"/batches/{batch + 1}/photos/1").status_code == 404
    page = {"file": (io.BytesIO(b"<script>"), "IMG_2.png"), "shows": ""}
    refused = client.post(address, data=page, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "only a PNG or a JPEG is kept" in field_error(refused, "file")


def test_another_lot_is_offered_with_what_it_would_change_and_refused_beside_its_field(
    client_as: ClientAs, counter: Counter
) -> None:
    batch = counter.planned()
    waiting = counter.lot(IngredientKind.ACTIVE, maker_lot="SC-2", release=False)
    other = counter.lot(IngredientKind.ACTIVE, maker_lot="SC-3")
    counter.weigh(batch, 1, Decimal(300), more=True)
    client, address = client_as("technician"), f"/batches/{batch}/bench/another-lot"
    page = shown(client.get(address))
    # 510.731 mg less 300 mg, of a lot of the same certificate
    assert f"{counter.row(Lot, other).number} " in page
    assert "210.731 mg" in page
    quarantined = counter.row(Lot, waiting).number
    assert quarantined not in page
    data = {"position": "1", "lot_scanned": quarantined, "reason": "the first is empty"}
    refused = client.post(address, data=data)
    assert refused.status_code == 422
    assert "only a released lot may be weighed from" in shown(refused)
    assert client.post(address, data={**data, "lot_scanned": counter.row(Lot, other).number}).status_code == 302


def test_only_the_pharmacist_in_charge_chooses_whose_weights_are_read_twice(
    client_as: ClientAs, counter: Counter
) -> None:
    chosen = {"second_reading": "the active"}
    assert client_as("administrator").post("/admin/second-reading", data=chosen).status_code == 403
    assert client_as("pharmacist-in-charge").post("/admin/second-reading", data=chosen).status_code == 302
    batch = counter.planned()
    data = weighing(counter, IngredientKind.ACTIVE, "510.7")
    answer = client_as("technician").post(f"/batches/{batch}/weigh", data=data)
    assert "somebody else reads the weight" in field_error(answer, "reader")
    data |= {"reader": "pharmacist", "reader_password": "not the right one at all"}
    answer = client_as("technician").post(f"/batches/{batch}/weigh", data=data)
    assert "Nothing was signed." in field_error(answer, "reader_password")
    assert (
        client_as("technician").post(f"/batches/{batch}/weigh", data={**data, "reader_password": PASSWORD}).status_code
        == 302
    )


def test_the_same_container_sent_twice_from_one_page_is_taken_once(client_as: ClientAs, counter: Counter) -> None:
    batch = counter.planned()
    client = client_as("technician")
    assert 'name="seen" value="0"' in client.get(f"/batches/{batch}/bench").text
    data = weighing(counter, IngredientKind.ACTIVE, "200", seen="0", more="1")
    assert client.post(f"/batches/{batch}/weigh", data=data).status_code == 302
    again = client.post(f"/batches/{batch}/weigh", data=data)
    assert again.status_code == 422
    assert "another container was taken meanwhile" in shown(again)
    assert 'name="seen" value="1"' in again.text
    assert counter.read(lambda s: len(s.get_one(Batch, batch).inputs[0].weigh_ins)) == 1


def test_a_photograph_is_kept_whole_when_the_database_asks_for_it_again(
    client_as: ClientAs, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, keep, asked = counter.planned(), bench.photograph, []

    def in_the_way_once(*args: Any, **kwargs: Any) -> Any:
        asked.append(1)
        if len(asked) == 1:
            raise DBAPIError("", {}, Deadlock())
        return keep(*args, **kwargs)

    monkeypatch.setattr(bench, "photograph", in_the_way_once)
    sent = {"file": (io.BytesIO(b"\x89PNG\r\n\x1a\nthe bench"), "IMG.png"), "shows": ""}
    answer = client_as("technician").post(
        f"/batches/{batch}/bench/photo", data=sent, content_type="multipart/form-data"
    )
    assert answer.status_code == 302
    assert counter.row(BenchPhoto, 1).size == 17

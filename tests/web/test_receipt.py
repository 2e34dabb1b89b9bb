"""Receipt by scan, certificates as files, weighed packing and supplies, as the pages show and refuse them."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select

from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.services.container_codes import Codes
from pharmacy.store.database import Database
from pharmacy.store.tables import CertificateFile, IngredientKind, Lot
from tests.web.conftest import PASSWORD
from tests.web.counter import Counter, field_error, open_counter, shown
from tests.web.test_lots import delivery

ClientAs = Callable[[str], Any]
GTIN, NDC = "00303958083195", "00395-8083-19"  # NDC 0395-8083-19 behind 3, with its check digit
PDF = b"%PDF-1.7 certificate"
FILLED = "226 228 227 229 230 227 228 229 227 229"
SHELLS = "\n".join(f"S S      0.0{mg} g" for mg in (470, 480, 490, 480, 480, 470, 490, 480, 480, 480))
EMPTY = dict.fromkeys(
    ("ingredient_id", "supplier", "maker_lot", "amount", "expiry", "certificate_reference", "gtin", "ndc"), ""
)


@pytest.fixture
def counter(database: Database, staff: dict[Role, int]) -> Counter:
    return open_counter(database, staff).furnish()


def scanned(client: Any, code: str, **typed: str) -> Any:
    return client.post("/lots/receive/read", data={**EMPTY, "code": code, **typed})


def value(answer: Any, name: str) -> str:
    """What stands in a field."""
    page = answer.get_data(as_text=True)
    tag = page[page.index(f'id="{name}"') :].split(">")[0]
    return str(tag.split('value="')[1].split('"')[0])


def code_of(counter: Counter, lot: str = "SC-77", days: int = 400) -> str:
    expiry = counter.today + timedelta(days=days)
    return f"]d201{GTIN}17{expiry:%y%m%d}10{lot}"


def test_a_scan_fills_the_form_without_a_script_and_receives_the_lot(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    answer = scanned(client, f"{code_of(counter)}\x1d21XYZ9")
    assert answer.status_code == 200
    expiry = (counter.today + timedelta(days=400)).isoformat()
    assert [value(answer, name) for name in ("gtin", "maker_lot", "expiry", "ndc")] == [GTIN, "SC-77", expiry, ""]
    assert "serial number XYZ9" in shown(answer)
    code = f"{code_of(counter)}\x1d21XYZ9"
    typed = delivery(counter, maker_lot="SC-77", expiry=expiry, gtin=GTIN, ndc="0395-8083-19", code=code)
    received = client.post("/lots/receive", data=typed)
    assert received.status_code == 302
    lot = counter.row(Lot, int(received.location.rsplit("/", 1)[1]))
    assert (lot.gtin, lot.ndc, lot.maker_lot) == (GTIN, NDC, "SC-77")
    assert NDC in shown(client.get(received.location))


def test_the_ingredient_of_an_earlier_lot_with_this_code_is_chosen(client_as: ClientAs, counter: Counter) -> None:
    earlier = counter.lot(IngredientKind.ACTIVE, codes=Codes(GTIN, "0395-8083-19"))
    ingredient = counter.row(Lot, earlier).ingredient_id
    page = scanned(client_as("technician"), code_of(counter)).text
    assert f'<option value="{ingredient}" selected>' in page
    assert f"Seen before on lot {counter.row(Lot, earlier).number} of Naltrexone hydrochloride." in page


def test_what_was_typed_is_never_overwritten_and_the_difference_is_told(client_as: ClientAs, counter: Counter) -> None:
    answer = scanned(client_as("technician"), code_of(counter), maker_lot="OTHER", gtin="303958083195")
    assert answer.status_code == 422
    assert value(answer, "maker_lot") == "OTHER"
    assert field_error(answer, "maker_lot").startswith("The code says SC-77. Nothing was changed here")
    assert field_error(answer, "gtin") == ""  # the same code in its shorter shape


def test_a_scanned_expiry_that_is_past_is_refused_by_a_sentence(client_as: ClientAs, counter: Counter) -> None:
    answer = scanned(client_as("technician"), code_of(counter, days=-40))
    past = (counter.today - timedelta(days=40)).isoformat()
    assert answer.status_code == 422
    assert field_error(answer, "expiry") == f"{past} is past; an expired lot is not received."


def test_a_lot_that_contradicts_its_scanned_code_is_not_received(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    before = counter.read(lambda s: s.scalar(select(func.count()).select_from(Lot)))
    answer = client.post("/lots/receive", data=delivery(counter, code=code_of(counter), maker_lot="OTHER"))
    assert answer.status_code == 422
    assert "The code says SC-77" in field_error(answer, "maker_lot")
    assert counter.read(lambda s: s.scalar(select(func.count()).select_from(Lot))) == before


def test_a_code_that_was_scanned_but_not_read_fills_the_form_before_anything_is_received(
    client_as: ClientAs, counter: Counter
) -> None:
    client = client_as("technician")
    expiry = (counter.today + timedelta(days=400)).isoformat()
    answer = client.post("/lots/receive", data=delivery(counter, code=code_of(counter), expiry=expiry))
    assert (answer.status_code, value(answer, "gtin")) == (422, GTIN)
    typed = delivery(counter, code=code_of(counter), expiry=expiry, gtin=GTIN)
    assert client.post("/lots/receive", data=typed).status_code == 302


def test_of_two_ways_to_read_a_code_the_person_chooses_one(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    expiry = counter.today + timedelta(days=400)
    answer = scanned(client, f"01{GTIN}10SC77" + f"17{expiry:%y%m%d}")
    assert answer.status_code == 200
    assert "can be read in more than one way" in answer.text
    assert (value(answer, "gtin"), value(answer, "maker_lot"), value(answer, "expiry")) == (GTIN, "", "")
    assert f"GTIN {GTIN}, lot SC77, expiry date {expiry.isoformat()}" in shown(answer)
    choice = f"(01){GTIN}(10)SC77(17){expiry:%y%m%d}"
    assert f'name="reading" value="{choice}"' in answer.text
    chosen = scanned(client, "whatever stands in the field", reading=choice)
    assert (value(chosen, "maker_lot"), value(chosen, "expiry")) == ("SC77", expiry.isoformat())


def test_the_net_weight_of_the_code_is_the_amount_in_milligrams(client_as: ClientAs, counter: Counter) -> None:
    answer = scanned(client_as("technician"), "(01)90303958083198(3103)000025")
    assert value(answer, "amount") == "25000"


@pytest.mark.parametrize("code", ["", "05901234", "]d2", "(05)1", "nonsense"])
def test_a_code_that_cannot_be_read_keeps_the_form_and_says_why(
    client_as: ClientAs, counter: Counter, code: str
) -> None:
    answer = scanned(client_as("technician"), code, supplier="Sample Chemicals")
    assert answer.status_code == 422
    assert field_error(answer, "code")
    assert value(answer, "supplier") == "Sample Chemicals"


def send(client: Any, address: str, content: bytes = PDF, name: str = "coa.pdf", kind: str = "text/html") -> Any:
    return client.post(f"{address}/certificate", data={"file": (BytesIO(content), name, kind)})


def test_a_certificate_is_served_as_it_came_and_runs_nothing(client_as: ClientAs, counter: Counter) -> None:
    address = f"/lots/{counter.lots[IngredientKind.ACTIVE]}"
    assert send(client_as("technician"), address, name="<script>.html").status_code == 302
    page = client_as("auditor").get(address).text
    assert "&lt;script&gt;.html" in page
    assert "added after the release" in page
    key = counter.read(lambda s: s.scalar(select(CertificateFile.id)))
    answer = client_as("auditor").get(f"/lots/certificates/{key}")
    assert answer.data == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="L000001-certificate-{key}.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert counter.trail(Event.CERTIFICATE_KEPT)[0]["file"] == key


def test_a_file_of_another_kind_or_none_is_refused_beside_its_field(client_as: ClientAs, counter: Counter) -> None:
    client, address = client_as("technician"), f"/lots/{counter.lots[IngredientKind.ACTIVE]}"
    refused = send(client, address, b"<svg onload=alert(1)>", "coa.pdf", "application/pdf")
    assert (refused.status_code, field_error(refused, "file")) == (
        422,
        "File: only a PDF, a PNG or a JPEG is kept; this is none of them, whatever its name.",
    )
    nothing = client.post(f"{address}/certificate", data={"file": "text"})
    assert "nothing came" in field_error(nothing, "file")
    two = client.post(f"{address}/certificate", data={"file": [(BytesIO(PDF), "a"), (BytesIO(PDF), "b")]})
    assert field_error(two, "file") == "File: send one file at a time."
    assert counter.read(lambda s: s.scalar(select(func.count()).select_from(CertificateFile))) == 0


def test_a_file_is_taken_in_its_own_field_of_its_own_page_and_nowhere_else(
    client_as: ClientAs, counter: Counter
) -> None:
    client, address = client_as("technician"), f"/lots/{counter.lots[IngredientKind.ACTIVE]}"
    for place, field in (
        (f"{address}/certificate", "reason"),
        (f"{address}/adjust", "file"),
        ("/lots/receive", "file"),
    ):
        answer = client.post(place, data={field: (BytesIO(PDF), "coa.pdf")})
        assert answer.status_code == 422, place
        assert "a file was sent, but this field takes text" in answer.text


def test_the_pharmacist_signs_under_the_certificate_that_the_page_shows(client_as: ClientAs, counter: Counter) -> None:
    lot = counter.lot(IngredientKind.ACTIVE, release=False)
    pharmacist, address = client_as("pharmacist"), f"/lots/{lot}"
    send(client_as("technician"), address)
    page = pharmacist.get(f"{address}/release").text
    assert "coa.pdf" in page
    seen = page.split('name="seen" type="hidden" value="')[1].split('"')[0]
    send(client_as("technician"), address, b"\xff\xd8\xff another scan", "later.jpg")
    refused = pharmacist.post(f"{address}/release", data={"seen": seen, "password": PASSWORD})
    assert refused.status_code == 422
    assert "later.jpg" in refused.text
    assert pharmacist.post(f"{address}/release", data={"password": PASSWORD}).status_code == 302


def test_ten_weighed_capsules_become_the_packing_with_its_spread(client_as: ClientAs, counter: Counter) -> None:
    client, address = client_as("technician"), f"/lots/{counter.lots[IngredientKind.FILLER]}"
    typed = {"size": "3", "filled": FILLED, "shells": SHELLS, "reason": ""}
    refused = client.post(f"{address}/packing", data=typed)
    assert "why it is measured anew" in field_error(refused, "reason")
    assert FILLED in refused.text
    kept = client.post(f"{address}/packing", data={**typed, "reason": "the powder settled"}, follow_redirects=True)
    words = shown(kept)
    assert "180 mg fill a size 3 capsule, give or take 0.447 mg; spread of the filled ones 0.547 %" in words
    assert FILLED in words
    assert "the powder settled" in words


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"filled": "226 228"}, "filled", "2 weights; 10 are weighed"),
        ({"filled": FILLED.replace("230", "2300")}, "filled", "5 weighs 2300 mg, more than 10 % off the middle one"),
        ({"shells": "48 g"}, "shells", "at most 5000 mg"),
        ({"size": ""}, "size", "choose one of"),
    ],
)
def test_weights_that_cannot_be_are_refused_beside_their_field(
    client_as: ClientAs, counter: Counter, typed: dict[str, str], field: str, sentence: str
) -> None:
    address = f"/lots/{counter.lots[IngredientKind.FILLER]}/packing"
    data = {"size": "3", "filled": FILLED, "shells": SHELLS, "reason": "the powder settled", **typed}
    answer = client_as("technician").post(address, data=data)
    assert answer.status_code == 422
    assert sentence in field_error(answer, field)


def test_the_list_of_supplies_says_in_words_what_is_to_be_ordered(client_as: ClientAs, counter: Counter) -> None:
    client = client_as("technician")
    ingredient = counter.row(Lot, counter.lots[IngredientKind.ACTIVE]).ingredient_id
    assert "order: below level" not in shown(client.get("/lots/stock"))
    assert client.post(f"/lots/stock/{ingredient}/level", data={"level": "100000.5"}).status_code == 302
    page = shown(client_as("auditor").get("/lots/stock"))
    assert "Naltrexone hydrochloride ▼ order: below level 100000" in page
    assert "100000.5" in page
    refused = client.post(f"/lots/stock/{ingredient}/level", data={"level": "-1"})
    assert "more than 0" in field_error(refused, "level")
    assert client.post(f"/lots/stock/{ingredient}/level", data={"level": ""}).status_code == 302
    assert counter.trail(Event.INGREDIENT_CHANGED)[-1]["reorder_level"] == {"from": "100000.5", "to": None}


def test_lots_that_expire_soon_stand_on_the_list_of_supplies(client_as: ClientAs, counter: Counter) -> None:
    counter.lot(IngredientKind.FILLER, maker_lot="SOON", expiry=counter.today + timedelta(days=20))
    counter.lot(IngredientKind.FILLER, maker_lot="LATER", expiry=counter.today + timedelta(days=80))
    page = shown(client_as("auditor").get("/lots/stock"))
    assert page.index("Expire within 30 days") < page.index("SOON") < page.index("within 90 days") < page.index("LATER")
    assert "within 60 days" not in page


def test_an_auditor_adds_and_sets_nothing(client_as: ClientAs, counter: Counter) -> None:
    client, lot = client_as("auditor"), counter.lots[IngredientKind.ACTIVE]
    for address in (f"/lots/{lot}/packing", f"/lots/{lot}/certificate", "/lots/receive/read", "/lots/stock/1/level"):
        assert client.post(address).status_code == 403
    assert "Set the level" not in shown(client.get("/lots/stock"))


def test_a_container_scanned_anywhere_leads_to_its_lot_or_to_its_receipt(client_as: ClientAs, counter: Counter) -> None:
    client, code = client_as("technician"), code_of(counter)
    receipt = client.get("/scan", query_string={"code": code})
    assert value(client.get(receipt.location), "maker_lot") == "SC-77"
    lot = counter.lot(IngredientKind.ACTIVE, codes=Codes(GTIN, NDC), maker_lot="SC-77")
    assert client.get("/scan", query_string={"code": code}).location == f"/lots/{lot}"
    other = client.get("/scan", query_string={"code": code_of(counter, lot="SC-78")})
    assert other.location.startswith("/lots/receive?code=")
    auditor = client_as("auditor")
    assert auditor.get("/scan", query_string={"code": code}).location == f"/lots/{lot}"
    assert auditor.get("/scan", query_string={"code": code_of(counter, lot="SC-78")}).location == "/"
    for nothing in ("10SC-77", "1234567", "(01)1"):
        assert client.get("/scan", query_string={"code": nothing}).location == "/"

"""Codes of bought containers, files of certificates, weighed packing, and what is to be ordered."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from pharmacy.domain.errors import NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.restocking import Supply
from pharmacy.services import certificates, container_codes, lots, packing, restocking
from pharmacy.services.container_codes import Codes
from pharmacy.store import supplies
from pharmacy.store.tables import CertificateFile, Ingredient, IngredientKind, Lot, PackingMeasurement
from tests.services.line import Line, add_lot

ACTIVE, FILLER, SHELL = IngredientKind
GTIN, NDC = "00303958083195", "00395-8083-19"  # NDC 0395-8083-19 behind 3, with its check digit
PDF = b"%PDF-1.7 certificate"
FILLED = tuple(map(Decimal, (226, 228, 227, 229, 230, 227, 228, 229, 227, 229)))  # mean 228
SHELLS = tuple(map(Decimal, (47, 48, 49, 48, 48, 47, 49, 48, 48, 48)))  # mean 48


def keep(line: Line, lot: int, content: bytes = PDF, name: str = "coa.pdf") -> int:
    return line.run(lambda s: certificates.add(s, lot, name=name, content=content, **line.by)).id


def holds(line: Line, lot: int) -> list[bool]:
    return line.read(lambda s: [one.holds for one in lots.signatures(s, s.get_one(Lot, lot))])


def test_a_lot_keeps_the_codes_of_its_container_and_its_release_covers_them(line: Line) -> None:
    lot = line.lot(ACTIVE, codes=Codes("303958083195", "0395-8083-19"))
    row = line.row(Lot, lot)
    assert (row.gtin, row.ndc) == (GTIN, NDC)
    [entry] = line.trail(Event.LOT_RECEIVED, lot)
    assert (entry["gtin"], entry["ndc"]) == (GTIN, NDC)
    assert holds(line, lot) == [True]
    line.run(lambda s: s.execute(update(Lot).where(Lot.id == lot).values(ndc="00395-8083-20")))
    assert holds(line, lot) == [False]


def test_the_signature_under_a_lot_without_codes_and_files_covers_what_it_always_did(line: Line) -> None:
    names = line.read(lambda s: set(lots.content(s.get_one(Lot, line.lots[ACTIVE]))))
    assert not names & {"gtin", "ndc", "certificate_files"}
    assert holds(line, line.lots[ACTIVE]) == [True]


@pytest.mark.parametrize(
    ("codes", "field", "sentence"),
    [
        (Codes(gtin="00303958083194"), "gtin", "the last of them a check digit"),
        (Codes(gtin="12345"), "gtin", "12, 13 or 14 digits"),
        (Codes(ndc="0395808319"), "ndc", "may mean 00395-8083-19 or 03958-0083-19 or 03958-0831-09"),
        (Codes(ndc="0395-8083"), "ndc", "is not an NDC"),
        (
            Codes(gtin=GTIN, ndc="0406-0151-06"),
            "ndc",
            "is not in the GTIN 00303958083195, which holds 00395-8083-19 or",
        ),
    ],
)
def test_codes_that_cannot_be_or_contradict_each_other_are_refused(
    sqlite_line: Line, codes: Codes, field: str, sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        sqlite_line.lot(ACTIVE, codes=codes)
    assert refusal.value.field == field


def test_a_code_that_stands_on_another_ingredients_lot_is_refused(line: Line) -> None:
    first = line.lot(ACTIVE, release=False, codes=Codes(GTIN, NDC))
    for codes in (Codes(gtin=GTIN), Codes(ndc="0395-8083-19")):
        with pytest.raises(RuleBroken, match=r"stands on lot L\d+ of Naltrexone hydrochloride; a container of Micro"):
            line.lot(FILLER, codes=codes)
    line.run(lambda s: lots.advance(s, first, "reject", reason="the wrong one", actor=line.who["pia"], now=line.now))
    assert line.row(Lot, line.lot(FILLER, codes=Codes(gtin=GTIN))).gtin == GTIN


def test_a_code_seen_before_names_its_ingredient_and_which_of_the_ndcs_it_is(line: Line) -> None:
    code = f"01{GTIN}17280131" + "10SC-78"
    new = line.read(lambda s: container_codes.scan(s, code, today=line.today))
    assert (new.ingredient, new.ndc, new.said.maker_lot) == (None, "", "SC-78")
    assert "Its NDC is 00395-8083-19 or 03958-0083-19 or 03958-0831-09" in new.notes[0]
    line.lot(ACTIVE, codes=Codes(GTIN, "0395-8083-19"))
    known = line.read(lambda s: container_codes.scan(s, code, today=line.today))
    assert known.ingredient is not None
    assert (known.ingredient.name, known.ndc) == ("Naltrexone hydrochloride", NDC)
    assert [note.split(" of ")[1] for note in known.notes] == ["Naltrexone hydrochloride."]


def test_what_is_wrong_with_a_scan_is_told_and_nothing_is_made_up(line: Line) -> None:
    several = line.read(lambda s: container_codes.scan(s, "10SC7717271231", today=line.today))
    assert len(several.readings) == 2
    assert (several.said.maker_lot, several.said.expiry) == ("", None)
    assert "more than one way" in several.notes[0]
    best_before = line.read(lambda s: container_codes.scan(s, "15271231", today=line.today))
    assert best_before.said.expiry is None
    assert "best before 2027-12-31 and tells no expiry date" in best_before.notes[0]


def test_a_certificate_is_kept_byte_for_byte_with_its_digest_and_noted(line: Line) -> None:
    lot = line.lot(ACTIVE, release=False)
    key = keep(line, lot, name="..\\scans/Coa\u202e 12.pdf")
    row = line.read(lambda s: certificates.file(s, key))
    assert (row.content, row.kind, row.size, row.name) == (PDF, "application/pdf", len(PDF), "Coa 12.pdf")
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()
    [entry] = line.trail(Event.CERTIFICATE_KEPT, lot)
    assert (entry["sha256"], entry["file"], entry["size"]) == (row.sha256, key, len(PDF))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "nothing came"),
        (b"<html><script>", "only a PDF, a PNG or a JPEG is kept"),
        (b" %PDF-1.7", "only a PDF, a PNG or a JPEG is kept"),
        (PDF + b"x" * certificates.MOST_BYTES, "1.5 MB is more than 1.5 MB"),
    ],
)
def test_a_file_that_is_no_certificate_is_refused_by_its_bytes(
    sqlite_line: Line, content: bytes, sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refusal:
        keep(sqlite_line, sqlite_line.lots[ACTIVE], content)
    assert refusal.value.field == "file"


def test_a_release_covers_the_files_that_were_there_and_a_later_one_is_added_beside_them(line: Line) -> None:
    lot = line.lot(ACTIVE, release=False)
    first = keep(line, lot)
    line.run(lambda s: lots.release(s, lot, today=line.today, **line.signed("pia")))
    second = keep(line, lot, b"\x89PNG\r\n\x1a\n sharper")
    assert [line.row(CertificateFile, key).before_release for key in (first, second)] == [True, False]
    assert holds(line, lot) == [True]
    files = line.read(lambda s: lots.content(s.get_one(Lot, lot)))["certificate_files"]
    assert files == [hashlib.sha256(PDF).hexdigest()]
    with pytest.raises(RuleBroken, match="this very file is kept"):
        keep(line, lot)


def test_of_the_same_certificate_sent_twice_at_once_one_is_kept(line: Line) -> None:
    lot = line.lots[ACTIVE]

    def once(_: int) -> str:
        try:
            return str(keep(line, lot) > 0)
        except RuleBroken as refusal:
            return refusal.message

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(once, range(4)))
    assert answers.count("True") == 1
    assert sum("this very file is kept" in answer for answer in answers) == 3


def test_a_certificate_that_is_not_there_is_said_so(sqlite_line: Line) -> None:
    with pytest.raises(NotFound):
        sqlite_line.read(lambda s: certificates.file(s, 99))


def weigh(line: Line, lot: int, size: str = "3", reason: str = "", **changed: tuple[Decimal, ...]) -> None:
    given = {"filled_mg": FILLED, "shells_mg": SHELLS, **changed}
    line.run(lambda s: packing.weigh(s, lot, size=size, reason=reason, **given, **line.by))


def test_ten_capsules_and_ten_shells_become_the_packing_and_every_weight_is_kept(line: Line) -> None:
    lot = line.lot(FILLER, release=False)
    weigh(line, lot)
    row = line.row(Lot, lot)
    assert (row.packing_mg, row.packing_size) == (180, "3")
    [_, kept] = line.read(lambda s: list(s.get_one(Lot, lot).packings))
    assert (kept.filled_mg, kept.shells_mg) == ([str(mg) for mg in FILLED], [str(mg) for mg in SHELLS])
    # By hand: squares of the deviations add up to 14 and 4, so s = sqrt(14/9) and sqrt(4/9).
    assert (kept.packing_mg, kept.filled_rsd_percent, kept.shell_rsd_percent, kept.error_mg) == (
        180,
        Decimal("0.547"),
        Decimal("1.389"),
        Decimal("0.447"),
    )


def test_a_lot_of_shells_keeps_their_mean(line: Line) -> None:
    weigh(line, line.lots[SHELL], reason="a new box was opened", filled_mg=())
    row = line.row(Lot, line.lots[SHELL])
    assert (row.shell_mg, row.packing_mg, row.packing_size) == (48, None, "3")


def test_weighing_a_released_lot_anew_needs_its_reason_and_a_refused_one_keeps_nothing(line: Line) -> None:
    lot = line.lots[FILLER]
    count = line.read(lambda s: len(s.get_one(Lot, lot).packings))
    with pytest.raises(RuleBroken, match="why it is measured anew"):
        weigh(line, lot)
    with pytest.raises(RuleBroken, match="4 weights; 10 are weighed"):
        weigh(line, lot, reason="the powder settled", filled_mg=FILLED[:4])
    with pytest.raises(RuleBroken, match="choose one of"):
        weigh(line, lot, "", reason="the powder settled")
    assert line.read(lambda s: len(s.get_one(Lot, lot).packings)) == count


def test_the_packing_of_each_size_stays_known_when_another_is_measured(line: Line) -> None:
    lot = line.lots[FILLER]
    larger = tuple(weight + 70 for weight in FILLED)
    weigh(line, lot, "1", reason="for the larger size", filled_mg=larger, shells_mg=tuple(w + 28 for w in SHELLS))
    found = line.read(lambda s: {size: packing.packing_mg(s, s.get_one(Lot, lot), size) for size in ("1", "3", "4")})
    assert found == {"1": 222, "3": 180, "4": None}
    assert line.planned() > 0  # the formula takes size 3


def level(line: Line, ingredient: int, wanted: str | None) -> None:
    line.run(lambda s: restocking.set_level(s, ingredient, Decimal(wanted) if wanted else None, **line.by))


def supply(line: Line, kind: IngredientKind) -> Supply:
    rows = line.read(lambda s: supplies.supplies(s, line.today))
    return next(found for ingredient, found in rows if ingredient.kind is kind)


def test_a_reorder_level_is_changed_with_old_and_new_value_in_the_trail(line: Line) -> None:
    key = line.row(Lot, line.lots[ACTIVE]).ingredient_id
    level(line, key, "25000")
    level(line, key, "30000.5")
    level(line, key, None)
    assert [entry["reorder_level"] for entry in line.trail(Event.INGREDIENT_CHANGED, key)] == [
        {"from": None, "to": "25000"},
        {"from": "25000", "to": "30000.5"},
        {"from": "30000.5", "to": None},
    ]


@pytest.mark.parametrize(("kind", "wanted"), [(ACTIVE, "-1"), (ACTIVE, "5000001"), (ACTIVE, "1.2345"), (SHELL, "10.5")])
def test_a_reorder_level_that_cannot_be_is_refused(sqlite_line: Line, kind: IngredientKind, wanted: str) -> None:
    key = sqlite_line.row(Lot, sqlite_line.lots[kind]).ingredient_id
    with pytest.raises(RuleBroken) as refusal:
        level(sqlite_line, key, wanted)
    assert refusal.value.field == "level"
    assert sqlite_line.row(Ingredient, key).reorder_level is None


def test_what_is_free_is_what_is_released_and_not_planned_until_it_is_weighed(line: Line) -> None:
    line.lot(ACTIVE, release=False, amount=Decimal(5000))
    line.lot(ACTIVE, amount=Decimal(700), expiry=line.today)
    assert supply(line, ACTIVE) == Supply(Decimal(100_700), Decimal(5000), Decimal(0), None)
    batch = line.planned()  # 510.731 mg, the worked example of the design
    assert supply(line, ACTIVE).reserved == Decimal("510.731")
    assert supply(line, ACTIVE).free == Decimal("100189.269")
    assert supply(line, SHELL).reserved == 100
    line.weigh(batch, 1)
    assert supply(line, ACTIVE).reserved == 0
    assert supply(line, ACTIVE).released == Decimal("100189.269")
    assert supply(line.later(1), ACTIVE).released == Decimal("99489.269")  # 700 mg expired overnight


def test_below_its_level_an_ingredient_is_to_be_ordered_though_a_delivery_waits_in_quarantine(line: Line) -> None:
    key = line.row(Lot, line.lots[ACTIVE]).ingredient_id
    level(line, key, "100000")
    line.lot(ACTIVE, release=False)
    assert not supply(line, ACTIVE).is_below
    line.planned()
    assert supply(line, ACTIVE).is_below


def test_lots_stand_under_the_period_in_which_they_expire(line: Line) -> None:
    days = {"past": -1, "today": 0, "d30": 30, "d31": 31, "d60": 60, "d90": 90, "d91": 91}
    keys = {name: line.lot(FILLER, maker_lot=name) for name in days}
    for name, ahead in days.items():
        expiry = line.today + timedelta(days=ahead)
        line.run(lambda s, name=name, at=expiry: s.execute(update(Lot).where(Lot.id == keys[name]).values(expiry=at)))
    found = line.read(lambda s: supplies.expiring(s, line.today))
    assert {period.days: [lot.maker_lot for lot in period.lots] for period in found} == {
        0: ["past"],
        30: ["today", "d30"],
        60: ["d31", "d60"],
        90: ["d90"],
    }


def test_what_was_measured_at_receipt_stands_among_the_measurements(line: Line) -> None:
    [row] = line.read(lambda s: list(s.get_one(Lot, line.lots[FILLER]).packings))
    assert isinstance(row, PackingMeasurement)
    assert (row.packing_mg, row.size, row.filled_mg, row.filled_rsd_percent) == (180, "3", [], None)


def test_the_expiry_that_00_stands_for_is_the_last_day_of_its_month(line: Line) -> None:
    scanned = line.read(lambda s: container_codes.scan(s, f"01{GTIN}17280200", today=line.today))
    assert scanned.said.expiry == date(2028, 2, 29)
    lot = line.run(lambda s: add_lot(s, line, ACTIVE, expiry=scanned.said.expiry))
    assert line.row(Lot, lot).expiry == date(2028, 2, 29)

"""A second person reads the weights of a trituration, as at the bench, and its papers say who."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.roles import Role
from pharmacy.services import (
    compounding_records,
    label_texts,
    people,
    second_readings,
)
from pharmacy.services.signing import Standing
from pharmacy.store.tables import Batch, Lot, Part, Pharmacy, SecondReading, Trituration
from tests.services.line import Line
from tests.services.triturating import (
    ACTIVE,
    low_dose,
    mix,
    planned,
    release,
    using,
    weigh,
    weighed,
)


@pytest.fixture
def low(line: Line) -> Line:
    return low_dose(line)


def reads(line: Line, which: SecondReading) -> None:
    line.run(lambda s: s.execute(update(Pharmacy).values(second_reading=which)))


def test_a_second_person_reads_the_active_as_at_the_bench(low: Line) -> None:
    reads(low, SecondReading.ACTIVE)
    key = planned(low)
    for reader, sentence in (
        (None, "somebody else reads the weight"),
        (low.proof("tess"), "you weighed this; somebody else reads it"),
        (low.proof("otto"), "only somebody who works at the bench"),
    ):
        with pytest.raises(RuleBroken, match=sentence) as refusal:
            weigh(low, key, Part.ACTIVE, reader=reader)
        assert refusal.value.field == "reader"
    assert low.row(Lot, low.lots[ACTIVE]).on_hand == 100_000
    weigh(low, key, Part.ACTIVE, reader=low.proof("tom"))
    weigh(low, key, Part.DILUENT)  # read by one person
    [found] = readings(low, key)
    assert (found.printed_name, found.meaning, found.holds) == (
        "Tom Technician",
        "I read this weight on the balance as the second person",
        True,
    )
    low.assert_whole()


def readings(line: Line, key: int) -> list[Standing]:
    return line.read(lambda s: list(second_readings.of_triturations(s, s.get_one(Trituration, key)).values()))


def test_where_every_powder_is_read_the_diluent_is_too(low: Line) -> None:
    reads(low, SecondReading.POWDERS)
    key = planned(low)
    weigh(low, key, Part.ACTIVE, reader=low.proof("tom"))
    with pytest.raises(RuleBroken, match="somebody else reads the weight"):
        weigh(low, key, Part.DILUENT)
    weigh(low, key, Part.DILUENT, reader=low.proof("pia"))
    assert [one.printed_name for one in readings(low, key)] == ["Tom Technician", "Pia Pharmacist"]


def test_a_reader_who_left_signs_nothing_and_nothing_is_taken(low: Line) -> None:
    reads(low, SecondReading.ACTIVE)
    key, gone = planned(low), low.proof("tom")
    by = {"actor": low.who["ada"], "now": low.now}
    low.run(lambda s: people.change(s, gone.person_id, role=Role.TECHNICIAN, is_active=False, **by))
    with pytest.raises(RuleBroken, match="has left"):
        weigh(low, key, Part.ACTIVE, reader=gone)
    assert low.row(Trituration, key).state == "planned"
    assert low.row(Lot, low.lots[ACTIVE]).on_hand == 100_000


def test_a_reading_of_another_weight_is_void(low: Line) -> None:
    """As if somebody had changed the row past the triggers."""
    key = planned(low)
    weigh(low, key, Part.ACTIVE, reader=low.proof("tom"))

    def holds(weighed: str) -> bool:
        with low.database.reading() as session, session.no_autoflush:
            row = session.get_one(Trituration, key)
            row.weighings[0].weighed = Decimal(weighed)
            [found] = second_readings.of_triturations(session, row).values()
            return found.holds

    assert holds("122")
    assert not holds("122.001")


def test_its_label_names_who_read_its_weights_behind_who_made_it(low: Line) -> None:
    key = planned(low)
    weigh(low, key, Part.ACTIVE, reader=low.proof("tom"))
    weigh(low, key, Part.DILUENT, reader=low.proof("pia"))
    read, alone = mix(low, key), mix(low, weighed(low))
    said = [
        low.read(lambda s, lot=lot: label_texts.compose_trituration(s, lot, today=low.today).made_by)
        for lot in (read, alone)
    ]
    assert said == ["TT, read by TO, PP", "TT"]


def test_the_compounding_record_names_who_read_the_weight_of_the_trituration(low: Line) -> None:
    key = planned(low)
    weigh(low, key, Part.ACTIVE, reader=low.proof("tom"))
    weigh(low, key, Part.DILUENT)
    lot = mix(low, key)
    release(low, lot)
    batch = using(low, lot).planned(30)
    paper = low.read(lambda s: compounding_records.compose(s, s.get_one(Batch, batch), ZoneInfo("UTC")))
    [table] = [one for one in paper.sections if one.heading.startswith("Trituration T000001")]
    assert [row[-1].partition("\n")[2] for row in table.rows] == ["Read by Tom Technician", ""]  # type: ignore[union-attr]

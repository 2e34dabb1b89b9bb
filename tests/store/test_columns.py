"""What is written comes back exactly, from either database."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from pharmacy.store.columns import Exact, Moment
from pharmacy.store.database import Database

LARGEST = 2**63 - 1
TABLE = sa.Table(
    "round_trip",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("milligrams", Exact(3)),
    sa.Column("fraction", Exact(6)),
    sa.Column("at", Moment()),
)
milligrams = st.integers(-LARGEST, LARGEST).map(lambda number: Decimal(number).scaleb(-3))
zones = st.sampled_from([UTC, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu"), timezone(timedelta(hours=-11))])
EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2199, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
moments = st.datetimes(EARLIEST, LATEST, timezones=zones)
often = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def trips(bare_database: Database) -> Database:
    with bare_database.transaction() as session:
        TABLE.create(session.connection())
    return bare_database


def trip(database: Database, **values: object) -> tuple[object, ...]:
    with database.transaction() as session:
        session.execute(sa.delete(TABLE))
        session.execute(sa.insert(TABLE).values(**values))
    with database.reading() as session:
        return tuple(session.execute(sa.select(*(TABLE.columns[name] for name in values))).one())


@often
@given(amount=milligrams)
def test_an_exact_amount_comes_back_as_it_was(trips: Database, amount: Decimal) -> None:
    assert trip(trips, milligrams=amount) == (amount,)


@often
@given(moment=moments)
def test_a_moment_comes_back_as_the_same_moment_in_utc(trips: Database, moment: datetime) -> None:
    (found,) = trip(trips, at=moment)
    assert found == moment.astimezone(UTC)
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC


def test_nothing_comes_back_as_nothing(trips: Database) -> None:
    assert trip(trips, milligrams=None, at=None) == (None, None)


@often
@given(amounts=st.lists(st.integers(-(10**12), 10**12).map(lambda n: Decimal(n).scaleb(-3)), min_size=1, max_size=20))
def test_the_database_adds_and_compares_exactly(trips: Database, amounts: list[Decimal]) -> None:
    with trips.transaction() as session:
        session.execute(sa.delete(TABLE))
        session.execute(sa.insert(TABLE), [{"milligrams": amount} for amount in amounts])
    column = TABLE.c.milligrams
    with trips.reading() as session:
        total, largest = session.execute(sa.select(sa.func.sum(column), sa.func.max(column))).one()
        less = session.execute(sa.select(sa.func.count()).where(column < amounts[0])).scalar_one()
    assert (total, largest) == (sum(amounts), max(amounts))
    assert less == sum(amount < amounts[0] for amount in amounts)


@given(moments_of_two=st.tuples(moments, moments))
def test_moments_are_ordered_in_the_database_as_they_are(
    moments_of_two: tuple[datetime, datetime],
) -> None:
    """SQLite compares their text, so that every one of them has to have the same form."""
    first, second = moments_of_two
    dialect = sa.create_engine("sqlite://").dialect
    store = Moment().bind_processor(dialect)
    assert store is not None
    assert (store(first) < store(second)) == (first.astimezone(UTC) < second.astimezone(UTC))


@pytest.mark.parametrize("amount", ["0.0001", "1.0000000000000000000000000000001", "NaN", "Infinity"])
def test_an_amount_with_too_many_places_is_refused_and_not_rounded(trips: Database, amount: str) -> None:
    with pytest.raises(StatementError, match="has more than 3 decimal places"):
        trip(trips, milligrams=Decimal(amount))


def test_a_moment_without_a_zone_is_refused(trips: Database) -> None:
    with pytest.raises(StatementError, match="a moment needs a time zone"):
        trip(trips, at=datetime(2026, 11, 24, 15))  # noqa: DTZ001 - that is the point


def test_different_numbers_of_places_do_not_mix(trips: Database) -> None:
    assert trip(trips, milligrams=Decimal("4.5"), fraction=Decimal("0.994")) == (Decimal("4.5"), Decimal("0.994"))

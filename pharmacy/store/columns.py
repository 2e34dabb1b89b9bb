"""Column habits, named once: exact amounts, moments in UTC, choices with a CHECK, and the base of every table."""

from datetime import UTC, datetime
from decimal import MAX_PREC, Context, Decimal
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Enum, Integer, MetaData, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, mapped_column

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


_UNROUNDED = Context(prec=MAX_PREC)


class Exact(TypeDecorator[Decimal]):
    """A decimal with a fixed number of places, kept as an integer: exact, comparable and summable in any database."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        # Not the usual context: its 28 digits would round a longer number before anybody looked at it.
        scaled = Decimal(value).scaleb(self.places, _UNROUNDED)
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.places} decimal places")
        return int(scaled)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.places)

    def coerce_compared_value(self, op: Any, value: Any) -> "Exact":
        return self


class Moment(TypeDecorator[datetime]):
    """A point in time, aware, kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(kind: type[StrEnum], name: str) -> Enum:
    """A stored choice: text with a CHECK that lists the values."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=120,
        values_callable=lambda members: [member.value for member in members],
    )


Key = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
Short = Annotated[str, mapped_column(String(120))]
Code = Annotated[str, mapped_column(String(64))]
Prose = Annotated[str, mapped_column(Text)]
Milligrams = Annotated[Decimal, mapped_column(Exact(3))]
Fraction = Annotated[Decimal, mapped_column(Exact(6))]
Money = Annotated[Decimal, mapped_column(Exact(2))]
When = Annotated[datetime, mapped_column(Moment())]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=CONVENTION)

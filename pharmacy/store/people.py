"""The pharmacy, the people who work in it, and how they are signed in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pharmacy.domain.roles import Role
from pharmacy.store.columns import Base, Code, Key, Moment, Short, When, choice


class SecondReading(StrEnum):
    """Which weighings a second person reads on the balance."""

    NONE = "none"
    ACTIVE = "the active"
    POWDERS = "the active and the filler"


class Pharmacy(Base):
    """One row: a database holds one pharmacy."""

    __tablename__ = "pharmacy"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[Key]
    name: Mapped[Short]
    address: Mapped[Short]
    phone: Mapped[Short]
    # Anybody may rely on it only while one pharmacist works here: see domain.workflow.allow(alone=...).
    one_pharmacist: Mapped[bool] = mapped_column(Boolean, default=False)
    demonstration: Mapped[bool] = mapped_column(Boolean, default=False)
    second_reading: Mapped[SecondReading] = mapped_column(
        choice(SecondReading, "second_reading"), server_default="none"
    )


class Person(Base):
    __tablename__ = "people"

    id: Mapped[Key]
    username: Mapped[Code] = mapped_column(unique=True)  # folded: lower case, no spaces
    full_name: Mapped[Short]
    initials: Mapped[str] = mapped_column(String(6))
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    password_hash: Mapped[str] = mapped_column(String(200), default="")  # "" until the person has chosen one
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[When]


class SetUpLink(Base):
    """A one-time link with which a person chooses a password. Only the digest of its token is kept."""

    __tablename__ = "set_up_links"

    id: Mapped[Key]
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # None: makes the first administrator
    made_at: Mapped[When]
    ends_at: Mapped[When]
    used_at: Mapped[datetime | None] = mapped_column(Moment())


class SignInSession(Base):
    """A signed-in browser. The cookie holds a random id; only its digest is kept."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_person_id", "person_id"),)

    id: Mapped[Key]
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[When]
    last_seen_at: Mapped[When]
    ends_at: Mapped[When]
    revoked_at: Mapped[datetime | None] = mapped_column(Moment())


class Lockout(Base):
    """Failed attempts per account and per address: key is "account:NAME" or "address:ADDRESS"."""

    __tablename__ = "lockouts"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[When]


class ApiToken(Base):
    """A bearer token for a program, acting with the role of the person it was made for."""

    __tablename__ = "api_tokens"

    id: Mapped[Key]
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    name: Mapped[Short]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[When]
    revoked_at: Mapped[datetime | None] = mapped_column(Moment())

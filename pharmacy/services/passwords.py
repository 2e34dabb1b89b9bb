"""Passwords: argon2id, long rather than strange, and a wait after wrong ones that is kept in the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from zxcvbn import zxcvbn

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.services.acting import Actor, record
from pharmacy.store.database import Database
from pharmacy.store.tables import Lockout, Person

LEAST_LENGTH = 15
MOST_LENGTH = 200
LEAST_SCORE = 3  # of zxcvbn: more than 10^8 guesses, its lists of common passwords, names and words tried first
_MOST_JUDGED = 72  # characters; judging more takes long, and longer ones are not easier to guess
ACCOUNT_LIMIT = 5  # wrong passwords before an account waits
ADDRESS_LIMIT = 30  # and before an address does
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)  # without a wrong password, counting starts anew

_hasher = PasswordHasher()
# Verified when there is no such account, so that both answers take as long.
_NOBODYS_HASH = _hasher.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Known:
    """Who a right password belongs to."""

    id: int
    full_name: str
    role: Role


def hashed(password: str, *, username: str = "") -> str:
    """The argon2id hash of an acceptable password.

    Raises: RuleBroken, naming the limit.
    """
    if len(password) < LEAST_LENGTH:
        raise RuleBroken(
            f"Password: it has {len(password)} characters; at least {LEAST_LENGTH} are needed. A few words will do.",
            field="password",
        )
    if len(password) > MOST_LENGTH:
        raise RuleBroken(f"Password: at most {MOST_LENGTH} characters.", field="password")
    guessed = zxcvbn(password[:_MOST_JUDGED], user_inputs=[*username.casefold().split("."), "mortar", "pharmacy"])
    beside_name = password.casefold().replace(fold(username) or " ", "")
    if guessed["score"] < LEAST_SCORE or not any(letter.isalnum() for letter in beside_name):
        raise RuleBroken("Password: too easy to guess; use a few words that do not belong together.", field="password")
    return _hasher.hash(password)


def fold(username: str) -> str:
    """How a user name is kept and compared: without spaces around it, in lower case, printable letters only."""
    return "".join(letter for letter in username.strip().casefold() if letter.isprintable())


def check(
    database: Database,
    username: str,
    password: str,
    *,
    address: str,
    now: datetime,
    event: Event = Event.SIGN_IN_REFUSED,
) -> Known:
    """Whose password this is. The slow comparison runs outside any write transaction.

    Raises: RuleBroken, the same sentence for a wrong name and a wrong password.
    """
    name = fold(username)
    keys = _keys(name, address, event)
    database.run(lambda session: _count_attempt(session, keys, now))
    with database.reading() as session:
        person = session.execute(select(Person).where(Person.username == name, Person.is_active)).scalar()
    stored = person.password_hash if person and person.password_hash else _NOBODYS_HASH
    if _matches(stored, password) and person is not None and person.password_hash:
        database.run(lambda session: _forget_attempt(session, keys))
        return Known(person.id, person.full_name, person.role)
    actor = Actor(person.id, person.full_name, person.role) if person else Actor(0, "unknown person", Role.AUDITOR)
    subject_id = actor.id or None
    database.run(lambda session: record(session, event, actor=actor, now=now, subject="person", subject_id=subject_id))
    raise RuleBroken("User name or password is wrong.", field="password")


def _keys(name: str, address: str, event: Event) -> tuple[str, ...]:
    """What an attempt counts for. Signing counts by itself, so that nobody outside can stop those who are signed in."""
    if event is Event.SIGNING_REFUSED:
        return (f"signing:{name}"[:160],)
    return f"account:{name}"[:160], f"address:{address}"[:160]


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password[: MOST_LENGTH + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False


def _wait(key: str, failures: int) -> timedelta:
    limit = ADDRESS_LIMIT if key.startswith("address:") else ACCOUNT_LIMIT
    over = failures - limit
    return timedelta(0) if over < 0 else min(timedelta(seconds=30 * 2 ** min(over, 10)), LONGEST_WAIT)


def _count_attempt(session: Session, keys: tuple[str, ...], now: datetime) -> None:
    """Counts an attempt before its password is compared, so that guesses made at once are counted too."""
    for key in keys:
        lock = session.get(Lockout, key, with_for_update=True)
        if lock is None:
            session.add(Lockout(key=key, failures=1, last_at=now))
            continue
        _refuse_while_waiting(lock, now)
        lock.failures = 1 if now - lock.last_at > FORGOTTEN_AFTER else lock.failures + 1
        lock.last_at = now


def _refuse_while_waiting(lock: Lockout, now: datetime) -> None:
    ends = lock.last_at + _wait(lock.key, lock.failures)
    if now < ends:
        seconds = ceil((ends - now).total_seconds())
        wait = "1 second" if seconds == 1 else f"{seconds} seconds"
        raise RuleBroken(f"Too many wrong passwords: wait {wait}, then try again.", field="password")


def _forget_attempt(session: Session, keys: tuple[str, ...]) -> None:
    """The password was right: its account starts anew, its address loses the attempt that was counted."""
    session.execute(delete(Lockout).where(Lockout.key == keys[0]))
    session.execute(
        update(Lockout).where(Lockout.key.in_(keys[1:]), Lockout.failures > 0).values(failures=Lockout.failures - 1)
    )

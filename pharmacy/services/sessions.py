"""Signed-in browsers, as rows: a copied cookie ends with its row."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pharmacy.domain.events import Event
from pharmacy.services.acting import Actor, record
from pharmacy.services.people import token_digest
from pharmacy.store.tables import Person, SignInSession

# last_seen_at is written at most this often, so that reading a page is seldom a write.
SEEN_EVERY = timedelta(seconds=60)


def begin(session: Session, person_id: int, *, lasts: timedelta, now: datetime) -> str:
    """A new session with a new id; returns the token for the cookie."""
    person = session.get_one(Person, person_id)
    token = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            token_digest=token_digest(token),
            person_id=person_id,
            started_at=now,
            last_seen_at=now,
            ends_at=now + lasts,
        )
    )
    record(session, Event.SIGNED_IN, actor=Actor.of(person), now=now, subject="person", subject_id=person_id)
    return token


def find(session: Session, token: str, *, idle: timedelta, now: datetime) -> tuple[SignInSession, Person] | None:
    """The live session of a token and its person; None when it was ended, left idle too long, or is too old."""
    statement = (
        select(SignInSession, Person)
        .join(Person, Person.id == SignInSession.person_id)
        .where(SignInSession.token_digest == token_digest(token))
        .where(SignInSession.revoked_at.is_(None), SignInSession.ends_at > now)
        .where(SignInSession.last_seen_at > now - idle - SEEN_EVERY, Person.is_active)
    )
    row = session.execute(statement).first()
    return (row[0], row[1]) if row else None


def touch(session: Session, session_id: int, *, now: datetime) -> None:
    session.execute(update(SignInSession).where(SignInSession.id == session_id).values(last_seen_at=now))


def end(session: Session, token: str, *, actor: Actor, now: datetime) -> None:
    session.execute(
        update(SignInSession).where(SignInSession.token_digest == token_digest(token)).values(revoked_at=now)
    )
    record(session, Event.SIGNED_OUT, actor=actor, now=now, subject="person", subject_id=actor.id)

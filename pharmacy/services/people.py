"""People and their accounts: the first one by a one-time link, the others by an administrator's invitation."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.roles import Role
from pharmacy.domain.signature import Meaning
from pharmacy.domain.units import clip
from pharmacy.services import passwords, signing
from pharmacy.services.acting import Actor, get, get_to_change, record
from pharmacy.services.signing import Proof
from pharmacy.store.tables import ApiToken, Person, Pharmacy, SecondReading, SetUpLink, SignInSession

LINK_LASTS = timedelta(days=2)
OWNER = Actor(0, "set-up", Role.ADMINISTRATOR)


def token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def nobody_yet(session: Session) -> bool:
    """Whether no administrator can sign in: then the start prints a set-up link."""
    able = (
        select(func.count())
        .select_from(Person)
        .where(Person.role == Role.ADMINISTRATOR, Person.is_active, Person.password_hash != "")
    )
    return session.scalar(able) == 0


def make_link(session: Session, *, person_id: int | None, actor: Actor, now: datetime) -> str:
    """A one-time token with which a person chooses a password; person_id None makes the first administrator."""
    session.execute(
        update(SetUpLink)
        .where(SetUpLink.person_id.is_(person_id) if person_id is None else SetUpLink.person_id == person_id)
        .where(SetUpLink.used_at.is_(None))
        .values(used_at=now)
    )
    token = secrets.token_urlsafe(24)
    session.add(SetUpLink(token_digest=token_digest(token), person_id=person_id, made_at=now, ends_at=now + LINK_LASTS))
    record(session, Event.LINK_MADE, actor=actor, now=now, subject="person", subject_id=person_id)
    return token


def open_link(session: Session, token: str, *, now: datetime) -> SetUpLink:
    """The link a token belongs to, while it is good.

    Raises: RuleBroken.
    """
    link = session.execute(select(SetUpLink).where(SetUpLink.token_digest == token_digest(token))).scalar()
    if link is None or link.used_at is not None or link.ends_at < now:
        raise RuleBroken("This set-up link was used before or is too old; ask an administrator for a new one.")
    return link


def add(
    session: Session, *, username: str, full_name: str, initials: str, role: Role, actor: Actor, now: datetime
) -> Person:
    """A new person, who cannot sign in before choosing a password by a link.

    Raises: RuleBroken.
    """
    folded = passwords.fold(username)
    if not folded or not folded.replace(".", "").replace("-", "").isalnum() or len(folded) > 64:
        raise RuleBroken("User name: letters, digits, dots and hyphens, at most 64 of them.", field="username")
    if not full_name.strip() or len(full_name) > 120:
        raise RuleBroken("Full name: 1 to 120 characters; it is printed with signatures.", field="full_name")
    if not initials.strip() or len(initials.strip()) > 6:
        raise RuleBroken("Initials: 1 to 6 letters; they are printed on labels.", field="initials")
    if session.execute(select(Person.id).where(Person.username == folded)).first():
        raise RuleBroken(f"User name: “{folded}” is taken.", field="username")
    person = Person(
        username=folded,
        full_name=full_name.strip(),
        initials=initials.strip(),
        role=role,
        is_active=True,
        password_hash="",
        created_at=now,
    )
    session.add(person)
    session.flush()
    record(
        session,
        Event.PERSON_ADDED,
        actor=actor,
        now=now,
        subject="person",
        subject_id=person.id,
        username=folded,
        full_name=person.full_name,
        role=role.value,
    )
    return person


def at_work(session: Session, username: str, roles: Collection[Role], *, field: str = "username") -> Actor:
    """The person who acts by a command, named with it, when the role allows the act.

    Raises: RuleBroken.
    """
    folded = passwords.fold(username)
    person = session.execute(select(Person).where(Person.username == folded, Person.is_active)).scalar()
    if person is None:
        raise RuleBroken(f"There is nobody at work with the user name {clip(username)}.", field=field)
    if person.role not in roles:
        raise RuleBroken(f"Only {', '.join(sorted(roles))} may do this; {person.full_name} is {person.role}.", field)
    return Actor.of(person)


def choose_password(session: Session, link: SetUpLink, password_hash: str, *, now: datetime) -> Person:
    """Sets the password that was chosen by a link; the link is used up and every session of the person ends."""
    person = get_to_change(session, Person, link.person_id or 0, "person")
    link = get_to_change(session, SetUpLink, link.id, "link")
    if link.used_at is not None:
        raise RuleBroken("This set-up link was used a moment ago; ask an administrator for a new one.")
    link.used_at = now
    person.password_hash = password_hash
    end_sessions(session, person.id, now=now)
    record(
        session,
        Event.PASSWORD_CHANGED,
        actor=Actor.of(person),
        now=now,
        subject="person",
        subject_id=person.id,
    )
    return person


def set_up(
    session: Session,
    link: SetUpLink,
    *,
    pharmacy: tuple[str, str, str],
    username: str,
    full_name: str,
    initials: str,
    password_hash: str,
    now: datetime,
    demonstration: bool = False,
) -> Person:
    """The first start: the pharmacy's (name, address, phone) as printed on labels, and the first administrator.

    demonstration: every label says so, for as long as this database lives.
    """
    link = get_to_change(session, SetUpLink, link.id, "link")
    if link.used_at is not None or link.person_id is not None or not nobody_yet(session):
        raise RuleBroken("This pharmacy is set up already; sign in.")
    link.used_at = now
    change_pharmacy(session, *pharmacy, actor=OWNER, now=now, demonstration=demonstration)
    person = add(
        session,
        username=username,
        full_name=full_name,
        initials=initials,
        role=Role.ADMINISTRATOR,
        actor=OWNER,
        now=now,
    )
    person.password_hash = password_hash
    return person


def change_pharmacy(
    session: Session,
    name: str,
    address: str,
    phone: str,
    *,
    actor: Actor,
    now: datetime,
    demonstration: bool = False,
) -> Pharmacy:
    """What labels print about the pharmacy.

    Raises: RuleBroken naming the field.
    """
    for field, value, most in (("name", name, 60), ("address", address, 80), ("phone", phone, 30)):
        if not value.strip() or len(value) > most:
            raise RuleBroken(f"Pharmacy {field}: 1 to {most} characters; it is printed on every label.", field=field)
    row = session.get(Pharmacy, 1)
    if row is None:
        row = Pharmacy(
            id=1,
            name="",
            address="",
            phone="",
            one_pharmacist=False,
            demonstration=demonstration,
            second_reading=SecondReading.ACTIVE,
        )
        session.add(row)
    before = {"name": row.name, "address": row.address, "phone": row.phone}
    row.name, row.address, row.phone = name.strip(), address.strip(), phone.strip()
    record(
        session,
        Event.PHARMACY_CHANGED,
        actor=actor,
        now=now,
        subject="pharmacy",
        subject_id=1,
        before=before,
        after={"name": row.name, "address": row.address, "phone": row.phone},
    )
    return row


def declare_alone(session: Session, *, alone: bool, proof: Proof, reason: str, actor: Actor, now: datetime) -> Pharmacy:
    """The pharmacist-in-charge signs that one pharmacist is on duty here and signs alone, or that this has ended.

    Raises: RuleBroken.
    """
    if actor.role is not Role.PHARMACIST_IN_CHARGE:
        raise RuleBroken("Only the pharmacist-in-charge declares who is on duty alone.")
    if len(reason.strip()) < 10:
        raise RuleBroken("Reason: at least 10 letters; it is kept with your name.", field="reason")
    row = get_to_change(session, Pharmacy, 1, "pharmacy")
    if row.one_pharmacist == alone:
        held = "already in force" if alone else "not in force"
        raise RuleBroken(f"The exception of one pharmacist on duty is {held}.")
    if alone:
        signing.sign(
            session,
            signing.by_actor(proof, actor),
            Meaning.ONE_PHARMACIST,
            subject="pharmacy",
            subject_id=1,
            content=content_alone(row),
            now=now,
            reason=reason,
        )
    row.one_pharmacist = alone
    record(
        session,
        Event.PHARMACY_CHANGED,
        actor=actor,
        now=now,
        subject="pharmacy",
        subject_id=1,
        before={"one_pharmacist": not alone},
        after={"one_pharmacist": alone},
        reason=reason.strip(),
    )
    return row


def choose_second_reading(session: Session, chosen: SecondReading, *, actor: Actor, now: datetime) -> Pharmacy:
    """The pharmacist-in-charge decides which weighings a second person reads.

    Raises: RuleBroken.
    """
    if actor.role is not Role.PHARMACIST_IN_CHARGE:
        raise RuleBroken("Only the pharmacist-in-charge decides which weighings a second person reads.")
    row = get_to_change(session, Pharmacy, 1, "pharmacy")
    before, row.second_reading = row.second_reading, chosen
    record(
        session,
        Event.PHARMACY_CHANGED,
        actor=actor,
        now=now,
        subject="pharmacy",
        subject_id=1,
        before={"second_reading": before.value},
        after={"second_reading": chosen.value},
    )
    return row


def content_alone(row: Pharmacy) -> dict[str, object]:
    """What the signature under the exception covers."""
    return {"pharmacy": row.name, "address": row.address, "exception": "one pharmacist on duty"}


def change(session: Session, person_id: int, *, role: Role, is_active: bool, actor: Actor, now: datetime) -> Person:
    """Another role, or gone. The last administrator stays one; whoever goes is signed out at once.

    Raises: RuleBroken.
    """
    _lock_administrators(session)
    person = get_to_change(session, Person, person_id, "person")
    steps_down = person.role is Role.ADMINISTRATOR and (role is not Role.ADMINISTRATOR or not is_active)
    if steps_down and _other_administrators(session, person_id) == 0:
        raise RuleBroken(f"{person.full_name} is the last administrator; make another one first.", field="role")
    before = {"role": person.role.value, "is_active": person.is_active}
    person.role, person.is_active = role, is_active
    if not is_active or before["role"] != role.value:
        end_sessions(session, person.id, now=now)
    record(
        session,
        Event.PERSON_CHANGED,
        actor=actor,
        now=now,
        subject="person",
        subject_id=person.id,
        before=before,
        after={"role": role.value, "is_active": is_active},
    )
    return person


def end_sessions(session: Session, person_id: int, *, now: datetime) -> None:
    session.execute(
        update(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def make_api_token(session: Session, person_id: int, name: str, *, actor: Actor, now: datetime) -> str:
    """A bearer token, shown once, that acts with this person's role."""
    person = get(session, Person, person_id, "person")
    if not name.strip() or len(name) > 120:
        raise RuleBroken("Token name: 1 to 120 characters, saying which program uses it.", field="name")
    token = f"mtr_{secrets.token_urlsafe(32)}"
    row = ApiToken(token_digest=token_digest(token), name=name.strip(), person_id=person.id, made_at=now)
    session.add(row)
    session.flush()
    record(
        session,
        Event.TOKEN_MADE,
        actor=actor,
        now=now,
        subject="token",
        subject_id=row.id,
        name=name,
        person=person.full_name,
    )
    return token


def revoke_api_token(session: Session, token_id: int, *, actor: Actor, now: datetime) -> ApiToken:
    """Ends a token at once.

    Raises: RuleBroken.
    """
    row = get_to_change(session, ApiToken, token_id, "token")
    if row.revoked_at is not None:
        raise RuleBroken(f"The token “{row.name}” was revoked before.")
    row.revoked_at = now
    record(session, Event.TOKEN_REVOKED, actor=actor, now=now, subject="token", subject_id=row.id, name=row.name)
    return row


def of_api_token(session: Session, token: str) -> Person | None:
    """The active person a bearer token acts for."""
    statement = (
        select(Person)
        .join(ApiToken, ApiToken.person_id == Person.id)
        .where(ApiToken.token_digest == token_digest(token), ApiToken.revoked_at.is_(None), Person.is_active)
    )
    return session.execute(statement).scalar()


def _lock_administrators(session: Session) -> None:
    """All of them, always in the same order: of two who step down at once, the second sees what the first did."""
    session.execute(select(Person.id).where(Person.role == Role.ADMINISTRATOR).order_by(Person.id).with_for_update())


def _other_administrators(session: Session, person_id: int) -> int:
    statement = (
        select(func.count())
        .select_from(Person)
        .where(
            Person.role == Role.ADMINISTRATOR,
            Person.is_active,
            Person.password_hash != "",
            Person.id != person_id,
        )
    )
    return session.scalar(statement) or 0

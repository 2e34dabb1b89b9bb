"""Electronic signatures. The password is asked each time; what is signed is named by its digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import Conflict, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.roles import PHARMACISTS
from pharmacy.domain.signature import Meaning, digest
from pharmacy.services import passwords
from pharmacy.services.acting import Actor, record
from pharmacy.store.database import Database
from pharmacy.store.tables import Person, Signature


@dataclass(frozen=True, slots=True)
class Proof:
    """A person has just given the right password. Made by `prove` only, for one act.

    seen: the digest of the record as the page of the signature showed it; "" where the form itself holds all of it.
    """

    person_id: int
    at: datetime
    seen: str = ""


def prove(database: Database, username: str, password: str, *, address: str, now: datetime, seen: str = "") -> Proof:
    """Checks the password that is asked at signing, before the transaction of the act begins.

    Raises: RuleBroken, also while the account is locked after wrong passwords.
    """
    if not password:
        raise RuleBroken("Password: type your password to sign.", field="password")
    try:
        person = passwords.check(database, username, password, address=address, now=now, event=Event.SIGNING_REFUSED)
    except RuleBroken as refusal:
        raise RuleBroken(f"Nothing was signed. {refusal.message}", field="password") from None
    return Proof(person.id, now, seen)


def sign(
    session: Session,
    proof: Proof,
    meaning: Meaning,
    *,
    subject: str,
    subject_id: int,
    content: Mapping[str, object],
    now: datetime,
    reason: str = "",
) -> Signature:
    """Writes the signature of whoever gave the proof under the record as it stands.

    Raises: RuleBroken when the signer has left or may not sign this; Conflict when it is not what the signer saw.
    """
    person = session.get_one(Person, proof.person_id)
    if not person.is_active:
        raise RuleBroken(f"{person.full_name} has left; nothing was signed.")
    signed = digest(content)
    if proof.seen and proof.seen != signed:
        raise Conflict("The record was changed while this page was open; nothing was signed. Read it again, then sign.")
    signature = Signature(
        subject=subject,
        subject_id=subject_id,
        person_id=person.id,
        printed_name=person.full_name,
        role=person.role,
        meaning=meaning,
        reason=reason.strip(),
        digest=signed,
        at=now,
    )
    session.add(signature)
    record(
        session,
        Event.SIGNED,
        actor=Actor.of(person),
        now=now,
        subject=subject,
        subject_id=subject_id,
        meaning=meaning.name,
        digest=signature.digest,
        reason=signature.reason,
    )
    return signature


def by_actor(proof: Proof, actor: Actor) -> Proof:
    """The proof, when it is the actor's own.

    Raises: RuleBroken.
    """
    if proof.person_id != actor.id:
        raise RuleBroken("Sign with your own password, as the person who is signed in.", field="password")
    return proof


def by_pharmacist(session: Session, proof: Proof) -> Proof:
    """The proof, when it is a pharmacist's.

    Raises: RuleBroken.
    """
    person = session.get_one(Person, proof.person_id)
    if person.role not in PHARMACISTS:
        raise RuleBroken("A deviation is accepted by a pharmacist's signature.", field="witness")
    return proof


@dataclass(frozen=True, slots=True)
class Standing:
    """A signature as it is shown: who, when, meaning what, and whether the record is still the signed one."""

    printed_name: str
    role: str
    meaning: str
    reason: str
    at: datetime
    digest: str
    holds: bool
    person_id: int


def standing(session: Session, subject: str, subject_id: int, content: Mapping[str, object]) -> tuple[Standing, ...]:
    """The signatures under a record. One over other content than the record's present one does not hold any more."""
    now_digest = digest(content)
    rows = session.scalars(
        select(Signature).where(Signature.subject == subject, Signature.subject_id == subject_id).order_by(Signature.id)
    )
    return tuple(
        Standing(s.printed_name, s.role, s.meaning.value, s.reason, s.at, s.digest, s.digest == now_digest, s.person_id)
        for s in rows
    )

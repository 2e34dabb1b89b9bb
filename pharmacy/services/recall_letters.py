"""Letters about a recall: one to each patient and one to each prescriber concerned, drawn, read back, and noted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from labels.errors import LabelRefused
from labels.letters import RecallLetter
from labels.printing import Printed, lay_out_letter, render_letters
from labels.read_back import letters_agree
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.roles import PHARMACISTS
from pharmacy.services.acting import Actor, record
from pharmacy.services.label_texts import DEMONSTRATION, day, drug_name
from pharmacy.services.recalls import Walk
from pharmacy.store.database import Database
from pharmacy.store.recalled import Held
from pharmacy.store.tables import Batch, Pharmacy, Searched

MOST_ADDED = 1200
"""Characters that a pharmacist may add; the page holds no more."""

TO_PATIENTS = (
    "Stop taking these capsules. Do not throw them away.",
    "Compare the batch below with the lot on the label of your container.",
    "Bring the container to us with all that is left in it, or call us: we arrange its return.",
    "Call us also if you have none left.",
    "If you feel unwell, call us or your prescriber. In an emergency call 911.",
    "Ask us or your prescriber before you take this medicine again. We write to your prescriber too.",
)
TO_PRESCRIBERS = (
    "We ask these patients to stop taking the capsules and to bring back what is left of them.",
    "Please tell us for each patient whether the capsules are to be replaced.",
    "Please tell us of anything that may have come from these capsules.",
)
_PATIENT_HEAD = ("Medicine", "Batch", "Handed out", "Quantity", "Number on the label")
_PRESCRIBER_HEAD = ("Patient", "Birth date", "Medicine", "Batch", "Handed out", "Quantity")


class To(StrEnum):
    """Whom the letters go to."""

    PATIENTS = "patients"
    PRESCRIBERS = "prescribers"


@dataclass(frozen=True, slots=True)
class Order:
    """What the pharmacist asks for. leave_out: print without those whose letter cannot be printed."""

    to: To
    added: str = ""
    leave_out: bool = False


def make(
    database: Database,
    find: Callable[[Session], Walk],
    order: Order,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    zone: tzinfo,
) -> Printed:
    """The letters of a recall as one PDF, noted in the trail; drawing and reading back run between transactions.

    find: walks anew. zone: of the pharmacy, whose calendar day a hand-out belongs to.
    Raises: RuleBroken when nothing is recalled yet, nothing was handed out, or a letter cannot be printed.
    """
    if actor.role not in PHARMACISTS:
        raise RuleBroken("Letters about a recall are made by a pharmacist.")
    if len(order.added) > MOST_ADDED:
        raise RuleBroken(f"Paragraph: at most {MOST_ADDED} characters; it has {len(order.added)}.", field="added")
    with database.reading() as session:
        found = find(session)
        _refuse_early(found)
        letters = _compose(session, found, order, signed=f"{actor.name}, {actor.role}", today=today, zone=zone)
    printable, refused = _sorted_out(letters)
    if refused and not order.leave_out:
        raise RuleBroken(
            f"No letter was made, since {len(refused)} cannot be printed: {' '.join(refused.values())} Leave"
            f" {'it' if len(refused) == 1 else 'them'} out, and write by hand.",
            field="leave_out",
        )
    printed = _drawn([letters[key] for key in printable])
    database.run(lambda session: _note(session, found, order, printed, printable, list(refused), actor=actor, now=now))
    return printed


def _refuse_early(found: Walk) -> None:
    if not found.is_recalled:
        raise RuleBroken(f"{found.searched.capitalize()} {found.code} is not recalled; letters are made once it is.")
    if not found.handed_out:
        raise RuleBroken(f"Nothing of {found.searched} {found.code} was handed out; there is nobody to write to.")


def _compose(
    session: Session, found: Walk, order: Order, *, signed: str, today: date, zone: tzinfo
) -> dict[int, RecallLetter]:
    """The letter to each, by the number of the patient or the prescriber, in the order of their names."""
    ids = [batch.id for batch in found.batches]
    medicines = {row.id: drug_name(row) for row in session.scalars(select(Batch).where(Batch.id.in_(ids)))}
    words = _Words(found, medicines, zone, _common(session, found, order, signed, today))
    groups = found.patients if order.to is To.PATIENTS else found.prescribers
    letter = words.to_patient if order.to is To.PATIENTS else words.to_prescriber
    letters = {key: letter(held) for key, held in groups.items()}
    return dict(sorted(letters.items(), key=lambda one: (one[1].recipient.casefold(), one[0])))


@dataclass(frozen=True, slots=True)
class _Words:
    """What a recall says to one or the other. medicines: by batch; common: what stands in every letter."""

    found: Walk
    medicines: dict[int, str]
    zone: tzinfo
    common: dict[str, str | tuple[str, ...]]

    def to_patient(self, held: tuple[Held, ...]) -> RecallLetter:
        first = held[0]
        return self._letter(
            held,
            recipient=first.patient,
            about_recipient=f"Born {day(first.birth_date)}" if first.birth_date else "",
            opening="We have recalled capsules that were handed out to you. They are listed below." + self._because,
            advice=TO_PATIENTS,
            table="What was handed out to you",
            head=_PATIENT_HEAD,
            rows=tuple(
                (self.medicines[one.batch_id], one.batch, self._day(one), self._quantity(one), one.fill) for one in held
            ),
        )

    def to_prescriber(self, held: tuple[Held, ...]) -> RecallLetter:
        first = held[0]
        return self._letter(
            held,
            recipient=first.prescriber,
            about_recipient=f"NPI {first.npi}{f', phone {first.phone}' if first.phone else ''}",
            opening="We have recalled capsules that we handed out on your prescriptions to the patients listed below."
            + self._because
            + self._source,
            advice=TO_PRESCRIBERS,
            table="What was handed out to your patients",
            head=_PRESCRIBER_HEAD,
            rows=tuple(
                (
                    one.patient,
                    day(one.birth_date) if one.birth_date else "–",
                    self.medicines[one.batch_id],
                    one.batch,
                    self._day(one),
                    self._quantity(one),
                )
                for one in held
            ),
        )

    def _letter(self, held: tuple[Held, ...], **own: str | tuple[object, ...]) -> RecallLetter:
        names = sorted({self.medicines[one.batch_id] for one in held})
        return RecallLetter(title=f"Recall of {' and '.join(names)}", **own, **self.common)  # type: ignore[arg-type]

    @property
    def _because(self) -> str:
        if self.found.searched is Searched.BATCH:
            return ""
        return " An ingredient that went into them was recalled."

    @property
    def _source(self) -> str:
        if self.found.searched is Searched.BATCH:
            return ""
        told = (f"{one.ingredient}, maker's lot {one.maker_lot} from {one.supplier}" for one in self.found.lots)
        return f" It is {' and '.join(told)}."

    def _day(self, one: Held) -> str:
        return day(one.dispensed_at.astimezone(self.zone).date()) if one.dispensed_at else "–"

    @staticmethod
    def _quantity(one: Held) -> str:
        return f"{one.quantity} {'capsule' if one.quantity == 1 else 'capsules'}"


def _common(session: Session, found: Walk, order: Order, signed: str, today: date) -> dict[str, str | tuple[str, ...]]:
    pharmacy = session.get(Pharmacy, 1)
    if pharmacy is None:
        raise RuleBroken("The pharmacy's name, address and phone are not set up; an administrator enters them first.")
    return {
        "pharmacy_name": pharmacy.name,
        "pharmacy_address": pharmacy.address,
        "pharmacy_phone": pharmacy.phone,
        "date": day(today),
        "added": tuple(line.strip() for line in order.added.splitlines() if line.strip()),
        "signed": signed,
        "foot": f"Recall of {found.searched} {found.code}, {pharmacy.phone}",
        "mark": DEMONSTRATION if pharmacy.demonstration else "",
    }


def _sorted_out(letters: dict[int, RecallLetter]) -> tuple[list[int], dict[int, str]]:
    """Whose letter can be printed, and why the others cannot.

    Raises: RuleBroken when it is the added paragraph, which stands in all of them.
    """
    printable, refused = [], {}
    for key, letter in letters.items():
        try:
            lay_out_letter(letter)
            printable.append(key)
        except LabelRefused as refusal:
            if refusal.field == "added":
                raise RuleBroken(f"Paragraph: {refusal}.", field="added") from refusal
            refused[key] = f"to {letter.recipient}: {refusal}."
    return printable, refused


def _drawn(letters: list[RecallLetter]) -> Printed:
    try:
        printed = render_letters(letters)
    except LabelRefused as refusal:
        raise RuleBroken(f"The letters cannot be printed: {refusal}.") from refusal
    problems = letters_agree(letters, printed)
    if problems:
        raise RuleBroken("The letters were not made, since they do not read back: " + "; ".join(problems[:5]) + ".")
    return printed


def _note(
    session: Session,
    found: Walk,
    order: Order,
    printed: Printed,
    written: list[int],
    left_out: list[int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    subject, subject_id = found.subject
    record(
        session,
        Event.LETTERS_MADE,
        actor=actor,
        now=now,
        subject=subject,
        subject_id=subject_id,
        to=order.to.value,
        written=written,
        left_out=left_out,
        pages=printed.pages,
        sha256=printed.sha256,
        added=order.added,
    )

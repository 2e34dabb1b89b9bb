"""What the papers say that go to the patient with a fill: from the signed records, with the pharmacy's own words."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from labels.content import AuxiliaryStrip, BagLabel, WalletCard
from pharmacy.domain.sig_terms import is_at_bedtime_alone
from pharmacy.domain.units import format_strength
from pharmacy.domain.workflow import FillState
from pharmacy.services import courses, patient_words
from pharmacy.services.label_keeping import token_of
from pharmacy.services.label_texts import active_of, capsules, day, pharmacy_of
from pharmacy.services.patient_fills import dollars, fill_of, marked, patient_of, refuse_unless_theirs
from pharmacy.store.tables import Fill, Label, LabelKind, Prescription

Paper = TypeVar("Paper", AuxiliaryStrip, BagLabel, WalletCard)


def compose_bag(session: Session, fill_id: int) -> BagLabel:
    """What the label of the bag says in which a fill waits, with everything else that waits for the same patient.

    Neither medicine nor directions: the bag stands in plain sight.

    Raises: RuleBroken.
    """
    fill, pharmacy = fill_of(session, fill_id, LabelKind.BAG), pharmacy_of(session)
    together = in_the_bag(session, fill)
    label = BagLabel(
        pharmacy_name=pharmacy.name,
        pharmacy_phone=pharmacy.phone,
        patient=patient_of(fill).name,
        number=fill.number,
        containers=tuple(_container(one) for one in together),
        price_due=dollars(sum((one.price or Decimal(0) for one in together), Decimal(0))),
        keep=_keep(together),
        counsel=_counsel(together),
        token=token_of(session, Label.fill_id == fill.id),
    )
    return marked(session, label, LabelKind.BAG, fill, pharmacy)


def compose_auxiliary(session: Session, fill_id: int) -> AuxiliaryStrip:
    """What the auxiliary strip of a fill says; when to take the capsules only where its directions say the same.

    Raises: RuleBroken.
    """
    fill, pharmacy = fill_of(session, fill_id, LabelKind.AUXILIARY), pharmacy_of(session)
    at_bedtime = is_at_bedtime_alone(courses.directions_of(fill))
    label = AuxiliaryStrip(
        number=fill.number,
        warnings=(*((patient_words.BEDTIME,) if at_bedtime else ()), *patient_words.WARNINGS),
    )
    return marked(session, label, LabelKind.AUXILIARY, fill, pharmacy)


def compose_card(session: Session, fill_id: int) -> WalletCard:
    """What the wallet card of a patient says: how much naltrexone a day, and whom to call before an opioid is given.

    Raises: RuleBroken.
    """
    fill, pharmacy = fill_of(session, fill_id, LabelKind.CARD), pharmacy_of(session)
    rx = fill.prescription
    assert rx.prescriber is not None  # noqa: S101 - a verified prescription has one
    label = WalletCard(
        patient=patient_of(fill).name,
        medicine=_takes(fill),
        prescriber=", ".join(filter(None, (rx.prescriber.name, rx.prescriber.phone.strip()))),
        pharmacy=f"{pharmacy.name}, {pharmacy.phone}",
        number=rx.number,
        issued=day(fill.filled_on),
        **patient_words.CARD,
    )
    return marked(session, label, LabelKind.CARD, fill, pharmacy)


def _takes(fill: Fill) -> str:
    """What the patient takes a day: of a course the dose that it rises to."""
    active = active_of(fill.allocations[-1].batch)
    if fill.bottles > 1:
        highest = max(bottle.dose_mg for bottle in courses.bottles_of(fill.prescription))
        return f"I take {active}, up to {format_strength(highest)} a day."
    assert fill.strength_mg is not None  # noqa: S101 - whatever has capsules has a strength
    if fill.quantity % fill.days_supply:
        return f"I take {active}, capsules of {format_strength(fill.strength_mg)}."
    return f"I take {active} {format_strength(fill.strength_mg * (fill.quantity // fill.days_supply))} a day."


def in_the_bag(session: Session, fill: Fill) -> Sequence[Fill]:
    """Every fill of the patient that is checked and not handed out, this one too.

    Raises: RuleBroken when one of them may not go out.
    """
    same = (Prescription.patient_id == fill.prescription.patient_id, Fill.state == FillState.CHECKED)
    found = session.scalars(select(Fill).join(Fill.prescription).where(*same).order_by(Fill.number)).all()
    for one in found:
        refuse_unless_theirs(session, one)
    return found


def _container(fill: Fill) -> str:
    bottle = courses.name_of(fill)
    which = f", {bottle.lower()}" if bottle else ""
    return f"Rx {fill.prescription.number}, fill {fill.fill_number}{which}: {capsules(fill.quantity)}"


def _keep(fills: Sequence[Fill]) -> str:
    """How to keep what is in the bag, each sentence once, and first that it is to be refrigerated."""
    storages = dict.fromkeys(fill.allocations[-1].batch.formula.storage.strip().rstrip(".") for fill in fills)
    told = ". ".join(storages)
    cold = any(word in told.casefold() for word in patient_words.COLD)
    return f"{patient_words.REFRIGERATE} {told}" if cold else told


def _counsel(fills: Sequence[Fill]) -> str:
    first = any(fill.fill_number < fill.bottles for fill in fills)  # every bottle of a course is another dose
    return patient_words.COUNSEL_FIRST if first else patient_words.COUNSEL_AGAIN

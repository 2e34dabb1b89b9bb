"""What every paper for the patient is made of: a fill that may go out, whose it is, and the mark of a copy."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.workflow import BatchState, FillState
from pharmacy.services import prescriptions
from pharmacy.services.acting import get
from pharmacy.services.label_keeping import same_before
from pharmacy.services.label_texts import mark_of
from pharmacy.store.tables import Fill, Label, LabelKind, Patient, Pharmacy

Paper = TypeVar("Paper", bound=Any)


def fill_of(session: Session, fill_id: int, kind: LabelKind) -> Fill:
    """A fill of which this paper can be made.

    Raises: RuleBroken.
    """
    fill = get(session, Fill, fill_id, "fill")
    refuse_unless_theirs(session, fill)
    refuse_out_of_place(fill, kind)
    return fill


def refuse_unless_theirs(session: Session, fill: Fill) -> None:
    """Refuses papers for what has no capsules, does not go to the patient, or is not what was signed.

    Raises: RuleBroken.
    """
    if fill.state in (FillState.CANCELLED, FillState.RETURNED):
        raise RuleBroken(f"Fill {fill.number} is {fill.state}; no paper of it goes to the patient.")
    if not fill.allocations:
        raise RuleBroken(f"Fill {fill.number} has no capsules yet; take them from a batch first.")
    batch = fill.allocations[-1].batch
    if batch.state in (BatchState.RECALLED, BatchState.REJECTED):
        raise RuleBroken(f"Batch {batch.number} is {batch.state}; none of its capsules are to be taken.")
    if not any(signature.holds for signature in prescriptions.signatures(session, fill.prescription)[-1:]):
        raise RuleBroken(f"Prescription {fill.prescription.number} is not what was signed; it must be verified anew.")


def refuse_out_of_place(fill: Fill, kind: LabelKind) -> None:
    """Refuses a paper that this fill has no use for, or not now.

    Raises: RuleBroken.
    """
    if kind is LabelKind.BAG and fill.state is not FillState.CHECKED:
        raise RuleBroken(
            f"Fill {fill.number} is {fill.state}; its bag is labelled after the final check, until it is handed out."
        )
    if kind is LabelKind.CALENDAR and fill.bottles == 1:
        raise RuleBroken(f"Fill {fill.number} is one container; a calendar goes with the bottles of a titration plan.")
    if kind is LabelKind.RECEIPT and fill.bottle > 1:
        raise RuleBroken(
            f"The price of fill {fill.number} is in that of bottle 1 of its plan; the receipt is made there."
        )


def marked(session: Session, label: Paper, kind: LabelKind, fill: Fill, pharmacy: Pharmacy) -> Paper:
    """With the mark of a demonstration, or of a copy of what was printed for this fill."""
    copies = same_before(session, kind, Label.fill_id == fill.id, label)
    return replace(label, mark=mark_of(pharmacy, copies))


def patient_of(fill: Fill) -> Patient:
    """Whose it is."""
    assert fill.prescription.patient is not None  # noqa: S101 - a verified prescription has one
    return fill.prescription.patient


def dollars(amount: Decimal) -> str:
    """Money as papers write it.

    >>> dollars(Decimal("1240"))
    '$1,240.00'
    """
    return f"${amount:,.2f}"

"""Forms of batches: the plan, the bench, the filling, the weight test."""

import re
from decimal import Decimal
from typing import Self

from wtforms import FileField, HiddenField, PasswordField, StringField, TextAreaField

from pharmacy.domain.equipment import EquipmentKind
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.units import format_number, read_decimal
from pharmacy.services.batches import Plan
from pharmacy.services.equipment import Standing
from pharmacy.services.printing import stocks_of
from pharmacy.store.tables import IngredientKind, LabelKind, Lot
from pharmacy.web import values
from pharmacy.web.forms import ChoiceField, Form, ReasonedForm, ReasonForm, typed
from pharmacy.web.weighing import WeighedForm

MOST_WEIGHTS = 200


class CoverForm(ReasonForm):
    """On which page the cover of the record is printed, and why once more."""

    stock = ChoiceField("Paper", choices=stocks_of(LabelKind.COVER))


class PlanForm(Form):
    """seen: which worksheet was on the screen when the batch was opened."""

    formula_id = HiddenField()
    seen = HiddenField()
    capsules = StringField("Capsules to make")
    lot_active = ChoiceField("Lot of the active")
    lot_filler = ChoiceField("Lot of the filler")
    lot_shell = ChoiceField("Lot of the capsule shells")
    balance_id = ChoiceField("Balance")
    machine_id = ChoiceField("Capsules are filled")
    compounded = StringField("Date of compounding")
    purpose = StringField("Made for")

    def offer(self, lots: dict[IngredientKind, tuple[Lot, ...]]) -> Self:
        """Puts the lots that may be used into the selects, the one that expires first in front and chosen."""
        for kind, held in lots.items():
            field = self.select(kind)
            field.choices = [(str(lot.id), told(lot)) for lot in held] or [("", "no released lot")]
            field.data = field.data or field.choices[0][0]
        return self

    def offer_equipment(self, balances: tuple[Standing, ...], machines: tuple[Standing, ...]) -> Self:
        """Puts what is fit for use into the selects; capsules may always be filled by hand."""
        self.balance_id.choices = equipment_choices(EquipmentKind.BALANCE, balances)
        self.machine_id.choices = equipment_choices(EquipmentKind.MACHINE, machines)
        for field in (self.balance_id, self.machine_id):
            field.data = field.choices[0][0] if field.data is None else field.data
        return self

    def select(self, kind: IngredientKind) -> ChoiceField:
        return {
            IngredientKind.ACTIVE: self.lot_active,
            IngredientKind.FILLER: self.lot_filler,
            IngredientKind.SHELL: self.lot_shell,
        }[kind]

    def plan(self) -> Plan:
        """The plan as it was typed.

        Raises: RuleBroken naming the field.
        """
        return Plan(
            capsules=values.whole(self.capsules, least=1, most=10_000),
            lots={kind: values.chosen(self.select(kind)) for kind in IngredientKind},
            balance_id=values.chosen(self.balance_id),
            compounded=values.day(self.compounded),
            purpose=typed(self.purpose.data),
            machine_id=values.chosen(self.machine_id) if typed(self.machine_id.data) else None,
        )


class WeighForm(WeighedForm):
    """seen: how many containers of the lot were taken when the page was shown."""

    position = HiddenField()
    seen = HiddenField()
    deviation = StringField("Reason for the deviation")
    witness = StringField("Pharmacist's user name")
    witness_password = PasswordField("Pharmacist's password, to sign the deviation")


class StepForm(Form):
    step = HiddenField()
    note = StringField("Note")


class AnotherLotForm(Form):
    """ran_out: the number of the lot that is left, as the page shows it."""

    position = HiddenField()
    ran_out = HiddenField()
    lot_scanned = StringField("Scan the other lot")
    reason = StringField("Why")


class PhotoForm(Form):
    file = FileField("Photograph")
    shows = StringField("What it shows")


class FillForm(Form):
    made = StringField("Good capsules")
    wasted = StringField("Spoiled capsules", default="0")
    description = StringField("Appearance")


class WeightsForm(Form):
    shell_mg = StringField("Mean empty shell, mg")
    weights = TextAreaField("Weights of the sampled capsules, mg")

    def weights_mg(self) -> tuple[Decimal, ...]:
        """The weights, one a line, or with spaces, commas or semicolons between them.

        Raises: InputUnusable naming the one that could not be read.
        """
        texts = [text for text in re.split(r"[\s,;]+", self.weights.data or "") if text]
        if len(texts) > MOST_WEIGHTS:
            raise InputUnusable(f"Weights: {len(texts)} are more than {MOST_WEIGHTS}.", "weights")
        try:
            return tuple(
                read_decimal(text, field=f"Weight {place}", most=values.MOST, places=3)
                for place, text in enumerate(texts, start=1)
            )
        except InputUnusable as refusal:
            raise InputUnusable(refusal.message, "weights") from None


def told(lot: Lot) -> str:
    """A lot in a list to choose from; a trituration with how much of it is active."""
    strength = f", trituration of {format_number((lot.assay or Decimal(0)) * 100)} %" if lot.trituration else ""
    held = f"{format_number(lot.on_hand)} {lot.ingredient.unit}"
    return f"{lot.number}{strength}, expires {lot.expiry.isoformat()}, {held}"


def equipment_choices(kind: EquipmentKind, offers: tuple[Standing, ...]) -> list[tuple[str, str]]:
    """What is fit for use, as a list offers it."""
    fit = [(str(one.row.id), _offered(one)) for one in offers if not one.faults]
    if kind is EquipmentKind.MACHINE:
        return [*fit, ("", "by hand")]
    return fit or [("", "no balance is fit for use")]


def _offered(offer: Standing) -> str:
    does = f"{offer.row.at_once} at once"
    if offer.minimum_mg is not None:
        does = f"weighs at least {format_number(offer.minimum_mg)} mg"
    return f"{offer.row.title}, {does}{_holds_until(offer)}"


def _holds_until(offer: Standing) -> str:
    return f", fit until {offer.due_on.isoformat()}" if offer.due_on else ""


class ExchangeForm(Form):
    balance_id = ChoiceField("Balance")
    machine_id = ChoiceField("Capsules are filled")
    reason = StringField("Why another one")

    def of(self, kind: EquipmentKind) -> ChoiceField:
        return self.balance_id if kind is EquipmentKind.BALANCE else self.machine_id

    def offer(self, kind: EquipmentKind, offers: tuple[Standing, ...]) -> None:
        """Puts what is fit for use into the select."""
        self.of(kind).choices = equipment_choices(kind, offers)


class RejectForm(ReasonedForm):
    disposal = StringField("What becomes of capsules and powder")


class AssayForm(Form):
    capsules = StringField("Capsules")
    laboratory = StringField("Laboratory")
    method = StringField("Method")


class ReportForm(Form):
    percent = StringField("Content found, % of the label")
    reported_on = StringField("Date of the certificate")
    certificate = StringField("Certificate")

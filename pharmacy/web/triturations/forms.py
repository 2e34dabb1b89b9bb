"""Forms of triturations: the plan, one weighing, the mixing."""

from collections.abc import Mapping
from datetime import date
from typing import Self

from wtforms import HiddenField, StringField

from pharmacy.domain.equipment import EquipmentKind
from pharmacy.services.batches import Plan
from pharmacy.services.equipment import Standing
from pharmacy.services.triturations import Weighing
from pharmacy.store.tables import IngredientKind, Lot, Part
from pharmacy.web import values
from pharmacy.web.batches.forms import equipment_choices, told
from pharmacy.web.forms import ChoiceField, Form, typed
from pharmacy.web.weighing import WeighedForm


class PlanForm(Form):
    """seen: which plan was on the screen when the trituration was opened."""

    formula_id = HiddenField()
    seen = HiddenField()
    capsules = StringField("Capsules of the batch")
    lot_active = ChoiceField("Lot of the active")
    lot_filler = ChoiceField("Lot of the diluent")
    balance_id = ChoiceField("Balance")
    purpose = StringField("Made for")

    def offer(self, held: Mapping[IngredientKind, tuple[Lot, ...]]) -> Self:
        """Puts the bought lots that may be used into the selects, the one that expires first in front and chosen."""
        for field, kind in ((self.lot_active, IngredientKind.ACTIVE), (self.lot_filler, IngredientKind.FILLER)):
            bought = [lot for lot in held[kind] if lot.trituration is None]
            field.choices = [(str(lot.id), told(lot)) for lot in bought] or [("", "no released lot")]
            field.data = field.data or field.choices[0][0]
        return self

    def offer_balances(self, balances: tuple[Standing, ...]) -> Self:
        """Puts the balances that are fit for use into the select."""
        self.balance_id.choices = equipment_choices(EquipmentKind.BALANCE, balances)
        self.balance_id.data = self.balance_id.data or self.balance_id.choices[0][0]
        return self

    def plan(self, today: date) -> Plan:
        """The batch that is diluted for, as it was typed.

        Raises: RuleBroken naming the field.
        """
        return Plan(
            capsules=values.whole(self.capsules, least=1, most=10_000),
            lots={
                IngredientKind.ACTIVE: values.chosen(self.lot_active),
                IngredientKind.FILLER: values.chosen(self.lot_filler),
            },
            balance_id=values.chosen(self.balance_id),
            compounded=today,
            purpose=typed(self.purpose.data),
        )


class WeighForm(WeighedForm):
    part = HiddenField()

    def weighing(self) -> Weighing:
        """The weighing as it was typed or sent, read by a second person when one is named.

        Raises: RuleBroken naming the field.
        """
        read = self.reading()
        return Weighing(
            part=values.choice(self.part, Part),
            lot_scanned=typed(self.lot_scanned.data),
            weighed=read.mg,
            source=self.source_of(read),
            reader=self.second(),
        )


class MixForm(Form):
    """The portions are boxes of their own, as many as the diluent makes."""

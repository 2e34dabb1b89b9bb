"""Forms of equipment. Masses are typed in mg, or as a balance sends them."""

from datetime import date
from decimal import Decimal

from wtforms import StringField, TextAreaField

from pharmacy.domain.balance import read_balance, read_lines
from pharmacy.domain.equipment import BalanceClass, EquipmentKind
from pharmacy.services.equipment import MOST_MG, Described, NewBalance, NewMachine
from pharmacy.services.equipment_checks import Reading
from pharmacy.web import values
from pharmacy.web.forms import ChoiceField, Form, typed

CLASS_CHOICES = [(one.value, one.value) for one in BalanceClass]
PASSED_CHOICES = [("", "choose"), ("yes", "passed"), ("no", "did not pass")]
SHOWN_MOST = 20  # weights that are read before the rule says that ten are needed


class DescribedForm(Form):
    name = StringField("Maker and model")
    serial = StringField("Serial number")
    location = StringField("Location")

    def described(self) -> Described:
        """What it is called and where it stands."""
        return Described(typed(self.name.data), typed(self.serial.data), typed(self.location.data))


class AddForm(DescribedForm):
    balance_class = ChoiceField("Class", choices=CLASS_CHOICES)
    readability_mg = StringField("Readability, mg")
    capacity_mg = StringField("Capacity, mg")
    capsule_sizes = StringField("Capsule sizes it has plates for")
    at_once = StringField("Capsules at once")

    def new(self, kind: EquipmentKind) -> NewBalance | NewMachine:
        """What is registered.

        Raises: RuleBroken naming the field.
        """
        if kind is EquipmentKind.MACHINE:
            sizes = tuple((self.capsule_sizes.data or "").replace(",", " ").split())
            return NewMachine(self.described(), sizes, values.whole(self.at_once))
        return NewBalance(
            self.described(),
            values.choice(self.balance_class, BalanceClass),
            values.decimal(self.readability_mg),
            values.decimal(self.capacity_mg, most=MOST_MG),
        )


class CalibrateForm(Form):
    done_on = StringField("Calibrated on")
    due_on = StringField("Holds until")
    certificate = StringField("Certificate")
    passed = ChoiceField("As it was left", choices=PASSED_CHOICES)


class MeasureForm(Form):
    """Ten weighings of one test weight, and if wanted one of a heavier one."""

    test_mg = StringField("Test weight, mg")
    weights = TextAreaField("Ten weighings, mg")
    accuracy_test_mg = StringField("Heavier test weight, mg")
    accuracy_shown_mg = StringField("The balance shows, mg")

    def weights_mg(self) -> tuple[Decimal, ...]:
        """The weighings [mg].

        Raises: InputUnusable naming the one that cannot be read.
        """
        return read_lines(self.weights.data or "", field="weights", most=SHOWN_MOST, most_mg=MOST_MG)

    def heavier(self) -> Reading | None:
        """The heavier test weight and what was shown, None when neither was typed.

        Raises: InputUnusable.
        """
        if not typed(self.accuracy_test_mg.data) and not typed(self.accuracy_shown_mg.data):
            return None
        shown = read_balance(
            typed(self.accuracy_shown_mg.data),
            field="accuracy_shown_mg",
            least_mg=Decimal(0),
            most_mg=MOST_MG,
            called="The balance shows",
        )
        return Reading(values.decimal(self.accuracy_test_mg, most=MOST_MG), shown.mg)


class MaintainForm(Form):
    done_on = StringField("Done on")
    due_on = StringField("Next due on")
    what = StringField("What was done")

    def next_due(self) -> date | None:
        """The day, None when none was typed.

        Raises: InputUnusable.
        """
        return values.day(self.due_on) if typed(self.due_on.data) else None

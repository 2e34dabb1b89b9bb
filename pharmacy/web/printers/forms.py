"""Forms of printing."""

from decimal import Decimal

from wtforms import StringField

from pharmacy.domain.errors import RuleBroken
from pharmacy.services.printer_checks import KNOWN_STOCKS, LONGEST_NAME
from pharmacy.settings import Printer
from pharmacy.web import values
from pharmacy.web.forms import ChoiceField, Form, typed
from pharmacy.web.printers.browser import SetUp

OWN = ""
MOST_MM = Decimal(20)


class SendForm(Form):
    """A printer by its name; the place is in the settings alone."""

    printer = StringField("Printer")


class SetUpForm(Form):
    printer = ChoiceField("Labels go to")
    own = StringField("The printer at this computer")
    scanner = StringField("The scanner at this computer")
    stock = ChoiceField("Labels in the printer")
    right_mm = StringField("Move to the right, mm")
    down_mm = StringField("Move down, mm")

    def offering(self, printers: tuple[Printer, ...]) -> "SetUpForm":
        """With the printers of the settings to choose from."""
        self.printer.choices = [(OWN, "the print dialog of this browser")]
        self.printer.choices += [(one.name, f"{one.name}, {one.stock}") for one in printers]
        self.stock.choices = list(KNOWN_STOCKS.items())
        return self

    def chosen(self) -> SetUp:
        """What was chosen.

        Raises: RuleBroken naming the field.
        """
        for field in (self.printer, self.stock):
            if typed(field.data) not in {value for value, _ in field.choices}:
                raise RuleBroken(f"{field.label.text}: choose one of the list.", field=field.name)
        for name in (self.own, self.scanner):
            if len(typed(name.data)) > LONGEST_NAME:
                raise RuleBroken(f"{name.label.text}: at most {LONGEST_NAME} letters.", field=name.name)
        return SetUp(
            printer=typed(self.printer.data),
            own=typed(self.own.data),
            scanner=typed(self.scanner.data),
            stock=typed(self.stock.data),
            right_mm=_distance(self.right_mm),
            down_mm=_distance(self.down_mm),
        )


class CheckForm(Form):
    """What was measured and scanned on a test page."""

    across_mm = StringField("The ruler across, mm")
    down_mm = StringField("The ruler down, mm")
    first = StringField("First code")
    second = StringField("Second code")
    scanner = StringField("Scanner")


def _distance(field: StringField) -> str:
    """A distance that may be to the left or up; "0" when nothing was typed."""
    if not typed(field.data):
        return "0"
    return format(values.decimal(field, least=-MOST_MM, most=MOST_MM, places=2), "f")

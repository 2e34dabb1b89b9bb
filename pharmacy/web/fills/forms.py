"""Forms of a fill, from the batch that is scanned to the hand it is given into."""

from wtforms import StringField, TextAreaField

from pharmacy.services.printing import stocks_of
from pharmacy.store.tables import LabelKind
from pharmacy.web.forms import ChoiceField, Form, ReasonForm, SigningForm
from pharmacy.web.printers.browser import vial_stock


class AllocateForm(Form):
    batch = StringField("Batch, scanned or typed")


class PrintForm(Form):
    reason = StringField("Why another label is needed", id="print-reason")
    stock = ChoiceField("Labels in the printer", stocks_of(LabelKind.VIAL), id="print-stock")


class CheckForm(SigningForm):
    scanned = StringField("Label on the container, scanned")


class DispenseForm(Form):
    handed_to = StringField("Handed to")
    counselling = TextAreaField("Counselling")


class PriceForm(Form):
    reason = StringField("Why this price is right", id="price-reason")


class Forms:
    """The forms of a fill's page: each empty, but the one that was just refused."""

    def __init__(self, refused: Form | None = None) -> None:
        self.allocate = refused if isinstance(refused, AllocateForm) else AllocateForm(formdata=None)
        self.print = refused if isinstance(refused, PrintForm) else PrintForm(formdata=None, stock=vial_stock())
        self.dispense = refused if isinstance(refused, DispenseForm) else DispenseForm(formdata=None)
        self.price = refused if isinstance(refused, PriceForm) else PriceForm(formdata=None)
        self.reason = refused if isinstance(refused, ReasonForm) else ReasonForm(formdata=None)

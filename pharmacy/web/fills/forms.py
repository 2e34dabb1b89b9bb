"""Forms of a fill, from the batch that is scanned to the hand it is given into."""

from wtforms import StringField, TextAreaField

from pharmacy.services.printing import stocks_of
from pharmacy.store.tables import LabelKind
from pharmacy.web.forms import ChoiceField, Form, ReasonForm, SigningForm


class AllocateForm(Form):
    batch = StringField("Batch, scanned or typed")


class PrintForm(Form):
    reason = StringField("Why another label is needed", id="print-reason")
    stock = ChoiceField("Labels in the printer", stocks_of(LabelKind.VIAL), id="print-stock")


class PaperForm(Form):
    """A paper for the patient. The page has one for each kind, and the kind stands before the names of its fields."""

    stock = StringField("Paper")
    day = StringField("Day")
    reason = StringField("Why again, if it says the same")


class CheckForm(SigningForm):
    scanned = StringField("Label on the container, scanned")


class DispenseForm(Form):
    handed_to = StringField("Handed to")
    counselling = TextAreaField("Counselling")


class PriceForm(Form):
    reason = StringField("Why this price is right", id="price-reason")


class Forms:
    """The forms of a fill's page: each empty, but the one that was just refused."""

    def __init__(self, refused: Form | None = None, *, stock: str = "") -> None:
        self.allocate = refused if isinstance(refused, AllocateForm) else AllocateForm(formdata=None)
        self.print = refused if isinstance(refused, PrintForm) else PrintForm(formdata=None, stock=stock)
        self.dispense = refused if isinstance(refused, DispenseForm) else DispenseForm(formdata=None)
        self.price = refused if isinstance(refused, PriceForm) else PriceForm(formdata=None)
        self.refused_paper = refused if isinstance(refused, PaperForm) else None
        self.reason = refused if isinstance(refused, ReasonForm) else ReasonForm(formdata=None)

    def paper(self, kind: str) -> PaperForm:
        """The form of a paper of this kind."""
        form = self.refused_paper
        return form if form is not None and form._prefix == f"{kind}-" else PaperForm(formdata=None, prefix=kind)

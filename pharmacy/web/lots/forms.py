"""Forms of lots. Per cent are typed as the certificate prints them and become fractions."""

from decimal import Decimal

from wtforms import FileField, StringField, TextAreaField

from pharmacy.domain.capsules import SIZES
from pharmacy.domain.packing import read_weights
from pharmacy.services.container_codes import Codes
from pharmacy.services.lots import ASSAY_BASES, Certificate, Packing
from pharmacy.web import values
from pharmacy.web.forms import ChoiceField, Form, ReasonForm, typed

SIZE_CHOICES = [("", "not measured"), *((size, size) for size in SIZES)]
BASIS_CHOICES = [("", "not stated"), *((basis, basis) for basis in ASSAY_BASES)]


class MeasureForm(Form):
    packing_mg = StringField("Fills one capsule, mg")
    packing_size = ChoiceField("of size", choices=SIZE_CHOICES)
    shell_mg = StringField("Mean empty shell, mg")
    reason = StringField("Why it is measured anew")

    def packing(self) -> Packing:
        """What was measured.

        Raises: RuleBroken naming the field.
        """
        return Packing(
            size=self.packing_size.data or "",
            packing_mg=values.optional(self.packing_mg),
            shell_mg=values.optional(self.shell_mg),
        )


class ReceiveForm(MeasureForm):
    code = StringField("Code on the container")
    reading = StringField()  # the way to read the code that was chosen, when there are several
    gtin = StringField("GTIN")
    ndc = StringField("NDC")
    ingredient_id = ChoiceField("Ingredient")
    supplier = StringField("Supplier")
    maker_lot = StringField("Maker's lot")
    amount = StringField("Amount, mg or capsules")
    expiry = StringField("Expiry")
    certificate_reference = StringField("Certificate number")
    assay = StringField("Assay, per cent")
    assay_basis = ChoiceField("Assay is stated", choices=BASIS_CHOICES)
    water = StringField("Water, per cent")
    solvents = StringField("Residual solvents, per cent")

    def codes(self) -> Codes:
        """The codes of the container, as they were scanned or typed."""
        return Codes(typed(self.gtin.data), typed(self.ndc.data))

    def certificate(self) -> Certificate:
        """What the certificate of analysis states.

        Raises: RuleBroken naming the field.
        """
        return Certificate(
            reference=typed(self.certificate_reference.data),
            assay=values.percent(self.assay),
            assay_basis=self.assay_basis.data or "",
            water=values.percent(self.water),
            solvents=values.percent(self.solvents),
        )


class PackingForm(Form):
    """Ten filled capsules and ten empty shells, one by one."""

    size = ChoiceField("Capsule size", choices=[("", "choose"), *((size, size) for size in SIZES)])
    filled = TextAreaField("Ten filled capsules, mg")
    shells = TextAreaField("Ten empty shells, mg")
    reason = StringField("Why it is measured anew")

    def weights(self) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...]]:
        """Filled capsules and shells [mg].

        Raises: InputUnusable naming the weight that cannot be read.
        """
        return (
            read_weights(self.filled.data or "", field="filled"),
            read_weights(self.shells.data or "", field="shells"),
        )


class CertificateForm(Form):
    file = FileField("Scanned certificate")


class LevelForm(Form):
    level = StringField("Order again below")


class LabelForm(ReasonForm):
    containers = StringField("Containers", default="1")


class AdjustForm(ReasonForm):
    counted = StringField("Counted on the shelf")

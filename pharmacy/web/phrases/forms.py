"""Forms of the phrases: another text, the translator's name over those that are chosen, a withdrawal."""

from wtforms import StringField, TextAreaField

from pharmacy.web.forms import Form, ReasonedForm, SigningForm


class DraftForm(Form):
    translated = TextAreaField("Translation")


class ReleaseForm(SigningForm):
    translator = StringField("Translator")
    qualification = StringField("Qualification")


class WithdrawForm(ReasonedForm):
    """Takes a signed phrase off the labels."""

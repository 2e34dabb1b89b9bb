"""The form of a verification."""

from wtforms import StringField

from pharmacy.web.forms import Form


class VerifyForm(Form):
    anchor = StringField("Head noted outside the database, if there is one")

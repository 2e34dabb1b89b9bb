"""Forms of people, of the pharmacy itself, and of the tokens that programs use."""

from wtforms import BooleanField, StringField

from pharmacy.domain.roles import Role
from pharmacy.store.tables import SecondReading
from pharmacy.web.forms import ChoiceField, Form

ROLE_CHOICES = [(role.value, role.value) for role in Role]


class PersonForm(Form):
    username = StringField("User name")
    full_name = StringField("Full name, as signatures print it")
    initials = StringField("Initials, as labels print them")
    role = ChoiceField("Role", choices=ROLE_CHOICES, default=Role.TECHNICIAN.value)


class ChangeForm(Form):
    role = ChoiceField("Role", choices=ROLE_CHOICES)
    is_active = BooleanField("Works here and may sign in")


class PharmacyForm(Form):
    name = StringField("Name")
    address = StringField("Address")
    phone = StringField("Phone")


class SecondReadingForm(Form):
    second_reading = ChoiceField(
        "A second person reads the weight of", choices=[(one.value, one.value) for one in SecondReading]
    )


class TokenForm(Form):
    person_id = ChoiceField("Acts with the role of")
    name = StringField("Program that uses it")

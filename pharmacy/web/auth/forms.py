"""Forms of signing in and of the one-time links."""

from wtforms import PasswordField, StringField

from pharmacy.web.forms import Form


class SignInForm(Form):
    username = StringField("User name")
    password = PasswordField("Password")


class PasswordForm(Form):
    password = PasswordField("New password")
    again = PasswordField("The same again")


class SetUpForm(PasswordForm):
    name = StringField("Name")
    address = StringField("Address, in one line")
    phone = StringField("Phone")
    username = StringField("User name")
    full_name = StringField("Full name, as printed with signatures")
    initials = StringField("Initials")

"""What all forms share: fields that keep what was typed, and refusals put beside the field they are about."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField

from pharmacy.domain.errors import Conflict, RuleBroken
from pharmacy.domain.signature import digest


class Form(FlaskForm):
    """A form whose values are texts; services and domain rules read them and say what is wrong."""

    @property
    def refusal(self) -> str:
        """The sentence that belongs to no single field."""
        return " ".join(str(error) for error in self.form_errors)


class ChoiceField(StringField):
    """A list to choose from. WTForms' own changes the shape of its choices from one version to the next."""

    def __init__(self, label: str, choices: Iterable[tuple[str, str]] = (), **more: Any) -> None:
        super().__init__(label, **more)
        self.choices = list(choices)

    def iter_choices(self) -> Iterator[tuple[str, str, bool]]:
        """Value, words, and whether it is the chosen one."""
        for value, words in self.choices:
            yield value, words, value == (self.data or "")


class ReasonForm(Form):
    """A step that asks for nothing but, perhaps, a reason."""

    reason = StringField("Reason")


class SigningForm(Form):
    """A step that is signed: the password is asked each time and never shown again.

    seen: the digest of the record as the page shows it; a signature under anything else is refused.
    """

    seen = HiddenField()
    reason = StringField("Remark")
    password = PasswordField("Your password, to sign")

    def showing(self, content: Mapping[str, object]) -> Self:
        """The form under this record. What was seen at first stays seen, until a page says that it has changed."""
        self.seen.data = self.seen.data or digest(content)
        return self


class ReasonedForm(SigningForm):
    """A step that is signed with the reason for it."""

    reason = StringField("Reason")


def refuse(form: FlaskForm, refusal: RuleBroken) -> None:
    """Puts a refusal beside its field, or above the form when the form has no such field."""
    if isinstance(refusal, Conflict) and isinstance(form, SigningForm):
        form.seen.data = ""  # the page that says so shows the record as it is now
    field = form._fields.get(field_name(refusal.field))
    if field is None:
        form.form_errors.append(refusal.message)
    else:
        field.errors = [*field.errors, _beside(refusal)]


def _beside(refusal: RuleBroken) -> str:
    """The sentence without the path in front of it, which is for those who send documents."""
    sentence = refusal.message.removeprefix(f"{refusal.field}: ")
    return sentence[:1].upper() + sentence[1:]


def field_name(path: str) -> str:
    """The form's field for a document's path.

    >>> field_name("patient.medications[2].text"), field_name("lot-active")
    ('patient_medications', 'lot_active')
    """
    return re.sub(r"\[.*", "", path).replace(".", "_").replace("-", "_")


def typed(value: str | None) -> str:
    """What was typed, without the spaces around it."""
    return (value or "").strip()

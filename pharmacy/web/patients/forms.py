"""Forms of a patient's record."""

from collections.abc import Iterable
from typing import Self

from wtforms import StringField

from pharmacy.services.phrase_tables import languages
from pharmacy.store.tables import Patient
from pharmacy.web.forms import ChoiceField, Form

LANGUAGES = [("", "English alone"), *((code, f"{one.name}, {one.own}") for code, one in languages().items())]


class StrikeForm(Form):
    line = ChoiceField("Line to take off")
    reason = StringField("Reason")

    def offer(self, lines: Iterable[tuple[str, str]]) -> Self:
        self.line.choices = [("", "choose"), *lines]
        return self


class LanguageForm(Form):
    language = ChoiceField("Language", LANGUAGES)


def lines_of(patient: Patient) -> list[tuple[str, str]]:
    """The lines that may be taken off a record: (what is sent, what is shown)."""
    named = [("allergies", text) for text in patient.allergies]
    named += [("conditions", line["text"] or line["code"]) for line in patient.conditions]
    named += [("medications", line["text"] or line["rxcui"]) for line in patient.medications]
    return [(f"{kind}: {text}", f"{kind}: {text}") for kind, text in dict.fromkeys(named)]

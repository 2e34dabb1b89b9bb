"""Forms of ingredients and master formulation records."""

from decimal import Decimal
from typing import Self

from wtforms import FileField, HiddenField, StringField, TextAreaField

from pharmacy.domain.capsules import SIZES
from pharmacy.domain.units import format_number
from pharmacy.services.formulas import BASES, Draft
from pharmacy.store.tables import IngredientKind
from pharmacy.web import values
from pharmacy.web.forms import ChoiceField, Form, typed

SIZE_CHOICES = [(size, size) for size in SIZES]
BASIS_CHOICES = [(basis, basis) for basis in BASES]


class IngredientForm(Form):
    name = StringField("Name, as labels print it")
    kind = ChoiceField("Kind", choices=[(kind.value, kind.value) for kind in IngredientKind])
    grade = StringField("Grade")
    basis = ChoiceField("Salt form", choices=[("", "none"), *BASIS_CHOICES])
    capsule_size = ChoiceField("Capsule size", choices=[("", "none"), *SIZE_CHOICES])


class DocumentForm(Form):
    file = FileField("JSON file")
    document = TextAreaField("Or the text of the document")


class DraftForm(Form):
    """Every field of a master formulation record. The overage is typed in per cent, the steps one a line."""

    revision = HiddenField()
    code = StringField("Code")
    name = StringField("Name")
    strength_mg = StringField("Strength, mg")
    basis = ChoiceField("Strength means the", choices=BASIS_CHOICES)
    form = StringField("Form", default="capsule")
    capsule_size = ChoiceField("Capsule size", choices=SIZE_CHOICES, default="3")
    overage = StringField("Overage, per cent", default="3")
    container = StringField("Container")
    equipment = TextAreaField("Equipment")
    steps = TextAreaField("Steps")
    description = StringField("Appearance of the finished capsule")
    storage = StringField("Storage")
    limit_days = StringField("Own beyond-use limit, days", default="180")
    reference = TextAreaField("Reference for stability and method")
    quality = TextAreaField("Quality tests")
    expected_results = TextAreaField("Expected results")
    labelling = TextAreaField("Labelling")
    active = ChoiceField("Active")
    filler = ChoiceField("Filler")
    shell = ChoiceField("Capsule shell")

    def offer(self, names: dict[IngredientKind, list[str]]) -> Self:
        """Puts the ingredients that are there into the selects."""
        for field, kind in (
            (self.active, IngredientKind.ACTIVE),
            (self.filler, IngredientKind.FILLER),
            (self.shell, IngredientKind.SHELL),
        ):
            field.choices = [("", "choose"), *((name, name) for name in names.get(kind, []))]
        return self

    def draft(self) -> Draft:
        """The record as it was typed.

        Raises: RuleBroken naming the field.
        """
        texts = ("code", "name", "basis", "form", "capsule_size", "container", "equipment", "description")
        more = ("storage", "reference", "quality", "expected_results", "labelling", "active", "filler", "shell")
        return Draft(
            **{name: typed(self[name].data) for name in (*texts, *more)},
            strength_mg=values.decimal(self.strength_mg),
            overage=values.percent(self.overage) or Decimal(0),
            steps=tuple((self.steps.data or "").splitlines()),
            limit_days=values.whole(self.limit_days),
        )


def as_typed(draft: Draft) -> dict[str, str]:
    """A record as the form shows it, to be changed or to start the next version from."""
    texts = {name: getattr(draft, name) for name in Draft.__slots__}
    return {
        **texts,
        "strength_mg": format_number(draft.strength_mg),
        "overage": format_number(draft.overage * 100),
        "limit_days": str(draft.limit_days),
        "steps": "\n".join(draft.steps),
    }

"""Forms of a recall."""

from wtforms import BooleanField, TextAreaField

from pharmacy.services.recall_letters import Order, To
from pharmacy.web import values
from pharmacy.web.forms import ChoiceField, Form, typed


class LettersForm(Form):
    to = ChoiceField("Letters to", choices=[(to.value, to.value) for to in To])
    added = TextAreaField("Paragraph to add")
    leave_out = BooleanField("Leave out whose letter cannot be printed")

    def order(self) -> Order:
        """What is asked for.

        Raises: InputUnusable naming the field.
        """
        return Order(values.choice(self.to, To), typed(self.added.data), bool(self.leave_out.data))

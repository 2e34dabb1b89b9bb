"""What every weighing is sent with, of a batch or of a trituration: container, weight, and the second person."""

from decimal import Decimal

from wtforms import Field, PasswordField, StringField

from pharmacy.domain.balance import Reading, read_balance
from pharmacy.domain.errors import RuleBroken
from pharmacy.services.signing import Proof
from pharmacy.store.tables import WeighSource
from pharmacy.web import values
from pharmacy.web.access import prove_other
from pharmacy.web.forms import ChoiceField, Form, typed

SOURCE_CHOICES = [
    ("", "choose"),
    (WeighSource.BALANCE.value, "read from the balance"),
    (WeighSource.TYPED.value, "typed by hand"),
]


class WeighedForm(Form):
    lot_scanned = StringField("Scan the lot")
    weighed = StringField("Weighed")
    source = ChoiceField("The value was", choices=SOURCE_CHOICES)
    reader = StringField("Second person's user name")
    reader_password = PasswordField("Second person's password, to sign the reading")

    def reading(self) -> Reading:
        """What was weighed, as a balance sends it or as digits in mg.

        Raises: RuleBroken naming the field.
        """
        values.needed(self.weighed)
        return read_balance(typed(self.weighed.data), field="weighed", least_mg=Decimal(0), most_mg=values.MOST)

    def source_of(self, read: Reading) -> WeighSource:
        """Where the weight comes from: what has the marks of a balance's line was sent by one, unless the list says no.

        Raises: RuleBroken when nothing is chosen, or when list and line contradict each other.
        """
        if not read.from_balance:
            return values.choice(self.source, WeighSource)
        if typed(self.source.data) == WeighSource.TYPED.value:
            raise RuleBroken(
                f"The value was: “{read.sent}” is a balance's line, but typed by hand is chosen. Choose read from the"
                " balance if it sent the line; else write only the digits.",
                field="source",
            )
        return WeighSource.BALANCE

    def second(self) -> Proof | None:
        """The proof of the second person who read the weight, when one is named.

        Raises: RuleBroken beside the password.
        """
        return proof_beside(self.reader, self.reader_password)


def proof_beside(name: Field, password: Field) -> Proof | None:
    """The proof of somebody else at this bench, when one is named.

    Raises: RuleBroken beside the password.
    """
    if not typed(name.data):
        return None
    try:
        return prove_other(typed(name.data), password.data or "")
    except RuleBroken as refusal:
        raise RuleBroken(refusal.message, field=password.short_name) from None

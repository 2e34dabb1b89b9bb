"""Why a label was not printed, or a font not taken."""


class LabelRefused(Exception):
    """The label would be incomplete or illegible, so none is printed.

    message: one sentence for the person at the printer, naming what is wrong and what would help.
    field: the field of the label's content the sentence is about, "" when it is about the whole label.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return self.message


class FontRefused(Exception):
    """An added font cannot be used; the message is one sentence for the installer, naming the file."""

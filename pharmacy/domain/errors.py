"""Refusals. Each message is the sentence that the person at the bench or the counter will read."""


class RuleBroken(Exception):
    """A rule of the pharmacy forbids what was asked.

    message: one sentence naming what was refused, the limit, and if possible what to do instead.
    field: the form field or document path the sentence is about, "" when it is about the whole act.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return self.message


class InputUnusable(RuleBroken):
    """A document or a value could not be read at all; nothing was decided about it."""


class NotFound(RuleBroken):
    """There is no such record, or none that this person may see: both are answered alike."""


class Conflict(RuleBroken):
    """Somebody else changed the record first; the sentence says what it holds now."""

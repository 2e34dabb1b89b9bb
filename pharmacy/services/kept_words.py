"""Words typed at the bench: kept for ever, and printed in the compounding record, so that paper has to hold them."""

from labels.errors import LabelRefused
from labels.fit import composed, refuse_character
from pharmacy.domain.errors import RuleBroken

MOST = 500


def kept(text: str, *, field: str, called: str, most: int = MOST) -> str:
    """The words without spaces around them. called: the field, as a sentence begins with it.

    Raises: RuleBroken when they are too long, or when a character of theirs could not be printed.
    """
    words = text.strip()
    if len(words) > most:
        raise RuleBroken(f"{called}: at most {most} characters.", field=field)
    try:
        for character in composed(words):
            refuse_character(character, field, called)
    except LabelRefused as refusal:
        raise RuleBroken(f"{refusal}.", field=field) from refusal
    return words

"""What no record may hold, stopped at the door: text that a database cannot keep, and files where text belongs."""

from collections.abc import Iterable

from pharmacy.domain.errors import RuleBroken


def refuse_unreadable(typed: Iterable[tuple[str, str]]) -> None:
    """Refuses fields (name, text) with a NUL or half a character, which PostgreSQL cannot keep.

    Raises: RuleBroken naming the field.
    """
    for name, text in typed:
        for part in (name, text):
            if "\0" in part or any("\ud800" <= letter <= "\udfff" for letter in part):
                called = "".join(letter for letter in name if letter.isprintable())[:60] or "A field"
                raise RuleBroken(
                    f"{called}: the text holds a character that cannot be kept; type it anew.", field=called
                )


def refuse_files(names: Iterable[str]) -> None:
    """Refuses files that were sent where a form takes text.

    Raises: RuleBroken naming the field.
    """
    for name in names:
        called = "".join(letter for letter in name if letter.isprintable())[:60] or "A field"
        raise RuleBroken(f"{called}: a file was sent, but this field takes text.", field=called)

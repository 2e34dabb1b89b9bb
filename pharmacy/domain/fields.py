"""Reading the objects of a JSON document: what is missing and what is not known are both refused by name.

A key that nobody reads is refused rather than dropped: "solvent" for "solvents" would change what is weighed.
"""

from collections.abc import Iterable, Mapping

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.units import clip

_MOST_ITEMS = 1000
_MOST_TEXT = 200


def path(parent: str, key: str) -> str:
    """The path of a key inside its document.

    >>> path("active_lot", "assay"), path("", "capsules")
    ('active_lot.assay', 'capsules')
    """
    return f"{parent}.{key}" if parent else key


def read_object(
    document: object, *, field: str, required: Iterable[str], optional: Iterable[str] = ()
) -> Mapping[str, object]:
    """An object that has every required key and no key outside the two lists.

    Raises: InputUnusable naming the path.

    >>> read_object({"expiry": "2026-01"}, field="components[0]", required=["name", "expiry"])
    Traceback (most recent call last):
        ...
    pharmacy.domain.errors.InputUnusable: components[0].name: is missing.
    """
    required = tuple(required)
    if not isinstance(document, Mapping):
        named = f"{field}: " if field else ""
        raise InputUnusable(f"{named}an object with the keys {', '.join(required)} is needed.", field)
    known = {*required, *optional}
    for key in required:
        if document.get(key) is None:
            raise InputUnusable(f"{path(field, key)}: is missing.", path(field, key))
    for key in document:
        if key not in known:
            where = field or "the document"
            raise InputUnusable(
                f"{where}: {clip(key)} is not a known key; known are {', '.join(sorted(known))}.", field
            )
    return document


def read_list(value: object, *, field: str) -> list[object]:
    """A list of at most 1000 things.

    Raises: InputUnusable naming the path.
    """
    if not isinstance(value, list):
        raise InputUnusable(f"{field}: a list is needed.", field)
    if len(value) > _MOST_ITEMS:
        raise InputUnusable(f"{field}: {len(value)} things are more than the {_MOST_ITEMS} allowed.", field)
    return value


def read_name(value: object, *, field: str) -> str:
    """A short text that is not empty.

    Raises: InputUnusable naming the path.
    """
    if not isinstance(value, str) or not value.strip():
        raise InputUnusable(f"{field}: a text is needed.", field)
    if len(value) > _MOST_TEXT:
        raise InputUnusable(f"{field}: {len(value)} characters are more than the {_MOST_TEXT} allowed.", field)
    return " ".join(value.split())

"""The bytes of a message as a person may look at them: every sign to be seen, none of them acting."""

import re

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Control signs, and those that turn the direction of writing round and so show another text than is there.
_ACTING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def readable(raw: bytes) -> str:
    """The text of a message; what is no text, or would act on the page, is shown by its number.

    >>> readable(b"4.5 mg\\x00")
    '4.5 mg[U+0000]'
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _seen(raw.removeprefix(mark).decode(encoding, "replace"))
    try:
        return _seen(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return _seen(raw.decode("cp1252", "replace"))


def _seen(text: str) -> str:
    return _ACTING.sub(lambda found: f"[U+{ord(found[0]):04X}]", text.replace("\r\n", "\n"))

"""National Drug Codes in every shape: with hyphens, 10, 11 or 12 digits, or inside a GTIN."""

import re
from dataclasses import dataclass

from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.gs1 import check_digit, is_checked
from pharmacy.domain.units import clip

SOURCE = "21 CFR 207.33 (10 digits); HIPAA billing form 5-4-2; FDA proposal of 12 digits, 87 FR 44038 (2022)"
_HYPHENS = re.compile(r"([0-9]{4,6})-([0-9]{3,4})-([0-9]{1,2})", re.ASCII)
_SHAPES = ((4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2), (6, 4, 2))
_OF_TEN = tuple(shape for shape in _SHAPES if sum(shape) == 10)


@dataclass(frozen=True, slots=True)
class Ndc:
    """One package. labeler without the zeros that fill it up, so that all shapes of one code are equal."""

    labeler: str
    product: str
    package: str

    @property
    def eleven(self) -> str:
        """The 11 digits of bills and databases, 5-4-2.

        Raises: InputUnusable for a labeler of six digits, which has no such form.
        """
        if len(self.labeler) > 5:
            raise InputUnusable(f"NDC: {self} has a labeler of six digits; it has no form of 11 digits.", "ndc")
        return f"{self.labeler.zfill(5)}{self.product}{self.package}"

    @property
    def twelve(self) -> str:
        """The 12 digits of the coming uniform shape, 6-4-2."""
        return f"{self.labeler.zfill(6)}{self.product}{self.package}"

    def __str__(self) -> str:
        """With hyphens, 5-4-2; 6-4-2 when the labeler has six digits."""
        return f"{self.labeler.zfill(5)}-{self.product}-{self.package}"


def read(text: str, *, field: str = "ndc") -> tuple[Ndc, ...]:
    """The codes that a written NDC may mean: one, or up to three when it is 10 digits without hyphens.

    Raises: InputUnusable naming the shapes that are read.

    >>> [str(code) for code in read("0395-8083-19")]
    ['00395-8083-19']
    >>> [str(code) for code in read("0395808319")]
    ['00395-8083-19', '03958-0083-19', '03958-0831-09']
    """
    written = text.strip()
    match = _HYPHENS.fullmatch(written)
    if match is not None:
        parts = match.groups()
        if tuple(len(part) for part in parts) in _SHAPES:
            return (_padded(*parts),)
    if re.fullmatch(r"[0-9]{10,12}", written, re.ASCII):
        shapes = _OF_TEN if len(written) == 10 else ((len(written) - 6, 4, 2),)
        return tuple(_cut(written, shape) for shape in shapes)
    raise InputUnusable(
        f"{field}: {clip(text)} is not an NDC; write it as on the container, with its hyphens: 4-4-2, 5-3-2, 5-4-1,"
        " 5-4-2 or 6-4-2 digits.",
        field,
    )


def read_one(text: str, *, field: str = "ndc") -> Ndc:
    """The code that is written, when it can mean only one.

    Raises: InputUnusable naming the codes that it may mean.
    """
    found = read(text, field=field)
    if len(found) > 1:
        raise InputUnusable(
            f"{field}: {clip(text)} may mean {' or '.join(str(code) for code in found)}; write it with its hyphens.",
            field,
        )
    return found[0]


def in_gtin(gtin: str) -> tuple[Ndc, ...]:
    """The codes that a GTIN of 14 digits may hold: behind its first digit stands 03, then the 10 digits.

    () when it holds none. Source: GS1 US, "NDC in a GTIN"; HDA Guidelines for Bar Coding.

    >>> [str(code) for code in in_gtin("00303958083195")]
    ['00395-8083-19', '03958-0083-19', '03958-0831-09']
    >>> in_gtin("07032069804988")
    ()
    """
    if not is_gtin(gtin) or gtin[1:3] != "03":
        return ()
    return read(gtin[3:13])


def is_gtin(text: str) -> bool:
    """Whether a text is the 14 digits of a GTIN whose check digit agrees."""
    return re.fullmatch(r"[0-9]{14}", text, re.ASCII) is not None and is_checked(text)


def as_gtin(text: str) -> str:
    """The GTIN of 14 digits for one of 12 (UPC), 13 (EAN) or 14; "" when it is none.

    >>> as_gtin("5901234123457")
    '05901234123457'
    """
    digits = text.strip()
    if re.fullmatch(r"[0-9]{12,14}", digits, re.ASCII) and is_checked(digits):
        return digits.zfill(14)
    return ""


def gtin_of(ten_digits: str, level: int = 0) -> str:
    """The GTIN of 14 digits that holds an NDC of 10 digits. level: 0 for one package, 1 to 8 for cases.

    >>> gtin_of("0395808319")
    '00303958083195'
    """
    body = f"{level}03{ten_digits}"
    return f"{body}{check_digit(body)}"


def _cut(digits: str, shape: tuple[int, int, int]) -> Ndc:
    labeler, product, _ = shape
    return _padded(digits[:labeler], digits[labeler : labeler + product], digits[labeler + product :])


def _padded(labeler: str, product: str, package: str) -> Ndc:
    return Ndc(labeler.lstrip("0").zfill(4), product.zfill(4), package.zfill(2))

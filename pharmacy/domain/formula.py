"""A master formulation record as it is written, and what every one must satisfy before it is kept."""

from dataclasses import dataclass, fields, replace
from decimal import Decimal

from pharmacy.domain.capsules import SIZES
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import format_number, read_decimal
from pharmacy.domain.weighing import DEFAULT

BASES = ("hydrochloride", "base")

SHORT = {"code": 32, "name": 120, "form": 60, "container": 120, "description": 90, "storage": 90}
"""Texts of one line that every record has, each with the most characters it may hold."""

PROSE = ("equipment", "labelling", "reference", "quality", "expected_results")
"""Texts of several lines, which may be empty."""

MOST_PROSE, MOST_STEPS, MOST_STEP = 4000, 100, 500
LATER_FIELDS = ("labelling", "expected_results")
"""Fields that older records do not have."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A master formulation record as it is typed. overage is a fraction (0.03), components are ingredient names."""

    code: str
    name: str
    strength_mg: Decimal
    basis: str
    form: str
    capsule_size: str
    overage: Decimal
    container: str
    equipment: str
    steps: tuple[str, ...]
    description: str
    storage: str
    limit_days: int
    reference: str
    quality: str
    active: str
    filler: str
    shell: str
    labelling: str = ""
    expected_results: str = ""


_TEXTS = tuple(field.name for field in fields(Draft) if field.type is str)


def tidy(typed: Draft) -> Draft:
    """The same record without what no reader sees: spaces at the ends, odd spaces and line ends, empty steps."""
    texts = {name: tidy_text(getattr(typed, name)) for name in _TEXTS}
    steps = tuple(step for line in typed.steps if (step := tidy_text(line)))
    return replace(typed, steps=steps, **texts)  # type: ignore[arg-type]


def tidy_text(text: str) -> str:
    r"""Lines ended alike, each space a plain one, none at the end of a line.

    >>> tidy_text(" one \r\n two\u00a0mg  ")
    'one\n two mg'
    """
    lines = ("".join(" " if letter.isspace() else letter for letter in line) for line in text.splitlines())
    return "\n".join(line.rstrip() for line in lines).strip()


def refuse_unless_sound(typed: Draft) -> None:
    """Refuses a record that lacks something, or states an amount that no formula of capsules has.

    typed: as `tidy` leaves it.
    Raises: RuleBroken naming the field and its limit.
    """
    _refuse_odd_texts(typed)
    read_decimal(typed.strength_mg, field="strength_mg", places=3)
    read_decimal(typed.overage, field="overage", places=6)
    if not 0 < typed.strength_mg <= 1000:
        raise RuleBroken("Strength: more than 0 and at most 1000 mg.", field="strength_mg")
    if typed.basis not in BASES:
        raise RuleBroken(f"Salt form: {' or '.join(BASES)}.", field="basis")
    if typed.capsule_size not in SIZES:
        raise RuleBroken(f"Capsule size: one of {', '.join(SIZES)}.", field="capsule_size")
    if not 0 <= typed.overage <= DEFAULT.most_overage:
        raise RuleBroken(
            f"Overage: 0 to {format_number(DEFAULT.most_overage * 100)} %, not {format_number(typed.overage * 100)} %.",
            field="overage",
        )
    if not 1 <= typed.limit_days <= 1000:
        raise RuleBroken("Beyond-use limit: 1 to 1000 days.", field="limit_days")
    if not 1 <= len(typed.steps) <= MOST_STEPS:
        raise RuleBroken(f"Steps: at least one and at most {MOST_STEPS}; one line each.", field="steps")


def _refuse_odd_texts(typed: Draft) -> None:
    for field, most in SHORT.items():
        value = getattr(typed, field)
        if not value or len(value) > most:
            raise RuleBroken(f"{field.capitalize()}: 1 to {most} characters.", field=field)
        _refuse_unprintable(value, field)
    for field in PROSE:
        value = getattr(typed, field)
        if len(value) > MOST_PROSE:
            raise RuleBroken(f"{_called(field)}: at most {MOST_PROSE} characters.", field=field)
        _refuse_unprintable(value.replace("\n", ""), field)
    for step in typed.steps:
        if len(step) > MOST_STEP:
            raise RuleBroken(f"Steps: at most {MOST_STEP} characters each.", field="steps")
        _refuse_unprintable(step, "steps")


def _refuse_unprintable(text: str, field: str) -> None:
    odd = next((letter for letter in text if not letter.isprintable()), "")
    if odd:
        raise RuleBroken(
            f"{_called(field)}: a line break or a character that cannot be printed (U+{ord(odd):04X}) is in it.",
            field=field,
        )


def _called(field: str) -> str:
    return field.replace("_", " ").capitalize()

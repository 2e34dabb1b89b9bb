"""What a scanned code puts into the form of a receipt: only into empty fields; a difference is told and left alone."""

from collections.abc import Iterator
from datetime import date

from pharmacy.domain import gs1
from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.gs1_identifiers import find
from pharmacy.domain.ndc import as_gtin, read
from pharmacy.domain.units import format_number
from pharmacy.services.container_codes import Scanned
from pharmacy.store.tables import IngredientKind
from pharmacy.web.forms import refuse, typed
from pharmacy.web.lots.forms import ReceiveForm


def fill(form: ReceiveForm, scanned: Scanned, *, today: date) -> bool:
    """Whether a field was filled. A field that says otherwise keeps what was typed, and is marked."""
    filled = False
    for name, value in _values(scanned):
        field = form[name]
        if not typed(field.data):
            field.data, filled = value, True
        elif not _same(name, typed(field.data), value):
            told = scanned.ingredient.name if name == "ingredient_id" and scanned.ingredient else value
            refuse(
                form,
                RuleBroken(
                    f"The code says {told}. Nothing was changed here: correct it, or empty the code to go on without.",
                    field=name,
                ),
            )
    expiry = scanned.said.expiry
    if expiry is not None and expiry < today:
        refuse(form, RuleBroken(f"{expiry.isoformat()} is past; an expired lot is not received.", field="expiry"))
    return filled


def elements(scanned: Scanned, today: date) -> tuple[tuple[str, str], ...]:
    """Name and value of everything that the code says, when there is one way to read it."""
    return tuple((element.title, _shown(element, today)) for element in scanned.said.elements)


def choices(scanned: Scanned, today: date) -> tuple[tuple[str, str], ...]:
    """Every way to read the code, as it is sent back and as a person compares it with the container."""
    return tuple(
        (
            way.code,
            ", ".join(f"{element.title} {_shown(element, today)}" for element in way.elements)
            or f"NDC {' or '.join(map(str, way.ndcs))}",
        )
        for way in scanned.readings
    )


def _values(scanned: Scanned) -> Iterator[tuple[str, str]]:
    said, powder = scanned.said, scanned.ingredient
    if scanned.ingredient is not None:
        yield "ingredient_id", str(scanned.ingredient.id)
    for name, value in (("gtin", said.gtin), ("ndc", scanned.ndc), ("maker_lot", said.maker_lot)):
        if value:
            yield name, value
    if said.expiry is not None:
        yield "expiry", said.expiry.isoformat()
    if said.net_mg is not None and (powder is None or powder.kind is not IngredientKind.SHELL):
        yield "amount", format_number(said.net_mg)


def _same(name: str, written: str, value: str) -> bool:
    """Whether what was typed means what the code says, in whatever shape."""
    if name == "gtin":
        return as_gtin(written) == value
    if name == "ndc":
        try:
            return value in {str(code) for code in read(written)}
        except InputUnusable:
            return False
    if name == "amount":
        return True  # a container may be weighed; what the balance says is the pharmacy's own
    return written == value


def _shown(element: gs1.Element, today: date) -> str:
    rule = find(element.code)
    if rule is not None and rule.is_day and len(element.value) == 6:
        return gs1.day(element.value, today=today).isoformat()
    return element.value

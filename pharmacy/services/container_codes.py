"""Codes of bought containers: what a scan says, where it was seen before, and which are kept with a lot."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pharmacy.domain import containers, ndc
from pharmacy.domain.containers import Container
from pharmacy.domain.errors import RuleBroken
from pharmacy.domain.units import clip
from pharmacy.domain.workflow import LotState
from pharmacy.store.tables import Ingredient, Lot


@dataclass(frozen=True, slots=True)
class Codes:
    """GTIN and NDC as they stand on the container, "" where there is none."""

    gtin: str = ""
    ndc: str = ""


NO_CODES = Codes()


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scanned code says.

    readings: every way to read it. said: what they have in common. ndc: the one it holds, "" when several may be meant
    and none was seen before. ingredient: of earlier lots with this code; None when it is new, or was on several.
    notes: what the person should know.
    """

    readings: tuple[Container, ...]
    said: Container
    ndc: str
    ingredient: Ingredient | None
    notes: tuple[str, ...]


def scan(session: Session, code: str, *, today: date) -> Scanned:
    """Reads the code of a container, and looks for it on earlier lots. Changes nothing.

    Raises: RuleBroken saying why it cannot be read.
    """
    readings = containers.read(code, today=today)
    said = containers.agreed(readings)
    before = _lots_with(session, said.gtin, tuple(str(one) for one in said.ndcs))
    national = {str(one) for one in said.ndcs}
    if len(national) > 1:
        national &= {lot.ndc for lot in before if lot.ndc}
    known = national.pop() if len(national) == 1 else ""
    ingredients = {lot.ingredient_id: lot.ingredient for lot in before}
    return Scanned(
        readings=readings,
        said=said,
        ndc=known,
        ingredient=next(iter(ingredients.values())) if len(ingredients) == 1 else None,
        notes=(*_doubts(readings, said, known), *_seen_before(before)),
    )


def lot_of(session: Session, code: str, *, today: date) -> Lot | None:
    """The open lot that a scanned container belongs to: same GTIN or NDC, same maker's lot. None when it is new here.

    Raises: RuleBroken when the code is none of a container, since it tells neither GTIN nor NDC.
    """
    said = containers.agreed(containers.read(code, today=today))
    if not said.gtin and not said.ndcs:
        raise RuleBroken("Code: it tells neither GTIN nor NDC; this is no container of an ingredient.", field="code")
    same = _lots_with(session, said.gtin, tuple(str(one) for one in said.ndcs))
    return next((lot for lot in same if lot.is_open and lot.maker_lot == said.maker_lot), None)


def refuse_other(session: Session, lot: Lot, scanned: str, *, user: str, today: date) -> None:
    """Refuses a container of another lot. The pharmacy's own label names the lot; the supplier's code has to name the
    same product and the same lot of it. user: what the lot is weighed for, a batch or a trituration.

    Raises: RuleBroken.
    """
    text = scanned.strip()
    if text.upper() == lot.number or (text and _is_of(session, lot, text, today)):
        return
    raise RuleBroken(
        f"Lot: you scanned {text[:40] or 'nothing'}; this {user} takes {lot.ingredient.name} from lot {lot.number}.",
        field="lot_scanned",
    )


def _is_of(session: Session, lot: Lot, code: str, today: date) -> bool:
    try:
        found = lot_of(session, code, today=today)
    except RuleBroken:  # it is no code of a container
        return False
    return found is not None and found.id == lot.id


def checked(session: Session, ingredient: Ingredient, codes: Codes) -> Codes:
    """The codes in the one form in which they are kept: GTIN of 14 digits, NDC 5-4-2 with hyphens.

    Raises: RuleBroken when one cannot be, when they contradict each other, or were seen on another ingredient.
    """
    gtin = ndc.as_gtin(codes.gtin)
    if codes.gtin.strip() and not gtin:
        raise RuleBroken(
            f"GTIN: {clip(codes.gtin)} is none: it has 12, 13 or 14 digits, the last of them a check digit.",
            field="gtin",
        )
    found = Codes(gtin, _checked_ndc(codes.ndc, gtin) if codes.ndc.strip() else "")
    for lot in _lots_with(session, found.gtin, (found.ndc,) if found.ndc else ()):
        if lot.ingredient_id != ingredient.id:
            raise RuleBroken(
                f"This code stands on lot {lot.number} of {lot.ingredient.name}; a container of {ingredient.name}"
                " cannot carry it. Compare the container with what you chose.",
                field="ingredient_id",
            )
    return found


def _checked_ndc(written: str, gtin: str) -> str:
    meant, held = ndc.read(written), ndc.in_gtin(gtin)
    if held:
        meant = tuple(one for one in meant if one in held)
        if not meant:
            raise RuleBroken(
                f"NDC: {clip(written)} is not in the GTIN {gtin}, which holds {_either(held)}.", field="ndc"
            )
    if len(meant) > 1:
        raise RuleBroken(f"NDC: {clip(written)} may mean {_either(meant)}; write it with its hyphens.", field="ndc")
    return str(meant[0])


def _lots_with(session: Session, gtin: str, national: tuple[str, ...]) -> tuple[Lot, ...]:
    """Earlier lots with one of these codes, but those that were rejected: their code may have been the mistake."""
    if not gtin and not national:
        return ()
    same = or_(Lot.gtin == gtin if gtin else Lot.ndc.in_(national), Lot.ndc.in_(national))
    return tuple(session.scalars(select(Lot).where(same, Lot.state != LotState.REJECTED).order_by(Lot.id)))


def _doubts(readings: tuple[Container, ...], said: Container, known: str) -> tuple[str, ...]:
    notes = []
    if len(readings) > 1:
        notes.append(
            "This code can be read in more than one way. Compare with the container and choose; a scanner that sends"
            " FNC1 as ASCII 29 leaves no doubt."
        )
    if len(said.ndcs) > 1 and not known:
        notes.append(f"Its NDC is {_either(said.ndcs)}: type it as on the container, with hyphens.")
    if said.best_before and not said.expiry:
        notes.append(f"It is best before {said.best_before.isoformat()} and tells no expiry date: type that yourself.")
    return tuple(notes)


def _seen_before(before: tuple[Lot, ...]) -> tuple[str, ...]:
    names = sorted({lot.ingredient.name for lot in before})
    if len(names) > 1:
        return (f"The same code was seen on lots of {' and of '.join(names)}: choose the ingredient yourself.",)
    return (f"Seen before on lot {before[-1].number} of {names[0]}.",) if before else ()


def _either(codes: tuple[ndc.Ndc, ...]) -> str:
    return " or ".join(str(code) for code in codes)

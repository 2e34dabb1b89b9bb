"""What a worksheet is asked for: the order, the lots as certified, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from pharmacy.domain.capsules import DEFAULT as CAPSULE_POLICY
from pharmacy.domain.capsules import CapsulePolicy, capsule, refuse_impossible_packing
from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.fields import read_name, read_object
from pharmacy.domain.units import clip, format_number, read_decimal, read_whole

Choice = TypeVar("Choice", bound=StrEnum)

MG_PLACES = 3
"""Amounts are read to the microgram, the smallest unit that the second engine knows."""

FRACTION_PLACES = 6


class Basis(StrEnum):
    """What the strength on the prescription means."""

    HYDROCHLORIDE = "hydrochloride"
    BASE = "base"


class AssayBasis(StrEnum):
    """How the certificate states the assay."""

    ANHYDROUS = "anhydrous"
    AS_IS = "as is"


class Salt(StrEnum):
    """What the powder is. Dihydrate counts as hydrochloride that holds water, never by its own mass."""

    HYDROCHLORIDE = "hydrochloride"
    DIHYDRATE = "hydrochloride dihydrate"


@dataclass(frozen=True, slots=True)
class Dilution:
    """A trituration as it was weighed. active_mg, diluent_mg: of its active and of its diluent [mg].

    packings_mg: what fills one capsule of each alone [mg], where the trituration's own packing statistic was
    computed from them; None when it was measured.
    """

    active_mg: Decimal
    diluent_mg: Decimal
    packings_mg: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class ActiveLot:
    """assay, water, solvents: fractions (0.994, not 99.4). packing_mg: what fills one capsule [mg].

    dilution: of a trituration, whose assay, water and solvents are those of the active that went into it.
    """

    assay: Decimal
    assay_basis: AssayBasis
    water: Decimal
    packing_mg: Decimal
    solvents: Decimal = Decimal(0)
    salt: Salt = Salt.HYDROCHLORIDE
    dilution: Dilution | None = None


@dataclass(frozen=True, slots=True)
class FillerLot:
    """packing_mg: milligrams of this lot that fill one capsule of the size [mg]."""

    packing_mg: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """minimum_mg: the least that may be weighed on it [mg]."""

    minimum_mg: Decimal


@dataclass(frozen=True, slots=True)
class WorksheetOrder:
    """dose_mg: labelled, on the basis given [mg]. overage: fraction (0.03) weighed above the need."""

    dose_mg: Decimal
    basis: Basis
    capsules: int
    overage: Decimal
    capsule_size: str
    active_lot: ActiveLot
    filler_lot: FillerLot
    balance: Balance


@dataclass(frozen=True, slots=True)
class WeighingPolicy:
    """What the pharmacist-in-charge decides about weighing; every value with where it comes from.

    basis_factor: hydrochloride / base. least_dihydrate_water: below it a dihydrate's certificate contradicts
    itself, for its crystal water alone is 8.71 %. *_deviation_percent: beyond them no signature helps.
    trituration_step_mg: triturations are planned in whole steps of it.
    """

    basis_factor: Decimal = Decimal("1.1068")
    basis_source: str = "molar masses 377.86 / 341.40 g/mol (USP monograph M55530; formula)"
    least_assay: Decimal = Decimal("0.980")
    most_assay: Decimal = Decimal("1.020")
    assay_source: str = "USP monograph M55530, Naltrexone Hydrochloride"
    most_water: Decimal = Decimal("0.20")
    least_dihydrate_water: Decimal = Decimal("0.07")
    most_overage: Decimal = Decimal("0.10")
    most_capsules: int = 10_000
    most_dose_mg: Decimal = Decimal("6")
    dose_source: str = "dose policy: above 6 mg a day nothing is compounded"
    active_tolerance_percent: Decimal = Decimal("1")
    filler_tolerance_percent: Decimal = Decimal("2")
    active_deviation_percent: Decimal = Decimal("5")
    filler_deviation_percent: Decimal = Decimal("10")
    deviation_source: str = "pharmacy policy: half of the 10 % by which a capsule's content may differ, for the active"
    trituration_step_mg: Decimal = Decimal("1")
    packing_source: str = "packing statistic of the lot: mean of 5-10 filled capsules less their shells"
    effective: date = date(2025, 1, 1)
    capsules_policy: CapsulePolicy = field(default=CAPSULE_POLICY)


DEFAULT = WeighingPolicy()

_BASES: Mapping[str, Basis] = {
    "hydrochloride": Basis.HYDROCHLORIDE,
    "hcl": Basis.HYDROCHLORIDE,
    "naltrexone hydrochloride": Basis.HYDROCHLORIDE,
    "naltrexone hcl": Basis.HYDROCHLORIDE,
    "base": Basis.BASE,
    "free base": Basis.BASE,
    "naltrexone base": Basis.BASE,
}
_ASSAY_BASES: Mapping[str, AssayBasis] = {
    "anhydrous": AssayBasis.ANHYDROUS,
    "anhydrous, solvent-free": AssayBasis.ANHYDROUS,
    "as is": AssayBasis.AS_IS,
}
_SALTS: Mapping[str, Salt] = {
    "hydrochloride": Salt.HYDROCHLORIDE,
    "hcl": Salt.HYDROCHLORIDE,
    "hydrochloride dihydrate": Salt.DIHYDRATE,
    "hcl dihydrate": Salt.DIHYDRATE,
    "dihydrate": Salt.DIHYDRATE,
}


def from_document(document: object) -> WorksheetOrder:
    """The order from the JSON of `pharmacy worksheet`; the rules themselves are checked by `worksheet`.

    Fractions may be written "0.994" or "99.4 %".
    Raises: InputUnusable naming the path of what is missing, unknown or not a number.
    """
    whole = read_object(
        document,
        field="",
        required=(
            *("dose_mg", "basis", "capsules", "overage", "capsule_size"),
            *("active_lot", "filler_lot", "balance"),
        ),
        optional=("note",),
    )
    filler = read_object(whole["filler_lot"], field="filler_lot", required=("packing_mg",), optional=("name", "number"))
    balance = read_object(whole["balance"], field="balance", required=("minimum_mg",), optional=("name", "number"))
    return WorksheetOrder(
        dose_mg=_milligrams(whole["dose_mg"], "dose_mg"),
        basis=_one_of(_BASES, whole["basis"], "basis"),
        capsules=read_whole(whole["capsules"], field="capsules", least=0),
        overage=read_fraction(whole["overage"], field="overage"),
        capsule_size=_size(whole["capsule_size"]),
        active_lot=_active_lot(whole["active_lot"]),
        filler_lot=FillerLot(_milligrams(filler["packing_mg"], "filler_lot.packing_mg")),
        balance=Balance(_milligrams(balance["minimum_mg"], "balance.minimum_mg")),
    )


def read_fraction(value: object, *, field: str) -> Decimal:
    """A fraction written 0.994, or as a percentage with its sign.

    Raises: InputUnusable; "99.4" without its sign is refused, for "0.5" could then mean two things.

    >>> read_fraction("99.4 %", field="active_lot.assay"), read_fraction("0.03", field="overage")
    (Decimal('0.994'), Decimal('0.03'))
    """
    if isinstance(value, str) and value.strip().endswith("%"):
        percent = read_decimal(value.strip()[:-1].rstrip(), field=field, least=Decimal(0), places=FRACTION_PLACES - 2)
        value = percent.scaleb(-2)
    fraction = read_decimal(value, field=field, least=Decimal(0), places=FRACTION_PLACES)
    if fraction > 2:  # an assay or an overage may be a little above 1, never twice
        shown = format_number(fraction)
        raise InputUnusable(
            f'{field}: {shown} is above 1; write the fraction {format_number(fraction / 100)} or "{shown} %".',
            field,
        )
    return fraction


def refuse_unless_usable(order: WorksheetOrder, policy: WeighingPolicy = DEFAULT) -> None:
    """What no worksheet is made for, whoever asks.

    Raises: RuleBroken naming the field and the limit.
    """
    if order.dose_mg <= 0:
        raise RuleBroken(
            f"A dose of {format_number(order.dose_mg)} mg cannot be weighed: it must be above 0 mg.",
            "dose_mg",
        )
    if not 1 <= order.capsules <= policy.most_capsules:
        raise RuleBroken(
            f"A batch of {order.capsules} capsules is not made: the number must be from 1 to {policy.most_capsules}.",
            "capsules",
        )
    if not 0 <= order.overage <= policy.most_overage:
        raise RuleBroken(
            f"An overage of {_percent(order.overage)} is outside the policy's 0 to {_percent(policy.most_overage)}.",
            "overage",
        )
    if order.balance.minimum_mg <= 0:
        raise RuleBroken("The balance's minimum weight must be above 0 mg.", "balance.minimum_mg")
    refuse_unless_assayed(order.active_lot, policy)
    _refuse_unless_diluted(order.active_lot.dilution)
    size = capsule(order.capsule_size)
    for name, packing_mg in (
        ("active_lot.packing_mg", order.active_lot.packing_mg),
        ("filler_lot.packing_mg", order.filler_lot.packing_mg),
    ):
        if packing_mg <= 0:
            raise RuleBroken(
                f"A packing statistic of {format_number(packing_mg)} mg is impossible: it must be above 0 mg.",
                name,
            )
        refuse_impossible_packing(packing_mg, size, field=name, policy=policy.capsules_policy)


def refuse_unless_assayed(lot: ActiveLot, policy: WeighingPolicy = DEFAULT) -> None:
    """The certificate must hold together and meet the monograph on the anhydrous, solvent-free basis.

    Raises: RuleBroken naming the figure and the limit.
    Source: USP monograph M55530: 98.0-102.0 %, calculated on the anhydrous, solvent-free basis.
    """
    if not (lot.water >= 0 and lot.solvents >= 0 and lot.water + lot.solvents <= policy.most_water):
        raise RuleBroken(
            f"Water {_percent(lot.water)} and solvents {_percent(lot.solvents)} are outside 0 to"
            f" {_percent(policy.most_water)} together: no naltrexone powder holds so much.",
            "active_lot.water",
        )
    if lot.salt == Salt.DIHYDRATE and lot.water < policy.least_dihydrate_water:
        raise RuleBroken(
            f"Water {_percent(lot.water)} contradicts a dihydrate, whose crystal water alone is 8.71 %:"
            f" enter the whole"
            " water found by the certificate; the dihydrate's mass is then not applied a second time.",
            "active_lot.water",
        )
    dry = (1 - lot.water) * (1 - lot.solvents)
    as_is = AssayBasis(lot.assay_basis) is AssayBasis.AS_IS
    scale = dry if as_is else Decimal(1)
    # Compared by multiplication, which is exact; a quotient would be rounded.
    if not policy.least_assay * scale <= lot.assay <= policy.most_assay * scale:
        raise RuleBroken(_assay_refusal(lot, lot.assay / scale, policy), "active_lot.assay")


def _refuse_unless_diluted(dilution: Dilution | None) -> None:
    if dilution is not None and not (dilution.active_mg > 0 and dilution.diluent_mg > 0):
        raise RuleBroken(
            f"A trituration of {format_number(dilution.active_mg)} mg of active and"
            f" {format_number(dilution.diluent_mg)} mg of diluent is none: both must be above 0 mg.",
            "active_lot",
        )


def _assay_refusal(lot: ActiveLot, anhydrous: Decimal, policy: WeighingPolicy) -> str:
    shown = _percent(anhydrous.quantize(Decimal("0.00001")))
    limits = f"{policy.least_assay * 100:.1f}-{policy.most_assay * 100:.1f} %"
    outside = f"on the anhydrous, solvent-free basis, outside {limits} ({policy.assay_source})"
    if AssayBasis(lot.assay_basis) is AssayBasis.ANHYDROUS:
        return f"The assay is {shown} {outside}: the lot may not be used."
    means = f"The assay of {_percent(lot.assay)} as is, with {_percent(lot.water)} water, means {shown} {outside}"
    if anhydrous > policy.most_assay:
        return f"{means}: the certificate probably states it on the anhydrous basis, read it again."
    return f"{means}: the lot may not be used."


def _active_lot(document: object) -> ActiveLot:
    lot = read_object(
        document,
        field="active_lot",
        required=("assay", "assay_basis", "water", "packing_mg"),
        optional=("solvents", "salt", "name", "number"),
    )
    return ActiveLot(
        assay=read_fraction(lot["assay"], field="active_lot.assay"),
        assay_basis=_one_of(_ASSAY_BASES, lot["assay_basis"], "active_lot.assay_basis"),
        water=read_fraction(lot["water"], field="active_lot.water"),
        packing_mg=_milligrams(lot["packing_mg"], "active_lot.packing_mg"),
        solvents=read_fraction(_given(lot, "solvents", 0), field="active_lot.solvents"),
        salt=_one_of(_SALTS, _given(lot, "salt", "hydrochloride"), "active_lot.salt"),
    )


def _given(lot: Mapping[str, object], key: str, default: object) -> object:
    value = lot.get(key)
    return default if value is None else value


def _milligrams(value: object, name: str) -> Decimal:
    return read_decimal(value, field=name, places=MG_PLACES, most=Decimal(100_000))


def _size(value: object) -> str:
    # JSON writers drop the quotes of "3"; 0 and "0" are the same size, "00" can only be text.
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return read_name(value, field="capsule_size").removeprefix("size ").removeprefix("#")


def _one_of(known: Mapping[str, Choice], value: object, name: str) -> Choice:
    text = read_name(value, field=name).lower().replace("_", " ").replace("-", " ")
    for written, choice in known.items():
        if written.replace("-", " ") == text:
            return choice
    raise InputUnusable(f"{name}: {clip(value)} is not one of {', '.join(dict.fromkeys(known.values()))}.", name)


def _percent(fraction: Decimal) -> str:
    return f"{format_number(fraction * 100)} %"

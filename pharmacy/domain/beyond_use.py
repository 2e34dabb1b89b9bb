"""Beyond-use dates: the earliest of every limit that applies, and which one it was.

Calendar dates of the pharmacy, never arithmetic on moments in UTC.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.fields import read_list, read_name, read_object
from pharmacy.domain.units import clip, read_date, read_whole

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)
_MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class FormLimit:
    """name: as the rule is told. days: the day of compounding counted. storage: what the limit asks for."""

    name: str
    days: int
    storage: str = ""


SOLID = FormLimit("capsules and other non-aqueous solids", 180)
OIL = FormLimit("non-aqueous oral liquids", 90)
PRESERVED = FormLimit("preserved aqueous preparations", 35)
UNPRESERVED = FormLimit("non-preserved aqueous preparations", 14, "in a refrigerator")

FORMS: Mapping[str, FormLimit] = MappingProxyType(
    {
        **dict.fromkeys(("capsule", "capsules", "tablet", "tablets", "powder", "non-aqueous solid"), SOLID),
        **dict.fromkeys(("non-aqueous oral liquid", "oil suspension", "oral oil"), OIL),
        **dict.fromkeys(("preserved aqueous", "preserved aqueous liquid"), PRESERVED),
        **dict.fromkeys(("non-preserved aqueous", "non-preserved aqueous liquid"), UNPRESERVED),
    }
)


@dataclass(frozen=True, slots=True)
class BeyondUsePolicy:
    """What the pharmacist-in-charge decides about beyond-use dates.

    first_day: number of the day of compounding, 1 or 0. With 1, 180 days from 2 January end on 30 June 2025.
    """

    forms: Mapping[str, FormLimit] = field(default_factory=lambda: FORMS)
    first_day: int = 1
    source: str = "USP <795>, 2023 revision"
    effective: date = date(2025, 1, 1)


DEFAULT = BeyondUsePolicy()


@dataclass(frozen=True, slots=True)
class Component:
    """expiry: a date, or "yyyy-mm", which means the last day of that month. trituration: made here, not
    bought.
    """

    name: str
    expiry: date | str
    trituration: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that was considered: its date, and the sentence that tells it."""

    date: date
    rule: str


@dataclass(frozen=True, slots=True)
class BeyondUse:
    """date: the last day of use. rule: the limit that won. considered: all of them, earliest first."""

    date: date
    rule: str
    considered: tuple[Limit, ...]
    notes: tuple[str, ...] = ()

    def to_document(self) -> dict[str, object]:
        """The answer of `pharmacy bud` as JSON."""
        return {
            "beyond_use_date": self.date.isoformat(),
            "rule": self.rule,
            "considered": [{"date": limit.date.isoformat(), "rule": limit.rule} for limit in self.considered],
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class BeyondUseOrder:
    """The arguments of `beyond_use_date` as a document gives them."""

    compounded: date
    form: str
    components: tuple[Component, ...]
    formula_limit_days: int | None


def from_document(document: object) -> BeyondUseOrder:
    """The JSON of `pharmacy bud`. `triturations`, optional: {name, beyond_use_date} of each one used.

    Raises: InputUnusable naming the path.
    """
    whole = read_object(
        document,
        field="",
        required=("compounded", "form", "components"),
        optional=("formula_limit_days", "triturations"),
    )
    components = [
        _component(item, f"components[{place}]", "expiry", trituration=False)
        for place, item in enumerate(read_list(whole["components"], field="components"))
    ]
    if not components:
        raise InputUnusable("components: is empty; name every component with its expiry.", "components")
    used = whole.get("triturations")
    components += [
        _component(item, f"triturations[{place}]", "beyond_use_date", trituration=True)
        for place, item in enumerate(read_list([] if used is None else used, field="triturations"))
    ]
    days = whole.get("formula_limit_days")
    return BeyondUseOrder(
        compounded=read_date(whole["compounded"], field="compounded"),
        form=read_name(whole["form"], field="form"),
        components=tuple(components),
        formula_limit_days=(
            None if days is None else read_whole(days, field="formula_limit_days", least=1, most=_MOST_DAYS)
        ),
    )


def beyond_use_date(
    compounded: date,
    form: str,
    components: tuple[Component, ...],
    formula_limit_days: int | None = None,
    policy: BeyondUsePolicy = DEFAULT,
) -> BeyondUse:
    """The earliest of the form's limit, the formula's own and every component's; ties go to the first.

    Formula: last day = compounded + days - 1, the day of compounding being day 1 (policy).
    formula_limit_days: [days], None when the formula sets none.
    Raises: RuleBroken for a form without a limit and for a component that had expired when it was used.
    Source: USP <795>, 2023 revision.

    >>> powder = Component("naltrexone hydrochloride", "2026-03")
    >>> made = beyond_use_date(date(2025, 1, 2), "capsule", (powder,))
    >>> made.date.isoformat(), made.rule
    ('2025-06-30', '180 days for capsules and other non-aqueous solids (USP <795>, 2023 revision)')
    """
    limit = _form_limit(form, policy)
    considered = [_told(limit, compounded, policy)]
    if formula_limit_days is not None:
        considered.append(_own_limit(formula_limit_days, compounded, policy))
    considered += [_component_limit(component, compounded) for component in components]
    considered.sort(key=lambda each: each.date)
    first = considered[0]
    return BeyondUse(first.date, first.rule, tuple(considered), _notes(limit, formula_limit_days, policy))


def last_day(compounded: date, days: int, policy: BeyondUsePolicy = DEFAULT) -> date:
    """The last day of so many days [days].

    Raises: RuleBroken when the calendar ends first.

    >>> last_day(date(2025, 1, 2), 180).isoformat()
    '2025-06-30'
    """
    try:
        return compounded + timedelta(days=days - policy.first_day)
    except OverflowError:
        raise RuleBroken(
            f"{days} days from {compounded.isoformat()} is past the end of the calendar.", "compounded"
        ) from None


def expiry_date(expiry: date | str, *, field: str) -> date:
    """The last day on which a component may be used; a month alone means its last day.

    Raises: InputUnusable naming the field.

    >>> expiry_date("2028-02", field="expiry").isoformat()
    '2028-02-29'
    """
    if isinstance(expiry, str) and (month := _MONTH.fullmatch(expiry.strip())):
        year, number = int(month[1]), int(month[2])
        if year < 1 or not 1 <= number <= 12:
            raise InputUnusable(f"{field}: {clip(expiry)} is not a month of the calendar.", field)
        return date(year, number, monthrange(year, number)[1])
    return read_date(expiry, field=field)


def days_covered(beyond_use: date, first_dose: date) -> int:
    """Days that a batch still covers, the first and the last day included; 0 when it is past.

    >>> days_covered(date(2025, 6, 30), date(2025, 6, 1))
    30
    """
    return max(0, (beyond_use - first_dose).days + 1)


def refuse_unless_covers(beyond_use: date, *, first_dose: date, days_supply: int, first_day: int = 1) -> None:
    """A fill may not outlive its batch.

    first_dose: of the whole course. first_day: of these capsules, counted from there; a later bottle waits until then.
    Raises: RuleBroken naming how many days the batch still covers.
    """
    covered = days_covered(beyond_use, first_dose)
    last_day = first_day + days_supply - 1
    if last_day <= covered:
        return
    if first_day > 1:
        raise RuleBroken(
            f"Days {first_day} to {last_day} from {first_dose.isoformat()} outlive the batch, whose beyond-use date is"
            f" {beyond_use.isoformat()}, day {covered}: use a newer batch.",
            "days_supply",
        )
    raise RuleBroken(
        f"{days_supply} days from {first_dose.isoformat()} outlive the batch, whose beyond-use date is"
        f" {beyond_use.isoformat()}: fill at most {covered} days with the reason, or use a newer batch.",
        "days_supply",
    )


def _form_limit(form: str, policy: BeyondUsePolicy) -> FormLimit:
    written = " ".join(form.lower().split())
    limit = policy.forms.get(written)
    if limit is None:
        known = ", ".join(sorted(policy.forms))
        raise RuleBroken(f"No beyond-use limit is known for the form {clip(form)}: known are {known}.", "form")
    return limit


def _told(limit: FormLimit, compounded: date, policy: BeyondUsePolicy) -> Limit:
    stored = f", kept {limit.storage}" if limit.storage else ""
    rule = f"{limit.days} days for {limit.name}{stored} ({policy.source})"
    return Limit(last_day(compounded, limit.days, policy), rule)


def _own_limit(days: int, compounded: date, policy: BeyondUsePolicy) -> Limit:
    if days < 1:
        raise RuleBroken(f"A formula limit of {days} days is refused: it must be 1 day or more.", "formula_limit_days")
    return Limit(last_day(compounded, days, policy), f"the formula's own limit of {days} days")


def _component_limit(component: Component, compounded: date) -> Limit:
    expiry = expiry_date(component.expiry, field=f"expiry of {component.name}")
    event = "beyond-use date" if component.trituration else "expiry"
    if expiry < compounded:
        raise RuleBroken(
            f"{component.name} may not be used: its {event}, {expiry.isoformat()}, is before the day of"
            f" compounding,"
            f" {compounded.isoformat()}.",
            "components",
        )
    kind = "trituration " if component.trituration else ""
    month = isinstance(component.expiry, str) and _MONTH.fullmatch(component.expiry.strip())
    told = f" (the last day of {component.expiry})" if month else ""
    return Limit(expiry, f"{event} of {kind}{component.name}{told}")


def _notes(limit: FormLimit, formula_limit_days: int | None, policy: BeyondUsePolicy) -> tuple[str, ...]:
    if formula_limit_days is None or formula_limit_days <= limit.days:
        return ()
    return (
        f"A stability study does not lift {limit.days} days for {limit.name}: the formula's"
        f" {formula_limit_days} days"
        f" were not used ({policy.source}).",
    )


def _component(item: object, where: str, date_key: str, *, trituration: bool) -> Component:
    named = read_object(item, field=where, required=("name", date_key), optional=("lot",))
    written = named[date_key]
    expiry_date(_text_or_date(written, f"{where}.{date_key}"), field=f"{where}.{date_key}")
    return Component(
        name=read_name(named["name"], field=f"{where}.name"),
        expiry=_text_or_date(written, f"{where}.{date_key}"),
        trituration=trituration,
    )


def _text_or_date(written: object, field: str) -> date | str:
    return written.strip() if isinstance(written, str) else read_date(written, field=field)

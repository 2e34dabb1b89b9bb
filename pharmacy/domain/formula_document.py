"""A master formulation record as a JSON document: what one pharmacy writes out, another reads in as a draft.

Every key is required, so that nothing is left out unseen, and a key that nobody reads is refused. The document names
no version, state or signature: those belong to the pharmacy that approves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pharmacy.domain.capsules import SIZES
from pharmacy.domain.errors import InputUnusable, RuleBroken
from pharmacy.domain.fields import path, read_list, read_object
from pharmacy.domain.formula import BASES, PROSE, Draft, refuse_unless_sound, tidy, tidy_text
from pharmacy.domain.units import clip, format_number, read_decimal, read_whole

FORMAT = "mortar-formula-1"
ACTIVE, FILLER, SHELL = "active", "filler", "capsule shell"
MOST_NAME = 120
_LINES = ("code", "name", "basis", "form", "capsule_size", "container", "description", "storage")
_KEYS = ("format", *_LINES, "strength_mg", "overage", "limit_days", "components", "steps", *PROSE)
_OWN_KEY = {ACTIVE: "basis", FILLER: "", SHELL: "capsule_size"}


@dataclass(frozen=True, slots=True)
class Component:
    """An ingredient as a document names it. kind: active, filler or capsule shell.

    basis: salt form of an active, else "". capsule_size: of a shell, else "".
    """

    kind: str
    name: str
    grade: str
    basis: str = ""
    capsule_size: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A record with its three components: active, filler, shell."""

    draft: Draft
    components: tuple[Component, Component, Component]


def to_document(written: Written) -> dict[str, object]:
    """The JSON document; exact numbers are texts of digits."""
    draft = written.draft
    texts = {name: getattr(draft, name) for name in (*_LINES, *PROSE)}
    amounts = {
        "strength_mg": format_number(draft.strength_mg),
        "overage": format_number(draft.overage),
        "limit_days": draft.limit_days,
    }
    whole = {
        "format": FORMAT,
        **texts,
        **amounts,
        "components": [_component(component) for component in written.components],
        "steps": list(draft.steps),
    }
    return {key: whole[key] for key in _KEYS}


def from_document(document: object) -> Written:
    """The record that a document holds.

    Raises: RuleBroken naming the path of what is missing, not known or cannot be used.
    """
    read = read_object(document, field="", required=_KEYS)
    if read["format"] != FORMAT:
        raise InputUnusable(f"format: “{FORMAT}” is read here, not {clip(read['format'])}.", "format")
    components = _read_components(read["components"])
    draft = tidy(
        Draft(
            **{name: _text(read[name], name) for name in (*_LINES, *PROSE)},
            strength_mg=read_decimal(read["strength_mg"], field="strength_mg"),
            overage=read_decimal(read["overage"], field="overage"),
            limit_days=read_whole(read["limit_days"], field="limit_days"),
            steps=tuple(
                _text(step, f"steps[{place}]") for place, step in enumerate(read_list(read["steps"], field="steps"))
            ),
            active=components[0].name,
            filler=components[1].name,
            shell=components[2].name,
        )
    )
    refuse_unless_sound(draft)
    if components[2].capsule_size != draft.capsule_size:
        raise RuleBroken(
            f"components[2].capsule_size: the shell is size {components[2].capsule_size}, the formula says"
            f" {draft.capsule_size}.",
            "components[2].capsule_size",
        )
    return Written(draft, components)


def _component(component: Component) -> dict[str, str]:
    own = _OWN_KEY[component.kind]
    named = {"kind": component.kind, "name": component.name, "grade": component.grade}
    return named | ({own: getattr(component, own)} if own else {})


def _read_components(value: object) -> tuple[Component, Component, Component]:
    rows = read_list(value, field="components")
    if len(rows) != len(_OWN_KEY):
        raise InputUnusable(
            f"components: {len(rows)} are given; needed are an active, a filler and a capsule shell, in this order.",
            "components",
        )
    active, filler, shell = (
        _read_component(row, kind, f"components[{place}]")
        for place, (kind, row) in enumerate(zip(_OWN_KEY, rows, strict=True))
    )
    return active, filler, shell


def _read_component(row: object, kind: str, field: str) -> Component:
    own = _OWN_KEY[kind]
    read = read_object(row, field=field, required=("kind", "name", "grade", *([own] if own else [])))
    if read["kind"] != kind:
        raise InputUnusable(
            f"{field}.kind: {clip(read['kind'])} stands where the {kind} is expected; the order is active, filler,"
            " capsule shell.",
            f"{field}.kind",
        )
    component = Component(
        kind, **{key: _short(read, key, field) for key in ("name", "grade", "basis", "capsule_size") if key in read}
    )
    if not component.name:
        raise InputUnusable(f"{field}.name: a text is needed.", f"{field}.name")
    if kind == ACTIVE and component.basis not in BASES:
        raise InputUnusable(f"{field}.basis: one of {', '.join(BASES)} is needed.", f"{field}.basis")
    if kind == SHELL and component.capsule_size not in SIZES:
        raise InputUnusable(f"{field}.capsule_size: one of {', '.join(SIZES)} is needed.", f"{field}.capsule_size")
    return component


def _short(read: Mapping[str, object], key: str, field: str) -> str:
    at = path(field, key)
    value = tidy_text(_text(read[key], at))
    if len(value) > MOST_NAME or not value.isprintable():
        raise InputUnusable(f"{at}: one line of at most {MOST_NAME} printable characters is needed.", at)
    return value


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise InputUnusable(f"{field}: a text is needed.", field)
    return value

"""The buttons of a record: what this person may do next, as the workflow table says, each with its page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from pharmacy.domain.workflow import Subject, open_steps
from pharmacy.web.access import actor

ENDING = frozenset({"reject", "retire", "recall", "expire", "exhaust"})


@dataclass(frozen=True, slots=True)
class Button:
    """label: as the workflow table calls the step. ends: whether it takes the record out of use."""

    verb: str
    label: str
    url: str
    ends: bool


def buttons(
    subject: Subject, state: str, pages: Mapping[str, str], *, but: Collection[str] = (), **key: Any
) -> tuple[Button, ...]:
    """Buttons for the steps that have a page. pages: endpoint by verb; but: verbs to leave out; key: of the record."""
    return tuple(
        Button(step.verb, step.label, url_for(pages[step.verb], **key), step.verb in ENDING)
        for step in open_steps(subject, state, actor().role)
        if step.verb in pages and step.verb not in but
    )

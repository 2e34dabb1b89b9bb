"""The help is open to everybody, and its table is the one that decides."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from pharmacy.domain.roles import Role
from pharmacy.domain.workflow import STEPS

ClientAs = Callable[[str], Any]


@pytest.mark.parametrize("role", list(Role))
def test_everybody_may_read_the_help(client_as: ClientAs, role: Role) -> None:
    page = client_as(role).get("/help/")
    assert page.status_code == 200
    assert "When something is refused" in page.text


def test_the_states_page_lists_every_step_of_the_workflow(client_as: ClientAs) -> None:
    page = client_as("auditor").get("/help/states").text
    for step in STEPS:
        assert f"<td>{step.label}</td>" in page


def test_the_states_page_says_who_may_not_sign(client_as: ClientAs) -> None:
    page = client_as("technician").get("/help/states").text
    assert "by somebody who has not worked on it" in page


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(app: Any) -> None:
    answer = app.test_client().get("/help/")
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


@pytest.mark.parametrize("role", ["pharmacist-in-charge", "administrator"])
def test_the_help_names_every_key_of_the_bar(client_as: ClientAs, role: str) -> None:
    page = client_as(role).get("/help/").text
    keys = set(re.findall(r'data-key="(\w)"', page))
    assert keys
    assert {key for key in keys if f"<kbd>g</kbd> <kbd>{key}</kbd>" in page} == keys

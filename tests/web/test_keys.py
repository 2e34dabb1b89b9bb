"""A number in an address that no database can hold is an address that is not there."""

from collections.abc import Callable
from typing import Any

import pytest

ClientAs = Callable[[str], Any]


@pytest.mark.parametrize("key", [2**63, 10**20, 10**400])
@pytest.mark.parametrize("table", ["lots", "batches", "formulas", "labels", "prescriptions"])
def test_a_key_too_large_for_a_database_is_not_found(client_as: ClientAs, table: str, key: int) -> None:
    assert client_as("technician").get(f"/{table}/{key}").status_code == 404


@pytest.mark.parametrize("table", ["lots", "batches", "formulas", "labels", "prescriptions"])
def test_the_largest_key_is_looked_up(client_as: ClientAs, table: str) -> None:
    assert client_as("technician").get(f"/{table}/{2**63 - 1}").status_code == 404

"""Text that cannot be kept and files where text belongs: a sentence, never a fault."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.counter import shown

AS = Callable[[str], FlaskClient]


@pytest.mark.parametrize("address", ["/prescriptions/?after=%00", "/reports/trail?after=1%00", "/sign-in?next=%00"])
def test_a_character_that_cannot_be_kept_in_an_address_is_refused(client_as: AS, address: str) -> None:
    answer = client_as("pharmacist-in-charge").get(address)
    assert answer.status_code == 422
    assert "cannot be kept" in shown(answer)


@pytest.mark.parametrize(
    ("role", "address", "name"),
    [
        ("technician", "/lots/receive", "supplier"),
        ("technician", "/formulas/new", "name"),
        ("technician", "/formulas/ingredients/new", "name"),
        ("administrator", "/admin/people/new", "full_name"),
    ],
)
@pytest.mark.parametrize("kind", ["nul", "file"])
def test_a_field_with_such_a_character_or_with_a_file_is_refused_by_name(
    client_as: AS, role: str, address: str, name: str, kind: str
) -> None:
    bad: Any = "a\0b" if kind == "nul" else (io.BytesIO(b"x"), "x.txt")
    client = client_as(role)
    answer = client.post(address, data={name: bad}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert name in shown(answer)
    assert ("cannot be kept" if kind == "nul" else "a file was sent") in shown(answer)


@pytest.mark.parametrize(
    "wanted", ["/\t/evil.example", "//evil.example", "/\\evil.example", "https://evil.example", "/\n/x"]
)
def test_signing_in_never_leads_to_another_host(client_as: AS, app: Any, wanted: str) -> None:
    typed = {"username": "technician", "password": "six grey herons at dusk", "next": wanted}
    assert app.test_client().post("/sign-in", data=typed).location == "/"

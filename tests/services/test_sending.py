"""Bytes to printers that behave and misbehave: what certainly left nothing, and what nobody can know."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pharmacy.domain.print_states import LEASE
from pharmacy.services.sending import USUAL, Doubtful, NotSent, send
from pharmacy.settings import Printer
from tests.services.fake_printers import HURRIED, closed_port, make_lp, tcp_printer

LABEL = b"^XA" + b"0123456789" * 3000 + b"^XZ"
LONG = b"x" * 8_000_000  # more than any buffer of the network between
HP = Printer("office", "pdf", "vial-4x2", 203, queue="HP_Laser")

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what was acknowledged")


def _send(printer: Printer, data: bytes = LABEL) -> None:
    send(printer, data, title="Mortar label 12", patience=HURRIED)


def test_a_printer_gets_every_byte_and_nothing_else() -> None:
    with tcp_printer() as fake:
        _send(fake.printer())
    assert fake.got == [LABEL]


@linux_only
def test_a_printer_that_never_closes_the_line_has_the_label_once_every_byte_is_acknowledged() -> None:
    with tcp_printer("keeps") as fake:
        _send(fake.printer())
    assert fake.got == [LABEL]


def test_where_nobody_listens_nothing_was_sent() -> None:
    nowhere = Printer("zebra", "zpl", "vial-4x2", 203, host="127.0.0.1", port=closed_port())
    with pytest.raises(NotSent, match="takes no connection"):
        _send(nowhere)


def test_a_name_that_nobody_knows_is_said_so() -> None:
    with pytest.raises(NotSent, match=r"printer\.invalid is not known on this network"):
        _send(Printer("zebra", "zpl", "vial-4x2", 203, host="printer.invalid", port=9100))


@pytest.mark.parametrize("does", ["drops", "half"])
@pytest.mark.parametrize("data", [LABEL, LONG], ids=["a label", "much"])
def test_a_line_that_breaks_after_something_left_is_a_doubt(does: str, data: bytes) -> None:
    with tcp_printer(does) as fake, pytest.raises((Doubtful, NotSent), match="broke the connection off") as refusal:
        _send(fake.printer(), data)
    assert refusal.type is Doubtful or "before it took anything" in str(refusal.value)


def test_a_printer_that_stops_taking_is_a_doubt_that_says_how_much_left_at_most() -> None:
    with (
        tcp_printer("stalls") as fake,
        pytest.raises(Doubtful, match=r"stopped taking the label, after \d+ of 8000000"),
    ):
        _send(fake.printer(), LONG)


def test_sending_never_lasts_as_long_as_a_worker_may_hold_a_print() -> None:
    tcp = USUAL.connect + USUAL.whole + USUAL.stall + USUAL.close
    assert 1.5 * max(tcp, USUAL.lp) < LEASE.total_seconds()


@pytest.fixture
def lp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PHARMACY_SECRET_KEY", "a secret that no other program needs")
    return tmp_path / "bin"


unix_only = pytest.mark.skipif(sys.platform == "win32", reason="there is no lp on Windows")


@unix_only
@pytest.mark.parametrize(("form", "option"), [("pdf", "print-scaling=none"), ("zpl", "raw")])
def test_lp_gets_the_bytes_fixed_arguments_and_none_of_our_secrets(lp: Path, form: str, option: str) -> None:
    make_lp(lp)
    _send(Printer("office", form, "vial-4x2", 203, queue="HP_Laser"))
    assert (lp / "given").read_bytes() == LABEL
    assert (lp / "arguments").read_text().splitlines() == [
        *("-d", "HP_Laser", "-t", "Mortar label 12", "-n", "1", "-o", option, "-")
    ]
    assert "PHARMACY" not in (lp / "environment").read_text()


@unix_only
def test_what_lp_refuses_was_not_sent_and_its_own_words_say_why(lp: Path) -> None:
    make_lp(lp, says="lp: The printer or class does not exist.", code=1)
    with pytest.raises(NotSent) as refusal:
        _send(HP)
    assert str(refusal.value) == "The command lp refused: The printer or class does not exist."


@unix_only
def test_an_lp_that_does_not_end_is_a_doubt(lp: Path) -> None:
    make_lp(lp, waits=3)
    with pytest.raises(Doubtful, match=r"did not end within 0\.3 seconds"):
        send(HP, LABEL, title="Mortar label 12", patience=replace(HURRIED, lp=0.3))


def test_a_machine_without_lp_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotSent, match="lp is not installed"):
        _send(HP)

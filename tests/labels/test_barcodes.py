"""The codes as modules: what they hold, and that an independent encoder draws the same bars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.graphics.barcode.code128 import Code128

from labels.barcodes import Barcode, Modules, code128, datamatrix
from labels.errors import LabelRefused
from labels.read_back import decode

payloads = st.text([chr(n) for n in range(33, 127)], min_size=1, max_size=40)


def _scanned(modules: Modules, *, down: int) -> tuple[Barcode, ...]:
    """The code on white paper, four dots a module."""
    blank = [255] * (4 * (modules.across + 24))
    picture = [blank] * 48
    for row in modules.rows:
        dots = [255] * 48 + [0 if dark else 255 for dark in row for _ in range(4)] + [255] * 48
        picture = picture + [dots] * (4 * down)
    picture = picture + [blank] * 48
    return decode(b"".join(map(bytes, picture)), width=len(blank), height=len(picture))


@given(payload=payloads)
def test_any_plain_payload_scans_as_code_128(payload: str) -> None:
    modules = code128(payload, field="rx_number")
    assert modules.down == 1
    assert _scanned(modules, down=20) == (Barcode("code128", payload),)


@given(payload=payloads)
def test_any_plain_payload_scans_as_a_square_datamatrix(payload: str) -> None:
    modules = datamatrix(payload, field="token")
    assert modules.down == modules.across
    assert _scanned(modules, down=1) == (Barcode("datamatrix", payload),)


@pytest.mark.parametrize("payload", ["7000017-0", "7000017-12", "B261124-01"])
def test_the_bars_are_not_wider_than_those_of_an_independent_encoder(payload: str) -> None:
    # ReportLab writes a code of its own choice of subsets; ours takes no more modules.
    other = Code128(payload, barWidth=1, quiet=0)
    assert code128(payload, field="rx_number").across <= other.width


def test_the_token_of_a_fill_takes_sixteen_modules_a_side() -> None:
    # ISO/IEC 16022: 16 x 16 holds 12 codewords, ten letters and digits beside the MTR1 prefix in C40.
    assert datamatrix("MTR1:K7Q2M5WX3C", field="token").across == 16


def test_a_code_turned_for_a_vial_has_its_bars_lying_flat() -> None:
    bars = code128("7000017-0", field="rx_number")
    turned = bars.turned()
    assert (turned.across, turned.down) == (1, bars.across)
    assert [row[0] for row in turned.rows] == list(bars.rows[0])


@pytest.mark.parametrize("payload", ["", "a b", "Rosa\n", "é", "\x1d01", "7" * 41, "张"])
def test_a_payload_that_scanners_would_garble_is_refused(payload: str) -> None:
    for encode in (code128, datamatrix):
        with pytest.raises(LabelRefused) as refusal:
            encode(payload, field="token")
        assert refusal.value.field == "token"

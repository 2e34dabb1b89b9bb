"""NDCs in every shape; the published ones of naltrexone come out alike from all of them."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain import containers, ndc
from pharmacy.domain.errors import InputUnusable

TODAY = date(2026, 11, 26)


def published(shared_data: Path) -> list[str]:
    """Package codes as the FDA lists them, with hyphens, 10 digits."""
    with (shared_data / "fda" / "naltrexone_unfinished_packages.tsv").open(encoding="utf-8", newline="") as file:
        return sorted({row["NDCPACKAGECODE"] for row in csv.DictReader(file, delimiter="\t")})


def test_every_published_code_is_the_same_in_all_its_shapes(shared_data: Path) -> None:
    codes = published(shared_data)
    assert len(codes) > 50
    for written in codes:
        [meant] = ndc.read(written)
        labeler, product, package = written.split("-")
        # Billing form 5-4-2 of 21 CFR 162.1002 by hand: each part filled up with zeros.
        eleven = f"{labeler:0>5}{product:0>4}{package:0>2}"
        assert meant.eleven == eleven
        for shape in (eleven, f"0{eleven}", str(meant), f"{labeler:0>6}-{product:0>4}-{package:0>2}"):
            assert ndc.read(shape) == (meant,), shape
        assert meant in ndc.read(written.replace("-", ""))
        assert meant in ndc.in_gtin(ndc.gtin_of(written.replace("-", "")))


def test_ten_digits_without_hyphens_name_every_code_that_they_may_mean() -> None:
    with pytest.raises(InputUnusable, match="may mean 00395-8083-19 or 03958-0083-19 or 03958-0831-09; write it with"):
        ndc.read_one("0395808319")


def test_a_labeler_of_six_digits_has_no_form_of_eleven() -> None:
    [code] = ndc.read("123456-0789-01")
    assert (code.twelve, str(code)) == ("123456078901", "123456-0789-01")
    with pytest.raises(InputUnusable, match="has no form of 11 digits"):
        _ = code.eleven


@pytest.mark.parametrize(
    "text", ["", "0395-8083", "0395-8083-199", "395-8083-19", "0395-808-19", "0395_8083_19", "12345678"]
)
def test_what_has_no_shape_of_an_ndc_is_refused_with_the_shapes_there_are(text: str) -> None:
    with pytest.raises(InputUnusable, match="4-4-2, 5-3-2, 5-4-1, 5-4-2 or 6-4-2"):
        ndc.read(text)


def test_a_gtin_holds_an_ndc_only_behind_03_and_with_its_check_digit() -> None:
    assert ndc.in_gtin("07032069804988") == ()
    assert ndc.in_gtin("00303958083195")
    assert ndc.in_gtin("00303958083194") == ()
    assert ndc.in_gtin("50303958083190")  # a case of the same packages: indicator digit 5


def test_gtins_of_12_13_and_14_digits_are_the_same_code() -> None:
    # 303958083195 is the UPC of NDC 0395-8083-19: 3, the ten digits, check digit.
    assert {ndc.as_gtin(text) for text in ("303958083195", "0303958083195", "00303958083195")} == {"00303958083195"}
    assert ndc.as_gtin("303958083194") == ""


@given(st.text("0123456789", min_size=10, max_size=10))
def test_each_code_of_ten_digits_gives_the_digits_back(digits: str) -> None:
    for code, (labeler, product, package) in zip(ndc.read(digits), ((4, 4, 2), (5, 3, 2), (5, 4, 1)), strict=True):
        assert code.eleven[5 - labeler : 5] + code.eleven[9 - product : 9] + code.eleven[11 - package :] == digits


def test_a_code_of_a_container_tells_lot_expiry_and_net_weight() -> None:
    [found] = containers.read("(01)90303958083198(3103)000025(17)280200(10)SC-77", today=TODAY)
    assert (found.gtin, found.maker_lot, found.expiry, found.net_mg) == (
        "90303958083198",
        "SC-77",
        date(2028, 2, 29),
        25000,
    )


def test_a_retail_code_is_a_gtin_and_never_an_element_string() -> None:
    [found] = containers.read("]E00303958083195", today=TODAY)
    assert (found.gtin, found.maker_lot) == ("00303958083195", "")


def test_digits_that_may_be_a_lot_or_an_ndc_are_shown_as_both() -> None:
    found = containers.read("1012345678", today=TODAY)
    assert [way.maker_lot for way in found] == ["12345678", "", "", ""]
    assert [str(code) for way in found[1:] for code in way.ndcs] == ["01012-3456-78", "10123-0456-78", "10123-4567-08"]
    assert containers.agreed(found) == containers.Container(code="")


def test_only_what_all_ways_have_in_common_is_agreed() -> None:
    found = containers.read("010030395808319510SC7717271231", today=TODAY)
    common = containers.agreed(found)
    assert (common.gtin, common.maker_lot, common.expiry) == ("00303958083195", "", None)

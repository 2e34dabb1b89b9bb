"""The published opioid products, each by its name and by its code, at the right level; exact counts for each file.

Expected levels come from the files: extended release, buprenorphine and methadone by their own value sets, levorphanol
and levomethadyl by their ingredient, patches by their dose form. No code is left out.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from pharmacy.domain.drug_names import Group, Match, find

_OPIOID = Path(__file__).resolve().parents[3] / "shared" / "data" / "opioid"
_LONG = ("extended-release-opioid-with-ambulatory-misuse-potential", "buprenorphine-and-methadone-medications",
         "buprenorphine-medications", "methadone-medications")  # fmt: skip
_ALWAYS_LONG = ("levorphanol", "levomethadyl", "buprenorphine", "methadone")
_FORMS = ("extended release", "transdermal")


def _rows(name: str) -> list[dict[str, str]]:
    file = _OPIOID / name
    if not file.exists():
        pytest.skip("The published opioid products are not beside this checkout.")
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _value_set(name: str) -> list[dict[str, str]]:
    return _rows(f"cds_valueset_{name}.csv")


def _level(matches: tuple[Match, ...]) -> str:
    groups = {match.group for match in matches}
    if Group.LONG_ACTING_OPIOID in groups:
        return "stop"
    return "pharmacist" if Group.OPIOID in groups else "none"


def _long_codes() -> set[str]:
    return {row["rxcui"] for name in _LONG for row in _value_set(name)}


def _expected(code: str, name: str, long: set[str]) -> str:
    """Long-acting by a value set, by ingredient, or by the dose form in the product's RxNorm name."""
    return "stop" if code in long or any(word in name.casefold() for word in (*_ALWAYS_LONG, *_FORMS)) else "pharmacist"


@pytest.mark.parametrize(
    ("name", "stop", "pharmacist"),
    [
        ("buprenorphine-and-methadone-medications", 85, 0),
        ("buprenorphine-medications", 83, 0),
        ("extended-release-opioid-with-ambulatory-misuse-potential", 183, 0),
        ("fentanyl-type-medications", 10, 88),
        ("methadone-medications", 16, 0),
        ("non-synthetic-opioid-medications", 49, 213),
        ("opioid-analgesics-with-ambulatory-misuse-potential", 236, 321),
        ("oxycodone-medications", 32, 64),
        ("synthetic-opioid-medications", 193, 241),
    ],
)
def test_every_product_of_a_value_set_screens_as_an_opioid_at_its_level(name: str, stop: int, pharmacist: int) -> None:
    long, counted = _long_codes(), Counter[str]()
    for row in _value_set(name):
        code, shown = row["rxcui"], row["display"]
        expected = _expected(code, shown, long)
        assert (_level(find(shown)), _level(find("", code))) == (expected, expected), (code, shown)
        counted[expected] += 1
    assert counted == Counter({"stop": stop, "pharmacist": pharmacist})


def test_every_product_of_the_terminology_table_screens_as_its_ingredient() -> None:
    rows = _rows("omtk2020_drug_ingredients.csv")
    long, seen = _long_codes(), Counter[str]()
    for row in rows:
        code, shown, ingredient = row["rxcui"], row["name"], row["ingredient"].casefold()
        for matches in (find(shown), find("", code)):
            assert ingredient in {match.ingredient for match in matches}, row
        expected = _expected(code, f"{shown} {row['dose_form']}", long)
        assert (_level(find(shown)), _level(find("", code))) == (expected, expected), row
        seen[expected] += 1
    assert (len(rows), len({row["rxcui"] for row in rows})) == (1131, 1126)
    assert seen == Counter({"pharmacist": 783, "stop": 348})


def test_no_benzodiazepine_screens_as_anything() -> None:
    rows = _value_set("benzodiazepine-medications")
    assert len(rows) == 207
    assert [row for row in rows if find(row["display"], row["rxcui"])] == []


def test_of_the_naloxone_products_only_those_with_an_opioid_screen_as_one() -> None:
    rows = _value_set("naloxone-medications")
    counted = Counter[str]()
    for row in rows:
        shown = row["display"].casefold()
        opioid = next((name for name in ("buprenorphine", "pentazocine") if name in shown), "")
        expected = {"": "none", "buprenorphine": "stop", "pentazocine": "pharmacist"}[opioid]
        assert (_level(find(row["display"])), _level(find("", row["rxcui"]))) == (expected, expected), row
        counted[expected] += 1
    assert counted == Counter({"stop": 28, "none": 21, "pharmacist": 1})


def test_a_patch_implant_or_injection_of_buprenorphine_is_told_from_what_leaves_in_days() -> None:
    depots = {row["rxcui"] for row in _value_set("buprenorphine-medications") if find("", row["rxcui"])[0].depot}
    named = {
        row["rxcui"]
        for row in _value_set("buprenorphine-medications")
        if "Prefilled Syringe" in row["display"] or "Implant" in row["display"]
    }
    assert depots == named
    assert len(named) == 20
    assert all(find(row["display"])[0].depot is (row["rxcui"] in named)
               for row in _value_set("buprenorphine-medications"))  # fmt: skip

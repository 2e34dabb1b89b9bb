"""A formula's lines, read as the steps of the bench."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain.procedure import BenchStep, Part, Task, bench_steps, least_seconds

PARTS = (
    Part(1, "active", "Naltrexone hydrochloride"),
    Part(2, "filler", "Microcrystalline cellulose"),
    Part(3, "capsule shell", "Hypromellose capsule, size 3"),
)
PORTIONS = (Decimal("510.731"), Decimal("1021.462"), Decimal("200.000"))


def told(*lines: str, portions: tuple[Decimal, ...] = ()) -> list[tuple[str, int, str]]:
    return [(step.task.value, step.position, step.text) for step in bench_steps(lines, PARTS, portions)]


def test_each_component_is_weighed_where_its_line_stands() -> None:
    assert told(
        "Clear the bench.",
        "Weigh microcrystalline cellulose and sift it.",
        "Scan and weigh naltrexone hydrochloride; a second person reads the weight.",
        "Mix.",
        "Count out the capsules.",
    ) == [
        ("do", 0, "Clear the bench."),
        ("weigh", 2, "Weigh microcrystalline cellulose and sift it."),
        ("weigh", 1, "Scan and weigh naltrexone hydrochloride; a second person reads the weight."),
        ("do", 0, "Mix."),
        ("weigh", 3, "Count out the capsules."),
    ]


def test_a_line_that_weighs_without_a_name_weighs_all_that_no_other_line_names() -> None:
    assert told("Weigh the components.", "Mix.", "Count the shells.") == [
        ("weigh", 1, "Weigh the components."),
        ("weigh", 2, "Weigh the components."),
        ("do", 0, "Mix."),
        ("weigh", 3, "Count the shells."),
    ]


def test_components_that_no_line_weighs_are_weighed_first_and_shells_before_the_filling() -> None:
    assert told("Mix.", "Fill the capsules.") == [
        ("weigh", 1, ""),
        ("weigh", 2, ""),
        ("do", 0, "Mix."),
        ("weigh", 3, ""),
        ("do", 0, "Fill the capsules."),
    ]
    assert told("Mix.") == [("weigh", 1, ""), ("weigh", 2, ""), ("weigh", 3, ""), ("do", 0, "Mix.")]


@pytest.mark.parametrize(
    "line", ["Weigh", "Weigh.", "Weigh all components.", "Weigh the ingredients from scanned lots"]
)
def test_a_line_that_weighs_everything_weighs_what_is_left(line: str) -> None:
    assert [position for task, position, _ in told(line) if task == "weigh"] == [1, 2, 3]


@pytest.mark.parametrize("line", ["Weigh the sample and look at every capsule", "Weigh ten finished capsules"])
def test_a_line_that_weighs_something_else_counts_no_shells(line: str) -> None:
    assert told("Weigh the active.", "Weigh the filler.", "Fill.", line)[-1] == ("do", 0, line)


@pytest.mark.parametrize(
    "line",
    [
        "Check that the amounts are above the balance's minimum weight.",
        "Weigh ten finished capsules.",
        "Fill the capsules.",
        "Note the weight of the active.",
    ],
)
def test_a_line_about_weights_or_capsules_takes_no_component_from_the_line_that_weighs_it(line: str) -> None:
    steps = told("Weigh the active.", "Weigh the filler.", "Count the shells.", line)
    assert steps[-1] == ("do", 0, line)


def test_geometric_dilution_is_confirmed_portion_by_portion() -> None:
    steps = bench_steps(("Weigh all.", "Mix by geometric dilution, 2 min each."), PARTS, PORTIONS)
    assert [step.detail for step in steps[3:]] == [
        "Portion 1 of 3: add about 511 mg of filler and mix until even.",
        "Portion 2 of 3: add about 1021 mg of filler and mix until even.",
        "Portion 3 of 3: add about 200 mg of filler and mix until even.",
    ]
    assert {step.seconds for step in steps[3:]} == {120}


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Mix the whole powder once more in a closed jar (5 min).", 300),
        ("Mix for 5 to 10 minutes.", 300),
        ("Mix 5-10 min", 300),
        ("Tap for 30 seconds", 30),
        ("Let it stand 1 hour", 3600),
        ("Wait 999 hours", 86400),
        ("Use the 100 hole machine", 0),
        ("Take size 3 capsules", 0),
        ("Weigh 5 mg", 0),
    ],
)
def test_the_least_time_that_a_line_names_is_its_timer(line: str, seconds: int) -> None:
    assert least_seconds(line) == seconds


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ("Calculate the quantity of each ingredient to weigh.", "Accurately weigh each ingredient.", "Mix."),
            ["", "123", ""],
            id="a calculation weighs nothing",
        ),
        pytest.param(
            ("Weigh all components.", "Fill capsules.", "Weigh ten capsules: shell, active and filler within 5 %."),
            ["123", "", ""],
            id="finished capsules are no components",
        ),
        pytest.param(
            ("Weigh active.", "Weigh filler.", "Fill.", "Count the capsules."),
            ["1", "2", "3", ""],
            id="capsules counted behind the filling are no shells",
        ),
        pytest.param(
            ("Weigh active.", "Weigh filler.", "Encapsulate.", "Count and weigh the filled capsules."),
            ["1", "2", "3", ""],
            id="encapsulating is filling",
        ),
        pytest.param(
            ("Clean the filling machine.", "Fill in the log.", "Weigh the active.", "Weigh the filler.", "Fill."),
            ["", "", "1", "2", "3"],
            id="a filling machine and a form are not filled with powder",
        ),
        pytest.param(
            ("Put on gloves.", "Tare a weighing boat.", "Weigh naltrexone HCl.", "Weigh Avicel PH-105.", "Fill."),
            ["", "", "1", "2", "3"],
            id="shortened and other names",
        ),
        pytest.param(
            ("Clear the bench.", "Weigh each powder separately.", "Mix.", "Count 100 empty capsules.", "Fill."),
            ["", "12", "", "3", ""],
            id="each powder separately",
        ),
    ],
)
def test_procedures_as_pharmacists_write_them_weigh_each_component_at_its_place(
    lines: tuple[str, ...], expected: list[str]
) -> None:
    """expected: of every line, the components weighed with it or right before it."""
    found, waiting = dict.fromkeys(lines, ""), ""
    for step in bench_steps(lines, PARTS, ()):
        if step.task is Task.WEIGH:
            waiting += str(step.position)
        if step.text:
            found[step.text] += waiting
            waiting = ""
    assert list(found.values()) == expected


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Mix for 1.5 hours", 5400),
        ("Shake 0.5 min", 30),
        ("Mix 5 mins", 300),
        ("Rest 1 hr", 3600),
        ("A 10-minute mix in the jar", 600),
        ("Mix at 1000 rpm for 2 x 5 min", 300),
        ("Mix for at least 2 min", 120),
        ("Mix for more than 2 min", 120),
        ("Use within 24 hours, mix for 5 min", 300),
        ("Use within 24 hours", 0),
        ("Stable for 6 h at room temperature", 0),
        ("After 24 hours the powder is discarded", 0),
        ("Do not mix for more than 30 min", 0),
        ("Mix no longer than 10 min", 0),
        ("Mix up to 10 minutes", 0),
        ("Scrape the mortar every 30 seconds", 0),
    ],
)
def test_a_time_that_is_a_limit_or_a_rhythm_starts_no_timer(line: str, seconds: int) -> None:
    assert least_seconds(line) == seconds


def test_a_line_that_weighs_and_mixes_is_mixed_for_its_time_too() -> None:
    steps = bench_steps(("Weigh the active and the filler, and mix for 5 min.", "Count the shells."), PARTS, ())
    assert [(step.position, step.seconds) for step in steps] == [(1, 0), (2, 0), (0, 300), (3, 0)]


def test_the_time_of_a_whole_dilution_runs_once_and_the_portions_are_mixed_once() -> None:
    lines = ("Weigh all.", "Mix by geometric dilution for 10 minutes.", "Go on with the geometric dilution to the end.")
    steps = bench_steps(lines, PARTS, PORTIONS)[3:]
    assert [(bool(step.detail), step.seconds) for step in steps] == [(True, 0), (True, 0), (True, 600), (False, 0)]


words = st.sampled_from(
    ["weigh", "Weigh the active", "count capsules", "mix", "by geometric dilution", "filler", "5 min", "cellulose", ""]
)


@given(st.lists(st.lists(words, max_size=4).map(" ".join), max_size=8))
def test_whatever_the_lines_say_every_component_is_weighed_exactly_once(lines: list[str]) -> None:
    steps = bench_steps(lines, PARTS, PORTIONS)
    weighed: list[BenchStep] = [step for step in steps if step.task is Task.WEIGH]
    assert sorted(step.position for step in weighed) == [1, 2, 3]
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))

"""Two versions side by side: nothing is lost, nothing is called the same that is not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.domain.formula_difference import Pair, Pieces, difference

LINES = st.lists(st.text("ab c", min_size=1, max_size=6), max_size=6).map(tuple)


def text_of(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)


def test_a_changed_word_is_marked_in_both_lines() -> None:
    found = difference({"Storage": ("Store at 20 °C",)}, {"Storage": ("Store at 25 °C",)})
    (field,) = found.changed
    assert field.pairs == (
        Pair(
            (("Store at ", False), ("20", True), (" °C", False)), (("Store at ", False), ("25", True), (" °C", False))
        ),
    )


def test_a_step_put_in_between_stands_beside_nothing() -> None:
    found = difference({"Steps": ("Weigh.", "Fill.")}, {"Steps": ("Weigh.", "Mix.", "Fill.")})
    (field,) = found.changed
    assert [(pair.same, pair.old is None) for pair in field.pairs] == [(True, False), (False, True), (True, False)]
    assert field.pairs[1].new == (("Mix.", True),)


def test_fields_that_say_the_same_are_kept_apart() -> None:
    found = difference({"Name": ("A",), "Form": ("x",)}, {"Name": ("B",), "Form": ("x",)})
    assert found.same == (("Form", ("x",)),)


@given(LINES, LINES)
def test_both_versions_can_be_read_from_their_difference(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    found = difference({"Steps": old}, {"Steps": new})
    pairs = found.changed[0].pairs if found.changed else ()
    assert bool(pairs) == (old != new)
    if pairs:
        assert tuple(text_of(pair.old) for pair in pairs if pair.old is not None) == old
        assert tuple(text_of(pair.new) for pair in pairs if pair.new is not None) == new
        assert all(pair.same == (pair.old == pair.new) for pair in pairs)


def test_a_space_between_two_words_that_differ_is_marked_with_them() -> None:
    found = difference({"Storage": ("Room temperature, dry",)}, {"Storage": ("In the cold, dry",)})
    assert found.changed[0].pairs[0].new == (("In the cold,", True), (" dry", False))


def test_a_line_that_differs_by_spaces_alone_is_marked_whole() -> None:
    found = difference({"Steps": ("Mix  it.",)}, {"Steps": ("Mix it.",)})
    assert found.changed[0].pairs == (Pair((("Mix  it.", True),), (("Mix it.", True),)),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("a",) * 1000 + ("b",) * 1000, ("a", "b") * 1000),
        (("a " * 1000 + "b " * 1000,), ("a b " * 1000,)),
        (("a " * 120 + "b " * 120,) * 100, ("a b " * 120,) * 100),
    ],
)
def test_texts_as_long_as_a_record_may_hold_are_compared_in_seconds(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    begun = time.process_time()
    (field,) = difference({"Steps": old}, {"Steps": new}).changed
    assert time.process_time() - begun < 5
    assert tuple(text_of(pair.new) for pair in field.pairs if pair.new is not None) == new

"""Lines are filled by measured width; nothing is clipped, and what cannot be printed is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.content import EXAMPLE
from labels.errors import LabelRefused
from labels.fit import DoesNotFit, refuse_unprintable, wrap
from labels.fonts import BOLD, REGULAR, has_glyph, width


def test_a_number_stays_with_what_it_counts() -> None:
    for room in range(90, 300, 7):
        lines = wrap("Take 1 capsule for 14 days, then 2 capsules", font=BOLD, size=12, room=room)
        assert not any(line.split()[-1].isdigit() for line in lines)


def test_a_strength_is_never_torn_from_its_unit() -> None:
    for room in range(150, 300, 7):
        lines = wrap("naltrexone hydrochloride 4.5 mg capsule", font=BOLD, size=13, room=room)
        assert any("4.5 mg" in line for line in lines)


def test_a_word_that_is_wider_than_the_line_breaks_after_its_own_hyphen() -> None:
    lines = wrap("Ana Cholmondeley-Wolfeschlegel", font=BOLD, size=14, room=120)
    assert lines == ("Ana", "Cholmondeley-", "Wolfeschlegel")


def test_a_word_with_hyphens_stays_whole_while_it_fits() -> None:
    assert wrap("Ana Cruz-Diaz", font=BOLD, size=14, room=80) == ("Ana", "Cruz-Diaz")


def test_a_word_that_nothing_can_break_is_an_error() -> None:
    with pytest.raises(DoesNotFit) as wide:
        wrap("Ana Wolfeschlegelsteinhausenbergerdorff", font=BOLD, size=12, room=100)
    assert wide.value.word == "Wolfeschlegelsteinhausenbergerdorff"


words = st.lists(st.text("abcdefgh -ü1234.Жữ", min_size=1, max_size=12), min_size=1, max_size=20)


def _wrapped(text: str, *, size: float, room: float) -> tuple[tuple[str, ...], str]:
    """The lines, or else the word that is too wide."""
    try:
        return wrap(text, font=REGULAR, size=size, room=room), ""
    except DoesNotFit as wide:
        return (), wide.word


@given(words=words, room=st.integers(60, 300), size=st.sampled_from([5.5, 7, 12, 16]))
def test_wrapping_loses_nothing_and_no_line_is_too_wide(words: list[str], room: int, size: float) -> None:
    text = " ".join(words)
    lines, word = _wrapped(text, size=size, room=room)
    if word:
        assert width(word, REGULAR, size) > room
    else:
        assert all(width(line, REGULAR, size) <= room for line in lines)
        assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("张伟", "U+5F20"),
        ("محمد", "ARABIC LETTER MEEM"),
        ("Rosa\u202eDelgado", "RIGHT-TO-LEFT OVERRIDE"),
        ("Rosa\u2066Delgado", "LEFT-TO-RIGHT ISOLATE"),
        ("Rosa\u200bDelgado", "ZERO WIDTH SPACE"),
        ("Rosa\nDelgado", "U+000A"),
        ("Rosa\x00", "U+0000"),
        ("Rosa\x7f", "U+007F"),
        ("Rosa\ud800", "U+D800"),
        ("Rosa\ue000", "U+E000"),
        ("Rosa\ufffe", "U+FFFE"),
        ("Rosa\u2003Delgado", "EM SPACE"),
        ("x\u0301y\u0302", "COMBINING ACUTE ACCENT"),
        ("Rosa 😀", "GRINNING FACE"),
    ],
)
@pytest.mark.parametrize("field", ["patient", "prescriber", "storage", "initials", "mark"])
def test_a_character_that_cannot_be_printed_is_named_with_its_field(field: str, text: str, named: str) -> None:
    with pytest.raises(LabelRefused) as refusal:
        refuse_unprintable(replace(EXAMPLE, **{field: text}))
    assert refusal.value.field == field
    assert named in str(refusal.value)


def test_a_refusal_shows_no_character_that_could_turn_the_text_around() -> None:
    with pytest.raises(LabelRefused) as refusal:
        refuse_unprintable(replace(EXAMPLE, patient="Rosa\u202eDelgado"))
    assert "\u202e" not in str(refusal.value)


@pytest.mark.parametrize("field", ["patient", "directions", "use_by", "initials", "token"])
@pytest.mark.parametrize("blank", ["", " ", "\u00a0"])
def test_an_empty_field_is_refused(field: str, blank: str) -> None:
    with pytest.raises(LabelRefused, match="is empty") as refusal:
        refuse_unprintable(replace(EXAMPLE, **{field: blank}))
    assert refusal.value.field == field


def test_an_absurdly_long_field_is_refused_before_it_is_measured() -> None:
    with pytest.raises(LabelRefused, match="100000 characters"):
        refuse_unprintable(replace(EXAMPLE, directions="a" * 100_000))


def test_the_fonts_cover_the_scripts_that_are_promised() -> None:
    assert all(map(has_glyph, "áñüçøßłśőțğ ẮẰỆỮỵđ АЯжщЇґ ΑΩάώ µ°±×–’“”½ ℞".replace(" ", "").replace("℞", "")))

"""Fonts for other scripts: what Roboto lacks is set in the first added font that has it, the rest refused by name."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from labels import fonts
from labels.content import EXAMPLE, VialLabel
from labels.document import Document, Prose
from labels.document import render as render_document
from labels.errors import FontRefused, LabelRefused
from labels.fit import DoesNotFit, wrap
from labels.fonts import BOLD, FILES, REGULAR, runs, width
from labels.printing import lay_out, render
from labels.read_back import agrees, plain, read_back
from tests.labels.added import CHINESE_ALONE, CHINESE_AND_KOREAN, using
from tests.labels.geometry import collisions

WEI = replace(EXAMPLE, patient="Wei 张伟", purpose="用于纤维肌痛，每晚一次")
JIWOO = replace(EXAMPLE, patient="김지우", purpose="섬유근육통")


@pytest.fixture
def both() -> Iterator[None]:
    with using(CHINESE_AND_KOREAN):
        yield


def test_without_an_added_font_the_refusal_names_the_sign_and_the_setting() -> None:
    with pytest.raises(LabelRefused) as refusal:
        render(WEI)
    assert str(refusal.value) == (
        "the patient's name: the label's fonts cannot print 张 (U+5F20, CJK UNIFIED IDEOGRAPH-5F20); a font that has it"
        " can be added by the setting PHARMACY_FONTS"
    )


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("label", [WEI, JIWOO])
def test_with_an_added_font_chinese_and_korean_print_and_read_back(label: VialLabel) -> None:
    printed = render(label)
    assert agrees(label, printed.pdf, printed) == ()
    assert plain(label.purpose) in plain(read_back(printed.pdf).text)
    assert collisions(lay_out(label)[0]) == []


@pytest.mark.usefixtures("both")
def test_roboto_keeps_every_sign_that_it_has() -> None:
    added = fonts.added()[0]
    assert runs("Wei 张伟 4.5 mg", BOLD) == (("Wei ", BOLD), ("张伟", added), (" 4.5 mg", BOLD))
    assert runs("Ánh Жữ", REGULAR) == (("Ánh Жữ", REGULAR),)


def test_a_sign_is_set_in_the_first_added_font_that_has_it() -> None:
    with using(CHINESE_ALONE, CHINESE_AND_KOREAN):
        first, second = fonts.added()
        assert runs("国한", BOLD) == (("国", first), ("한", second))
    with using(CHINESE_AND_KOREAN, CHINESE_ALONE):
        assert runs("国한", BOLD) == (("国한", fonts.added()[0]),)


def test_the_width_of_a_text_is_that_of_its_runs() -> None:
    # Chinese signs and Korean syllables fill a square of the size.
    with using(CHINESE_AND_KOREAN):
        assert width("한国 1", REGULAR, 10) == pytest.approx(2 * 10 + width(" 1", REGULAR, 10))


def test_fonts_that_are_given_up_print_nothing_any_more() -> None:
    with using(CHINESE_AND_KOREAN):
        render(WEI)
    with pytest.raises(LabelRefused, match="cannot print 张"):
        render(WEI)


def test_the_same_label_is_the_same_bytes_in_another_process() -> None:
    with using(CHINESE_AND_KOREAN):
        here = render(WEI).sha256
    program = (
        "from pathlib import Path; from labels import fonts; from labels.printing import render;"
        "from tests.labels.test_added_fonts import WEI;"
        f"fonts.use([(Path({str(CHINESE_AND_KOREAN)!r}), 0)]); print(render(WEI).sha256)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert done.stdout.strip() == here


@pytest.mark.usefixtures("both")
def test_a_record_prints_other_scripts_too() -> None:
    text = "病人说睡得更好，没有做噩梦。" * 20
    printed = render_document(
        Document("Record", ("Harbor",), (Prose("A note", (text, "한국어 <b> & text")),), "Foot 张")
    )
    read = plain(read_back(printed.pdf).text)
    assert all(plain(part) in read for part in (text, "한국어 <b> & text", "Foot 张"))


# Where a Chinese line may not begin or end: GB/T 15834-2011, 5.1.
CLOSING, OPENING = "，。、；：！？）”》", "（“《"
chinese = st.text(CLOSING + OPENING + "睡前服用胶囊避免阿片类药物12 ab", min_size=1, max_size=60)


@pytest.mark.usefixtures("both")
def test_lines_of_chinese_are_full_and_none_begins_with_closing_punctuation() -> None:
    lines = wrap("睡前服用1粒胶囊，不要与阿片类药物同时服用。请告知所有医生和牙医。", font=BOLD, size=12, room=100)
    assert "".join(lines) == "睡前服用1粒胶囊，不要与阿片类药物同时服用。请告知所有医生和牙医。"
    assert all(width(line, BOLD, 12) > 100 - 3 * 12 for line in lines[:-1])
    assert not any(line[0] in CLOSING for line in lines)


def _wrapped(text: str, room: float) -> tuple[str, ...]:
    """The lines, or else what is wider than one."""
    try:
        return wrap(text, font=REGULAR, size=12, room=room)
    except DoesNotFit as wide:
        reject() if width(wide.word, REGULAR, 12) > room else pytest.fail(wide.word)


@given(text=chinese, room=st.integers(30, 200))
def test_wrapping_chinese_loses_nothing_and_breaks_no_rule(text: str, room: int) -> None:
    with using(CHINESE_AND_KOREAN):
        lines = _wrapped(text, room)
        assert plain("".join(lines)) == plain(text)
        assert all(width(line, REGULAR, 12) <= room for line in lines)
        for before, after in pairwise(lines):
            joined = f"{before}{after}" in text
            assert not joined or (after[0] not in CLOSING and before[-1] not in OPENING + "12")


@pytest.mark.usefixtures("both")
def test_korean_lines_end_at_spaces() -> None:
    text = "취침 시간에 1캡슐을 복용하십시오"
    assert set(" ".join(wrap(text, font=BOLD, size=12, room=80)).split(" ")) == set(text.split(" "))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("دينا", "written from right to left"),
        ("שרה", "written from right to left"),
        ("अनु", "joins or stacks its letters"),
        ("สมชาย", "joins or stacks its letters"),
    ],
)
def test_scripts_that_need_shaping_are_refused_with_the_reason_whatever_font_is_added(name: str, why: str) -> None:
    with using(CHINESE_AND_KOREAN), pytest.raises(LabelRefused, match=why) as refusal:
        render(replace(EXAMPLE, patient=name))
    assert f"U+{ord(name[0]):04X}" in str(refusal.value)
    assert refusal.value.field == "patient"


def _written(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def _roboto() -> bytes:
    return (files("font_roboto") / "files" / FILES[REGULAR]).read_bytes()


def test_a_file_that_is_no_font_is_refused(tmp_path: Path) -> None:
    for content, why in (
        (b"", "no TrueType font"),
        (b"%PDF-1.4", "no TrueType font"),
        (b"OTTO" + bytes(200), "PostScript outlines"),
        (_roboto()[:3000], "damaged"),
        (b"\x00\x01\x00\x00" + bytes(200), "damaged"),
    ):
        with pytest.raises(FontRefused, match=why):
            fonts.use([(_written(tmp_path, f"{len(content)}.ttf", content), 0)])
    with pytest.raises(FontRefused, match="cannot be read: No such file"):
        fonts.use([(tmp_path / "none.ttf", 0)])
    with pytest.raises(FontRefused, match="leave #1 out"):
        fonts.use([(_written(tmp_path, "one.ttf", _roboto()), 1)])
    assert fonts.added() == ()


def test_a_font_whose_maker_forbids_embedding_is_refused(tmp_path: Path) -> None:
    # OpenType, OS/2 table, 8 bytes into it: fsType 0x0002 is embedding under licence only, 0x0100 no part of the font.
    font = bytearray(_roboto())
    entry = next(at for at in range(12, 12 + 16 * 40, 16) if font[at : at + 4] == b"OS/2")
    table = int.from_bytes(font[entry + 8 : entry + 12])
    for number, allowed in enumerate((b"\x00\x02", b"\x01\x00")):
        font[table + 8 : table + 10] = allowed
        with pytest.raises(FontRefused, match="does not allow it to be embedded in parts"):
            fonts.use([(_written(tmp_path, f"{number}.ttf", bytes(font)), 0)])


def test_a_collection_has_no_font_beyond_its_last() -> None:
    with using(CHINESE_AND_KOREAN):
        pass
    with pytest.raises(FontRefused, match="no font with that number"):
        fonts.use([(CHINESE_AND_KOREAN, 9)])

"""No translated word prints without a signature over that very text; a label takes a language whole or not at all."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from pharmacy.domain.errors import Conflict, NotFound, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.signature import digest
from pharmacy.services import phrase_tables, phrases, profiles
from pharmacy.services.label_texts import WARNINGS
from pharmacy.services.phrases import PhraseState, Spoken
from pharmacy.store.phrases import PhraseAct, PhraseSignature
from pharmacy.store.tables import Fill, Label, Patient, Prescription, Signature
from tests.services.line import Line
from tests.services.test_conservation import fresh, furnished

BEDTIME = "Take 1 capsule at bedtime"
NEEDED = ("take.one", "at-bedtime", "warning-opioids", "warning-dreams", "warning-dry", "warning-children")
PLACES = {"take.one": ("{units}", "{when}", "{length}")}
WHO = {"translator": "Marta Vidal", "qualification": "certified medical interpreter"}


def speak(line: Line, language: str = "es", directions: str = BEDTIME) -> Spoken:
    return line.read(lambda s: phrases.speak(s, language, directions=directions, warnings=WARNINGS))


def sign(line: Line, *keys: str, language: str = "es", by: str = "pia", **changed: str) -> int:
    def work(session: Session) -> int:
        seen = digest(phrases.content(language, phrases.standing(session, language)))
        proof = replace(line.proof(by), seen=seen)
        given = {**WHO, **changed}
        return phrases.sign(session, language, keys, **given, proof=proof, actor=line.who[by], now=line.now)

    return line.run(work)


def sign_all(line: Line, language: str = "es") -> int:
    return sign(line, *phrase_tables.language(language).phrases, language=language)


def redraft(line: Line, key: str, text: str, language: str = "es", by: str = "pia") -> None:
    line.run(lambda s: phrases.draft(s, language, key, text, actor=line.who[by], now=line.now))


def withdraw(line: Line, key: str, language: str = "es", by: str = "pia", reason: str = "a patient misread it") -> None:
    def work(session: Session) -> None:
        shown = phrases.find(session, language, key)
        proof = replace(line.proof(by), seen=digest(phrases.content(language, (shown,))))
        phrases.withdraw(session, language, key, reason=reason, proof=proof, actor=line.who[by], now=line.now)

    line.run(work)


def choose(line: Line, fill: int, language: str) -> None:
    patient = line.read(lambda s: s.get_one(Prescription, s.get_one(Fill, fill).prescription_id).patient_id)
    line.run(lambda s: profiles.choose_language(s, patient, language, **line.by))


def printed(line: Line) -> dict[str, object]:
    """What the last label said."""
    return line.read(lambda s: s.scalars(select(Label.content).order_by(Label.id.desc())).first())


def test_as_shipped_nothing_prints_and_what_lacks_a_signature_is_told(sqlite_line: Line) -> None:
    for language in phrase_tables.languages():
        spoken = speak(sqlite_line, language)
        assert not spoken.prints
        assert spoken.warnings == ()
        assert {phrase.key.partition(".")[0] for phrase in spoken.lacking} == {key.partition(".")[0] for key in NEEDED}


def test_with_every_needed_phrase_signed_the_label_speaks(line: Line) -> None:
    assert sign(line, *NEEDED) == len(NEEDED)
    spoken = speak(line)
    assert (spoken.language, spoken.directions, spoken.lacking) == ("es", "Tome 1 cápsula a la hora de acostarse", ())
    assert spoken.warnings[1] == "Puede causar sueños vívidos."
    kept = line.read(lambda s: s.scalars(select(PhraseSignature)).all())
    assert {(row.act, row.translator, row.qualification) for row in kept} == {
        (PhraseAct.SIGNED, "Marta Vidal", "certified medical interpreter")
    }
    acts = line.read(lambda s: phrases.history(s, "es", "at-bedtime"))
    assert [(one.holds, one.printed_name) for act in acts for one in act.signatures] == [(True, "Pia Pharmacist")]


@pytest.mark.parametrize("key", NEEDED)
def test_one_unsigned_phrase_leaves_the_whole_label_in_english(sqlite_line: Line, key: str) -> None:
    sign(sqlite_line, *(other for other in NEEDED if other != key))
    spoken = speak(sqlite_line)
    assert (spoken.directions, spoken.warnings) == ("", ())
    assert [phrase.key for phrase in spoken.lacking] == [key]


def test_another_text_is_unsigned_until_it_is_signed_too(sqlite_line: Line) -> None:
    line = sqlite_line
    sign(line, *NEEDED)
    redraft(line, "at-bedtime", "antes de dormir")
    assert [phrase.key for phrase in speak(line).lacking] == ["at-bedtime"]
    sign(line, "at-bedtime")
    assert speak(line).directions == "Tome 1 cápsula antes de dormir"


def test_a_withdrawn_phrase_prints_no_more_and_says_why(sqlite_line: Line) -> None:
    line = sqlite_line
    sign(line, *NEEDED)
    withdraw(line, "warning-dreams")
    (lacking,) = speak(line).lacking
    assert (lacking.key, lacking.state) == ("warning-dreams", PhraseState.WITHDRAWN)
    last = line.read(lambda s: phrases.history(s, "es", "warning-dreams"))[-1]
    assert (last.row.reason, last.signatures[0].holds) == ("a patient misread it", True)
    sign(line, "warning-dreams")
    assert speak(line).prints


def test_a_signature_beside_another_english_holds_no_more(sqlite_line: Line) -> None:
    """As after an update of the software that says it otherwise in English."""
    line = sqlite_line
    sign(line, *NEEDED)
    texts = {"language": "es", "key": "at-bedtime", "english": "when in bed", "translated": "a la hora de acostarse"}
    new = {"id": 900, "sha256": digest(texts), **texts}

    def older(session: Session) -> None:
        row = phrases.find(session, "es", "at-bedtime").row
        values = {column.key: getattr(row, column.key) for column in PhraseSignature.__table__.columns} | new
        session.add(PhraseSignature(**values))

    line.run(older)
    (lacking,) = speak(line).lacking
    assert (lacking.state, lacking.outdated) == (PhraseState.DRAFT, True)


def test_directions_that_no_phrase_says_are_told(sqlite_line: Line) -> None:
    sign_all(sqlite_line)
    spoken = speak(sqlite_line, directions="Take 1 capsule when the moon is full")
    assert not spoken.prints
    assert "not in words that have a translation" in spoken.untold
    other = sqlite_line.read(lambda s: phrases.speak(s, "es", directions=BEDTIME, warnings=("Shake well.",)))
    assert other.untold == "There is no phrase for the warning “Shake well.”."


def test_the_label_of_a_fill_speaks_the_patients_language_and_each_print_looks_again(line: Line) -> None:
    fill = line.allocated()
    choose(line, fill, "es")
    line.label(fill, stock="vial-4x3")
    assert (printed(line)["language"], printed(line)["directions_translated"]) == ("", "")
    sign(line, *NEEDED)
    line.label(fill, reason="the phrases are signed now", stock="vial-4x3")
    said = printed(line)
    assert (said["language"], said["directions"]) == ("es", BEDTIME)
    assert said["directions_translated"] == "Tome 1 cápsula a la hora de acostarse"
    assert len(said["warnings_translated"]) == len(WARNINGS)
    withdraw(line, "take.one")
    line.label(fill, reason="the first one tore", stock="vial-4x3")
    assert printed(line)["directions_translated"] == ""
    choose(line, fill, "")
    sign(line, "take.one")
    line.label(fill, reason="the first one tore", stock="vial-4x3")
    assert printed(line)["directions_translated"] == ""


def test_a_label_that_has_no_room_for_both_languages_names_the_larger_stock(line: Line) -> None:
    fill = line.allocated()
    choose(line, fill, "ru")
    sign_all(line, "ru")
    with pytest.raises(RuleBroken, match="take the stock vial-4x3"):
        line.label(fill)
    line.label(fill, stock="vial-4x3")
    assert printed(line)["language"] == "ru"


@pytest.mark.parametrize("by", ["tess", "otto"])
def test_only_a_pharmacist_drafts_signs_and_withdraws(sqlite_line: Line, by: str) -> None:
    line = sqlite_line
    sign(line, "at-noon")
    for act in (
        lambda: redraft(line, "at-bedtime", "antes de dormir", by=by),
        lambda: sign(line, "at-bedtime", by=by),
        lambda: withdraw(line, "at-noon", by=by),
    ):
        with pytest.raises(RuleBroken, match="Only a pharmacist"):
            act()
    assert line.read(lambda s: len(s.scalars(select(PhraseSignature)).all())) == 1


def test_what_is_signed_is_what_the_page_showed(sqlite_line: Line) -> None:
    line = sqlite_line
    shown = line.read(lambda s: digest(phrases.content("es", phrases.standing(s, "es"))))
    redraft(line, "at-noon", "a la hora del almuerzo")
    proof = replace(line.proof("pia"), seen=shown)
    given = {**WHO, "proof": proof, "actor": line.who["pia"], "now": line.now}
    with pytest.raises(Conflict, match="nothing was signed"):
        line.run(lambda s: phrases.sign(s, "es", ["at-bedtime"], **given))
    assert line.read(lambda s: s.scalars(select(Signature).where(Signature.subject == "phrase")).all()) == []


@pytest.mark.parametrize(
    ("changed", "field"), [({"translator": " "}, "translator"), ({"qualification": "x" * 121}, "qualification")]
)
def test_a_signature_names_translator_and_qualification(sqlite_line: Line, changed: dict[str, str], field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        sign(sqlite_line, "at-bedtime", **changed)
    assert refusal.value.field == field


def test_a_draft_obeys_the_rules_for_translations(sqlite_line: Line) -> None:
    for text, why in (("tome una cápsula", "has to hold"), ("tome {units} cápsula {when} {length} una vez", "“una”")):
        with pytest.raises(RuleBroken, match=why):
            redraft(sqlite_line, "take.one", text)
    with pytest.raises(RuleBroken, match="the same text"):
        redraft(sqlite_line, "at-bedtime", " a la hora  de acostarse ")
    with pytest.raises(NotFound):
        redraft(sqlite_line, "at-dawn", "al alba")


def test_nothing_is_withdrawn_that_is_not_signed_nor_without_a_reason(sqlite_line: Line) -> None:
    with pytest.raises(RuleBroken, match="only a signed one"):
        withdraw(sqlite_line, "at-bedtime")
    sign(sqlite_line, "at-bedtime")
    with pytest.raises(RuleBroken, match="at least 10 letters"):
        withdraw(sqlite_line, "at-bedtime", reason="wrong")
    with pytest.raises(RuleBroken, match="Choose the phrases"):
        sign(sqlite_line, "at-bedtime")


def test_the_trail_tells_every_act_with_its_texts(sqlite_line: Line) -> None:
    line = sqlite_line
    redraft(line, "at-bedtime", "antes de dormir")
    sign(line, "at-bedtime")
    withdraw(line, "at-bedtime")
    acts = (Event.PHRASE_DRAFTED, Event.PHRASE_SIGNED, Event.PHRASE_WITHDRAWN)
    told = [line.trail(event)[-1] for event in acts]
    assert [detail["translated"] for detail in told] == ["antes de dormir"] * 3
    assert told[0]["before"] == "a la hora de acostarse"
    assert told[1]["translator"] == "Marta Vidal"


def test_a_patients_language_is_one_there_are_phrases_in(line: Line) -> None:
    rx = line.entered()
    patient = line.read(lambda s: s.get_one(Prescription, rx).patient_id)
    with pytest.raises(NotFound, match="no table of phrases for “fr”"):
        line.run(lambda s: profiles.choose_language(s, patient, "fr", **line.by))
    line.run(lambda s: profiles.choose_language(s, patient, "vi", **line.by))
    assert line.row(Patient, patient).language == "vi"
    assert line.trail(Event.PATIENT_CHANGED)[-1]["language"] == {"from": "", "to": "vi"}
    line.entered(rx=rx)  # whoever enters the prescription anew says nothing about a language
    assert line.row(Patient, patient).language == "vi"


ACTS = st.lists(
    st.tuples(st.sampled_from(["sign", "draft", "withdraw"]), st.sampled_from(NEEDED), st.sampled_from("abcd")),
    max_size=14,
)


@settings(max_examples=25)
@given(acts=ACTS, most=st.booleans())
def test_whatever_was_done_each_word_that_prints_has_its_signature(
    acts: list[tuple[str, str, str]], most: bool
) -> None:
    """Checked against the rows of the table themselves, past the code that decides."""
    line = fresh(furnished())
    if most:
        sign(line, *NEEDED)
    for act, key, letter in acts:
        with suppress(RuleBroken):  # out of turn: nothing happens
            if act == "sign":
                sign(line, key)
            elif act == "draft":
                redraft(line, key, f"texto {letter} {' '.join(PLACES.get(key, ()))}")
            else:
                withdraw(line, key)
    spoken = speak(line)
    rows = line.read(lambda s: s.scalars(select(PhraseSignature).order_by(PhraseSignature.id)).all())
    line.database.close()
    last = {row.key: row for row in rows}
    signed = {key for key, row in last.items() if row.act is PhraseAct.SIGNED}
    assert spoken.prints == (signed == set(NEEDED))
    assert {phrase.key for phrase in spoken.lacking} == set(NEEDED) - signed
    if spoken.prints:
        said = last["take.one"].translated.replace("{units}", "1").replace("{length}", "").strip()
        said = said.replace("{when}", last["at-bedtime"].translated)
        assert spoken.directions == said[:1].upper() + said[1:]
        assert spoken.warnings == tuple(last[key].translated for key in NEEDED[2:])
    else:
        assert (spoken.directions, spoken.warnings) == ("", ())

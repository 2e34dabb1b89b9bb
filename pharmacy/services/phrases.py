"""Phrases of other languages: drafted, signed for a named translator, withdrawn; and what a label says with them.

A phrase prints only while its last act is a signature over these very texts. A label takes the patient's language whole
or not at all: while one phrase it needs is unsigned, it is printed in English alone, and the page of the fill says why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from pharmacy.domain import phrases as words
from pharmacy.domain.errors import Conflict, RuleBroken
from pharmacy.domain.events import Event
from pharmacy.domain.phrases import NoPhrase, numbers_in
from pharmacy.domain.roles import PHARMACISTS
from pharmacy.domain.sig_terms import terms_of
from pharmacy.domain.signature import Meaning, digest
from pharmacy.services import phrase_tables as tables
from pharmacy.services import signing
from pharmacy.services.acting import Actor, get_to_change, record
from pharmacy.services.signing import Proof, Standing
from pharmacy.store.phrases import PhraseAct, PhraseSignature, last_of, rows_of
from pharmacy.store.tables import Pharmacy

LEAST_REASON = 10
LONGEST_NAME = 120
EXAMPLES = (
    "Take 1 capsule at bedtime",
    "Take 1 capsule at bedtime on days 8 to 14",
    "Take 1 capsule every other day at bedtime with food",
    "Take 1 capsule in the morning and at bedtime for 1 day, then take 2 capsules at bedtime for 21 days",
    "Take 5 capsules 3 times a day for 7 days, then take 1.5 capsules at 8:30 pm",
)
"""Directions that need most kinds of phrases."""


class PhraseState(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as it stands. row: its last act, None while it is as it was shipped.

    outdated: the text was signed beside another English than labels have now.
    """

    language: str
    key: str
    english: str
    translated: str
    note: str
    state: PhraseState
    row: PhraseSignature | None = None
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a label says beside its English: all of it, or nothing. lacking: the phrases without a signature.

    untold: why there is no phrase at all for what the label says, "" when there is.
    """

    language: str
    directions: str = ""
    warnings: tuple[str, ...] = ()
    lacking: tuple[Phrase, ...] = ()
    untold: str = ""

    @property
    def prints(self) -> bool:
        """Whether it stands on the label."""
        return bool(self.directions)


@dataclass(frozen=True, slots=True)
class Act:
    """One act about a phrase, with the signature under it if it took one."""

    row: PhraseSignature
    signatures: tuple[Standing, ...]


def standing(session: Session, language: str) -> tuple[Phrase, ...]:
    """Every phrase of a language as it stands, in the order of its table.

    Raises: NotFound.
    """
    last = last_of(session, language)
    return tuple(_phrase(language, one, last.get(one.key)) for one in tables.language(language).phrases.values())


def find(session: Session, language: str, key: str) -> Phrase:
    """One phrase as it stands.

    Raises: NotFound.
    """
    shipped = tables.phrase(language, key)
    return _phrase(language, shipped, last_of(session, language).get(key))


def history(session: Session, language: str, key: str) -> tuple[Act, ...]:
    """All that became of a phrase, the oldest first."""
    return tuple(Act(row, _under(session, row)) for row in rows_of(session, language, key))


def speak(session: Session, language: str, *, directions: str, warnings: Sequence[str]) -> Spoken:
    """Directions and warnings in a patient's language, from signed phrases alone.

    language: its code, "" for English alone. directions, warnings: as the label says them in English.
    """
    if not language:
        return Spoken("")
    told, held = tables.language(language), {phrase.key: phrase for phrase in standing(session, language)}
    try:
        term = terms_of(directions)
        if tables.in_english(term) != directions:
            raise NoPhrase(f"The directions have no translation word for word: {directions}.")
        warned = [tables.warning_key(text) for text in warnings]
        needed = list(dict.fromkeys([*words.keys_of(term, told), *warned]))
    except NoPhrase as missing:
        return Spoken(language, untold=missing.message)
    lacking = tuple(held[key] for key in needed if held[key].state is not PhraseState.SIGNED)
    if lacking:
        return Spoken(language, lacking=lacking)
    texts = {key: held[key].translated for key in needed}
    said = words.sentence(term, told, texts)
    if numbers_in(said) != numbers_in(directions):
        return Spoken(language, untold=f"The translation has other numbers than the directions: {said}.")
    return Spoken(language, said, tuple(texts[key] for key in warned))


def examples(shown: Sequence[Phrase]) -> tuple[words.Phrase, ...]:
    """Whole directions as the texts of a language make them, signed or not, for whoever judges the texts."""
    told, texts = tables.language(shown[0].language), {phrase.key: phrase.translated for phrase in shown}
    return tuple(words.Phrase("", text, words.sentence(terms_of(text), told, texts)) for text in EXAMPLES)


def draft(session: Session, language: str, key: str, translated: str, *, actor: Actor, now: datetime) -> None:
    """Keeps another text for a phrase; it prints no more until it is signed anew.

    Raises: RuleBroken naming the field, NotFound.
    """
    _refuse_others(actor)
    _one_at_a_time(session)
    phrase = find(session, language, key)
    text = " ".join(translated.split())
    words.check(phrase.english, text, tables.language(language))
    if text == phrase.translated:
        raise RuleBroken("Translation: it is the same text as before.", field="translated")
    row = _add(session, replace(phrase, translated=text), PhraseAct.DRAFTED, actor=actor, now=now)
    _note(session, Event.PHRASE_DRAFTED, row, actor=actor, now=now, before=phrase.translated)


def sign(
    session: Session,
    language: str,
    keys: Iterable[str],
    *,
    translator: str,
    qualification: str,
    proof: Proof,
    actor: Actor,
    now: datetime,
) -> int:
    """A pharmacist signs phrases as a named translator has checked them; returns how many.

    Raises: RuleBroken naming the field; Conflict when a text is not what the page showed.
    """
    _refuse_others(actor)
    _one_at_a_time(session)
    now_stands = standing(session, language)
    if proof.seen != digest(content(language, now_stands)):
        raise Conflict("A phrase was changed while this page was open; nothing was signed. Read them again, then sign.")
    who = _named(translator, "Translator", "translator")
    what = _named(qualification, "Qualification", "qualification")
    asked = set(keys)
    chosen = [phrase for phrase in now_stands if phrase.key in asked and phrase.state is not PhraseState.SIGNED]
    if not chosen:
        raise RuleBroken("Choose the phrases that the translator has checked; those that are signed need no other.")
    each = replace(signing.by_actor(proof, actor), seen="")  # the page showed all of them, and was compared above
    for phrase in chosen:
        words.check(phrase.english, phrase.translated, tables.language(language))
        row = _add(session, phrase, PhraseAct.SIGNED, actor=actor, now=now, translator=who, qualification=what)
        _sign_row(session, row, each, Meaning.PHRASE_RELEASED, now=now)
        _note(session, Event.PHRASE_SIGNED, row, actor=actor, now=now)
    return len(chosen)


def withdraw(
    session: Session, language: str, key: str, *, reason: str, proof: Proof, actor: Actor, now: datetime
) -> None:
    """A pharmacist takes a signed phrase off the labels, and signs for it.

    Raises: RuleBroken naming the field; Conflict when it is not what the signer saw.
    """
    _refuse_others(actor)
    if len(reason.strip()) < LEAST_REASON:
        raise RuleBroken(f"Reason: at least {LEAST_REASON} letters; it is kept with your name.", field="reason")
    _one_at_a_time(session)
    phrase = find(session, language, key)
    if phrase.state is not PhraseState.SIGNED:
        raise RuleBroken(f"The phrase is a {phrase.state}; only a signed one is withdrawn.")
    if proof.seen != digest(content(language, (phrase,))):
        raise Conflict("The phrase was changed while this page was open; nothing was signed. Read it again, then sign.")
    row = _add(session, phrase, PhraseAct.WITHDRAWN, actor=actor, now=now, reason=reason.strip())
    each = replace(signing.by_actor(proof, actor), seen="")
    _sign_row(session, row, each, Meaning.PHRASE_WITHDRAWN, now=now)
    _note(session, Event.PHRASE_WITHDRAWN, row, actor=actor, now=now)


def content(language: str, shown: Iterable[Phrase]) -> dict[str, object]:
    """What a page of phrases shows, for the digest that a signature compares."""
    return {
        "language": language,
        "phrases": [[one.key, one.english, one.translated, one.state.value] for one in shown],
    }


def _phrase(language: str, shipped: words.Phrase, row: PhraseSignature | None) -> Phrase:
    as_shipped = Phrase(language, shipped.key, shipped.english, shipped.translated, shipped.note, PhraseState.DRAFT)
    if row is None:
        return as_shipped
    held = replace(as_shipped, translated=row.translated, row=row)
    if row.act is PhraseAct.SIGNED:
        holds = row.sha256 == _sha256(language, row.key, shipped.english, row.translated)
        return replace(held, state=PhraseState.SIGNED) if holds else replace(held, outdated=True)
    return replace(held, state=PhraseState.WITHDRAWN) if row.act is PhraseAct.WITHDRAWN else held


def _sha256(language: str, key: str, english: str, translated: str) -> str:
    return digest({"language": language, "key": key, "english": english, "translated": translated})


def _add(
    session: Session,
    phrase: Phrase,
    act: PhraseAct,
    *,
    actor: Actor,
    now: datetime,
    translator: str = "",
    qualification: str = "",
    reason: str = "",
) -> PhraseSignature:
    row = PhraseSignature(
        language=phrase.language,
        key=phrase.key,
        act=act,
        english=phrase.english,
        translated=phrase.translated,
        sha256=_sha256(phrase.language, phrase.key, phrase.english, phrase.translated),
        translator=translator,
        qualification=qualification,
        reason=reason,
        person_id=actor.id,
        at=now,
    )
    session.add(row)
    session.flush()
    return row


def _row_content(row: PhraseSignature) -> dict[str, object]:
    """What a signature under an act covers."""
    return {
        "language": row.language,
        "key": row.key,
        "act": row.act.value,
        "english": row.english,
        "translated": row.translated,
        "sha256": row.sha256,
        "translator": row.translator,
        "qualification": row.qualification,
    }


def _sign_row(session: Session, row: PhraseSignature, proof: Proof, meaning: Meaning, *, now: datetime) -> None:
    signing.sign(
        session,
        proof,
        meaning,
        subject="phrase",
        subject_id=row.id,
        content=_row_content(row),
        now=now,
        reason=row.reason,
    )


def _under(session: Session, row: PhraseSignature) -> tuple[Standing, ...]:
    return signing.standing(session, "phrase", row.id, _row_content(row))


def _note(session: Session, event: Event, row: PhraseSignature, *, actor: Actor, now: datetime, **more: object) -> None:
    told = {name: value for name, value in _row_content(row).items() if name != "act" and value} | more
    record(session, event, actor=actor, now=now, subject="phrase", subject_id=row.id, **told)


def _refuse_others(actor: Actor) -> None:
    if actor.role not in PHARMACISTS:
        raise RuleBroken("Only a pharmacist changes, signs or withdraws what labels say in other languages.")


def _one_at_a_time(session: Session) -> None:
    get_to_change(session, Pharmacy, 1, "pharmacy")


def _named(text: str, called: str, field: str) -> str:
    plain = " ".join(text.split())
    if len(plain) < 3:
        raise RuleBroken(f"{called}: write it out; it is kept with the phrase.", field=field)
    if len(plain) > LONGEST_NAME:
        raise RuleBroken(f"{called}: at most {LONGEST_NAME} letters are kept.", field=field)
    return plain

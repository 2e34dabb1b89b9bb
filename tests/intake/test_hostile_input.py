"""Whatever the bytes are, a Reading comes back: soon, and with a sentence."""

import json
import time
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmacy import intake

NEWRX = files("pharmacy.demo").joinpath("newrx.xml").read_bytes()
SOON = 5.0  # seconds of processor time; each takes some milliseconds, and what grows without bound takes minutes

BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE Message [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><Message>&c;</Message>'
)
EXTERNAL = b'<!DOCTYPE Message [<!ENTITY x SYSTEM "file:///etc/hostname">]><Message>&x;</Message>'
MILLION = 1_000_000
HOSTILE = {
    "empty": (b"", "empty"),
    "white space": (b" \r\n\t", "empty"),
    "too large": (b"<Message>" + b" " * (1024 * 1024), "at most 1,048,576"),
    "binary": (bytes(range(128, 256)), "neither XML nor JSON"),
    "pdf": (b"%PDF-1.7\n", "neither XML nor JSON"),
    "plain text": (b"naltrexone 4.5 mg", "neither XML nor JSON"),
    "entities": (BILLION_LAUGHS, "document type or an entity"),
    "external entity": (EXTERNAL, "document type or an entity"),
    "external DTD": (b'<!DOCTYPE Message SYSTEM "http://192.0.2.1/x.dtd"><Message/>', "document type or an entity"),
    "deep": (b"<a>" * 300_000, "nested more than 40"),
    "wide": (b"<a>" + b"<b/>" * 250_000, "more than 20,000 elements"),
    "many attributes": (b"<a " + b" ".join(b'a%d=""' % n for n in range(90_000)) + b"/>", "more than 100 attributes"),
    "long namespace": (b'<a xmlns="' + b"u" * 400_000 + b'">' + b"<b/>" * 100_000, "A namespace of the message"),
    "truncated": (NEWRX[: len(NEWRX) // 2], "not well-formed"),
    "wrong encoding": (b"<Message>\xff</Message>", "byte 9 is not"),
    "strange encoding": (b'<?xml version="1.0" encoding="punycode"?><Message/>', "encoding punycode"),
    "undeclared entity": (b"<Message>&nbsp;</Message>", "not well-formed"),
    "other XML": (b"<html><body/></html>", "not an NCPDP SCRIPT"),
    "no body": (b"<Message/>", "no transaction"),
    "two transactions": (b"<Message><Body><NewRx/><NewRx/></Body></Message>", "carries 2 transactions"),
    "deep JSON": (b"[" * 500_000, "nested too deeply"),
    "long number": (b'{"drug": ' + b"9" * MILLION + b"}", "more than 64 digits"),
    "many keys": (b"{" + b",".join(b'"k%d":1' % n for n in range(70_000)) + b"}", "unknown key"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_refused_soon_and_with_a_reason(name: str) -> None:
    raw, sentence = HOSTILE[name]
    started = time.process_time()
    reading = intake.read(raw)
    took = time.process_time() - started
    assert reading.prescription is None
    assert sentence in reading.problems[0].message
    assert took < SOON
    assert intake.reply(reading, outcome="review").body


def repeated(part: str, times: int, before: str = "</MedicationPrescribed>") -> bytes:
    return NEWRX.decode().replace(before, part * times + before, 1).encode()


@pytest.mark.parametrize(
    "raw",
    [
        repeated("<DrugDescription>a</DrugDescription>", 15_000),
        repeated("<OtherMedicationDate><OtherMedicationDate/></OtherMedicationDate>", 6_000),
        repeated("<Diagnosis><Primary><Code>A</Code></Primary></Diagnosis>", 6_000),
        repeated("<Allergies><X/></Allergies>", 9_000, "</AllergyOrAdverseEvent>"),
        NEWRX.replace(b"Take 1 capsule by mouth at bedtime", b"1 mg 2 mg 3 mg " * 130),
        NEWRX.replace(b"Take 1 capsule by mouth at bedtime", b"1 " * 990),
        NEWRX.replace(b"Naltrexone HCl 4.5 mg", b"1" * 1900),
        NEWRX.replace(b"Naltrexone HCl 4.5 mg", b"1-1 " * 490),
    ],
    ids=lambda raw: f"{len(raw)} bytes",
)
def test_a_well_formed_message_stuffed_with_one_thing_is_still_read_soon(raw: bytes) -> None:
    started = time.process_time()
    intake.read(raw)
    assert time.process_time() - started < 2 * SOON


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_reading(raw: bytes) -> None:
    reading = intake.read(raw)
    assert (reading.prescription is None) is bool(reading.problems)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_damaged_message_gives_a_reading_and_an_answer(data: st.DataObject) -> None:
    raw = bytearray(NEWRX)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=8))
    reading = intake.read(bytes(raw))
    assert intake.reply(reading, outcome="review").body


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="<&]"), max_size=60), st.sampled_from([
    "Naltrexone HCl 4.5 mg capsule", "Take 1 capsule by mouth at bedtime", "4.5", "C28253", "C48480", "2026-11-20",
    "DEMO-NEWRX-0001", "9999999999001", "Demopatient", "Y", "1", "30", "bedtime", "2017071",
]))  # fmt: skip
def test_any_text_in_any_field_gives_a_reading(text: str, field: str) -> None:
    raw = NEWRX.decode().replace(f">{field}<", f">{text}<").encode()
    reading = intake.read(raw)
    assert intake.reply(reading, outcome="received").body


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["patient", "prescription", "drug", "allergies", "message_id", "sender", "titration", "note"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_any_json_gives_a_reading(document: object) -> None:
    reading = intake.read(json.dumps(document).encode())
    assert intake.reply(reading, outcome="review").body

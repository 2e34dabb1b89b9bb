"""A NewRx in, a whole prescription out; expected values are read off the packaged example by eye."""

import doctest
from importlib.resources import files

import pytest

from pharmacy import intake
from pharmacy.domain.prescription import Condition, from_document, to_document
from pharmacy.intake import Format, drug_text

NEWRX = files("pharmacy.demo").joinpath("newrx.xml").read_text("utf-8")
DESCRIPTION = "<DrugDescription>Naltrexone HCl 4.5 mg capsule</DrugDescription>"
SIG_TEXT = "Take 1 capsule by mouth at bedtime"
NO_ALLERGIES = "<NoKnownAllergies>Y</NoKnownAllergies>"


def changed(*swaps: tuple[str, str]) -> intake.Reading:
    text = NEWRX
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    return intake.read(text.encode())


def only_in_description(description: str) -> intake.Reading:
    """The example without its coded strengths and its compound part."""
    head, rest = NEWRX.split("<DrugCoded>", 1)
    text = head + rest.split("</DrugCoded>", 1)[1]
    head, rest = text.split("<CompoundInformation>", 1)
    text = head + rest.split("</CompoundInformation>", 1)[1]
    return intake.read(text.replace(DESCRIPTION, f"<DrugDescription>{description}</DrugDescription>").encode())


def test_the_example_is_read_whole_without_doubt() -> None:
    reading = intake.read(NEWRX.encode())
    assert reading.format is Format.NCPDP_SCRIPT
    assert (reading.message_id, reading.sender) == ("DEMO-NEWRX-0001", "9999999999001")
    assert reading.doubts == ()
    assert reading.problems == ()
    read = reading.prescription
    assert read is not None
    assert (read.drug, read.strength, read.form) == ("Naltrexone HCl", "4.5 mg", "capsule")
    assert (read.quantity, read.days_supply, read.refills, read.written) == ("30", "30", "5", "2026-11-20")
    assert read.directions == SIG_TEXT
    assert "no lactose" in read.note
    assert "Microcrystalline cellulose NF" in read.note
    assert (read.patient.family, read.patient.given) == ("Demopatient", "Avery")
    assert (read.patient.birth_date, read.patient.sex) == ("1979-04-12", "F")
    assert (read.patient.none_known, read.patient.allergies) == (True, ())
    assert read.patient.conditions == (Condition("M797", "Fibromyalgia"),)
    assert (read.prescriber.family, read.prescriber.given) == ("Demoprescriber", "Jordan")
    assert (read.prescriber.npi, read.prescriber.phone) == ("1234567893", "2025550177")


def test_what_the_message_does_not_carry_stays_unknown() -> None:
    read = intake.read(NEWRX.encode()).prescription
    assert read is not None
    assert read.patient.pregnant is None
    assert read.patient.medications == ()
    assert read.patient.diet == ""
    assert read.titration == ()


def test_every_filled_field_has_its_evidence() -> None:
    reading = intake.read(NEWRX.encode())
    assert reading.evidence["strength"] == "NewRx/MedicationPrescribed/DrugDescription: 4.5 mg"
    assert reading.evidence["patient.family"] == "NewRx/Patient/HumanPatient/Name/LastName"
    assert reading.prescription is not None
    document = to_document(reading.prescription)
    for field in ("drug", "strength", "form", "directions", "quantity", "days_supply", "refills", "written", "note"):
        assert document[field], field
        assert field in reading.evidence, field


def test_a_message_that_says_nothing_of_allergies_does_not_mean_none_known() -> None:
    reading = changed((NO_ALLERGIES, ""))
    assert reading.prescription is not None
    assert reading.prescription.patient.none_known is False
    assert reading.prescription.patient.allergies == ()


def test_allergies_are_read_with_their_reaction() -> None:
    entry = (
        "<Allergies><AdverseEvent><Text>Drug allergy</Text></AdverseEvent><DrugProductCoded><Code>7980</Code>"
        "<Text>penicillin G</Text></DrugProductCoded><ReactionCoded><Text>hives</Text></ReactionCoded></Allergies>"
    )
    reading = changed((NO_ALLERGIES, entry))
    assert reading.prescription is not None
    assert reading.prescription.patient.allergies == ("penicillin G (hives)",)
    assert reading.prescription.patient.none_known is False


def test_an_allergy_without_words_is_kept_and_doubted() -> None:
    entry = "<Allergies><DrugProductCoded><Code>7980</Code><Qualifier>RX</Qualifier></DrugProductCoded></Allergies>"
    reading = changed((NO_ALLERGIES, entry))
    assert reading.prescription is not None
    assert reading.prescription.patient.allergies == ("RX 7980",)
    assert any(doubt.startswith("patient.allergies:") for doubt in reading.doubts)


def test_none_known_beside_a_named_allergy_is_a_doubt() -> None:
    entry = "<Allergies><DrugProductCoded><Text>lactose</Text></DrugProductCoded></Allergies>"
    reading = changed((NO_ALLERGIES, NO_ALLERGIES + entry))
    assert reading.prescription is not None
    assert reading.prescription.patient.allergies == ("lactose",)
    assert any("none known" in doubt for doubt in reading.doubts)


def test_two_strengths_both_stay_and_are_a_doubt() -> None:
    reading = changed((DESCRIPTION, DESCRIPTION.replace("4.5", "45")))
    assert reading.prescription is not None
    assert reading.prescription.strength == "45 mg; 4.5 mg"
    assert any(doubt.startswith("strength: the message gives more than one") for doubt in reading.doubts)


@pytest.mark.parametrize("written", ["4.5mg", "4.50 mg", "4500 mcg"])
def test_the_same_strength_written_otherwise_is_no_conflict_and_stays_as_written(written: str) -> None:
    reading = changed((DESCRIPTION, DESCRIPTION.replace("4.5 mg", written)))
    assert reading.prescription is not None
    assert reading.prescription.strength == written
    assert reading.doubts == ()


def test_a_strength_that_stands_only_with_the_ingredient_is_found_there() -> None:
    head, rest = NEWRX.split("<DrugCoded>", 1)
    text = head + rest.split("</DrugCoded>", 1)[1]
    reading = intake.read(text.replace("Naltrexone HCl 4.5 mg capsule", "Naltrexone HCl").encode())
    assert reading.prescription is not None
    assert reading.prescription.strength == "4.5 mg"
    assert reading.evidence["strength"].endswith("Ingredient/Strength/StrengthValue: 4.5 mg")
    assert reading.prescription.form == "capsule"


def test_naltrexone_named_only_as_an_ingredient_is_added_to_the_drug_and_doubted() -> None:
    reading = changed((DESCRIPTION, "<DrugDescription>Oxycodone 4.5 mg capsule</DrugDescription>"))
    assert reading.prescription is not None
    assert reading.prescription.drug == "Oxycodone; Naltrexone hydrochloride USP"
    assert any(doubt.startswith("drug: naltrexone is named in") for doubt in reading.doubts)


def test_a_second_ingredient_with_a_strength_is_a_doubt() -> None:
    reading = changed(("Microcrystalline cellulose NF", "Ketamine 5 mg"))
    assert any("another ingredient with a strength" in doubt for doubt in reading.doubts)


def test_an_unknown_unit_code_is_shown_and_never_taken_for_milligrams() -> None:
    reading = changed(("C28253", "C99999"), (DESCRIPTION, "<DrugDescription>Naltrexone</DrugDescription>"))
    assert reading.prescription is not None
    assert reading.prescription.strength == "4.5 C99999"
    assert any("unit code" in doubt for doubt in reading.doubts)


def test_a_strength_in_the_note_alone_is_taken_with_a_doubt() -> None:
    reading = only_in_description("Naltrexone capsule")
    assert reading.prescription is not None
    assert reading.prescription.strength == ""
    text = NEWRX.replace("Compound. Filler:", "Naltrexone 3 mg. Filler:")
    head, rest = text.split("<DrugCoded>", 1)
    text = head + rest.split("</DrugCoded>", 1)[1]
    head, rest = text.split("<CompoundInformation>", 1)
    text = (head + rest.split("</CompoundInformation>", 1)[1]).replace("Naltrexone HCl 4.5 mg capsule", "Compound")
    reading = intake.read(text.encode())
    assert reading.prescription is not None
    assert reading.prescription.strength == "3 mg"
    assert any("Note, an unusual place" in doubt for doubt in reading.doubts)
    assert any(doubt.startswith("drug: naltrexone is named in") for doubt in reading.doubts)


@pytest.mark.parametrize(
    ("description", "drug", "strength", "form"),
    [
        ("Naltrexone 4.5mg capsules", "Naltrexone", "4.5mg", "capsules"),
        ("4.5 mg naltrexone capsule", "naltrexone", "4.5 mg", "capsule"),
        ("Naltrexone capsule 4.5 mg", "Naltrexone", "4.5 mg", "capsule"),
        ("NALTREXONE 1.5-4.5 MG CAP", "NALTREXONE", "1.5-4.5 MG", "CAP"),
        ("naltrexone 4,5 mg caps", "naltrexone", "4,5 mg", "caps"),
        ("Naltrexone .5 mg SR capsule", "Naltrexone", ".5 mg", "SR capsule"),
        ("Morphine 20 mg/naltrexone 0.8 mg capsule", "Morphine", "20 mg/naltrexone 0.8 mg", "capsule"),
        ("Naltrexone 1 mg/mL suspension", "Naltrexone", "1 mg/mL", "suspension"),
    ],
)
def test_a_description_is_taken_apart_as_written(description: str, drug: str, strength: str, form: str) -> None:
    read = only_in_description(description).prescription
    assert read is not None
    assert (read.drug, read.strength, read.form) == (drug, strength, form)


def test_a_name_run_into_its_number_is_a_doubt() -> None:
    reading = only_in_description("Naltrexone4.5 mg capsule")
    assert "strength: the drug name runs into the number." in reading.doubts


def test_words_left_over_in_the_description_reach_the_note() -> None:
    read = only_in_description("Naltrexone 4.5 mg capsule, sucrose filler").prescription
    assert read is not None
    assert "sucrose filler" in read.note


@pytest.mark.parametrize(
    ("path", "swap"),
    [
        ("NewRx/Patient/HumanPatient/Name/LastName", ("<LastName>Demopatient</LastName>", "")),
        ("NewRx/Prescriber/NonVeterinarian/Name/LastName", ("<LastName>Demoprescriber</LastName>", "")),
        ("NewRx/MedicationPrescribed", ("</NewRx>", "<MedicationPrescribed/></NewRx>")),
        ("NewRx/Patient/NonHumanPatient", ("<HumanPatient>", "<NonHumanPatient/><HumanPatient>")),
        ("NewRx/MedicationPrescribed/DaysSupply", ("<DaysSupply>", "<DaysSupply>90</DaysSupply><DaysSupply>")),
        (
            "NewRx/MedicationPrescribed/DrugDescription",
            (DESCRIPTION, "<DrugDescription>Naltrexone <b>4</b>.5 mg</DrugDescription>"),
        ),
        ("directions", (SIG_TEXT, "x" * 1500)),
        ("NewRx/MedicationPrescribed/Sig/SigText", (SIG_TEXT, "x" * 2500)),
        ("Header/MessageID", ("DEMO-NEWRX-0001", "x" * 101)),
    ],
)
def test_what_cannot_be_read_whole_is_a_problem_with_its_path(path: str, swap: tuple[str, str]) -> None:
    reading = changed(swap)
    assert reading.prescription is None
    assert path in [problem.path for problem in reading.problems]
    assert all(len(problem.message) > 10 for problem in reading.problems)


@pytest.mark.parametrize("description", ["", " ", "4.5 mg capsule"])
def test_a_message_that_names_no_drug_is_a_problem(description: str) -> None:
    reading = only_in_description(description)
    assert reading.prescription is None
    assert reading.problems[0].path == "NewRx/MedicationPrescribed/DrugDescription"


def test_a_drug_named_only_as_an_ingredient_is_found_there_with_a_doubt() -> None:
    reading = changed((DESCRIPTION, "<DrugDescription/>"))
    assert reading.prescription is not None
    assert reading.prescription.drug == "Naltrexone hydrochloride USP"
    assert "CompoundIngredientItemDescription" in reading.evidence["drug"]
    assert any(doubt.startswith("drug: naltrexone is named in") for doubt in reading.doubts)


def test_more_than_25_ingredients_are_a_problem() -> None:
    part = "<CompoundIngredientsLotNotUsed>"
    more = f"{part}<CompoundIngredient/></CompoundIngredientsLotNotUsed>" * 24
    head, rest = NEWRX.split(part, 1)
    reading = intake.read(f"{head}{more}{part}{rest}".encode())
    assert [problem.message for problem in reading.problems] == [
        "The compound has 26 ingredients; at most 25 are read."
    ]


@pytest.mark.parametrize("kind", ["CancelRx", "RxRenewalResponse", "Status", "RxFill"])
def test_another_kind_of_message_is_named_and_keeps_its_number_and_sender(kind: str) -> None:
    reading = changed(("<NewRx>", f"<{kind}>"), ("</NewRx>", f"</{kind}>"))
    assert reading.prescription is None
    assert [problem.path for problem in reading.problems] == [f"Body/{kind}"]
    assert kind in reading.problems[0].message
    assert (reading.message_id, reading.sender) == ("DEMO-NEWRX-0001", "9999999999001")


@pytest.mark.parametrize(
    ("sentence", "swap"),
    [
        ("version: the message is SCRIPT 2023011", ('TransactionVersion="2017071"', 'TransactionVersion="2023011"')),
        ("message_id: there is none", ("<MessageID>DEMO-NEWRX-0001</MessageID>", "")),
        ("message: the sender marks this as a test", ("<SentTime>", "<TestMessage>true</TestMessage><SentTime>")),
        ("directions: found in NewRx/MedicationPrescribed/Directions", ("SigText>", "Old>")),
        ("directions: NewRx/MedicationPrescribed/Sig/Instruction codes a dose of 2", ("Quantity>1<", "Quantity>2<")),
        ("directions: NewRx/MedicationPrescribed/Sig/Instruction codes “morning”", (">bedtime<", ">morning<")),
        ("form: NewRx/MedicationPrescribed/DrugDescription says “capsule”", ("Form>C25158<", "Form>C28944<")),
        ("quantity: NewRx/MedicationPrescribed/Quantity", ("C48480", "C28254")),
        ("patient.birth_date: the message does not say", ("<Date>1979-04-12</Date>", "")),
    ],
)
def test_what_is_odd_is_read_and_doubted(sentence: str, swap: tuple[str, str]) -> None:
    extra = ("</MedicationPrescribed>", "<Directions>Take 1 at bedtime</Directions></MedicationPrescribed>")
    reading = changed(swap, extra) if swap[0] == "SigText>" else changed(swap)
    assert reading.prescription is not None
    assert any(doubt.startswith(sentence) for doubt in reading.doubts), reading.doubts


def test_a_written_moment_gives_its_date_and_says_so() -> None:
    reading = changed(("<Date>2026-11-20</Date>", "<DateTime>2026-11-20T02:19:46Z</DateTime>"))
    assert reading.prescription is not None
    assert reading.prescription.written == "2026-11-20"
    assert reading.evidence["written"].endswith("WrittenDate/DateTime: 2026-11-20T02:19:46Z")
    assert any("may be the day before" in doubt for doubt in reading.doubts)


def test_the_same_message_in_a_namespace_reads_the_same() -> None:
    plain = intake.read(NEWRX.encode())
    spaced = changed(("<Message ", '<Message xmlns="http://www.ncpdp.org/schema/SCRIPT" '))
    assert spaced.prescription == plain.prescription
    prefixed = NEWRX.replace("</", "</s:").replace("<", "<s:").replace("<s:/s:", "</s:").replace("<s:?", "<?")
    prefixed = prefixed.replace("<s:Message ", '<s:Message xmlns:s="urn:x" ')
    assert intake.read(prefixed.encode()).prescription == plain.prescription


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("UTF-8", "utf-8"), ("utf-16", "utf-16"), ("ISO-8859-1", "latin-1"), ("utf-16", "utf-8"), ("UTF-8", "utf-8-sig")],
)
def test_letters_survive_every_encoding_that_is_read(declared: str, codec: str) -> None:
    text = NEWRX.replace("Demopatient", "Demopatiént").replace('encoding="UTF-8"', f'encoding="{declared}"')
    reading = intake.read(text.encode(codec))
    assert reading.prescription is not None
    assert reading.prescription.patient.family == "Demopatiént"


def test_the_charset_of_the_transport_is_honoured() -> None:
    raw = NEWRX.replace("Demopatient", "Demopatiént").replace(' encoding="UTF-8"', "").encode("latin-1")
    assert intake.read(raw).prescription is None
    reading = intake.read(raw, content_type="text/xml; charset=ISO-8859-1")
    assert reading.prescription is not None
    assert reading.prescription.patient.family == "Demopatiént"


def test_the_running_examples_of_the_text_reader_hold() -> None:
    assert doctest.testmod(drug_text).failed == 0


def test_a_reading_travels_through_its_document() -> None:
    read = intake.read(NEWRX.encode()).prescription
    assert read is not None
    assert from_document(to_document(read)) == read

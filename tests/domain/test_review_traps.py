"""Names that mislead: look-alikes, combinations, forms, mentions; and what would only wear a pharmacist out."""

from datetime import date

import pytest

from pharmacy.domain.conditions import review_conditions
from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.drug_names import find
from pharmacy.domain.excipients import review_allergies
from pharmacy.domain.findings import Finding, Level
from pharmacy.domain.interactions import review_medications
from pharmacy.domain.medicine_list import read_list
from pharmacy.domain.mentions import review_mentions
from pharmacy.domain.opioid_timeline import timeline_of
from pharmacy.domain.prescription import Condition, Medication, Patient

_TODAY, _POLICY = date(2026, 11, 24), DosePolicy()


def _review(*medications: Medication) -> tuple[Finding, ...]:
    listed = read_list(medications)
    timeline = timeline_of(listed, today=_TODAY, policy=_POLICY)
    return review_medications(listed, timeline, today=_TODAY, policy=_POLICY)


def _takes(text: str, last_taken: str = "") -> list[tuple[str, str]]:
    return [(finding.rule, finding.level.value) for finding in _review(Medication(text, "", last_taken))]


@pytest.mark.parametrize("text", ["methylnaltrexone", "Relistor", "naloxone", "Narcan", "naloxegol", "apomorphine",
                                  "dextromethorphan", "guaifenesin-dextromethorphan syrup", "hydroxyzine",
                                  "ophthalmic emollient", "Robitussin DM", "opioid antagonist"])  # fmt: skip
def test_what_only_looks_like_it_finds_nothing(text: str) -> None:
    assert _takes(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("nalmefene", "profile.antagonist"),
        ("bupropion 90 mg / naltrexone 8 mg", "profile.antagonist"),
        ("Contrave", "profile.antagonist"),
        ("Lybalvi", "profile.antagonist"),
        ("morphine sulfate 20 mg / naltrexone 0.8 mg", "profile.opioid-long"),
        ("morphine-naltrexone", "profile.opioid-long"),
        ("oxycodone and naltrexone", "profile.opioid-long"),
        ("Embeda", "profile.opioid-long"),
        ("Troxyca ER", "profile.opioid-long"),
        ("buprenorphine 5 mcg/hr weekly patch", "profile.opioid-long"),
        ("Butrans 5", "profile.opioid-long"),
        ("codeine/guaifenesin syrup", "profile.opioid"),
        ("promethazine with codeine", "profile.opioid"),
        ("Tuzistra XR", "profile.opioid-long"),
        ("kratom", "profile.opioid"),
        ("7-OH tablets", "profile.opioid"),
        ("tramadol 50 mg", "profile.opioid"),
        ("tapentadol 50 mg", "profile.opioid"),
        ("Nucynta ER", "profile.opioid-long"),
        ("pentazocine/naloxone", "profile.opioid"),
        ("loperamide 2 mg", "profile.opioid-peripheral"),
        ("diphenoxylate-atropine", "profile.opioid-peripheral"),
    ],
)
def test_a_combination_or_another_opioid_is_one_finding(text: str, rule: str) -> None:
    assert [found for found, _ in _takes(text)] == [rule]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        # A text that was copied holds signs nobody sees.
        ("metha\u00addone 10 mg", "profile.opioid-long"),
        ("metha\u200bdone 10 mg", "profile.opioid-long"),
        ("OXYCONTIN™ 20 mg", "profile.opioid-long"),
        ("Norco® 5/325", "profile.opioid"),
        # A list in Spanish.
        ("codeína 30 mg", "profile.opioid"),
        ("fentanilo parche", "profile.opioid-long"),
        ("buprenorfina", "profile.opioid-long"),
        ("hidromorfona", "profile.opioid"),
        ("oximorfona", "profile.opioid"),
        # Short forms of clinics and of other systems.
        ("bup/nal 8/2", "profile.opioid-long"),
        ("BUP-NX 8-2", "profile.opioid-long"),
        ("fentanyl 25 mcg/hr", "profile.opioid-long"),
        ("fentanyl 50 mcg/h", "profile.opioid-long"),
        ("fentanyl 50 mcg q72h", "profile.opioid-long"),
        ("fentanyl TD 25", "profile.opioid-long"),
        ("morphine SO4 15MG SA TAB", "profile.opioid-long"),
        ("oxycodone E.R. 10 mg", "profile.opioid-long"),
        ("morphine S.R.", "profile.opioid-long"),
        ("tramadol MR 100 mg", "profile.opioid-long"),
        ("MSER 15 mg", "profile.opioid-long"),
        ("OxyER 10", "profile.opioid-long"),
        ("MST Continus", "profile.opioid-long"),
        ("morphine 24H", "profile.opioid-long"),
        ("HC/APAP 5/325", "profile.opioid"),
        ("Tyl #3", "profile.opioid"),
        ("T3s", "profile.opioid"),
        ("Fiorinal #3", "profile.opioid"),
        ("APAP w/ cod 30", "profile.opioid"),
        ("promethazine VC w/ cod", "profile.opioid"),
        ("phenergan w/cod", "profile.opioid"),
        ("Robitussin AC", "profile.opioid"),
        ("guaifenesin AC", "profile.opioid"),
        ("vicoden", "profile.opioid"),
        ("cocodamol 30/500", "profile.opioid"),
        ("poppy seed tea", "profile.opioid"),
        ("intrathecal pain pump", "profile.opioid"),
        ("Korsuva", "profile.opioid-peripheral"),
    ],
)
def test_an_opioid_is_found_as_lists_really_write_it(text: str, rule: str) -> None:
    assert rule in [found for found, _ in _takes(text)]


@pytest.mark.parametrize("text", ["bup XL 150 mg", "bupropion SR", "cod liver oil", "Robitussin DM", "poppy seed bagel",
                                  "acetaminophen 500 mg 2 tabs", "Fioricet 2 caps", "baclofen pump", "hydroxyzine TD",
                                  "estradiol patch 50 mcg/hr", "metoprolol ER", "hydro-chlorothiazide", "HC 1% cream",
                                  "tussin DM", "shellfish/cod", "ultrasound", "T-shirt"])  # fmt: skip
def test_what_only_resembles_such_a_short_form_finds_nothing(text: str) -> None:
    assert _takes(text) == []


@pytest.mark.parametrize("form", ["ER", "XR", "SR", "CR", "LA", "12 hr", "12-hour", "24HR", "extended release",
                                  "ext-rel", "patch", "transdermal system", "film", "implant", "depot", "Contin",
                                  "long-acting",
                                  "sustained-release", "controlled release", "retard"])  # fmt: skip
@pytest.mark.parametrize("name", ["morphine", "hydromorphone"])
def test_a_form_that_acts_for_long_stops(name: str, form: str) -> None:
    assert [rule for rule, _ in _takes(f"{name} {form}")] == ["profile.opioid-long"]
    assert [rule for rule, _ in _takes(f"{name}_{form} 10 mg")] == ["profile.opioid-long"]


@pytest.mark.parametrize(
    "text",
    ["oxycodone 5 mg every 12 hours", "oxycodone 5 mg q12hr", "oxycodone 5 mg q 12 hr", "oxycodone 5 mg every 8 hours",
     "oxycodone, from ER visit", "oxycodone 5 mg given in ER", "fentanyl buccal film 200 mcg",
     "oxycodone para la espalda", "oxycodone 5 mg every 6-8 hr", "hydrocodone every 6 to 8 hour", "oxycodone q8-12 hr",
     "oxycodone IR 5 mg", "max 4 per 24 hour, oxycodone 5 mg", "oxycodone slow taper", "pain controlled by oxycodone"],
)  # fmt: skip
def test_words_that_are_no_form_do_not_make_an_opioid_long_acting(text: str) -> None:
    assert [rule for rule, _ in _takes(text)] == ["profile.opioid"]


def test_an_opioid_that_was_stopped_long_ago_asks_for_the_day() -> None:
    (finding,) = _review(Medication("stopped oxycodone 2019"))
    assert (finding.rule, finding.level) == ("profile.opioid", Level.PHARMACIST)
    assert "write the day it was last taken" in finding.message
    (note,) = review_mentions(Patient(), note="stopped oxycodone 2019")
    assert (note.rule, note.level) == ("profile.opioid-mentioned", Level.PHARMACIST)


@pytest.mark.parametrize("allergy", ["codeine", "allergy to codeine", "morphine (hives)", "Percocet - nausea",
                                     "rash on the arms from codeine", "vomits after taking Norco"])  # fmt: skip
def test_an_allergy_to_a_short_acting_opioid_is_a_mention_and_no_intake(allergy: str) -> None:
    (finding,) = review_mentions(Patient(allergies=(allergy,)))
    assert (finding.rule, finding.level) == ("profile.opioid-mentioned", Level.WARN)


@pytest.mark.parametrize("allergy", ["oxycodone makes her itch, still takes it", "methadone", "tolerates codeine"])
def test_an_allergy_that_speaks_of_taking_it_is_a_question(allergy: str) -> None:
    (finding,) = review_mentions(Patient(allergies=(allergy,)))
    assert finding.level is Level.PHARMACIST


def test_several_mentions_are_one_question_that_quotes_each() -> None:
    ill = Patient(conditions=(Condition("", "on tramadol"),), allergies=("codeine",))
    (finding,) = review_mentions(ill, note="takes oxycodone and morphine")
    for said in ("The note", "“oxycodone” and “morphine”", "the condition", "“tramadol”", "the allergy", "“codeine”"):
        assert said in finding.message


@pytest.mark.parametrize(
    "text",
    ["not pregnant", "negative pregnancy test", "family history of acute hepatitis", "denies depression",
     "no liver failure", "hepatitis B vaccine", "no history of cirrhosis"],
)  # fmt: skip
def test_what_a_text_denies_is_not_found(text: str) -> None:
    assert review_conditions(Patient(conditions=(Condition("", text),))) == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [("denies alcohol, has liver failure", "condition.liver-failure"),
     ("no fever. acute hepatitis", "condition.liver-failure"),
     ("hepatitis C without coma", "condition.liver"), ("no liver biopsy, cirrhosis", "condition.liver")],
)  # fmt: skip
def test_what_stands_beside_a_denial_is_still_found(text: str, rule: str) -> None:
    assert [finding.rule for finding in review_conditions(Patient(conditions=(Condition("", text),)))] == [rule]


def test_a_note_that_speaks_of_pregnancy_or_liver_failure_is_a_question_at_most() -> None:
    found = review_conditions(Patient(), note="Patient is pregnant and in liver failure")
    assert {(finding.rule, finding.level) for finding in found} == {
        ("condition.pregnancy", Level.PHARMACIST),
        ("condition.liver-failure", Level.PHARMACIST),
    }
    ill = Patient(conditions=(Condition("Z33.1", ""),), pregnant=True)
    assert [finding.rule for finding in review_conditions(ill, note="pregnant")] == ["condition.pregnancy"]


@pytest.mark.parametrize("allergy", ["red meat", "yellow jacket sting", "blue mussels", "green peppers"])
def test_an_allergy_to_something_coloured_is_no_allergy_to_a_dye(allergy: str) -> None:
    patient = Patient(allergies=(allergy,))
    assert review_allergies(patient, (), _POLICY) == ()
    assert review_allergies(patient, ("FD&C Yellow 5", "FD&C Blue 1"), _POLICY) == ()


@pytest.mark.parametrize("allergy", ["red 40", "yellow dye", "Yellow #5", "FD&C dyes", "tartrazine"])
def test_an_allergy_to_a_dye_stops_a_formula_with_a_dye(allergy: str) -> None:
    assert [f.rule for f in review_allergies(Patient(allergies=(allergy,)), ("FD&C Yellow 5",), _POLICY)] == [
        "allergy.excipient"
    ]


@pytest.mark.parametrize("allergy", ["Vivitrol", "Revia - rash", "naltrexon", "LDN"])
def test_an_allergy_to_naltrexone_under_another_name_stops(allergy: str) -> None:
    assert [f.rule for f in review_allergies(Patient(allergies=(allergy,)), (), _POLICY)] == ["allergy.naltrexone"]


# Medicines that pharmacies dispense often, by generic name; none is an opioid, an antagonist or thyroid hormone.
_USUAL_MEDICINES = """
acetaminophen acyclovir albuterol alendronate allopurinol alprazolam amitriptyline amlodipine amoxicillin
anastrozole apixaban aripiprazole aspirin atenolol atomoxetine atorvastatin azelastine azithromycin baclofen
benazepril benzonatate bisoprolol budesonide bumetanide bupropion buspirone canagliflozin carbidopa carvedilol
cefdinir celecoxib cephalexin cetirizine chlorthalidone cholecalciferol ciprofloxacin citalopram clonazepam
clonidine clopidogrel colchicine cyanocobalamin cyclobenzaprine cyclosporine dapagliflozin desvenlafaxine
dexmethylphenidate diazepam diclofenac dicyclomine diltiazem diphenhydramine divalproex docusate donepezil
doxazosin doxycycline dulaglutide duloxetine empagliflozin enalapril escitalopram esomeprazole estradiol
eszopiclone ezetimibe famotidine fenofibrate ferrous finasteride fluconazole fluoxetine fluticasone folic
furosemide gabapentin glimepiride glipizide glyburide guanfacine hydralazine hydrochlorothiazide hydrocortisone
hydroxychloroquine hydroxyzine ibuprofen insulin ipratropium irbesartan isosorbide ketoconazole labetalol
lamotrigine lansoprazole latanoprost letrozole levalbuterol levetiracetam levocetirizine levofloxacin linezolid
liraglutide lisdexamfetamine lisinopril loratadine lorazepam losartan lovastatin magnesium meclizine
medroxyprogesterone melatonin meloxicam memantine metformin methocarbamol methotrexate methyldopa methylphenidate
methylprednisolone metoclopramide metoprolol metronidazole minocycline mirabegron mirtazapine mometasone
montelukast mupirocin mycophenolate nabumetone naproxen nebivolol nifedipine nitrofurantoin nitroglycerin
norethindrone nortriptyline nystatin olanzapine olmesartan omeprazole ondansetron oxcarbazepine oxybutynin
pantoprazole paroxetine penicillin phentermine pimecrolimus pioglitazone potassium pramipexole pravastatin prazosin
prednisolone prednisone pregabalin progesterone promethazine propranolol quetiapine quinapril ramipril ranitidine
risperidone rivaroxaban rizatriptan ropinirole rosuvastatin sacubitril sertraline sildenafil simvastatin
sitagliptin solifenacin spironolactone sucralfate sulfamethoxazole sumatriptan tadalafil tamsulosin telmisartan
temazepam terazosin terbinafine testosterone timolol tiotropium tizanidine tolterodine topiramate torsemide
trazodone triamcinolone triamterene trimethoprim valacyclovir valsartan venlafaxine verapamil vilazodone
vortioxetine warfarin ziprasidone zolpidem
""".split()


@pytest.mark.parametrize("medicine", _USUAL_MEDICINES)
def test_the_usual_medicines_find_nothing(medicine: str) -> None:
    assert find(f"{medicine} 10 mg ER tablet") == find(f"{medicine}.") == ()


def test_the_list_of_usual_medicines_is_long_enough_to_mean_something() -> None:
    assert len(set(_USUAL_MEDICINES)) > 200

"""Drugs that matter beside naltrexone: ingredient words, brands, RxNorm ingredient codes.

Sources: RxNorm (National Library of Medicine); brand names from the CDC opioid value sets and the opioid
management terminology table 2020 (cqframework/opioid-cds-r4, CC0-1.0); others from general professional
knowledge. Names are compared word by word, never as a part of a word: apomorphine is not morphine,
methylnaltrexone is not naltrexone.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from pharmacy.domain.opioid_codes import LONG_ACTING, PRODUCTS
from pharmacy.domain.spelling import one_edit_apart

LONG_NAME = 8  # letters from which a name with one slip of the pen is still recognised


class Group(StrEnum):
    OPIOID = "opioid"
    LONG_ACTING_OPIOID = "long-acting opioid"
    PERIPHERAL_OPIOID = "peripheral opioid"
    ANTAGONIST = "opioid antagonist"
    THYROID = "thyroid hormone"


@dataclass(frozen=True, slots=True)
class Match:
    """ingredient: the generic name. how: the word or code that matched. spelled: "" or the word that was"
    " misspelt."""

    ingredient: str
    group: Group
    how: str
    spelled: str = ""
    depot: bool = False


# ingredient: (RxNorm ingredient code, brands and other names of one word)
_ALWAYS_LONG: dict[str, tuple[str, str]] = {
    "buprenorphine": (
        "1819",
        "belbuca brixadi bunavail buprenex butrans cassipa probuphine sublocade suboxone subutex zubsolv",
    ),
    "levomethadyl": ("237005", "laam orlaam"),
    "levorphanol": ("6378", ""),
    "methadone": ("6813", "diskets dolophine methadose methadone"),
}
_OPIOIDS: dict[str, tuple[str, str]] = {
    "alfentanil": ("480", "alfenta"),
    "benzhydrocodone": ("", "apadaz"),
    "butorphanol": ("1841", "stadol"),
    "codeine": ("2670", "ascomp brontex cheratussin mytussin robafen tuxarin tuzistra"),
    "dextromoramide": ("", ""),
    "dihydrocodeine": ("23088", "dvorah panlor trezix synalgos"),
    "dipipanone": ("", ""),
    "fentanyl": ("4337", "abstral actiq duragesic fentora ionsys lazanda sublimaze subsys recuvyra"),
    "heroin": ("3304", "diamorphine diacetylmorphine"),
    "hydrocodone": (
        "5489",
        "flowtuss hycet hycodan hycofenix hydromet hysingla ibudone lorcet lortab maxidone norco obredon"
        " reprexain"
        " rezira tussicaps tussigon tussionex verdrocet vicodin vicoprofen vituz xodol xylon zamicet"
        " zohydro zutripro"
        " zydone",
    ),
    "hydromorphone": ("3423", "dilaudid exalgo"),
    "kratom": ("", "mitragynine mitragyna speciosa hydroxymitragynine"),
    "meperidine": ("6754", "demerol pethidine"),
    "meptazinol": ("", ""),
    "morphine": (
        "7052",
        "arymo astramorph avinza contin duramorph embeda infumorph kadian mitigo morphabond mscontin msir"
        " oramorph"
        " roxanol",
    ),
    "nalbuphine": ("7238", "nubain"),
    "oliceridine": ("", "olinvyk"),
    "opium": ("7676", "paregoric laudanum"),
    "oxycodone": (
        "7804",
        "endocet endodan nalocet oxaydo oxecta oxycontin oxyfast oxyir percocet percodan primlev prolate"
        " roxicet"
        " roxicodone roxybond targiniq troxyca tylox xartemis xolox xtampza",
    ),
    "oxymorphone": ("7814", "opana"),
    "pentazocine": ("8001", "talacen talwin"),
    "pholcodine": ("", ""),
    "propoxyphene": ("8785", "darvocet darvon dextropropoxyphene"),
    "remifentanil": ("73032", "ultiva"),
    "sufentanil": ("56795", "dsuvia sufenta"),
    "tapentadol": ("787390", "nucynta"),
    "tianeptine": ("", ""),
    "tramadol": ("10689", "conzip qdolo rybix ryzolt seglentis ultracet ultram"),
}
_PERIPHERAL: dict[str, tuple[str, str]] = {
    "difenoxin": ("", "motofen"),
    "diphenoxylate": ("", "lomotil"),
    "eluxadoline": ("", "viberzi"),
    "loperamide": ("6468", "diamode imodium"),
}
_ANTAGONISTS: dict[str, tuple[str, str]] = {
    "naltrexone": ("7243", "contrave depade ldn mysimba revia trexan vivitrol"),
    "nalmefene": ("", "opvee revex selincro"),
    "samidorphan": ("", "lybalvi"),
}
_THYROID: dict[str, tuple[str, str]] = {
    "levothyroxine": ("10582", "euthyrox levothroid levoxyl synthroid thyroxine tirosint unithroid"),
    "liothyronine": ("10814", "cytomel"),
    "liotrix": ("", "thyrolar"),
    "thyroid": ("", "armour np-thyroid adthyza westhroid"),
}
# Brands that are only made as extended release or patch (product labels), so no such word stands beside them.
_LONG_BRANDS = frozenset(
    """arymo avinza butrans contin conzip duragesic embeda exalgo hysingla kadian morphabond mscontin
    oramorph oxycontin ryzolt targiniq troxyca xartemis xtampza zohydro tussionex tuzistra tuxarin
    ionsys""".split()
)
_LONG_WORDS = re.compile(
    r"\b(er|xr|sr|cr|la|xl|extended|sustained|controlled|prolonged|slow|long[ -]acting|"
    r"patch(es)?|transdermal|contin|"
    r"(8|12|24|72|168) ?(hr|hour)s?)\b"
)
_DEPOT = re.compile(r"\b(sublocade|brixadi|probuphine|depot|implant|monthly)\b")
_PHRASES = (
    (re.compile(r"\btylenol\b(.{0,12}(#|\bno\.?|\bnumber))? ?[234]\b(?! ?(mg|tab|times|x))"), "codeine"),
    (re.compile(r"\bb ?& ?o\b"), "opium"),
    (re.compile(r"\bms ?(ir|er)\b"), "morphine"),
)  # fmt: skip
# Not naltrexone, however near they sound.
LOOK_ALIKES = {
    "methylnaltrexone": "methylnaltrexone (Relistor)",
    "relistor": "methylnaltrexone (Relistor)",
    "naloxone": "naloxone",
    "narcan": "naloxone",
    "kloxxado": "naloxone",
    "zimhi": "naloxone",
    "naloxegol": "naloxegol (Movantik)",
    "movantik": "naloxegol (Movantik)",
    "naldemedine": "naldemedine (Symproic)",
    "symproic": "naldemedine (Symproic)",
    "nalmefene": "nalmefene",
    "samidorphan": "samidorphan",
    "nalbuphine": "nalbuphine",
    "nalorphine": "nalorphine",
}

NALTREXONE_TABLET = "1483744"  # RxNorm: naltrexone hydrochloride 50 MG Oral Tablet

_GROUPS = (
    (Group.LONG_ACTING_OPIOID, _ALWAYS_LONG),
    (Group.OPIOID, _OPIOIDS),
    (Group.PERIPHERAL_OPIOID, _PERIPHERAL),
    (Group.ANTAGONIST, _ANTAGONISTS),
    (Group.THYROID, _THYROID),
)
_BY_WORD = {
    word: (ingredient, group)
    for group, table in _GROUPS
    for ingredient, (_, brands) in table.items()
    for word in (ingredient, *brands.split())
}
_BY_CODE = (
    {code: (name, group) for group, table in _GROUPS for name, (code, _) in table.items() if code}
    | {NALTREXONE_TABLET: ("naltrexone", Group.ANTAGONIST)}
    | {
        code: (name, Group.LONG_ACTING_OPIOID if name in _ALWAYS_LONG else Group.OPIOID)
        for name, codes in PRODUCTS.items()
        for code in codes
    }
)
_LONG_NAMES = tuple(word for word in _BY_WORD if len(word) >= LONG_NAME)
_EXACT = frozenset(LOOK_ALIKES) | frozenset(_BY_WORD) | {"hydrocortisone", "dextromethorphan", "apomorphine"}


def words(text: str) -> list[str]:
    """The words of a drug text in lower case; a hyphen or a slash parts two words.

    >>> words("Hydrocodone-Acetaminophen 5/325")
    ['hydrocodone', 'acetaminophen', '5', '325']
    """
    even = unicodedata.normalize("NFKC", text).casefold()
    return re.findall(r"[^\W\d_]+|[0-9]+(?:\.[0-9]+)?", even)


def same_drug(word: str, name: str) -> bool:
    """Whether a written word is this name, one slip of the pen forgiven in names of at least 8 letters."""
    if word == name:
        return True
    return len(name) >= LONG_NAME and word not in _EXACT and one_edit_apart(word, name)


def find(text: str, rxcui: str = "") -> tuple[Match, ...]:
    """What a line of the medicine list holds, by RxNorm code and by the words of its name; both count.

    >>> [(m.ingredient, m.group.value) for m in find("OxyContin 20 mg")]
    [('oxycodone', 'long-acting opioid')]
    >>> find("apomorphine 10 mg/mL")
    ()
    """
    even = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    found: dict[str, Match] = {}
    slow = _LONG_WORDS.search(even) is not None or rxcui.strip() in LONG_ACTING
    depot = _DEPOT.search(even) is not None
    if rxcui.strip() in _BY_CODE:
        _add(found, *_BY_CODE[rxcui.strip()], f"RxNorm {rxcui.strip()}", "", slow, depot)
    for word in words(even):
        name = word if word in _BY_WORD else _misspelt(word)
        if name:
            long = slow or name in _LONG_BRANDS
            _add(found, *_BY_WORD[name], name, "" if name == word else word, long, depot)
    for pattern, ingredient in _PHRASES:
        phrase = pattern.search(even)
        if phrase:
            _add(found, ingredient, Group.OPIOID, phrase[0], "", slow, depot)
    return tuple(found.values())


def _add(
    found: dict[str, Match], ingredient: str, group: Group, how: str, spelled: str, long: bool, depot: bool
) -> None:
    if group is Group.OPIOID and long:
        group = Group.LONG_ACTING_OPIOID
    earlier = found.get(ingredient)
    if earlier is None or (group is Group.LONG_ACTING_OPIOID and earlier.group is Group.OPIOID):
        found[ingredient] = Match(ingredient, group, how, spelled, depot)


def _misspelt(word: str) -> str:
    if len(word) < LONG_NAME - 1 or word in _EXACT:
        return ""
    return next((name for name in _LONG_NAMES if one_edit_apart(word, name)), "")

"""Drugs that matter beside naltrexone: ingredient words, brands, RxNorm ingredient codes.

Sources: RxNorm (National Library of Medicine); brand names from the CDC opioid value sets and the opioid
management terminology table 2020 (cqframework/opioid-cds-r4, CC0-1.0); others from general professional
knowledge. Names are compared word by word, never as a part of a word: apomorphine is not morphine,
methylnaltrexone is not naltrexone.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from pharmacy.domain import release_forms
from pharmacy.domain.opioid_codes import DEPOT, LONG_ACTING, PRODUCTS
from pharmacy.domain.spelling import by_one_left_out, one_edit_apart, one_left_out, two_edits_apart

LONG_NAME = 8  # letters from which a name with one slip of the pen is still recognised
# An opioid that is missed does more harm than one question too many, so its ingredient is sought more widely.
LONG_OPIOID, LONGER_OPIOID = 7, 9  # letters from which one slip, and two slips, are forgiven
UNNAMED = "unnamed opioid"


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
        "belbuca brixadi bunavail buprenex butrans cassipa probuphine sublocade suboxin suboxone subutec subutex"
        " zubsolv bup bupe bupr buprenorfina butec buvidal espranor norspan temgesic transtec",
    ),
    "levomethadone": ("", "polamidon"),
    "levomethadyl": ("237005", "laam orlaam"),
    "levorphanol": ("6378", "dromoran"),
    "methadone": ("6813", "diskets dolophine methadose methadone physeptone"),
}
_OPIOIDS: dict[str, tuple[str, str]] = {
    "alfentanil": ("480", "alfenta"),
    "benzhydrocodone": ("", "apadaz"),
    "butorphanol": ("1841", "stadol"),
    "carfentanil": ("", ""),
    "codeine": (
        "2670",
        "ascomp brontex cheratussin cocodamol codamol codeina kapake kodein mytussin panadeine robafen solpadol"
        " tuxarin tuzistra tylex zapain",
    ),
    "dextromoramide": ("", ""),
    "dezocine": ("", "dalgan"),
    "dihydrocodeine": ("23088", "dhc dvorah dydramol panlor trezix synalgos"),
    "dipipanone": ("", ""),
    "ethylmorphine": ("", ""),
    "fentanyl": (
        "4337",
        "abstral actiq duragesic durogesic fent fentanilo fentenyl fentinyl fentora fentynal fentynyl ionsys lazanda"
        " matrifen sublimaze subsys recuvyra",
    ),
    "heroin": ("3304", "diamorphine diacetylmorphine"),
    "hydrocodone": (
        "5489",
        "flowtuss hycet hycodan hycofenix hydromet hysingla ibudone lorcet lortab maxidone norco obredon"
        " reprexain"
        " rezira tussicaps tussigon tussionex verdrocet vicodin vicoprofen vituz xodol xylon zamicet"
        " zohydro zutripro"
        " zydone anexsia hydroco hydrocod vicoden vicodan vicodine",
    ),
    "hydromorphone": ("3423", "dilaudid exalgo hidromorfona hydromorph jurnista palladone"),
    "ketobemidone": ("", ""),
    "kratom": ("", "kratum mitragynine mitragyna speciosa hydroxymitragynine"),
    "meperidine": ("6754", "demerol meperidina meperitab pethidine petidina"),
    "meptazinol": ("", ""),
    "morphine": (
        "7052",
        "arymo astramorph avinza contin continus depodur duramorph embeda eslon infumorph kadian mitigo morphabond"
        " mscontin msir oramorph roxanol morfin morfina morfine morph mst sevredol statex zomorph",
    ),
    "nalbuphine": ("7238", "nubain"),
    "nicomorphine": ("", ""),
    "oliceridine": ("", "olinvyk"),
    "opium": ("7676", "paregoric laudanum"),
    "oxycodone": (
        "7804",
        "endocet endodan nalocet oxaydo oxecta oxycontin oxyfast oxyir percocet percodan primlev prolate"
        " roxicet"
        " roxicodone roxybond targiniq troxyca tylox xartemis xolox xtampza"
        " endone longtec magnacet oxeltra oxicodona oxy oxycod oxyneo oxynorm perc percs roxi roxy shortec supeudol"
        " targin targinact",
    ),
    "oxymorphone": ("7814", "numorphan opana oximorfona oxymorph"),
    "pentazocine": ("8001", "talacen talwin"),
    "pholcodine": ("", ""),
    "piritramide": ("", "dipidolor piritramid"),
    "propoxyphene": ("8785", "darvocet darvon dextropropoxyphene proxamol"),
    "remifentanil": ("73032", "ultiva"),
    "sufentanil": ("56795", "dsuvia sufenta"),
    "tapentadol": ("787390", "nucynta palexia"),
    "tianeptine": ("", "tianaa"),
    "tilidine": ("", "tilidin valoron"),
    "tramadol": ("10689", "conzip maxitram qdolo rybix ryzolt seglentis tramacet tramal ultracet ultram zaldiar zydol"),
    UNNAMED: ("", "narcotic narcotics opiate opiates opioid opioids"),
}
_PERIPHERAL: dict[str, tuple[str, str]] = {
    "difelikefalin": ("", "korsuva"),
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
    "thyroid": ("", "armour adthyza westhroid"),
}
_PHRASES = (
    (re.compile(r"\btyl(enol)?\b(.{0,12}(#|\bno\.?|\bnumber))? ?[234]\b(?! ?(mg|tab|times|x))"), "codeine"),
    (re.compile(r"\b(apap|acetaminophen|empirin|fioricet|fiorinal)\b.{0,12}(#|\bno\.?|\bnumber) ?[234]\b"), "codeine"),
    (re.compile(r"\bb ?& ?o\b"), "opium"),
    (re.compile(r"\bms ?(ir|er)\b|\bms ?o4\b"), "morphine"),
    (re.compile(r"\b7[ -]?oh\b(?![ -]?(vitamin|progesterone))"), "kratom"),
    (
        re.compile(
            r"\b(apap|acet|acetaminophen|asa|aspirin|tylenol|butalbital|fioricet|fiorinal|prometh(azine)?|phenergan"
            r"|guaif\w*|robitussin)\b( vc)?( ?w/?| with)?\W{1,3}cod\b(?! ?liver)"
        ),
        "codeine",
    ),
    (re.compile(r"\b(guaif\w*|iophen|robitussin|virtussin|tussin)[ -]ac\b"), "codeine"),
    (re.compile(r"\b(hc|hyd|hydro) ?[/-] ?(apap|acet|acetaminophen|ibu)\b"), "hydrocodone"),
    (re.compile(r"\bpoppy (seed )?(tea|pods?)\b"), "opium"),
    (re.compile(r"\bpain pump\b"), UNNAMED),
)  # fmt: skip
# "T3" is Tylenol No. 3 on a medicine list; in other texts a vertebra, a tumour's stage or a thyroid test.
_TYLENOL = re.compile(r"\bt(-| ?#)?[34]s?\b")
_NOT_TYLENOL = re.compile(r"thyr|cytomel|\btsh\b|\bfree\b|mcg|µg|μg")
# Words that name no opioid: "opioid antagonist"; "bup XL" is bupropion.
_BLOCKERS = re.compile(r"\b(opioid|opiate|narcotic)s?[ -]+(receptor )?(antagonist|blocker)s?\b|\bbup (xl|sr)\b")
_RUN_INTO_ITS_FORM = re.compile(r"\b([^\W\d_]{3,}?)(er|sr|xr|cr)\b")
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
_OPIOID_NAMES = tuple(name for name in (*_ALWAYS_LONG, *_OPIOIDS) if len(name) >= LONG_OPIOID and name != UNNAMED)
# Comparing spellings is slow; these find the few names that are worth it, and none that one slip or two made is missed.
_ONE_SLIP = by_one_left_out((*_LONG_NAMES, *_OPIOID_NAMES))
_TWO_SLIPS = tuple((name, frozenset(name)) for name in _OPIOID_NAMES if len(name) >= LONGER_OPIOID)
_PLACE = {name: place for place, name in enumerate(dict.fromkeys((*_LONG_NAMES, *_OPIOID_NAMES)))}
# Words that are themselves and no slip of the pen.
_EXACT = (
    frozenset(LOOK_ALIKES)
    | frozenset(_BY_WORD)
    | frozenset("apomorphine dextromethorphan hydrocortisone methane piperidine".split())
)


def words(text: str) -> list[str]:
    """The words of a drug text in lower case; a hyphen or a slash parts two words.

    >>> words("Hydrocodone-Acetaminophen 5/325")
    ['hydrocodone', 'acetaminophen', '5', '325']
    """
    return re.findall(r"[^\W\d_]+|[0-9]+(?:\.[0-9]+)?", _folded(text))


def _folded(text: str) -> str:
    """In lower case, without what is not seen (a soft hyphen of a copied text) and without ® and ™."""
    if text.isascii():
        return text.casefold()
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf" and letter not in "®™℠")
    return unicodedata.normalize("NFKC", seen).casefold()


def _unaccented(folded: str) -> str:
    """Without accents: codeína is codeina, and a slip is still told apart."""
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFD", folded)))


def _parted(match: re.Match[str]) -> str:
    """ "oxycodoneER" is oxycodone, ER."""
    known = match[1] in _BY_WORD and match[0] not in _BY_WORD
    return f"{match[1]} {match[2]}" if known else match[0]


def same_drug(word: str, name: str) -> bool:
    """Whether a written word is this name, one slip of the pen forgiven in names of at least 8 letters."""
    if word == name:
        return True
    return len(name) >= LONG_NAME and word not in _EXACT and one_edit_apart(word, name)


def find(text: str, rxcui: str = "", *, listed: bool = True) -> tuple[Match, ...]:
    """What a line of the medicine list holds, by RxNorm code and by the words of its name; both count.

    listed: False for a note or a diagnosis, where short forms such as "T3" mean something else.

    >>> [(m.ingredient, m.group.value) for m in find("OxyContin 20 mg")]
    [('oxycodone', 'long-acting opioid')]
    >>> find("apomorphine 10 mg/mL")
    ()
    """
    even = _BLOCKERS.sub(" ", " ".join(_unaccented(_folded(text)).replace("_", " ").split()))
    even = _RUN_INTO_ITS_FORM.sub(_parted, even)
    code = rxcui.strip()
    named = [(name, word) for word in words(even) if (name := word if word in _BY_WORD else _misspelt(word))]
    phrases = tuple(_phrases(even, listed=listed))
    if not named and not phrases and code not in _BY_CODE:
        return ()
    found: dict[str, Match] = {}
    slow = code in LONG_ACTING or release_forms.long_acting(even)
    depot = code in DEPOT or release_forms.depot(even)
    if code in _BY_CODE:
        _add(found, *_BY_CODE[code], f"RxNorm {code}", "", slow, depot)
    for name, word in named:
        long = slow or name in release_forms.LONG_BRANDS
        _add(found, *_BY_WORD[name], name, "" if name == word else word, long, depot)
    for ingredient, phrase in phrases:
        _add(found, ingredient, Group.OPIOID, phrase, "", slow, depot)
    if any(is_opioid(match) and match.ingredient != UNNAMED for match in found.values()):
        found.pop(UNNAMED, None)
    if listed:
        _combine(found)
    return tuple(found.values())


def _combine(found: dict[str, Match]) -> None:
    """Morphine or oxycodone made with naltrexone is one product, an opioid.

    It is only made for long action (product labels of Embeda and Troxyca ER).
    """
    combined = [found[name] for name in ("morphine", "oxycodone") if name in found]
    held = found.get("naltrexone")
    if combined and held is not None and held.how == "naltrexone":
        del found["naltrexone"]
        for match in combined:
            found[match.ingredient] = replace(match, group=Group.LONG_ACTING_OPIOID)


def is_opioid(match: Match) -> bool:
    """Whether a match is an opioid that naltrexone would block or drive out."""
    return match.group in (Group.OPIOID, Group.LONG_ACTING_OPIOID)


def _phrases(even: str, *, listed: bool) -> Iterator[tuple[str, str]]:
    for pattern, ingredient in _PHRASES:
        phrase = pattern.search(even)
        if phrase:
            yield ingredient, phrase[0]
    tylenol = _TYLENOL.search(even)
    if listed and tylenol and not _NOT_TYLENOL.search(even):
        yield "codeine", tylenol[0]


def _add(
    found: dict[str, Match], ingredient: str, group: Group, how: str, spelled: str, long: bool, depot: bool
) -> None:
    if group is Group.OPIOID and long:
        group = Group.LONG_ACTING_OPIOID
    earlier = found.get(ingredient)
    if earlier is None or (group is Group.LONG_ACTING_OPIOID and earlier.group is Group.OPIOID):
        found[ingredient] = Match(ingredient, group, how, spelled, depot)


@lru_cache(maxsize=4096)
def _misspelt(word: str) -> str:
    """The name that was meant: one slip in any long name, two in a longer opioid ingredient."""
    if word in _EXACT:
        return ""
    near = {name for left in one_left_out(word) for name in _ONE_SLIP.get(left, ())}
    one = next((name for name in sorted(near, key=_PLACE.__getitem__) if one_edit_apart(word, name)), "")
    if one or len(word) < LONGER_OPIOID - 2:
        return one
    letters = frozenset(word)  # each slip brings in at most two letters that the other spelling lacks
    return next((n for n, known in _TWO_SLIPS if len(letters ^ known) <= 4 and two_edits_apart(word, n)), "")

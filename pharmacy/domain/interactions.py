"""Drug-use review: the medicine list, and allergies or diet against the excipients of the chosen formula."""

from collections.abc import Iterable
from datetime import date, timedelta

from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.drug_names import UNNAMED, Group, Match, find, same_drug, words
from pharmacy.domain.errors import InputUnusable
from pharmacy.domain.findings import Finding, Level
from pharmacy.domain.prescription import Medication, Patient
from pharmacy.domain.units import clip, read_date

LABEL = "naltrexone hydrochloride tablets, product label"
TRUST = "LDN Research Trust, prescriber and pharmacist guides"
GENERAL = "general professional knowledge"
# An opioid without a name may be one of these.
_SLOW_TO_LEAVE = frozenset({"methadone", "buprenorphine", "levomethadone", "levomethadyl", UNNAMED})


def review_medications(patient: Patient, *, today: date, policy: DosePolicy) -> tuple[Finding, ...]:
    """What the medicine list holds against naltrexone."""
    findings: list[Finding] = []
    for place, medication in enumerate(patient.medications):
        matches = find(medication.text, medication.rxcui)
        if not matches and not medication.text.strip():
            message = f"Medicine {place + 1} on the list has no readable name; find out what it is."
            findings.append(Finding("profile.unnamed", Level.PHARMACIST, message, "MS", GENERAL))
        for match in matches:
            findings.append(_of_match(match, medication, today, policy))
            findings.extend(_misspelling(match, medication))
    return tuple(findings)


def _of_match(match: Match, medication: Medication, today: date, policy: DosePolicy) -> Finding:
    name = _named(match, medication)
    match match.group:
        case Group.ANTAGONIST:
            message = f"{name} is on the medicine list already: no second opioid antagonist. Ask the prescriber."
            return Finding("profile.antagonist", Level.STOP, message, "TD", GENERAL)
        case Group.THYROID:
            message = f"{name}: thyroid replacement; counsel to have TSH checked again after the start."
            return Finding("profile.thyroid", Level.COUNSEL, message, "DD", TRUST)
        case Group.PERIPHERAL_OPIOID:
            message = f"{name} is an opioid that acts on the bowel; naltrexone may take away its effect."
            return Finding("profile.opioid-peripheral", Level.WARN, message, "DD", GENERAL)
        case _:
            return _of_opioid(match, medication, today, policy)


def _of_opioid(match: Match, medication: Medication, today: date, policy: DosePolicy) -> Finding:
    """An opioid: recent use stops until a date; else a long-acting one stops and a short-acting one is"
    " asked about."""
    name, long = _named(match, medication), match.group is Group.LONG_ACTING_OPIOID
    days = policy.long_washout_days if match.ingredient in _SLOW_TO_LEAVE else policy.washout_days
    last = _last_taken(medication)
    if last is not None and today < last + timedelta(days=days):
        until = last + timedelta(days=days)
        future = " (a date in the future: check it)" if last > today else ""
        message = (
            f"{name} was last taken on {last.isoformat()}{future}; stop until {until.isoformat()}: {days}"
            f" days without"
            " opioids before naltrexone."
        )
        return Finding("profile.opioid-recent", Level.STOP, message, "DD", LABEL)
    if long and (last is None or match.depot):
        message = (
            f"{name} is a long-acting opioid: naltrexone must not be given, it would bring on withdrawal."
            f" Ask the"
            " prescriber."
        )
        return Finding("profile.opioid-long", Level.STOP, message, "DD", LABEL)
    if long:
        message = (
            f"{name} is a long-acting opioid, last taken on {_last_taken(medication)}: confirm with the"
            f" prescriber that"
            " it was stopped, and record it."
        )
        return Finding("profile.opioid-stopped", Level.PHARMACIST, message, "DD", LABEL)
    unread = f" The date {clip(medication.last_taken)} could not be read." if _unread(medication) else ""
    since = f", last taken on {last.isoformat()}" if last else ""
    message = (
        f"{name} is an opioid{since}: the product label contraindicates opioid"
        f" analgesics; at low doses they are kept at least {policy.opioid_gap_hours} hours apart. Contact the"
        f" prescriber and record it, add the auxiliary label and the wallet card.{unread}"
    )
    return Finding("profile.opioid", Level.PHARMACIST, message, "DD", f"{LABEL}; low-dose naltrexone practice")


def _last_taken(medication: Medication) -> date | None:
    if not medication.last_taken.strip():
        return None
    try:
        last = read_date(medication.last_taken, field="last_taken")
    except InputUnusable:
        return None
    return None if last.year > date.max.year - 1 else last


def _unread(medication: Medication) -> bool:
    return bool(medication.last_taken.strip()) and _last_taken(medication) is None


def _misspelling(match: Match, medication: Medication) -> Iterable[Finding]:
    if match.spelled:
        message = f"“{match.spelled}” in {clip(medication.text)} was taken for {match.how}; check the spelling."
        yield Finding("profile.spelling", Level.WARN, message, "MS", GENERAL)


def _named(match: Match, medication: Medication) -> str:
    shown = clip(medication.text) if medication.text.strip() else f"RxNorm {clip(medication.rxcui)}"
    return shown if match.ingredient in words(medication.text) else f"{shown} ({match.ingredient})"


# Words of an allergy or a diet, and the words of excipients that they forbid.
_EXCIPIENT_GROUPS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    (
        "lactose",
        frozenset("lactose milk dairy casein whey vegan galactosemia".split()),
        frozenset("lactose milk casein whey".split()),
    ),
    (
        "gelatin",
        frozenset("gelatin gelatine pork porcine beef bovine vegan vegetarian kosher halal alpha-gal".split()),
        frozenset("gelatin gelatine".split()),
    ),
    (
        "dye",
        frozenset("dye dyes colorant colorants colourant tartrazine fd yellow red blue green carmine".split()),
        frozenset("dye dyes colorant tartrazine fd yellow red blue green carmine".split()),
    ),
    (
        "corn",
        frozenset("corn maize cornstarch".split()),
        frozenset("corn maize cornstarch starch maltodextrin".split()),
    ),
    ("sucrose", frozenset("sucrose sugar".split()), frozenset("sucrose sugar".split())),
    ("cellulose", frozenset("cellulose mcc".split()), frozenset("cellulose avicel mcc".split())),
    ("gluten", frozenset("gluten wheat celiac coeliac".split()), frozenset("gluten wheat".split())),
    ("soy", frozenset("soy soya soybean".split()), frozenset("soy soya lecithin".split())),
    ("titanium dioxide", frozenset({"titanium"}), frozenset({"titanium"})),
)


def review_allergies(patient: Patient, excipients: tuple[str, ...], policy: DosePolicy) -> tuple[Finding, ...]:
    """Allergies against naltrexone and against the excipients of the formula; a diet against the excipients.

    excipients: names of fillers, shells and dyes; empty while no formula is chosen.
    """
    findings: list[Finding] = []
    for allergy in patient.allergies:
        if any(same_drug(word, "naltrexone") for word in words(allergy)):
            message = f"The patient is allergic to {clip(allergy)}; naltrexone must not be given."
            findings.append(Finding("allergy.naltrexone", Level.STOP, message, "DA", LABEL))
        findings.extend(_against(allergy, "allergy", "DA", excipients))
    if patient.diet.strip():
        findings.extend(_against(patient.diet, "diet", "DI", excipients))
    findings.extend(_blocked(excipients, policy))
    return tuple(findings)


def _against(text: str, kind: str, code: str, excipients: tuple[str, ...]) -> Iterable[Finding]:
    said = set(words(text)) | set(text.casefold().split())
    for name, avoided, held in _EXCIPIENT_GROUPS:
        if not said & avoided:
            continue
        if not excipients:
            message = f"{kind.capitalize()} {clip(text)}: choose a formula without {name}."
            yield Finding(f"{kind}.formula-to-choose", Level.WARN, message, code, GENERAL)
        for excipient in excipients:
            if set(words(excipient)) & held:
                message = f"{kind.capitalize()} {clip(text)}: the formula holds {excipient}. Offer another formula."
                yield Finding(f"{kind}.excipient", Level.STOP, message, code, GENERAL)
    known = {word for _, avoided, _ in _EXCIPIENT_GROUPS for word in avoided}
    for excipient in excipients:
        shared = {word for word in said & set(words(excipient)) if len(word) > 3} - known
        if shared:
            message = f"{kind.capitalize()} {clip(text)}: the formula holds {excipient}. Offer another formula."
            yield Finding(f"{kind}.excipient", Level.STOP, message, code, GENERAL)


def _blocked(excipients: tuple[str, ...], policy: DosePolicy) -> Iterable[Finding]:
    for excipient in excipients:
        said = set(words(excipient))
        for blocked in policy.blocked_fillers:
            if set(words(blocked)) <= said:
                message = f"{excipient} slows or binds naltrexone and is blocked; choose another filler."
                source = "pharmacy policy, fillers: no slow-release polymer and no calcium carbonate"
                yield Finding("excipient.blocked", Level.STOP, message, "DI", source)

"""Drug-use review: conditions of the patient against naltrexone, by ICD-10-CM code and by words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pharmacy.domain.dose_policy import DosePolicy
from pharmacy.domain.findings import Finding, Level
from pharmacy.domain.prescription import Condition, Patient
from pharmacy.domain.rules import RULES, found
from pharmacy.domain.units import clip


@dataclass(frozen=True, slots=True)
class _Rule:
    """codes: ICD-10-CM, matched from the left without the point. text: words, in lower case. act: what to do."""

    rule: str
    codes: re.Pattern[str]
    text: re.Pattern[str]
    act: str


def _rule(rule: str, codes: str, text: str, act: str) -> _Rule:
    return _Rule(rule, re.compile(codes), re.compile(text), act)


# The first liver rule that fits counts; the other rules stand each for itself.
_LIVER = (
    _rule(
        "condition.liver-failure",
        r"B15|B16|B17|K72|K704|K701|K711|K712|K762",
        r"\bacute\b.*\bhepatitis\b|\bhepatitis\b.*\bacute\b|\b(liver|hepatic) (failure|decompensation|coma)\b"
        r"|\besld\b|\bend[ -]stage (liver|hepatic)\b|\bacute (liver|hepatic) injury\b"
        r"|\bfulminant\b.*\bhepat|\bdecompensated\b.*\b(cirrhosis|liver)\b|\bhepatic encephalopathy\b",
        "acute hepatitis or liver failure; naltrexone must not be given. Ask the prescriber.",
    ),
    _rule(
        "condition.liver",
        r"K7[0-7]|B18|B19|C22|Z944",
        r"\bhepatitis\b|\bhep [bc]\b(?! vac)|\bcirrhosis\b|\bfatty liver\b|\bnash\b|\bnafld\b|\bsteatohepatitis\b"
        r"|\bliver (disease|fibrosis|transplant)\b"
        r"|\b(hepatic|liver) (impairment|insufficiency|steatosis|fibrosis)\b",
        "liver disease; check recent liver tests with the prescriber.",
    ),
)  # fmt: skip
_OTHERS = (
    _rule(
        "condition.renal",
        r"N184|N185|N186|N17|N19|Z992|I120|I1311|I132",
        r"\bsevere (renal|kidney)\b|\b(ckd|kidney disease)\b.*\b(4|5|iv|v)\b"
        r"|\bend[ -]stage (renal|kidney)\b|\besrd\b"
        r"|\bstage (4|5|iv|v) (ckd|(chronic )?(kidney|renal) disease)\b|\b(ha?emo)?dialysis\b"
        r"|\b(renal|kidney) failure\b",
        "severe renal impairment; naltrexone leaves the body by the kidney.",
    ),
    _rule(
        "condition.pregnancy",
        r"O(?!9[12])|Z33(?!2)|Z34|Z3A",
        r"\bpregnan(t|cy)\b|\bgravid\b|\bexpecting a (child|baby)\b",
        "pregnancy; contact the prescriber and record it.",
    ),
    _rule(
        "condition.lactation",
        r"Z391|O9[12]",
        r"\blactati(on|ng)\b|\bbreast[ -]?feed(ing)?\b|\bnursing (mother|infant|a)\b|\bpostpartum\b",
        "lactation; contact the prescriber and record it.",
    ),
    _rule(
        "condition.opioid-use",
        r"Z79891|F11(?!21|11|91)",
        r"\b(long[ -]term|chronic|current)\b.*\bopi(oid|ate)s?\b"
        r"|\bopi(oid|ate) (dependence|use disorder|use)\b|\boud\b",
        "opioid use; ask which opioid is taken and when it was last taken before naltrexone is dispensed.",
    ),
    _rule(
        "condition.surgery",
        r"Z01818",
        r"\b(surgery|surgical|operation|procedure)\b.*\b(planned|scheduled|upcoming|next|elective|on)\b"
        r"|\b(planned|scheduled|upcoming|elective|pre-?op|preoperative)\b.*\b(surgery|operation|procedure|surgical)\b",
        "surgery planned; counsel to stop 2 to 3 days before and to ask the prescriber.",
    ),
    _rule(
        "condition.mood",
        r"F32|F33|F341|R45851",
        r"\bdepress(ion|ed|ive)\b|\bsuicid(e|al|ality)\b|\bmdd\b|\bdysthymi",
        "depression or suicidality; counsel patient and family to report a change of mood.",
    ),
)  # fmt: skip


# What a text says is not so, or is so of somebody else.
_NOT_SO = re.compile(
    r"\b(not|non)[ -]?(currently )?(pregnant|breast[ -]?feeding|lactating)\b"
    r"|\bnegative pregnancy test\b|\bpregnancy test:? (was )?negative\b|\bhepatitis [ab] (vaccin|immun)[a-z]*"
    r"|\bfamily history of( [^\s.;,]+){1,3}"
    r"|\b(denies|no history of|negative for|no known)( [^\s.;,]+){1,2}|\bno (liver|hepatic|renal|kidney) [^\s.;,]+"
)
# A note names these in passing; liver, kidney and mood are looked for where conditions are written.
_IN_A_NOTE = frozenset({"condition.surgery", "condition.pregnancy", "condition.lactation", "condition.liver-failure"})


def review_conditions(patient: Patient, *, note: str = "") -> tuple[Finding, ...]:
    """Findings from conditions and pregnancy; the prescriber's note is read for what would change the decision."""
    findings: list[Finding] = []
    for condition in patient.conditions:
        findings.extend(_of(condition))
    if patient.pregnant and not any(finding.rule == "condition.pregnancy" for finding in findings):
        findings.append(found("condition.pregnancy", "The patient is pregnant; contact the prescriber and record it."))
    known = {finding.rule for finding in findings}
    return (*findings, *(finding for finding in _of_note(note) if finding.rule not in known))


def _of_note(note: str) -> Iterable[Finding]:
    """What a note says is a pharmacist's question at most: it may speak of another time."""
    text = _so(note)
    for rule in (*_LIVER, *_OTHERS):
        if rule.rule in _IN_A_NOTE and rule.text.search(text):
            highest = RULES[rule.rule].level
            level = Level.PHARMACIST if highest is Level.STOP else highest
            yield found(rule.rule, f"The note {clip(note)} speaks of it: {rule.act}", level=level)


def _of(condition: Condition) -> Iterable[Finding]:
    code = re.sub(r"[^A-Z0-9]", "", condition.code.upper())
    text = _so(condition.text)
    liver = next((rule for rule in _LIVER if _fits(rule, code, text)), None)
    for rule in (liver, *_OTHERS):
        if rule is not None and (rule is liver or _fits(rule, code, text)):
            shown = clip(" ".join(part for part in (condition.code, condition.text) if part))
            yield found(rule.rule, f"{shown}: {rule.act}")


def _so(text: str) -> str:
    return _NOT_SO.sub(" ", " ".join(text.casefold().split()))


def _fits(rule: _Rule, code: str, text: str) -> bool:
    return bool(code and rule.codes.match(code)) or bool(rule.text.search(text))


def review_age(born: date, today: date, policy: DosePolicy) -> tuple[Finding, ...]:
    """A child is a pharmacist's decision.

    >>> review_age(date(2010, 1, 1), date(2025, 1, 1), DosePolicy())[0].code
    'PA'
    """
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age < policy.adult_from:
        message = f"The patient is {age} years old, under {policy.adult_from}; contact the prescriber and record it."
        return (found("patient.age", message),)
    if age > policy.oldest:
        message = f"The birth date makes the patient {age} years old; check it."
        return (found("patient.birth-date", message, level=Level.PHARMACIST),)
    return ()

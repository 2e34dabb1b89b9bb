"""The words of written directions: one table of patterns, tried in order at each place of the text.

Latin codes and their meanings: ISMP, List of Error-Prone Abbreviations, Symbols and Dose Designations, 2021, and the
usual outpatient abbreviations. Plain English is that of USP <17> and of California 16 CCR 1707.5(a)(4).
"""

# ruff: noqa: E501 - one row of the table is one line, or it cannot be read as a table

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    DOSE = "dose"  # capsules at one time
    RANGE = "range"  # "1 to 2 capsules"
    OTHER_DOSE = "other dose"  # millilitres, puffs, drops
    MILLIGRAMS = "milligrams"
    TIMES = "times"  # doses a day
    SLOT = "slot"  # a time of day
    EXTRA = "extra"  # with food, with water
    INTERVAL = "interval"  # every 6 hours
    DAYS = "days"  # how long
    HEADER = "header"  # "week 2:", "days 8-14:"
    THEN = "then"
    AND = "and"
    OR = "or"
    AS_NEEDED = "as needed"
    DOUBT = "doubt"  # read, but a person must look; the rest keeps its meaning
    PURPOSE = "purpose"
    IGNORED = "ignored"
    STOP = "stop"
    MEANING = "meaning"  # a word that changes a dose in a way that is not read here
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Token:
    """value: the number it stands for, if any. text: canonical words for SLOT and EXTRA, else as written."""

    kind: Kind
    text: str
    value: Decimal | None = None
    until: Decimal | None = None


NUMBER_WORDS = {
    word: Decimal(place)
    for place, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()
    )
} | {"twenty one": Decimal(21), "twenty eight": Decimal(28), "thirty": Decimal(30), "ninety": Decimal(90)}

_WORD_NUMBER = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)).replace(" ", "[ -]")
_HALF = r"(?:one[ -])?half|a half|1/2"
NUM = (
    rf"(?:(?:[0-9]{{1,4}}(?![0-9/])|{_WORD_NUMBER})(?:\.[0-9]{{1,4}}(?![0-9]))?(?: and (?:{_HALF})\b| 1/2\b)?"
    rf"|\.[0-9]{{1,4}}(?![0-9])|[0-9]{{1,2}}/[0-9]{{1,2}}(?![0-9/])|(?:{_HALF})(?: (?:of )?an?)?\b)"
)
CAPSULE = r"(?:capsules?|caps?|c|pills?)\b(?:\(s\))?"
_TABLET = r"(?:tablets?|tabs?|t)\b(?:\(s\))?"
_OTHER_UNIT = r"(?:ml|mls|milliliters?|cc|drops?|gtts?|puffs?|sprays?|clicks?|patch(?:es)?|units?|tsp|teaspoons?|g|grams?|troches?|lozenges?|vials?|inhalations?|oz)\b"
_DAY = r"(?:days?|d|dys|nights?)\b"
_WEEK = r"(?:weeks?|wks?|w)\b"
_PER_DAY = r"(?: ?(?:daily|/ ?day|/ ?d)\b| (?:a|per|each|every|in a) ?day\b)"
_SPAN = r"[0-9]{1,3}"


def number(text: str) -> Decimal | None:
    """The exact number behind digits, a fraction or words; None when it is not exact or divides by zero.

    >>> number("1 and 1/2"), number("two"), number("1/3")
    (Decimal('1.5'), Decimal('2'), None)
    """
    plain = re.sub(r" (of )?an?$", "", text.strip())
    if re.fullmatch(_HALF, plain):
        return Decimal("0.5")
    whole = re.fullmatch(rf"(.+?)(?: and (?:{_HALF})| 1/2)", plain)
    if whole:
        base = number(whole[1])
        return None if base is None else base + Decimal("0.5")
    if "/" in plain:
        upper, lower = (int(part) for part in plain.split("/"))
        if lower not in (1, 2, 4, 5, 8, 10):
            return None
        return Decimal(upper) / lower
    if plain.replace("-", " ") in NUMBER_WORDS:
        return NUMBER_WORDS[plain.replace("-", " ")]
    return Decimal(plain) if re.fullmatch(r"[0-9]*\.?[0-9]+", plain) else None


Reader = Callable[[re.Match[str]], Token]


def _fixed(kind: Kind, text: str = "", value: int | str | None = None) -> Reader:
    amount = None if value is None else Decimal(value)
    return lambda match: Token(kind, text or match[0].strip(), amount)


def _numbered(kind: Kind, factor: int = 1) -> Reader:
    def read(match: re.Match[str]) -> Token:
        value = number(match["n"])
        return Token(kind if value is not None else Kind.MEANING, match[0].strip(), value and value * factor)

    return read


def _header(days: int) -> Reader:
    def read(match: re.Match[str]) -> Token:
        first, last = Decimal(match["a"]), match["b"]
        until = None if match["on"] else Decimal(last or match["a"]) * days
        return Token(Kind.HEADER, match[0].strip(), (first - 1) * days + 1, until)

    return read


def _clock(match: re.Match[str]) -> Token:
    hour, minutes, half = int(match["h"]), match["m"] or "", match["half"][0] + "m"
    if not 1 <= hour <= 12 or minutes > ":59":
        return Token(Kind.MEANING, match[0])
    return Token(Kind.SLOT, f"at {hour}{'' if minutes == ':00' else minutes} {half}")


_MEAL = (
    r"(?P<w>with|before|after|at) (?:the |your )?(?P<meal>breakfast|lunch|dinner|supper|(?:evening|morning|noon) meal)"
)


def _meal(match: re.Match[str]) -> Token:
    return Token(Kind.SLOT, f"{'with' if match['w'] == 'at' else match['w']} {match['meal']}")


def _milligrams(match: re.Match[str]) -> Token:
    value = number(match["n"])
    if value is not None and not re.search(r"mg|milligram", match[0]):
        value = value / 1000
    return Token(Kind.MILLIGRAMS if value is not None else Kind.MEANING, match[0].strip(), value)


def _said_twice(match: re.Match[str]) -> Token:
    """ "1 one capsule": read when both say the same and one of them is a word."""
    first, second = number(match["n"]), number(match["m"])
    same = first is not None and first == second and match["n"] != match["m"]
    return Token(Kind.DOSE if same else Kind.MEANING, match[0].strip(), first)


def _dose(match: re.Match[str]) -> Token:
    value = number(match["n"])
    if value is None or (match["m"] and number(match["m"]) != value):
        return Token(Kind.MEANING, match[0].strip())
    return Token(Kind.DOSE, match[0].strip(), value)


_HEADER_TAIL = r"(?P<on>\+| ?and (?:on(?:ward)?s?|after|thereafter|beyond)\b| ?onwards?\b)?(?: ?[:=-](?![0-9])| ?,)?"

_TABLE: tuple[tuple[str, Reader], ...] = (
    # what a later line would misread
    (rf"(?:max(?:imum)?(?: daily)?(?: dose| amount)?|mdd|not to exceed|nte)(?: of)?[ :=]*{NUM}(?: ?(?:mg|milligrams?))?(?: {CAPSULE}| {_TABLET})?(?:{_PER_DAY}|/ ?24 ?h(?:ou)?rs?| in 24 h(?:ou)?rs?)?", _fixed(Kind.DOUBT)),
    (r"(?:do not|don't|dont) (?:crush|chew|open|break|split)(?:(?:,| or| and|,? or) (?:crush|chew|open|break|split))*(?: (?:the )?capsules?)?", _fixed(Kind.DOUBT)),
    (r"(?:do not|don't|dont|never) (?:take|use|mix)(?: this| it)? (?:with|while taking) (?:any |other )?(?:opioids?|opiates?|narcotics?|alcohol)(?: (?:or|and) (?:opioids?|opiates?|narcotics?|alcohol))*|avoid (?:all |any )?(?:opioids?|opiates?|narcotics?|alcohol)", _fixed(Kind.DOUBT)),
    (r"swallow(?:ed)? whole|store at room temperature|keep refrigerated|keep out of reach of children", _fixed(Kind.DOUBT)),
    (r"with or without (?:food|meals?)", _fixed(Kind.IGNORED)),
    (r"use as directed|as directed(?: by (?:your |the )?(?:doctor|prescriber|physician))?|as instructed|u\.?a?\.?d\b|ud\b|ut dict", _fixed(Kind.DOUBT)),
    (r"(?:only )?(?:as|when|if|only if|only when) needed|prn|as necessary", _fixed(Kind.AS_NEEDED)),
    (r"(?:disp(?:ense)?|qty|quantity)[ :.#]*[0-9]+|# ?[0-9]+|(?:refills?|rf)[ :x]*[0-9]+|[0-9]+ refills?", _fixed(Kind.DOUBT)),
    # phases
    (rf"(?:on )?(?:weeks?|wks?) ?#?(?P<a>{_SPAN})(?: ?(?:-|to|through|thru|and|&) ?(?P<b>{_SPAN}))?{_HEADER_TAIL}", _header(7)),
    (rf"(?:on )?(?:days?|nights?) ?#?(?P<a>{_SPAN})(?: ?(?:-|to|through|thru) ?(?P<b>{_SPAN}))?{_HEADER_TAIL}", _header(1)),
    (r"(?:and |& )?(?:then|thereafter|afterwards?|after that|followed by)(?: (?:increase|decrease|reduce|go up|change|take|continue)(?: to| with| on| at)?)?\b(?: thereafter)?", _fixed(Kind.THEN)),
    # how long
    (rf"(?:for|x|times|over)? ?(?:the )?(?:first|next|initial) (?P<n>{NUM})[ -]?{_DAY}", _numbered(Kind.DAYS)),
    (rf"(?:for|x|times|over)? ?(?:the )?(?:first|next|initial) (?P<n>{NUM})[ -]?{_WEEK}", _numbered(Kind.DAYS, 7)),
    (r"(?:for |x )?(?:the )?(?:first|next|initial) week\b", _fixed(Kind.DAYS, value=7)),
    (rf"(?:for |x ?|times )(?:an?|1) (?:single )?{_WEEK}", _fixed(Kind.DAYS, value=7)),
    (rf"(?:for |x ?|times )?(?:a total of )?(?P<n>{NUM})[ -]?{_DAY}(?! supply)", _numbered(Kind.DAYS)),
    (rf"(?:for |x ?|times )?(?:a total of )?(?P<n>{NUM})[ -]?{_WEEK}", _numbered(Kind.DAYS, 7)),
    (rf"(?:for |x ?)?(?:(?:up to|at least|about) )?(?:{NUM}|an?) ?(?:-|to|or) ?{NUM} ?(?:{_DAY}|{_WEEK})", _fixed(Kind.MEANING)),
    (rf"(?:for |x ?)?(?:{NUM}|an?|the (?:first|next))(?: ?-? ?{NUM})? ?(?:months?|mos?|years?|yrs?)\b", _fixed(Kind.MEANING)),
    (r"for (?:maintenance|long[ -]term)|long[ -]term|indefinitely|ongoing", _fixed(Kind.IGNORED)),
    # how often
    (rf"(?:every|q) ?{NUM} ?(?:-|to|or) ?{NUM} ?(?:h|hrs?|hours?|d|days?)\b", _fixed(Kind.MEANING)),
    (rf"(?:every|q|each) ?(?P<n>{NUM})(?: [a-z]+)? ?(?:h|hrs?|hours?)\b", _numbered(Kind.INTERVAL)),
    (r"(?:every|q) ?(?:other|2nd|second) ?(?:day|night|evening|morning)|qod|q o d|every (?:2|two) (?:days|nights)|q ?2 ?d(?:ays)?\b|(?:on )?alternat(?:e|ing) (?:days|nights)", lambda match: Token(Kind.TIMES, "every other " + ("night" if "night" in match[0] else "day"), Decimal("0.5"))),
    (r"(?:once|one time|1 time|1x|1 x) ?(?:daily|(?:/ ?|a ?|per |each |every )day)\b|(?:daily|each day|every ?day|a day|per day|/ ?day|q ?day|q ?d|qd|od|die|quotidie)\b", _fixed(Kind.TIMES, "every day", 1)),
    (r"(?:once|one time|1 time|1x) (?:nightly|(?:a|per|each|every) night)", _fixed(Kind.SLOT, "at night")),
    (rf"twice{_PER_DAY}|2x{_PER_DAY}|b ?i ?d\b|bd\b", _fixed(Kind.TIMES, value=2)),
    (rf"thrice{_PER_DAY}|t ?i ?d\b|tds\b", _fixed(Kind.TIMES, value=3)),
    (r"q ?i ?d\b|qds\b", _fixed(Kind.TIMES, value=4)),
    (rf"(?P<n>{NUM}) ?(?:times?|x){_PER_DAY}", _numbered(Kind.TIMES)),
    (r"(?:once|one time|twice|[0-9a-z]+ times|every|each|per|q) ?(?:an? |other |per |each )?(?:weeks?|wk|month|hour|year)(?:ly)?\b|weekly|monthly|hourly|qwk|qw\b|biw|tiw|qiw", _fixed(Kind.MEANING)),
    # when
    (r"(?:every |each )?(?:night )?(?:at|before|prior to|hour of|just before) (?:going to )?bed ?time\b|(?:before|prior to) (?:going to )?bed\b|(?:before|at) (?:going to )?sleep\b|(?:at )?(?:q|every|each|nightly) ?(?:hs|bed ?time)\b|q\.? ?h\.? ?s\b|at hs\b|h\.? ?s\b|bedtime|hora somni", _fixed(Kind.SLOT, "at bedtime")),
    (r"(?:at|every|each|q) ?nights?\b|in the night|nightly|q ?noc(?:te)?\b|qn\b|nocte", _fixed(Kind.SLOT, "at night")),
    (_MEAL, _meal),
    (r"(?:in the|every|each|in|q) ?(?:morning|am|a\.m\.?)\b|mornings?\b|qam|mane\b|upon (?:waking|awakening|rising)|on (?:waking|awakening|rising)|the am\b", _fixed(Kind.SLOT, "in the morning")),
    (r"(?:in the|every|each|in|q) ?(?:evening|pm|p\.m\.?)\b|evenings?\b|qpm|the pm\b", _fixed(Kind.SLOT, "in the evening")),
    (r"(?:in the|every) afternoon", _fixed(Kind.SLOT, "in the afternoon")),
    (r"(?:at|every|@) ?noon|at midday", _fixed(Kind.SLOT, "at noon")),
    (r"(?:at|@) ?(?P<h>[0-9]{1,2})(?P<m>:[0-9]{2})? ?(?P<half>am|pm|a\.m\.?|p\.m\.?|a\b|p\b)", _clock),
    (r"(?:(?:taken )?with|w/) ?(?:some )?food", _fixed(Kind.EXTRA, "with food")),
    (r"(?:with|w/) ?(?:a |each )?meals?", _fixed(Kind.EXTRA, "with a meal")),
    (r"with (?:a (?:full )?glass of |plenty of |some )?water", _fixed(Kind.EXTRA, "with water")),
    (r"(?:on|with) an empty stomach", _fixed(Kind.EXTRA, "on an empty stomach")),
    # how much
    (r"(?P<n>[0-9.,/]+) ?(?:mg|milligrams?|mcg|µg|μg|ug|micrograms?)\b(?: total)?(?: dose)?(?:/?(?: per| each)? ?(?:capsules?|caps?)\b)?", _milligrams),
    (rf"{NUM} ?(?:{CAPSULE} ?)?(?:-|to|or) ?{NUM}(?: ?{CAPSULE}| ?{_TABLET}| ?{_OTHER_UNIT})?", _fixed(Kind.RANGE)),
    (rf"{NUM} ?{_OTHER_UNIT}", _fixed(Kind.OTHER_DOSE)),
    (rf"(?P<n>{NUM}) (?P<m>{NUM}) (?:{CAPSULE}|{_TABLET})", _said_twice),
    (rf"(?P<n>{NUM})(?: ?\((?P<m>{NUM})\))? ?(?P<form>{CAPSULE}|{_TABLET})?", _dose),
    (rf"an? (?:single )?(?P<form>{CAPSULE}|{_TABLET})", lambda match: Token(Kind.DOSE, match[0], Decimal(1))),
    # joints, and words without weight
    (r"and/or\b|or\b", _fixed(Kind.OR)),
    (r"(?:and|plus|&|\+|also)(?![a-z])", _fixed(Kind.AND)),
    (r"(?:then )?(?:discontinue|stop|d/c)\b", _fixed(Kind.STOP)),
    (r"(?:by|via|per|through) (?:the )?(?:mouth|oral route|os)\b|(?:by )?oral(?:ly)?(?: route)?\b|p\.?o\b|mouth\b", _fixed(Kind.IGNORED)),
    (r"(?:sig|take|takes|taken|give|swallow|ingest|the|of|an?|please|each dose|as a single dose|total|start(?:ing)? with|begin with|start|starting|continue|continuing)(?![a-z])", _fixed(Kind.IGNORED)),
    (r"(?:naltrexone|ldn)(?: (?:hcl|hydrochloride))?\b", _fixed(Kind.IGNORED)),
)  # fmt: skip

TABLE = tuple((re.compile(pattern), reader) for pattern, reader in _TABLE)

# Words that say how much, how often or how long. Where one of these is left over, nothing is read at all.
MEANING_WORDS = frozenset(
    """alternate alternating alternatively another avoid bedtime biweekly capsule capsules daily day days decrease
    decreasing discontinue double dose doses each eight eighth escalate even evening every except extra fifth first five
    four fourth half hold hour hourly hours if increase increasing increments interval last less limit max maximum may
    minimum month monthly months more morning must never next night nightly nine no none noon not odd omit once one
    only other pause per quarter reduce repeat restart resume second seven seventh six sixth skip skipping split
    stop taper ten third thirds three thrice time times titrate titrating titration triple twelve twice two unless
    until up week weekly weekend weekdays weekends weeks when while without year
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    ac pc achs stat qid tid bid qd qhs qod hs prn po qam qpm am pm x q h d noct nocte""".split()
)
# Codes that prescribers run together ("1cqhs", "poqd"); longest first so that "qhs" is not read as "q" and "hs".
GLUED = ("capsules", "capsule", "daily", "caps", "tabs", "cap", "tab", "qhs", "qod", "qam", "qpm", "bid", "tid", "qid", "prn",
         "po", "qd", "hs", "am", "pm", "c", "t", "x")  # fmt: skip

"""The words of written directions: one table of patterns, tried in order at each place of the text.

Latin codes and their meanings: ISMP, List of Error-Prone Abbreviations, Symbols and Dose Designations, 2021, and the
usual outpatient abbreviations. Plain English is that of USP <17> and of California 16 CCR 1707.5(a)(4).
"""

# ruff: noqa: E501 - one row of the table is one line, or it cannot be read as a table

import re
from decimal import Decimal

from pharmacy.domain import sig_readers as read
from pharmacy.domain.sig_numbers import NUM
from pharmacy.domain.sig_readers import Kind, Reader, Token, fixed, numbered

__all__ = ["GLUED", "MEANING_WORDS", "TABLE"]

_CAPSULE = r"(?:capsules?|caps?|c|pills?)\b(?:\(s\))?"
_TABLET = r"(?:tablets?|tabs?|t)\b(?:\(s\))?"
_OTHER_UNIT = r"(?:ml|mls|milliliters?|cc|drops?|gtts?|puffs?|sprays?|clicks?|patch(?:es)?|units?|tsp|teaspoons?|g|grams?|troches?|lozenges?|vials?|inhalations?|oz)\b"
_DAY = r"(?:days?|d|dys|nights?)\b"
_WEEK = r"(?:weeks?|wks?|w)\b"
_MONTH = r"(?:months?|mos?|years?|yrs?)\b"
_PER_DAY = r"(?: ?(?:daily|/ ?day|/ ?d)\b| (?:a|per|each|every|in a) ?day\b)"
_SPAN = r"[0-9]{1,3}"
_MEAL = (
    r"(?P<w>with|before|after|at) (?:the |your )?(?P<meal>breakfast|lunch|dinner|supper|(?:evening|morning|noon) meal)"
)
_WEEKDAY = (
    r"(?:monday|mon|tuesday|tues|tue|wednesday|weds?|thursday|thurs|thur|thu|friday|fri|saturday|sat|sunday|sun)s?"
)

_HEADER_TAIL = r"(?P<on>\+| ?and (?:on(?:ward)?s?|after|thereafter|beyond)\b| ?onwards?\b)?(?: ?[:=-](?![0-9])| ?,)?"

_TABLE: tuple[tuple[str, Reader], ...] = (
    # what a later line would misread
    (rf"(?:max(?:imum)?(?: daily)?(?: dose| amount)?|mdd|not to exceed|nte)(?: of| is)?[ :=]*(?P<n>{NUM})(?: ?(?P<unit>mg\b|milligrams?\b|{_CAPSULE}|{_TABLET}))?(?:{_PER_DAY}|/ ?24 ?h(?:ou)?rs?| in 24 h(?:ou)?rs?)?", read.at_most),
    (r"(?:do not|don't|dont) (?:crush|chew|open|break|split)(?:(?:,| or| and|,? or) (?:crush|chew|open|break|split))*(?: (?:the )?capsules?)?", fixed(Kind.DOUBT)),
    (r"(?:do not|don't|dont|never) (?:take|use|mix)(?: this| it)? (?:with|while taking) (?:any |other )?(?:opioids?|opiates?|narcotics?|alcohol)(?: (?:or|and) (?:opioids?|opiates?|narcotics?|alcohol))*|avoid (?:all |any )?(?:opioids?|opiates?|narcotics?|alcohol)", fixed(Kind.DOUBT)),
    (r"swallow(?:ed)? whole|store at room temperature|keep refrigerated|keep out of reach of children", fixed(Kind.DOUBT)),
    (r"with or without (?:food|meals?)", fixed(Kind.IGNORED)),
    (r"use as directed|as directed(?: by (?:your |the )?(?:doctor|prescriber|physician))?|as instructed|u\.?a?\.?d\b|ud\b|ut dict", fixed(Kind.DOUBT)),
    (r"(?:only )?(?:as|when|if|only if|only when) needed|prn|as necessary", fixed(Kind.AS_NEEDED)),
    (r"(?:disp(?:ense)?|qty|quantity)[ :.#]*[0-9]+|# ?[0-9]+|(?:refills?|rf)[ :x]*[0-9]+|[0-9]+ refills?", fixed(Kind.DOUBT)),
    # how often, when that is not each day
    (rf"(?:(?:once|one time|1 time|1x) ?(?:a |per |each |every )?(?:daily|day) )?(?:on |every |each )?(?:the )?(?P<days>{_WEEKDAY}(?:(?:,? (?:and|&) (?:on )?|, ?(?:on )?| ?/ ?| ?& ?| (?:on )?){_WEEKDAY})*)\b(?:,? (?:of )?(?:each|every) week\b)?", read.weekdays),
    (r"(?:on |every |each )?m ?[/,-]? ?w ?[/,-]? ?f\b|tiw", read.rare(3, 1, "week")),
    (rf"(?:for |x )?(?P<n>once|twice|thrice|{NUM}(?: ?(?:times?|x|days|nights))) ?(?:(?:a|per|each|every|in a|/) ?(?P<unit>week|wk|month)|(?P<ly>weekly|monthly))\b", read.times_in),
    (rf"(?:every|q|each) ?(?P<n>{NUM}) ?(?P<unit>days|nights|weeks|wks|months|years)\b|q ?(?P<q>{NUM}) ?(?P<qunit>d|days?|wks?|w|weeks?|mo|months?)\b", read.every),
    (r"(?:every|q|each) ?(?P<n>third|3rd|fourth|4th|fifth|5th|sixth|6th|seventh|7th) (?P<unit>day|night|week|month)\b", read.every_nth),
    (r"every other (?:week|wk)\b|alternate weeks|fortnightly|q ?o ?w\b", read.rare(1, 2, "week")),
    (r"every other month\b", read.rare(1, 2, "month")),
    (r"(?:once )?(?:every|each|q) ?(?:week|wk|w)\b|weekly|wkly|qwk|qw\b", read.rare(1, 1, "week")),
    (r"(?:every|each|q) ?(?:month|mo)\b|monthly", read.rare(1, 1, "month")),
    (r"biw\b", read.rare(2, 1, "week")),
    (r"qiw\b", read.rare(4, 1, "week")),
    # phases
    (rf"(?:on )?(?:weeks?|wks?) ?#?(?P<a>{_SPAN})(?: ?(?P<joint>-|to|through|thru|and|&) ?(?P<b>{_SPAN}))?{_HEADER_TAIL}", read.header(7)),
    (rf"(?:on )?(?:days?|nights?) ?#?(?P<a>{_SPAN})(?: ?(?:-|to|through|thru) ?(?P<b>{_SPAN}))?{_HEADER_TAIL}", read.header(1)),
    (r"(?:and |& )?(?:then|thereafter|afterwards?|after that|followed by)(?: (?:increase|decrease|reduce|go up|change) to| (?:take|continue)(?: with| on| at)?)?\b(?: thereafter)?", fixed(Kind.THEN)),
    # how long
    (rf"(?:in|after|within|before|by|until|starting(?: in)?|every|for up to|for at least|for about) (?:the (?:first|next) )?(?:{NUM}|an?|the) ?-?(?:{_DAY}|{_WEEK}|{_MONTH})", fixed(Kind.MEANING)),
    (rf"(?:for|x|times|over)? ?(?:the )?(?:first|next|initial) (?P<n>{NUM})[ -]?{_DAY}", numbered(Kind.DAYS)),
    (rf"(?:for|x|times|over)? ?(?:the )?(?:first|next|initial) (?P<n>{NUM})[ -]?{_WEEK}", numbered(Kind.DAYS, 7)),
    (r"(?:for |x )?(?:the )?(?:first|next|initial) week\b", fixed(Kind.DAYS, value=7)),
    (rf"(?:for |x ?|times )(?:an?|1) (?:single )?{_WEEK}", fixed(Kind.DAYS, value=7)),
    (rf"(?:for |x ?|times )?(?:a total of )?(?P<n>{NUM})[ -]?{_DAY}(?! supply)", numbered(Kind.DAYS)),
    (rf"(?:for |x ?|times )?(?:a total of )?(?P<n>{NUM})[ -]?{_WEEK}", numbered(Kind.DAYS, 7)),
    (rf"(?:for |x ?)?(?:(?:up to|at least|about) )?(?:{NUM}|an?) ?(?:-|to|or) ?{NUM} ?(?:{_DAY}|{_WEEK})", fixed(Kind.MEANING)),
    (rf"(?:for |x ?)?{NUM} ?(?:-|to|or) ?{NUM} ?{_MONTH}", fixed(Kind.MEANING)),
    (rf"(?:for |x ?|over )(?:the (?:first|next) )?(?P<n>{NUM}|an?)[ -]?(?P<unit>{_MONTH})", read.length),
    (rf"(?P<n>{NUM})[ -]?(?P<unit>{_MONTH})", read.length),
    (r"for (?:maintenance|long[ -]term)|long[ -]term|indefinitely|ongoing", fixed(Kind.IGNORED)),
    # how often
    (rf"(?:every|q) ?{NUM} ?(?:-|to|or) ?{NUM} ?(?:h|hrs?|hours?|d|days?)\b", fixed(Kind.MEANING)),
    (rf"(?:every|q|each) ?(?P<n>{NUM}) ?(?:h|hrs?|hours?)\b", numbered(Kind.INTERVAL)),
    (r"(?:every|each) hour\b|hourly", fixed(Kind.INTERVAL, value=1)),
    (r"(?:every|q) ?(?:other|2nd|second) ?(?:day|night|evening|morning)\b|qod\b|q o d\b|(?:on )?alternat(?:e|ing) (?:days|nights)", read.every_other),
    (r"(?:once|one time|1 time|1x|1 x) ?(?:daily|(?:/ ?|a ?|per |each |every )day)\b|(?:daily|each day|every ?day|a day|per day|/ ?day|q ?day|q ?d|qd|od|die|quotidie)\b", fixed(Kind.TIMES, "every day", 1)),
    (r"(?:once|one time|1 time|1x) (?:nightly|(?:a|per|each|every) night)", fixed(Kind.SLOT, "at night")),
    (rf"twice{_PER_DAY}|2x{_PER_DAY}|b ?i ?d\b|bd\b", fixed(Kind.TIMES, value=2)),
    (rf"thrice{_PER_DAY}|t ?i ?d\b|tds\b", fixed(Kind.TIMES, value=3)),
    (r"q ?i ?d\b|qds\b", fixed(Kind.TIMES, value=4)),
    (rf"(?P<n>{NUM}) ?(?:times?|x){_PER_DAY}", numbered(Kind.TIMES)),
    (r"(?:once|one time|twice|[0-9a-z]+ times|every|each|per|q) ?(?:an? |other |per |each )?(?:week|wk|month|hour|year)(?:ly)?\b", fixed(Kind.MEANING)),
    # when
    (r"(?:every |each )?(?:night |evening )?(?:at|before|prior to|hour of|just before) (?:going to )?bed ?time\b|(?:every |each )?(?:night |evening )?(?:at|before|prior to) (?:going to )?bed\b|(?:before|at) (?:going to )?sleep\b|(?:at )?(?:q|every|each|nightly) ?(?:hs|bed ?time)\b|q\.? ?h\.? ?s\b|at hs\b|h\.? ?s\b|bedtime|hora somni", fixed(Kind.SLOT, "at bedtime")),
    (r"(?:at|every|each|q) ?nights?\b|in the night|nightly|q ?noc(?:te)?\b|qn\b|nocte", fixed(Kind.SLOT, "at night")),
    (_MEAL, read.meal),
    (r"(?:in the|every|each|in|q) ?(?:morning|am|a\.m\.?)\b|mornings?\b|qam|mane\b|upon (?:waking|awakening|rising)|on (?:waking|awakening|rising)|the am\b", fixed(Kind.SLOT, "in the morning")),
    (r"(?:in the|every|each|in|q) ?(?:evening|pm|p\.m\.?)\b|evenings?\b|qpm|the pm\b", fixed(Kind.SLOT, "in the evening")),
    (r"(?:in the|every) afternoon", fixed(Kind.SLOT, "in the afternoon")),
    (r"(?:at|every|@) ?noon|at midday", fixed(Kind.SLOT, "at noon")),
    (r"(?:at|@) ?(?P<h>[0-9]{1,2})(?P<m>:[0-9]{2})? ?(?P<half>am|pm|a\.m\.?|p\.m\.?|a\b|p\b)", read.clock),
    (r"(?P<h>[0-9]{1,2})(?P<m>:[0-9]{2}) ?(?P<half>am|pm|a\.m\.?|p\.m\.?)", read.clock),
    (r"at (?P<h>[0-9]{1,2}) (?:o'?clock )?in the (?P<part>morning|afternoon|evening)\b", read.hour_of),
    (r"(?:(?:taken )?with|w/) ?(?:some )?food", fixed(Kind.EXTRA, "with food")),
    (r"(?:with|w/) ?(?:a |each )?meals?", fixed(Kind.EXTRA, "with a meal")),
    (r"with (?:a (?:full )?glass of |plenty of |some )?water", fixed(Kind.EXTRA, "with water")),
    (r"(?:on|with) an empty stomach", fixed(Kind.EXTRA, "on an empty stomach")),
    # how much
    (rf"{NUM} ?(?:{_OTHER_UNIT} ?)?(?:-|to|or) ?{NUM} ?{_OTHER_UNIT}", fixed(Kind.OTHER_DOSE)),
    (rf"(?P<n>{NUM})(?: ?mg)? ?(?:-|to|or) ?(?P<m>{NUM}) ?(?:mg|milligrams?)\b(?: total)?", read.amounts),
    (rf"(?P<n>{NUM}) ?(?:{_CAPSULE} ?|{_TABLET} ?)?(?:-|to|or) ?(?P<m>{NUM})(?: ?{_CAPSULE}| ?{_TABLET})?", read.amounts),
    (r"(?P<n>[0-9.,/]+) ?(?:mg|milligrams?|mcg|µg|μg|ug|micrograms?)\b(?: total)?(?: dose)?(?:/?(?: per| each)? ?(?:capsules?|caps?)\b)?", read.milligrams),
    (rf"{NUM} ?{_OTHER_UNIT}", fixed(Kind.OTHER_DOSE)),
    (rf"(?P<n>{NUM}) (?P<m>{NUM}) (?:{_CAPSULE}|{_TABLET})", read.said_twice),
    (rf"(?P<n>{NUM})(?: ?\((?P<m>{NUM})\))? ?(?P<form>{_CAPSULE}|{_TABLET})?", read.dose),
    (rf"an? (?:single )?(?P<form>{_CAPSULE}|{_TABLET})", lambda match: Token(Kind.DOSE, match[0], Decimal(1))),
    # joints, and words without weight
    (r"and/or\b|or\b", fixed(Kind.OR)),
    (r"(?:and|plus|&|\+|also)(?![a-z])", fixed(Kind.AND)),
    (r"(?:then )?(?:discontinue|stop|d/c)\b", fixed(Kind.STOP)),
    (r"(?:by|via|per|through) (?:the )?(?:mouth|oral route|os)\b|(?:by )?oral(?:ly)?(?: route)?\b|p\.?o\b|mouth\b", fixed(Kind.IGNORED)),
    (r"(?:sig|take|takes|taken|give|swallow|ingest|the|of|an?|please|each dose|as a single dose|total|start(?:ing)? with|begin with|start|starting|continue|continuing)(?![a-z])", fixed(Kind.IGNORED)),
    (r"(?:naltrexone|ldn)(?: (?:hcl|hydrochloride))?\b", fixed(Kind.IGNORED)),
)  # fmt: skip

TABLE = tuple((re.compile(pattern), reader) for pattern, reader in _TABLE)

# Words that say how much, how often or how long. Where one of these is left over, nothing is read at all.
# A letter o or l may be a digit: "1O caps" is ten as likely as one.
MEANING_WORDS = frozenset(
    """alternate alternating alternatively another avoid bedtime biweekly capsule capsules daily day days decrease
    decreasing discontinue double dose doses each eight eighth escalate even evening every except extra fifth first five
    four fourth half hold hour hourly hours if increase increasing increments interval last less limit max maximum may
    minimum month monthly months more morning must never next night nightly nine no none noon not odd omit once one
    only other pause per quarter reduce repeat restart resume second seven seventh six sixth skip skipping split
    stop taper ten third thirds three thrice time times titrate titrating titration triple twelve twice two unless
    until up week weekly weekend weekdays weekends weeks when while without year
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    inhale inhaled sublingual sublingually tongue rectal rectally vaginal vaginally topical topically apply inject instill
    add added additional off on cycle tonight today tomorrow nights few several couple some remainder rest wean ramp w/o i ii iii iv vi
    ac pc achs stat qid tid bid qd qhs qod hs prn po qam qpm am pm x q h d noct nocte doubling tripling o l""".split()
)
# Codes that prescribers run together ("1cqhs", "poqd"); longest first so that "qhs" is not read as "q" and "hs".
GLUED = ("capsules", "capsule", "daily", "caps", "tabs", "cap", "tab", "qhs", "qod", "qam", "qpm", "bid", "tid", "qid", "prn",
         "po", "qd", "hs", "am", "pm", "c", "t", "x")  # fmt: skip

"""From written directions to tokens: spelling made even, run-together codes parted, then the table of"
" sig_words."""

import re
import unicodedata

from pharmacy.domain.sig_numbers import NUMBER_WORDS, ONE_NUMBER, number
from pharmacy.domain.sig_readers import Kind, Token
from pharmacy.domain.sig_words import GLUED, MEANING_WORDS, TABLE
from pharmacy.domain.spelling import one_edit_apart

_GLUED_WORD = re.compile(rf"(?:{'|'.join(GLUED)})+")
_WORDS = "|".join(word for word in NUMBER_WORDS if " " not in word)
_GLUED_PART = re.compile("|".join(GLUED))
_SAID_TWICE = re.compile(rf"\b(?P<a>{ONE_NUMBER}) ?\((?P<b>{ONE_NUMBER})\)")
_SAID_TWICE_BARE = re.compile(
    rf"(?<![0-9./-])\b(?:(?P<a>[0-9]{{1,2}}) (?P<b>{_WORDS})|(?P<c>{_WORDS}) (?P<d>[0-9]{{1,2}}))"
    r"(?= (?:times?|hours?|hrs?|days?|weeks?)\b)"
)
_MEALS = re.compile(
    r"\b(?P<w>with|before|after) (?P<a>breakfast|lunch|dinner|supper)(?P<and>,? and |, )"
    r"(?=(?:breakfast|lunch|dinner|supper)\b)"
)
_CLOCKS = re.compile(r"(?<=[0-9] [ap]m)(?P<and>,? and |, | )(?=[0-9]{1,2}(?::[0-9]{2})? ?[ap]m\b)")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}[a-z]?(?![a-z])\.?|\b[a-z]\.[a-z]\b")
_BREAK = re.compile(r"[\s.,;:()\[\]*/–—-]+")
_WORD = re.compile(r"[^\s.,;:()\[\]*]+")
_PURPOSE = re.compile(
    r"(?:for|to (?:treat|help(?: with)?|relieve|reduce)) (?:the |your )?(?P<what>[a-z][a-z' -]*[a-z])"
)
_JOINTS = frozenset("and or take as at in with the by".split())
_CODE = re.compile(r"[b-df-hj-np-tv-xz/]{1,4}")  # a short word without a vowel is a code that is not known here
_ENDS_A_PURPOSE = frozenset("before after during whenever prior upon".split())
_MOST_EVEN = 1500  # letters; signs and codes that part into more are no directions, and would only take time
_DOTS_MEAN = ("a.m", "p.m")


def tokens(written: str) -> list[Token]:
    """The directions, word for word; what is not in the table comes out as MEANING or UNKNOWN.

    >>> [token.kind.value for token in tokens("1CQHS")]
    ['dose', 'slot']
    """
    text, place, found = even(written), 0, list[Token]()
    if len(text) > _MOST_EVEN:
        return [Token(Kind.MEANING, f"{written[:40]}…")]
    while place < len(text):
        skipped = _BREAK.match(text, place)
        if skipped and not _joins_a_number(text, place):
            place = skipped.end()
            continue
        token, place = _next(text, place)
        found.append(token)
    return found


def even(written: str) -> str:
    """Lower case, one space, Latin codes without dots, run-together codes parted.

    >>> even("1CQHS;  1 cap P.O. q.h.s")
    '1 c qhs; 1 cap po qhs'
    """
    text = "".join(_plain_letter(letter) for letter in written).lower()
    text = text.replace("\N{FRACTION SLASH}", "/").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    text = re.sub(r"\bq\.([0-9]{1,3})\.(?=[hd])", r"q\1", text)
    text = _DOTTED.sub(lambda m: m[0] if m[0].startswith(_DOTS_MEAN) else m[0].replace(".", ""), text)
    text = re.sub(r"([0-9])(?=[a-z]|\N{MICRO SIGN})", r"\1 ", text)
    text = re.sub(r"(?<![a-z])(x|qty|disp)([0-9])", r"\1 \2", text)
    text = re.sub(r"(?<=[a-z])(?<!r)(?<!ma)x(?=[0-9])", " x ", text)  # "bedtimex30", not "rx30" or "max3"
    text = re.sub(r"\(s\)", "s", text)
    text = re.sub(r"prn", " prn ", text)  # no English word holds these letters
    text = re.sub(r"\b(hrs?|h) ?int\b", r"\1", text)
    text = re.sub(r"[a-z]+", _parted, text)
    text = " ".join(text.split())
    text = _SAID_TWICE_BARE.sub(_said_once, _SAID_TWICE.sub(_said_once, text))
    return _CLOCKS.sub(r"\g<and>at ", _MEALS.sub(r"\g<w> \g<a>\g<and>\g<w> ", text))


def _plain_letter(letter: str) -> str:
    """Compatible letters made plain, each by itself: "1¾" is 1 and 3/4 and never 13/4, "2²" never 22."""
    plain = unicodedata.normalize("NFKC", letter)
    apart = (
        plain != letter and any(sign.isdigit() for sign in plain) and "<wide>" not in unicodedata.decomposition(letter)
    )
    return f" {plain} " if apart else plain


def _said_once(match: re.Match[str]) -> str:
    """ "two (2)" is 2; where the two differ both are left, and will not be read."""
    first, second = (part for part in match.groups() if part is not None)
    return first if number(first) is not None and number(first) == number(second) else match[0]


def _parted(match: re.Match[str]) -> str:
    word = match[0]
    if len(word) < 3 or word in MEANING_WORDS or not _GLUED_WORD.fullmatch(word):
        return word
    return " ".join(_GLUED_PART.findall(word))


def _joins_a_number(text: str, place: int) -> bool:
    """A sign or a point that belongs to the number behind it: "-1", ".5"."""
    return bool(re.match(r"[.-][0-9]", text[place:])) and (place == 0 or text[place - 1] in " (,;")


def _next(text: str, place: int) -> tuple[Token, int]:
    for pattern, read in TABLE:
        match = pattern.match(text, place)
        if match and match.end() > place and _ends_a_word(text, match.end()):
            return read(match), match.end()
    purpose = _PURPOSE.match(text, place)
    if purpose:
        end = _purpose_end(text, purpose.start("what"), purpose.end())
        if end > purpose.start("what"):
            return Token(Kind.PURPOSE, text[purpose.start("what") : end]), end
    word = _WORD.match(text, place) or re.compile(r"\S").match(text, place)
    end = word.end() if word else place + 1
    return Token(_weigh(text[place:end]), text[place:end]), end


def _purpose_end(text: str, start: int, end: int) -> int:
    """Where the words that name a complaint end: before the first that means something for the dose."""
    kept = start
    for word in re.finditer(r"[^ ]+", text[start:end]):
        at = start + word.start()
        if (
            word[0] in MEANING_WORDS
            or word[0] in _ENDS_A_PURPOSE
            or _nearly_a_meaning(word[0])
            or _is_in_the_table(text, at)
        ):
            break
        if word[0] not in _JOINTS:
            kept = start + word.end()
    return kept


def _is_in_the_table(text: str, place: int) -> bool:
    for pattern, read in TABLE:
        match = pattern.match(text, place)
        if match and match.end() > place and _ends_a_word(text, match.end()):
            return read(match).kind not in (Kind.IGNORED, Kind.AND)
    return False


def _weigh(word: str) -> Kind:
    plain = word.strip("'\"-/")
    heavy = plain in MEANING_WORDS or _nearly_a_meaning(plain) or any(letter.isdigit() for letter in word)
    return Kind.MEANING if heavy or _CODE.fullmatch(plain) else Kind.UNKNOWN


def _shortened(word: str) -> set[str]:
    """The word, and what is left of it without one of its letters."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


_LONG_MEANINGS = [word for word in MEANING_WORDS if len(word) >= 4]
_NEARBY: dict[str, list[str]] = {}
for _known in _LONG_MEANINGS:
    for _short in _shortened(_known):
        _NEARBY.setdefault(_short, []).append(_known)


def _nearly_a_meaning(word: str) -> bool:
    """One slip away from a word with meaning. Two such words share a spelling with one letter less."""
    if not 4 <= len(word) <= _LONGEST_MEANING + 1:
        return False
    near = {known for short in _shortened(word) for known in _NEARBY.get(short, ()) if known != word}
    return any(one_edit_apart(word, known) for known in near)


_LONGEST_MEANING = max(len(word) for word in MEANING_WORDS)


def _ends_a_word(text: str, end: int) -> bool:
    if end >= len(text):
        return True
    before, after = text[end - 1], text[end]
    if before.isalpha():
        return not (after.isalpha() or after == "'")
    return not (before.isdigit() and (after.isdigit() or after == "%"))

"""How far apart two spellings are, as far as the pharmacy needs to know."""

from collections.abc import Iterable


def one_edit_apart(written: str, known: str) -> bool:
    """Whether one letter was left out, added, changed, or two neighbours were swapped (Damerau-Levenshtein
    <= 1).

    >>> one_edit_apart("methadon", "methadone"), one_edit_apart("naltrexoen", "naltrexone")
    (True, True)
    >>> one_edit_apart("naloxone", "naltrexone"), one_edit_apart("apomorphine", "morphine")
    (False, False)
    """
    if written == known:
        return True
    if abs(len(written) - len(known)) > 1:
        return False
    first = next((i for i, (a, b) in enumerate(zip(written, known, strict=False)) if a != b), None)
    if first is None:
        return True  # one is the other with a letter behind it
    left, right = written[first:], known[first:]
    if len(left) == len(right):
        swapped = len(left) > 1 and left[:2] == right[1::-1] and left[2:] == right[2:]
        return swapped or left[1:] == right[1:]
    return left[1:] == right if len(left) > len(right) else left == right[1:]


def two_edits_apart(written: str, known: str) -> bool:
    """Whether at most two slips part the spellings, each a letter left out, added or changed, or two
    neighbours swapped (optimal string alignment <= 2).

    >>> two_edits_apart("buprenorfine", "buprenorphine"), two_edits_apart("oxycondoen", "oxycodone")
    (True, True)
    >>> two_edits_apart("oxybutynin", "oxycodone"), two_edits_apart("metolazone", "methadone")
    (False, False)
    """
    if abs(len(written) - len(known)) > 2:
        return False
    # Each slip brings in at most two letters that the other spelling lacks; most pairs end here.
    if len(set(written) ^ set(known)) > 4:
        return False
    before: list[int] = []
    above = list(range(len(known) + 1))
    for i, letter in enumerate(written, start=1):
        row = [i]
        for j, other in enumerate(known, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == known[j - 2] and written[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > 2:
            return False
        before, above = above, row
    return above[-1] <= 2


def by_one_left_out(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The names that each remainder is left of, in their order, when one letter or none is left out.

    Of two spellings that one slip parts, the same letters remain when at most one is left out of each.

    >>> by_one_left_out(("codeine",))["codine"]
    ('codeine',)
    """
    index: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(names):
        for left in dict.fromkeys(one_left_out(name)):
            index[left] = (*index.get(left, ()), name)
    return index


def one_left_out(word: str) -> list[str]:
    """The word, and what remains when one of its letters is left out.

    >>> one_left_out("abc")
    ['abc', 'bc', 'ac', 'ab']
    """
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]

"""How far apart two spellings are, as far as the pharmacy needs to know."""


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

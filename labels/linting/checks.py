"""Every check by the name that the packs call it."""

from labels.linting import codes, dated, patients_part, setting, words
from labels.linting.check import Check


def _needs(*names: str) -> frozenset[str]:
    return frozenset(names)


CHECKS = {
    "present": Check(words.present),
    "absent": Check(words.absent, _needs("pattern", "instead")),
    "no-words": Check(words.no_words, _needs("words"), _needs("exact")),
    "matches": Check(words.matches, _needs("pattern", "lacks"), _needs("when", "who")),
    "silent-code": Check(words.silent_code),
    "date": Check(dated.readable),
    "not-past": Check(dated.not_past, may=_needs("unless")),
    "not-ahead": Check(dated.not_ahead),
    "not-before": Check(dated.not_before, _needs("of")),
    "days": Check(dated.soon_enough, _needs("of", "days")),
    "patient-size": Check(patients_part.least_size, _needs("least")),
    "patient-order": Check(patients_part.in_order),
    "patient-whole": Check(patients_part.in_one_place),
    "patient-alone": Check(patients_part.alone, _needs("also")),
    "patient-share": Check(patients_part.share, _needs("least", "of")),
    "patient-bold": Check(patients_part.emphasised),
    "patient-largest": Check(patients_part.outstanding),
    "typeface": Check(setting.typeface, _needs("families")),
    "horizontal": Check(setting.horizontal),
    "size": Check(setting.least_size, _needs("least")),
    "white-only": Check(setting.white_only),
    "contrast": Check(setting.contrast),
    "apart": Check(setting.nothing_upon_another),
    "edges": Check(setting.inside_edges, _needs("margin")),
    "complete": Check(setting.complete),
    "every-part": Check(setting.on_every_part),
    "caption": Check(setting.caption, _needs("words")),
    "ground": Check(setting.ground_of_status, _needs("plain")),
    "codes": Check(codes.right_ones),
    "dots": Check(codes.whole_dots),
    "modules": Check(codes.least_module, _needs("code128", "datamatrix")),
    "quiet": Check(codes.quiet),
}
"""A rule that needs another check is code; a rule that needs other words, sizes or days is a line in a pack."""

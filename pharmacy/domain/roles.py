"""Who works in the pharmacy, and what each kind of person is called."""

from enum import StrEnum


class Role(StrEnum):
    TECHNICIAN = "technician"
    PHARMACIST = "pharmacist"
    PHARMACIST_IN_CHARGE = "pharmacist-in-charge"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


PHARMACISTS = frozenset({Role.PHARMACIST, Role.PHARMACIST_IN_CHARGE})
BENCH = PHARMACISTS | {Role.TECHNICIAN}
READERS = BENCH | {Role.AUDITOR}
EVERYBODY = frozenset(Role)

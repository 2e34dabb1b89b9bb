"""Rules about fields that are missing, cannot be read or cannot be right: work for a technician."""

from datetime import date

from pharmacy.domain.citations import AGREEMENT, BANDS, CAPSULES, DIRECTIONS, NPI, REQUIRED, TITRATION, VALIDITY
from pharmacy.domain.findings import Kind, Level, Rule

_FIRST = date(2026, 11, 24)
_STOP, _ASK, _WARN = Level.STOP, Level.PHARMACIST, Level.WARN
_NEEDED = "It is required before verification."
_UNREAD = "What cannot be read is never guessed."
_LAW = "The law says how long a prescription may be filled."


def _field(  # a row of this table: always a technician's, with the code for missing or unclear information
    name: str, level: Level, looks_for: str, source: str, stops_because: str = "", kept_because: str = "",
    code: str = "MS",
) -> Rule:  # fmt: skip
    return Rule(name, Kind.WORKFLOW, level, (code,), looks_for, source, _FIRST, stops_because, kept_because)


FIELD_RULES = (
    _field("drug.missing", _STOP, "No drug.", REQUIRED, "Nothing says what is ordered.", _NEEDED),
    _field("form.missing", _WARN, "No form.", CAPSULES),
    _field("strength.missing", _STOP, "No strength.", BANDS, "Without a strength there is no dose.", _NEEDED),
    _field("strength.unreadable", _STOP, "A strength that is not one number in mg or mcg.", BANDS, _UNREAD, _UNREAD),
    _field("directions.unreadable", _STOP, "Directions without a dose.", DIRECTIONS, _UNREAD, _UNREAD),
    _field("titration.unreadable", _STOP, "A step of the plan without dose or days.", TITRATION, _UNREAD, _UNREAD),
    _field("quantity.missing", _STOP, "No quantity.", REQUIRED, "Nothing says how much to fill.", _NEEDED),
    _field("quantity.unreadable", _STOP, "A quantity that is no number.", AGREEMENT, _UNREAD, _UNREAD),
    _field("days-supply.missing", _WARN, "No days' supply.", REQUIRED),
    _field("days-supply.unreadable", _STOP, "A days' supply that is no number.", AGREEMENT, _UNREAD, _UNREAD),
    _field("refills.missing", _WARN, "No refills.", REQUIRED),
    _field("refills.unreadable", _ASK, "Refills that are no number.", REQUIRED),
    _field("refills.beyond", _WARN, "Refills that outlast the prescription.", VALIDITY, code="MX"),
    _field("written.missing", _STOP, "No date written.", REQUIRED, "Nothing says whether it is still valid.", _LAW),
    _field("written.unreadable", _STOP, "A date written that is no day.", VALIDITY, _UNREAD, _LAW),
    _field("written.future", _STOP, "A date written after today.", VALIDITY, "It is not valid yet, or wrong.", _LAW),
    _field(
        "written.expired", _STOP, "A prescription that is no longer valid.", VALIDITY,
        "A new prescription is needed.", _LAW, code="PN",
    ),
    _field("patient.name", _STOP, "No family or given name.", REQUIRED, "Nobody knows whose it is.", _NEEDED),
    _field(
        "patient.birth-date", _STOP, "No birth date, or one that cannot be.", REQUIRED,
        "The patient cannot be told apart from another of the same name.", _NEEDED,
    ),
    _field(
        "patient.allergies", _STOP, "Neither allergies nor “none known”.", REQUIRED,
        "Nobody has asked, so an allergy would be missed.", _NEEDED,
    ),
    _field("patient.allergies-contradict", _ASK, "“None known” beside an allergy.", REQUIRED),
    _field("prescriber.name", _STOP, "No prescriber.", REQUIRED, "Nobody stands for the order.", _NEEDED),
    _field("prescriber.npi-missing", _ASK, "No NPI.", REQUIRED),
    _field("prescriber.npi", _STOP, "An NPI that cannot be.", NPI, "It names another prescriber, or none.", _NEEDED),
)  # fmt: skip

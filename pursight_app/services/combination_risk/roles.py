"""Which columns can single a person out, by themselves or together, and why the others are left out.

A quasi-identifier is what somebody outside can know of a person: Dalenius (1986); Sweeney (2000) singled out 87 % of the
people of the USA by postal code, birth date and sex. The choice follows her and the HIPAA Safe Harbor list (45 CFR
164.514(b)(2)), whose names, numbers and addresses are direct identifiers here. Health facts are what an intruder would learn,
not what they know beforehand, and count as neither.
"""

from collections.abc import Iterable
from enum import StrEnum

from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.services.combination_risk.figures import Column, LeftOut

# More different values than this among the rows, and a figure is a measurement that nobody outside knows exactly.
MEASURE_DISTINCT_RATIO = 0.5
# A code with a different value in nearly each row names the row; with fewer it refers to something else.
KEY_UNIQUE_RATIO = 0.9

_PERSON_GROUPS = {"person", "health"}
_PERSON_CLASSES = {"email", "credit_card", "iban"}
_DIRECT = {
    "person_name", "first_name", "last_name", "username", "email", "phone", "street_address", "credit_card", "iban",
    "bank_account", "medical_record_number", "ip_address", "mac_address", "vehicle_id",
}  # fmt: skip
_QUASI = {
    "gender", "date_of_birth", "age", "job_title", "race_ethnicity", "political_affiliation", "marital_status", "salary_income",
    "city", "state_region", "country", "postal_code", "latitude", "longitude", "geo_point", "organization",
    "date", "timestamp", "year",
}  # fmt: skip
_CODES = {"identifier", "uuid"}
_LEFT_OUT = {
    "free_text": LeftOut.FREE_TEXT,
    "free_text_pii": LeftOut.FREE_TEXT,
    "medical_condition": LeftOut.LEARNED,
    "medication": LeftOut.LEARNED,
    "icd_code": LeftOut.LEARNED,
    "money_amount": LeftOut.MEASURE,
    "quantity": LeftOut.MEASURE,
    "percentage": LeftOut.MEASURE,
}
# A category counts when its header says that it is about the person and others can know it.
_KNOWN_TRAITS = {
    "education", "degree", "school", "university", "nationality", "citizenship", "language", "religion", "denomination",
    "ethnicity", "profession", "occupation", "department", "employer", "household", "children", "veteran", "disability", "birthplace",
    "bildung", "abschluss", "beruf", "sprache", "konfession", "staatsangehoerigkeit", "abteilung",
    "formation", "diplome", "metier", "langue", "nationalite", "educacion", "profesion", "idioma", "nacionalidad",
    "istruzione", "professione", "lingua", "nazionalita", "educacao", "profissao", "nacionalidade",
}  # fmt: skip


class Role(StrEnum):
    """What a column does to a person's anonymity."""

    DIRECT = "direct"
    QUASI = "quasi"


def is_about_persons(columns: Iterable[Column]) -> bool:
    """Whether some column can only be about a person.

    A telephone number or an address alone may be a company's, so neither makes a table one of persons.
    """
    return any(_is_personal(column.data_class) for column in columns)


def _is_personal(data_class: str | None) -> bool:
    known = TAXONOMY.get(data_class or "")
    if known is None:
        return False
    is_identity = known.group == "government_id" and known.name != "tax_or_company_id"
    return known.group in _PERSON_GROUPS or known.name in _PERSON_CLASSES or is_identity


def role_of(  # noqa: PLR0911  each answer is a rule of its own
    column: Column, *, distinct: int, unique_ratio: float, rows: int
) -> Role | LeftOut:
    """What the column is, given how many different values its `rows` hold and which share of the rows has a unique one."""
    data_class = column.data_class or ""
    known = TAXONOMY.get(data_class)
    if column.is_key:
        return Role.DIRECT
    if known is None:
        return LeftOut.NOT_NAMED
    if known.group == "secret":
        return LeftOut.SECRET
    if data_class in _DIRECT or (known.group == "government_id" and data_class != "tax_or_company_id"):
        return Role.DIRECT
    if data_class in _CODES:
        return Role.DIRECT if unique_ratio >= KEY_UNIQUE_RATIO else LeftOut.REFERENCE
    if data_class in _LEFT_OUT:
        return _LEFT_OUT[data_class]
    if data_class not in _QUASI and not (data_class == "category" and _is_known_trait(column.name)):
        return LeftOut.UNKNOWN_OUTSIDE
    if distinct < 2:
        return LeftOut.CONSTANT
    if data_class == "salary_income" and distinct > MEASURE_DISTINCT_RATIO * rows:
        return LeftOut.MEASURE
    return Role.QUASI


def _is_known_trait(name: str) -> bool:
    words = "".join(letter if letter.isalnum() else " " for letter in name.lower()).split()
    return not _KNOWN_TRAITS.isdisjoint(words)

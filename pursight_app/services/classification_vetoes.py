"""What values cannot be, whatever their header says: 0 and 1 are no e-mail addresses."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_BOOLEAN_WORDS = frozenset(
    [
        "0",
        "1",
        "y",
        "n",
        "t",
        "f",
        "yes",
        "no",
        "true",
        "false",
        "ja",
        "nein",
        "oui",
        "non",
        "si",
        "sí",
        "sim",
        "não",
        "on",
        "off",
    ]
)
# Classes that a column of only yes and no, 0 and 1 may still be.
_TWO_VALUED = frozenset(
    {"boolean", "category", "gender", "marital_status", "quantity", "percentage", "identifier", "race_ethnicity"}
)
_VERSION_WORDS = re.compile(
    r"(?:^|[^a-z])(?:version|ver|release|build|firmware|revision|rev|semver)(?:[^a-z]|$)", re.IGNORECASE
)
_ADDRESS_WORDS = re.compile(
    r"(?:^|[^a-z])(?:ip|ipv4|addr|address|host|client|server|remote)(?:[^a-z]|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Need:
    """The least that the values of a class must show on average: characters, digits, and a sign in half of them."""

    length: float = 0
    digits: float = 0
    sign: Callable[[str], bool] | None = None


_NEEDS: dict[str, _Need] = {
    "email": _Need(length=5, sign=lambda value: "@" in value),
    "phone": _Need(length=6, digits=5.5),
    "credit_card": _Need(length=11, digits=8),
    "iban": _Need(length=14, digits=8),
    "bank_account": _Need(length=5, digits=4),
    "swift_bic": _Need(length=7),
    "us_ssn": _Need(length=4, digits=4),
    "uk_nino": _Need(length=8, digits=5),
    "de_tax_id": _Need(length=10, digits=9),
    "fr_nir": _Need(length=12, digits=11),
    "in_aadhaar": _Need(length=11, digits=11),
    "br_cpf": _Need(length=10, digits=10),
    "es_dni_nie": _Need(length=7, digits=6),
    "it_codice_fiscale": _Need(length=10, digits=4),
    "passport_number": _Need(length=6, digits=3),
    "drivers_license": _Need(length=5, digits=3),
    "national_id_other": _Need(length=6, digits=3),
    "tax_or_company_id": _Need(length=6, digits=5),
    "medical_record_number": _Need(length=3, digits=2),
    "ip_address": _Need(length=3, sign=lambda value: "." in value or ":" in value),
    "mac_address": _Need(length=11),
    "url": _Need(length=4, sign=lambda value: "." in value or "/" in value),
    "uuid": _Need(length=30),
    "api_key": _Need(length=12),
    "jwt": _Need(length=20, sign=lambda value: "." in value),
    "password_hash": _Need(length=13),
    "date_of_birth": _Need(length=4, digits=2),
    "timestamp": _Need(length=3, digits=3),
    "date": _Need(length=3, digits=2),
    "year": _Need(length=2, digits=2),
    "latitude": _Need(length=1, digits=1),
    "longitude": _Need(length=1, digits=1),
    "geo_point": _Need(length=5, digits=2),
    "postal_code": _Need(length=3, digits=1),
    "salary_income": _Need(digits=1),
    "money_amount": _Need(digits=1),
    "person_name": _Need(length=4, sign=lambda value: any(map(str.isalpha, value))),
    "street_address": _Need(length=4, sign=lambda value: any(map(str.isalpha, value))),
    "free_text_pii": _Need(length=10),
    "vehicle_id": _Need(length=4),
    "icd_code": _Need(length=3, digits=1),
}
_MOST_VALUES = 100
# A number of eight or more bare digits fits all of these, and most random ones pass for an SSN or a phone number.
_BARE_NUMBERS = frozenset(
    {
        "us_ssn",
        "national_id_other",
        "tax_or_company_id",
        "bank_account",
        "passport_number",
        "drivers_license",
        "medical_record_number",
        "credit_card",
        "phone",
        "de_tax_id",
        "fr_nir",
        "in_aadhaar",
        "br_cpf",
    }
)
_SHORTEST_NUMBER = 8


def impossible_classes(values: list[str]) -> frozenset[str]:
    """The classes that these different, non-empty values cannot be."""
    looked_at = values[:_MOST_VALUES]
    count = len(looked_at)
    length = sum(map(len, looked_at)) / count
    digits = sum(character.isdigit() for value in looked_at for character in value[:64]) / count
    vetoed = {
        name
        for name, need in _NEEDS.items()
        if length < need.length
        or digits < need.digits
        or (need.sign is not None and sum(map(need.sign, looked_at)) * 2 < count)
    }
    if all(value.lower() in _BOOLEAN_WORDS for value in looked_at):
        vetoed |= _NOT_TWO_VALUED - _TWO_VALUED
    return frozenset(vetoed)


def unproven_classes(values: list[str]) -> frozenset[str]:
    """The classes whose form these values have as random ones would: something else must speak for them."""
    looked_at = values[:_MOST_VALUES]
    if all(value.isdecimal() and len(value) >= _SHORTEST_NUMBER for value in looked_at):
        return _BARE_NUMBERS
    # A third of all words of eight letters passes as a bank's code.
    return frozenset({"swift_bic"}) if all(value.isalpha() for value in looked_at) else frozenset()


def looks_like_versions(header: str, values: list[str]) -> bool:
    """True when four dotted numbers are rather versions than IPv4 addresses: the header says so, or all parts are small."""
    if _VERSION_WORDS.search(header):
        return True
    if _ADDRESS_WORDS.search(header):
        return False
    parts = [int(part) for value in values[:_MOST_VALUES] for part in re.split(r"[./:]", value)[:4] if part.isdecimal()]
    return bool(parts) and max(parts) < 40


_NOT_TWO_VALUED = frozenset(_NEEDS) | {
    "first_name", "last_name", "username", "age", "job_title", "city", "country", "organization", "thing_name",
    "free_text", "medical_condition", "medication", "password", "state_region",
}  # fmt: skip

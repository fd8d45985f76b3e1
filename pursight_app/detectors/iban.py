"""International bank account numbers (ISO 13616).

Matches a country code, two check digits and the account part in the length that the SWIFT registry fixes for that
country, with the ISO 7064 mod 97-10 checksum; plain or in groups of four. The national check digits inside the account
part are not looked at: sample data seldom has them right.
"""

from stdnum import iban

from pursight_app.detectors.base import Detector, compact


def is_iban(value: str) -> bool:
    """True for an IBAN of a registered country with a correct checksum."""
    return iban.is_valid(compact(value), check_country=False)


def _accepts_shape(shape: str) -> bool:
    return 15 <= len(shape) <= 42 and shape.startswith(("AA99", "aa99", "AA 99")) and shape.count("9") >= 8


DETECTORS = (
    Detector(
        key="iban",
        data_class="iban",
        match=is_iban,
        random_rate=0.01,
        is_decisive=True,
        description="International bank account number: country, length and mod 97 checksum.",
        accepts_shape=_accepts_shape,
        proof="pass the IBAN checksum",
    ),
)

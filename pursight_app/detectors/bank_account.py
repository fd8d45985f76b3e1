"""Domestic bank account, sort code and routing numbers.

`aba_routing`: nine digits with a Federal Reserve prefix and the ABA checksum (United States); a random number passes in
5 %, so it needs support. `uk_sort_code`: 12-34-56, a form only. `ar_cbu` (22 digits, two checksums), `mx_clabe` (18
digits, one checksum), `nz_bank_account` (bank, branch and checksum) and `es_ccc` (20 digits, two check digits) decide
alone. Account numbers without a public checksum are left to header and model.
"""

import re
from collections.abc import Callable

from stdnum.ar import cbu
from stdnum.es import ccc
from stdnum.nz import bankaccount

from pursight_app.detectors.base import Detector, compact, digits_between, one_of, passes

_CLABE_WEIGHTS = (3, 7, 1) * 6
_ROUTING_WEIGHTS = (3, 7, 1) * 3
# First two digits: Federal Reserve districts, thrift institutions, electronic transactions, traveller's cheques.
_ROUTING_PREFIX = re.compile(r"(?:0[1-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}")


def is_aba_routing(value: str) -> bool:
    """True for a US routing transit number: prefix and checksum."""
    if not _ROUTING_PREFIX.fullmatch(value):
        return False
    return sum(weight * int(digit) for weight, digit in zip(_ROUTING_WEIGHTS, value, strict=True)) % 10 == 0


def is_uk_sort_code(value: str) -> bool:
    """True for three pairs of digits; the first pair of a clearing member is never 00."""
    return value[:2] != "00"


def is_mx_clabe(value: str) -> bool:
    """True for 18 digits whose last one is the CLABE check digit and whose bank code is not zero."""
    digits = compact(value)
    total = sum(weight * int(digit) % 10 for weight, digit in zip(_CLABE_WEIGHTS[:17], digits, strict=False))
    return not digits.startswith("000") and (10 - total % 10) % 10 == int(digits[17])


def _detector(
    key: str, match: Callable[[str], bool], shape: Callable[[str], bool], *, rate: float, decisive: bool, of: str
) -> Detector:
    return Detector(
        key=key,
        data_class="bank_account",
        match=match,
        random_rate=rate,
        is_decisive=decisive,
        description=f"Bank account data: {of}.",
        accepts_shape=shape,
        proof=f"are {of}",
    )


DETECTORS = (
    _detector(
        "aba_routing", is_aba_routing, one_of("9" * 9), rate=0.05, decisive=False, of="US routing numbers (checksum)"
    ),
    _detector(
        "uk_sort_code", is_uk_sort_code, one_of("99-99-99"), rate=0.99, decisive=False, of="pairs like UK sort codes"
    ),
    _detector(
        "ar_cbu",
        passes(cbu),
        digits_between(22, 22, separators=" -\u2013"),
        rate=0.01,
        decisive=True,
        of="Argentine CBU numbers (checksum)",
    ),
    _detector(
        "mx_clabe", is_mx_clabe, digits_between(18, 18), rate=0.1, decisive=True, of="Mexican CLABE numbers (checksum)"
    ),
    _detector(
        "es_ccc", passes(ccc), digits_between(20, 20), rate=0.01, decisive=True, of="Spanish CCC numbers (checksum)"
    ),
    _detector(
        "nz_bank_account",
        passes(bankaccount),
        digits_between(15, 16),
        rate=0.03,
        decisive=True,
        of="New Zealand account numbers (checksum)",
    ),
)

"""Personal data inside text.

These detectors look inside every sampled value instead of at whole values, so that a comment column in which one row of
a hundred holds a card number or an address is found. Each reports what it saw: e-mail address, card number (issuer
prefix and Luhn), IBAN (mod 97), US Social Security number in 3-2-4 form, telephone number with country code or area code in
brackets, IPv4 address, secret key, person with title (Mr, Dr, Frau, Mme …). They only count when the column is not
decided otherwise.
"""

import re
from collections.abc import Callable

from pursight_app.detectors.api_key import is_api_key
from pursight_app.detectors.base import Detector
from pursight_app.detectors.credit_card import is_credit_card
from pursight_app.detectors.email import is_email
from pursight_app.detectors.iban import is_iban
from pursight_app.detectors.network import is_ipv4
from pursight_app.detectors.ssn import is_us_ssn

_CARD = re.compile(r"(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d.-]?\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b")
_SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
_PHONE = re.compile(
    r"""
      (?<![\w.])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ ]?)?\d{1,5}(?:[ .-]?\d{2,5}){1,4}(?!\d)   # with country code
    | (?<!\w)\(\d{3}\)[ ]?\d{3}[ .-]\d{4}(?!\d)                                         # area code in brackets
    | (?<![\d.-])[2-9]\d{2}-[2-9]\d{2}-\d{4}(?![\d-])                                   # North American with dashes
    """,
    re.VERBOSE,
)
_IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_TITLED = re.compile(
    r"(?<!\w)(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme|Monsieur|Madame|Sr|Sra|Sig)\.?[ ][A-ZÀ-Þ][a-zà-ÿ]{1,24}(?!\w)"
)
_PATIENT = re.compile(
    r"(?<!\w)(?:[Pp]atient|[Cc]ustomer|[Cc]lient)[ ][A-ZÀ-Þ][a-zà-ÿ]{1,24}[ ][A-ZÀ-Þ][a-zà-ÿ]{1,24}(?!\w)"
)
_WORD_BREAK = re.compile(r"[\s<>()\[\]\"';,=]+")
_MAX_HITS_TRIED = 20
# The searches below look at length or a needed sign first: most values are too short to hold what they look for.


def has_email(value: str) -> bool:
    """True when a word of the text is an e-mail address."""
    return "@" in value and any(
        "@" in word and is_email(word.rstrip(".:!?")) for word in _WORD_BREAK.split(value, maxsplit=400)
    )


def _any_match(pattern: re.Pattern[str], check: Callable[[str], bool], value: str) -> bool:
    for tried, found in enumerate(pattern.finditer(value)):
        if check(found[0].strip()):
            return True
        if tried >= _MAX_HITS_TRIED:
            break
    return False


def has_card(value: str) -> bool:
    """True when the text holds a card number."""
    return len(value) >= 13 and _any_match(_CARD, is_credit_card, value)


def has_iban(value: str) -> bool:
    """True when the text holds an IBAN."""
    return len(value) >= 15 and _any_match(_IBAN, is_iban, value)


def has_ssn(value: str) -> bool:
    """True when the text holds a US Social Security number with dashes, and is more than that number."""
    # A whole value of this form may be an invoice number; `us_ssn` and the header judge those.
    return len(value) > 14 and _any_match(_SSN, is_us_ssn, value)


def has_phone(value: str) -> bool:
    """True when the text holds a telephone number that is written as one."""
    return len(value) >= 9 and _any_match(_PHONE, lambda found: 9 <= len(re.sub(r"\D", "", found)) <= 15, value)


def has_ip(value: str) -> bool:
    """True when the text holds an IPv4 address."""
    return value.count(".") >= 3 and _any_match(_IPV4, is_ipv4, value)


def has_secret(value: str) -> bool:
    """True when a word of the text is a key with a maker's prefix."""
    return len(value) >= 20 and any(
        len(word) >= 20 and is_api_key(word) for word in _WORD_BREAK.split(value, maxsplit=400)
    )


def has_titled_person(value: str) -> bool:
    """True when the text names a person with a title or as patient, customer or client."""
    return " " in value and (_TITLED.search(value) is not None or _PATIENT.search(value) is not None)


def _detector(key: str, match: Callable[[str], bool], rate: float, proof: str) -> Detector:
    return Detector(
        key=key,
        data_class="free_text_pii",
        match=match,
        random_rate=rate,
        is_decisive=False,
        description=f"Text in which values {proof}.",
        is_sparse=True,
        proof=proof,
    )


DETECTORS = (
    _detector("text_email", has_email, 0.0001, "hold an e-mail address"),
    _detector("text_card", has_card, 0.0005, "hold a card number"),
    _detector("text_iban", has_iban, 0.0001, "hold an IBAN"),
    _detector("text_ssn", has_ssn, 0.0005, "hold a US Social Security number"),
    _detector("text_phone", has_phone, 0.002, "hold a telephone number"),
    _detector("text_ip", has_ip, 0.001, "hold an IP address"),
    _detector("text_secret", has_secret, 0.0001, "hold a secret key"),
    _detector("text_person", has_titled_person, 0.002, "name a person with title or role"),
)

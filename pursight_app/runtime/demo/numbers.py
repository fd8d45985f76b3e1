"""National, bank and card numbers with right check digits, drawn by chance. Nobody's real number is looked up."""

import unicodedata
from collections.abc import Callable
from datetime import date
from random import Random

from stdnum import luhn
from stdnum.es import ccc, dni, nie
from stdnum.fr import nir
from stdnum.iso7064 import mod_11_10, mod_97_10
from stdnum.it import codicefiscale

from pursight_app.runtime.demo.dice import ALPHANUMERIC, DIGITS, UPPER, digits, number

# Only issuer numbers that the card networks and gateways publish for tests, so no number can belong to an account.
_TEST_IINS = {"visa": ("411111", "424242", "400000"), "mastercard": ("555555", "510510", "222300"), "amex": ("378282",)}
CARD_BRANDS = ("visa", "visa", "visa", "mastercard", "mastercard", "amex")

_BANKS = {
    "DE": (("10010010", "PBNKDEFFXXX"), ("37040044", "COBADEFFXXX"), ("20050550", "HASPDEHHXXX")),
    "FR": (("20041", "PSSTFRPPXXX"), ("30004", "BNPAFRPPXXX"), ("10278", "CMCIFR2AXXX")),
    "ES": (("2100", "CAIXESBBXXX"), ("0049", "BSCHESMMXXX"), ("0182", "BBVAESMMXXX")),
    "IT": (("03069", "BCITITMMXXX"), ("02008", "UNCRITMMXXX"), ("01005", "BNLIITRRXXX")),
}


def ascii_letters(text: str) -> str:
    """The letters A-Z a-z of a name, umlauts and accents taken apart (`Müller` becomes `Muller`)."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())


def card_number(rng: Random, brand: str) -> str:
    """A Luhn-valid card number of `brand` (visa, mastercard, amex) with a test issuer number."""
    length = 15 if brand == "amex" else 16
    body = rng.choice(_TEST_IINS[brand])
    body += digits(rng, length - 1 - len(body))
    return body + luhn.calc_check_digit(body)


def iban_and_bic(rng: Random, country: str) -> tuple[str, str]:
    """An IBAN with right national and international check digits, and the BIC of its bank; DE, FR, ES or IT."""
    bank, bic = rng.choice(_BANKS[country])
    bban = _BBANS[country](rng, bank)
    return f"{country}{mod_97_10.calc_check_digits(bban + country)}{bban}", bic


def us_bank_account(rng: Random) -> tuple[str, str]:
    """An ABA routing number (right check digit) and an account number."""
    body = rng.choice(("02", "06", "07", "11", "12", "31")) + digits(rng, 6)
    total = sum(int(digit) * weight for digit, weight in zip(body, (3, 7, 1, 3, 7, 1, 3, 7), strict=True))
    return body + str(-total % 10), number(rng, rng.choice((9, 10, 12)))


def de_tax_id(rng: Random) -> str:
    """Steuer-Identifikationsnummer: of its first ten digits exactly one occurs twice, the rest once (BZSt)."""
    chosen = rng.sample(DIGITS, 9)
    chosen.insert(rng.randrange(10), chosen[rng.randrange(9)])
    if chosen[0] == "0":
        # A leading zero marks test numbers, which validators refuse.
        chosen.sort(reverse=True)
    body = "".join(chosen)
    return body + mod_11_10.calc_check_digit(body)


def fr_nir(rng: Random, *, gender: str, birth_date: date) -> str:
    """Numéro de sécurité sociale of a person born in mainland France."""
    department = rng.choice([code for code in range(1, 96) if code != 20])
    body = f"{'1' if gender == 'm' else '2'}{birth_date:%y%m}{department:02d}"
    body += f"{rng.randrange(1, 700):03d}{rng.randrange(1, 400):03d}"
    return body + nir.calc_check_digits(body)


def es_dni_nie(rng: Random) -> str:
    """DNI, or in one case of eight the NIE of a foreigner."""
    if rng.random() < 0.125:
        body = rng.choice("XYZ") + digits(rng, 7)
        return body + nie.calc_check_digit(body)
    body = digits(rng, 8)
    return body + dni.calc_check_digit(body)


def it_codice_fiscale(*, given_name: str, family_name: str, gender: str, birth_date: date, cadastral_code: str) -> str:
    """Codice fiscale from its parts, as the decree of 23 December 1976 says; women's birth day is counted from 41."""
    month = "ABCDEHLMPRST"[birth_date.month - 1]
    birth_day = birth_date.day + (40 if gender == "f" else 0)
    body = _code_letters(family_name) + _code_letters(given_name, skips_second=True)
    body += f"{birth_date:%y}{month}{birth_day:02d}{cadastral_code}"
    return body + codicefiscale.calc_check_digit(body)


def us_ssn(rng: Random) -> str:
    """Social Security number with hyphens; areas 000, 666 and 900-999 are never issued."""
    area = rng.choice((rng.randrange(1, 666), rng.randrange(667, 900)))
    return f"{area:03d}-{rng.randrange(1, 100):02d}-{rng.randrange(1, 10_000):04d}"


def vat_number(rng: Random, country: str) -> str:
    """VAT number of a company in DE, FR, ES or IT."""
    if country == "DE":
        body = number(rng, 8)
        return f"DE{body}{mod_11_10.calc_check_digit(body)}"
    if country == "FR":
        siren = number(rng, 8)
        siren += luhn.calc_check_digit(siren)
        return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"
    if country == "IT":
        body = digits(rng, 7) + "015"
        return f"IT{body}{luhn.calc_check_digit(body)}"
    body = digits(rng, 7)
    return f"ESB{body}{luhn.calc_check_digit(body)}"


def ean13(rng: Random, prefix: str) -> str:
    """An article number of 13 digits (GS1) which starts with `prefix`."""
    body = prefix + digits(rng, 12 - len(prefix))
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(body))
    return body + str(-total % 10)


def _code_letters(name: str, *, skips_second: bool = False) -> str:
    plain = ascii_letters(name).upper()
    consonants = [letter for letter in plain if letter not in "AEIOU"]
    if skips_second and len(consonants) > 3:
        del consonants[1]
    vowels = [letter for letter in plain if letter in "AEIOU"]
    return "".join([*consonants, *vowels, "X", "X", "X"])[:3]


def _bban_de(rng: Random, bank: str) -> str:
    return bank + digits(rng, 10)


def _bban_fr(rng: Random, bank: str) -> str:
    body = bank + digits(rng, 5) + digits(rng, 11)
    key = 97 - (89 * int(body[:5]) + 15 * int(body[5:10]) + 3 * int(body[10:])) % 97
    return f"{body}{key:02d}"


def _bban_es(rng: Random, bank: str) -> str:
    branch, account = digits(rng, 4), digits(rng, 10)
    return bank + branch + ccc.calc_check_digits(f"{bank}{branch}00{account}") + account


def _bban_it(rng: Random, bank: str) -> str:
    body = bank + digits(rng, 5) + "".join(rng.choices(UPPER + DIGITS, k=2)) + digits(rng, 10)
    # The CIN of an Italian account uses the tables of the codice fiscale.
    return codicefiscale.calc_check_digit(body) + body


_BBANS: dict[str, Callable[[Random, str], str]] = {"DE": _bban_de, "FR": _bban_fr, "ES": _bban_es, "IT": _bban_it}


def bcrypt_hash(rng: Random) -> str:
    """Text in the shape of a bcrypt hash with cost 12; it hashes nothing."""
    alphabet = "./" + ALPHANUMERIC
    # Two of the salt's 128 bits fall into its 22nd character, which leaves four possible ones.
    return f"$2b$12${''.join(rng.choices(alphabet, k=21))}{rng.choice('.Oeu')}{''.join(rng.choices(alphabet, k=31))}"

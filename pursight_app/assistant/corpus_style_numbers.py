"""Numbers with check digits, for both generators of labelled columns: identity, tax, bank, card, vehicle, article.

Every function here gives numbers that the validator of python-stdnum accepts, without separators.
"""

from collections.abc import Callable

from stdnum import ean, imei, isbn, isin, luhn, verhoeff
from stdnum.au import abn
from stdnum.br import cnpj
from stdnum.ca import sin
from stdnum.cn import ric
from stdnum.es import ccc, cif
from stdnum.fr import siren
from stdnum.iso7064 import mod_11_10, mod_97_10
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.nl import bsn
from stdnum.pl import nip, pesel
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.us import rtn
from stdnum.za import idnr as za_idnr

from pursight_app.assistant.corpus_styles import Draw, Maker, Style

_CARDS = ("4###############", "51##############", "5412############", "2223############", "37#############")
_IBANS = {
    "DE": "##################",
    "GB": "@@@@##############",
    "FR": "##########!!!!!!!!!!!##",
    "NL": "@@@@##########",
    "IT": "@##########!!!!!!!!!!!!",
    "AT": "################",
    "PL": "########################",
    "SE": "####################",
    "CH": "#####!!!!!!!!!!!!",
    "PT": "#####################",
    "TR": "#####0!!!!!!!!!!!!!!!!",
    "DK": "##############",
    "IE": "@@@@##############",
    "LU": "###!!!!!!!!!!!!!",
}
_VIN_MAKERS = ("1FA", "WVW", "JHM", "WBA", "VF1", "ZFA", "TMB", "5YJ", "KMH", "YV1", "WDB", "3VW", "2T1", "JN1")
_VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_VIN_WORTH = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def completed(draw: Draw, shape: str, is_valid: Callable[[str], bool]) -> str:
    """A number of `shape` whose last digit makes it valid."""
    while True:
        body = draw.shaped(shape)[:-1]
        for digit in "0123456789":
            if is_valid(body + digit):
                return body + digit


def card(draw: Draw) -> str:
    """A card number with its Luhn digit."""
    body = draw.shaped(draw.choose.choice(_CARDS))[:-1]
    return body + luhn.calc_check_digit(body)


def iban(draw: Draw) -> str:
    """An IBAN of one of fifteen countries."""
    land = draw.choose.choice((*_IBANS, "ES"))
    if land == "ES":
        bank = draw.shaped("########")
        holder = draw.shaped("##########")
        body = bank + ccc.calc_check_digits(f"{bank}00{holder}") + holder
    else:
        body = draw.shaped(_IBANS[land])
    return f"{land}{mod_97_10.calc_check_digits(body + land)}{body}"


def us_ssn(draw: Draw) -> str:
    """Nine digits of areas and groups that were given out."""
    area = draw.choose.choice([*range(1, 666), *range(667, 900)])
    return f"{area:03}{draw.choose.randint(1, 99):02}{draw.choose.randint(1, 9999):04}"


def uk_nino(draw: Draw) -> str:
    """A National Insurance number with a prefix that is in use."""
    prefix = draw.choose.choice("ABCEGHJKLMNPRSTWXYZ") + draw.choose.choice("ABCEHJLMPRSTWXYZ")
    return f"{prefix}{draw.shaped('######')}{draw.choose.choice('ABCD')}"


def de_tax_id(draw: Draw) -> str:
    """Eleven digits; of the first ten exactly one occurs twice."""
    digits = draw.choose.sample("0123456789", 9)
    digits.append(draw.choose.choice(digits))
    draw.choose.shuffle(digits)
    if digits[0] == "0":
        digits.reverse()
    if digits[0] == "0":
        return de_tax_id(draw)
    body = "".join(digits)
    return body + mod_11_10.calc_check_digit(body)


def fr_nir(draw: Draw) -> str:
    """Fifteen digits: sex, year and month of birth, commune, order, key."""
    department = draw.choose.choice([number for number in range(1, 96) if number != 20])
    birth = f"{draw.choose.choice('12')}{draw.choose.randint(30, 99):02}{draw.choose.randint(1, 12):02}"
    body = f"{birth}{department:02}{draw.choose.randint(1, 400):03}{draw.choose.randint(1, 999):03}"
    return f"{body}{97 - int(body) % 97:02}"


def in_aadhaar(draw: Draw) -> str:
    """Twelve digits with a Verhoeff digit."""
    body = draw.choose.choice("23456789") + draw.shaped("##########")
    return body + verhoeff.calc_check_digit(body)


def br_cpf(draw: Draw) -> str:
    """Eleven digits, the last two check the others."""
    digits = [int(digit) for digit in draw.shaped("#########")]
    for length in (10, 11):
        total = sum(digit * weight for digit, weight in zip(digits, range(length, 1, -1), strict=True))
        digits.append(total * 10 % 11 % 10)
    return "".join(map(str, digits))


def es_dni(draw: Draw) -> str:
    """A DNI, or a NIE of a foreigner."""
    number = draw.shaped("########")
    if draw.choose.random() < 0.75:
        return number + _DNI_LETTERS[int(number) % 23]
    first = draw.choose.choice("XYZ")
    return first + number[1:] + _DNI_LETTERS[int(str("XYZ".index(first)) + number[1:]) % 23]


def it_codice_fiscale(draw: Draw) -> str:
    """A codice fiscale of consonants, birth, place and check letter."""
    name = "".join(draw.choose.choice("BCDFGLMNPRSTVZ") for _ in range(6))
    day = draw.choose.randint(1, 28) + draw.choose.choice((0, 40))
    birth = f"{draw.choose.randint(30, 99)}{draw.choose.choice('ABCDEHLMPRST')}{day:02}"
    body = f"{name}{birth}{draw.choose.choice('ABCDEFGHIL')}{draw.choose.randint(101, 999)}"
    return body + codicefiscale.calc_check_digit(body)


def pesel_number(draw: Draw) -> str:
    """The Polish PESEL."""
    return _with_birth(draw, "%y%m%d", "#####", pesel.is_valid)


def personal_number_se(draw: Draw) -> str:
    """The Swedish personnummer with its hyphen."""
    return _with_birth(draw, "%y%m%d", "-####", personnummer.is_valid)


def resident_number_kr(draw: Draw) -> str:
    """The South Korean resident registration number."""
    return _with_birth(draw, "%y%m%d", f"{draw.choose.choice('12')}######", rrn.is_valid)


def resident_number_cn(draw: Draw) -> str:
    """The Chinese resident identity number."""
    body = draw.choose.choice(("110101", "310104", "440305", "510107", "330106", "420106"))
    body += draw.moment(1940, 2005).strftime("%Y%m%d") + draw.shaped("###")
    return body + ric.calc_check_digit(body + "0")


def citizen_number_tr(draw: Draw) -> str:
    """The Turkish TC kimlik number."""
    body = draw.shaped("%########")
    return body + tckimlik.calc_check_digits(body)


def citizen_number_nl(draw: Draw) -> str:
    """The Dutch burgerservicenummer."""
    return completed(draw, "%########", bsn.is_valid)


def social_number_ca(draw: Draw) -> str:
    """The Canadian social insurance number."""
    return completed(draw, draw.choose.choice(("1########", "4########", "7########")), sin.is_valid)


def identity_number_za(draw: Draw) -> str:
    """The South African identity number."""
    return _with_birth(draw, "%y%m%d", "####08#", za_idnr.is_valid)


def _with_birth(draw: Draw, form: str, rest: str, is_valid: Callable[[str], bool]) -> str:
    # Years before 2000 only: later births change the number of the month or the separator in several countries.
    birth = draw.moment(1935, 1999).strftime(form)
    return completed(draw, birth + rest, is_valid)


def routing_number(draw: Draw) -> str:
    """The nine digits of an American bank."""
    return completed(draw, draw.choose.choice(("0%#######", "1########", "2########", "3########")), rtn.is_valid)


def company_number(draw: Draw, land: str) -> str:
    """A company's number in `land` (AU, BR, ES, FR, PL, US)."""
    return _COMPANY_NUMBERS[land](draw)


def _abn(draw: Draw) -> str:
    body = draw.shaped("#########")
    return abn.calc_check_digits(body) + body


def _cnpj(draw: Draw) -> str:
    body = draw.shaped("########0001")
    return body + cnpj.calc_check_digits(body)


def _cif(draw: Draw) -> str:
    body = draw.choose.choice("AB") + draw.shaped("#######")
    return body + cif.calc_check_digits(body)[0]


def _ein(draw: Draw) -> str:
    return draw.choose.choice(("12", "20", "27", "36", "45", "52", "61", "75", "84", "94")) + draw.shaped("#######")


_COMPANY_NUMBERS: dict[str, Callable[[Draw], str]] = {
    "AU": _abn,
    "BR": _cnpj,
    "ES": _cif,
    "FR": lambda draw: completed(draw, "%########", siren.is_valid),
    "PL": lambda draw: completed(draw, "%#########", nip.is_valid),
    "US": _ein,
}


def vat_number(draw: Draw, land: str) -> str:
    """The VAT number with the prefix of `land` (DE, FR, GB, IT, NL, otherwise PL)."""
    if land == "DE":
        body = draw.shaped("%#######")
        return f"DE{body}{mod_11_10.calc_check_digit(body)}"
    if land == "FR":
        number = completed(draw, "%########", siren.is_valid)
        return f"FR{(int(number + '12')) % 97:02}{number}"
    if land == "IT":
        body = draw.shaped("%######") + f"{draw.choose.randint(1, 99):03}"
        return f"IT{body}{luhn.calc_check_digit(body)}"
    if land == "NL":
        return f"NL{completed(draw, '%########', bsn.is_valid)}B{draw.choose.randint(1, 9):02}"
    if land == "GB":
        body = draw.shaped("%######")
        total = sum(int(digit) * weight for digit, weight in zip(body, range(8, 1, -1), strict=True))
        return f"GB{body}{97 - total % 97:02}"
    return f"PL{completed(draw, '%#########', nip.is_valid)}"


def vin(draw: Draw, *, checked: bool) -> str:
    """A vehicle number of 17 characters; the ninth is the check digit (ISO 3779, used in North America)."""
    body = draw.choose.choice(_VIN_MAKERS) + "".join(draw.choose.choice(_VIN_LETTERS) for _ in range(5)) + "0"
    body += draw.choose.choice("ABCDEFGHJKLMNPRSTVWXY123456789") + draw.choose.choice(_VIN_LETTERS)
    body += draw.shaped("######")
    if not checked:
        return body[:8] + draw.choose.choice("0123456789X") + body[9:]
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(_VIN_WORTH.get(mark, 0) * weight for mark, weight in zip(body, weights, strict=True) if mark.isalpha())
    total += sum(int(mark) * weight for mark, weight in zip(body, weights, strict=True) if mark.isdigit())
    return body[:8] + ("X" if total % 11 == 10 else str(total % 11)) + body[9:]


def article_number(draw: Draw) -> str:
    """A GTIN of 13 digits."""
    body = draw.choose.choice(("40", "50", "30", "73", "87", "54", "80", "00")) + draw.shaped("##########")
    return body + ean.calc_check_digit(body)


def book_number(draw: Draw) -> str:
    """An ISBN of 13 digits."""
    return completed(draw, draw.choose.choice(("978#########0", "9780########0", "9783########0")), isbn.is_valid)


def device_number(draw: Draw) -> str:
    """An IMEI."""
    return completed(draw, "35############0", imei.is_valid)


def security_number(draw: Draw) -> str:
    """An ISIN."""
    body = draw.choose.choice(("US", "DE", "GB", "FR", "CH")) + draw.shaped("!!!!!!!!!")
    return body + isin.calc_check_digit(body)


def each(make: Callable[[Draw], str], *patterns: str) -> Style:
    """A style of numbers, written in one of `patterns` per column: each `#` takes the next character."""

    def style(draw: Draw) -> Maker:
        pattern = draw.choose.choice(patterns or ("",))

        def made() -> str:
            number = make(draw)
            if pattern.count("#") != len(number):
                return number
            marks = iter(number)
            return "".join(next(marks) if place == "#" else place for place in pattern)

        return made

    return style

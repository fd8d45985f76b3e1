"""Generated identifiers with right (and sometimes wrong) checksums: cards, accounts, national numbers, secrets."""

import base64
import json
import random
import string
from collections.abc import Callable
from types import ModuleType

from faker import Faker
from stdnum import ean, isbn, luhn
from stdnum.au import abn
from stdnum.br import cnpj, cpf
from stdnum.de import idnr
from stdnum.es import cif, nie
from stdnum.es import dni as es_dni
from stdnum.fi import hetu
from stdnum.fr import nir as fr_nir
from stdnum.fr import siren, siret
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.no import fodselsnummer
from stdnum.pl import nip, pesel
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.za import idnr as za_idnr

MakeValue = Callable[[], str]

_ALPHANUMERIC = string.ascii_letters + string.digits


def fill(choose: random.Random, shape: str) -> str:
    """Random characters for 9 (digit), A, a, h (hex), ? (capital or digit), b (letter or digit); the rest stays."""
    sources = {
        "9": string.digits,
        "A": string.ascii_uppercase,
        "a": string.ascii_lowercase,
        "h": "0123456789abcdef",
        "?": "ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
        "b": _ALPHANUMERIC,
    }
    return "".join(choose.choice(sources[sign]) if sign in sources else sign for sign in shape)


def _day(choose: random.Random, form: str) -> str:
    year, month, day = choose.randint(1940, 2004), choose.randint(1, 12), choose.randint(1, 28)
    return form.format(y=f"{year % 100:02d}", Y=year, m=f"{month:02d}", d=f"{day:02d}")


_KINDS: dict[str, tuple[ModuleType, tuple[str, ...]]] = {
    "de_idnr": (idnr, ("99999999999", "99 999 999 999")),
    "in_aadhaar": (aadhaar, ("999999999999", "9999 9999 9999")),
    "br_cpf": (cpf, ("999.999.999-99", "99999999999")),
    "pl_pesel": (pesel, ("{y}{m}{d}99999",)),
    "se_personnummer": (personnummer, ("{y}{m}{d}-9999", "{Y}{m}{d}9999")),
    "no_fodselsnummer": (fodselsnummer, ("{d}{m}9999999",)),
    "fi_hetu": (hetu, ("{d}{m}{y}-999A", "{d}{m}{y}-9999")),
    "tr_kimlik": (tckimlik, ("99999999999",)),
    "za_id": (za_idnr, ("{y}{m}{d}9999089", "{y}{m}{d}9999189")),
    "br_cnpj": (cnpj, ("99.999.999/0001-99", "99999999000199")),
    "fr_siret": (siret, ("999 999 999 00099", "99999999900099")),
    "fr_siren": (siren, ("999999999", "999 999 999")),
    "au_abn": (abn, ("99 999 999 999", "99999999999")),
    "pl_nip": (nip, ("9999999999", "999-999-99-99")),
    "es_cif": (cif, ("B99999999", "A99999999")),
    "isbn": (isbn, ("9789999999999", "978-0-306-49999-9")),
    "ean": (ean, ("4009999999999", "9999999999999")),
}
NATIONAL = ("pl_pesel", "se_personnummer", "no_fodselsnummer", "fi_hetu", "tr_kimlik", "za_id")
COMPANY = ("br_cnpj", "fr_siret", "fr_siren", "au_abn", "pl_nip", "es_cif")


def valid(kind: str) -> Callable[[random.Random, Faker], MakeValue]:
    """Numbers that python-stdnum accepts, found by trying; in some columns a few have a wrong digit."""
    module, forms = _KINDS[kind]

    def column(choose: random.Random, _fake: Faker) -> MakeValue:
        form = choose.choice(forms)
        wrong = choose.choice((0.0, 0.0, 0.1))

        def make() -> str:
            value = ""
            for _ in range(2000):
                value = fill(choose, _day(choose, form) if "{" in form else form)
                if module.is_valid(value) or choose.random() < wrong / 50:
                    break
            return value

        return make

    return column


def card(choose: random.Random, _fake: Faker) -> MakeValue:
    """Card numbers, plain or grouped; one column in five comes from a spreadsheet and fails the checksum."""
    grouped, broken = choose.choice(("", "", " ", "-")), choose.random() < 0.2

    def make() -> str:
        prefix, length = choose.choice(
            (("4", 16), ("51", 16), ("55", 16), ("37", 15), ("6011", 16), ("3530", 16), ("36", 14))
        )
        body = prefix + fill(choose, "9" * (length - len(prefix) - 1))
        digits = body + (fill(choose, "9") if broken else luhn.calc_check_digit(body))
        return grouped.join(digits[place : place + 4] for place in range(0, len(digits), 4)) if grouped else digits

    return make


def iban(choose: random.Random, _fake: Faker) -> MakeValue:
    """IBANs of one country or of several, plain or grouped."""
    known = (("DE", 18), ("ES", 20), ("FR", 23), ("PL", 24), ("NL", 0), ("GB", 0))
    countries = known if choose.random() < 0.3 else (choose.choice(known),)
    grouped = choose.random() < 0.3

    def make() -> str:
        country, length = choose.choice(countries)
        account = fill(choose, "9" * length) if length else fill(choose, "AAAA" + "9" * (10 if country == "NL" else 14))
        number = int("".join(str(int(sign, 36)) for sign in account + country + "00"))
        text = f"{country}{98 - number % 97:02d}{account}"
        return " ".join(text[place : place + 4] for place in range(0, len(text), 4)) if grouped else text

    return make


def routing(choose: random.Random, _fake: Faker) -> MakeValue:
    """US routing numbers with checksum."""

    def make() -> str:
        body = f"{choose.randint(1, 12):02d}" + fill(choose, "999999")
        total = sum(weight * int(digit) for weight, digit in zip((3, 7, 1, 3, 7, 1, 3, 7), body, strict=True))
        return body + str(-total % 10)

    return make


def ssn(choose: random.Random, _fake: Faker) -> MakeValue:
    """Social Security numbers with one separator per column."""
    separator = choose.choice(("-", "-", "-", "", " "))
    return lambda: separator.join(
        (f"{choose.randint(1, 899):03d}", f"{choose.randint(1, 99):02d}", f"{choose.randint(1, 9999):04d}")
    )


def nino(choose: random.Random, _fake: Faker) -> MakeValue:
    """National Insurance numbers, plain or in pairs."""
    form = choose.choice(("{}999999{}", "{} 99 99 99 {}"))
    return lambda: fill(
        choose, form.format("".join(choose.choice("BCEGHJKLMPRSTWXYZ") for _ in range(2)), choose.choice("BCD"))
    )


def nir(choose: random.Random, _fake: Faker) -> MakeValue:
    """French social-security numbers with key."""
    form = choose.choice(
        ("{}", "{0[0]} {0[1]}{0[2]} {0[3]}{0[4]} {0[5]}{0[6]} {0[7]}{0[8]}{0[9]} {0[10]}{0[11]}{0[12]} {0[13]}{0[14]}")
    )

    def make() -> str:
        body = choose.choice("12") + _day(choose, "{y}{m}") + f"{choose.randint(1, 95):02d}" + fill(choose, "999999")
        return form.format(body + fr_nir.calc_check_digits(body))

    return make


def dni(choose: random.Random, _fake: Faker) -> MakeValue:
    """DNI and NIE."""

    def make() -> str:
        if choose.random() < 0.7:
            body = fill(choose, "99999999")
            return body + es_dni.calc_check_digit(body)
        body = choose.choice("XYZ") + fill(choose, "9999999")
        return body + nie.calc_check_digit(body)

    return make


def codice_fiscale(choose: random.Random, _fake: Faker) -> MakeValue:
    """Codici fiscali of invented people."""

    def make() -> str:
        letters = "".join(choose.choice("BCDFGLMNPRSTVZ") for _ in range(6))
        body = (
            letters
            + fill(choose, "99")
            + choose.choice("ABCDEHLMPRST")
            + f"{choose.randint(1, 28):02d}"
            + choose.choice("ABCDEFGHIL")
            + fill(choose, "999")
        )
        return body + codicefiscale.calc_check_digit(body)

    return make


def german_passport(choose: random.Random, _fake: Faker) -> MakeValue:
    """The form of German passports: no vowels."""
    return lambda: "C" + "".join(choose.choice("CFGHJKLMNPRTVWXYZ0123456789") for _ in range(8))


def dvla(choose: random.Random, _fake: Faker) -> MakeValue:
    """UK driving licence numbers."""
    return lambda: (
        fill(choose, "AAAAA9") + f"{choose.randint(1, 12):02d}{choose.randint(1, 28):02d}" + fill(choose, "9AA9AA")
    )


def vat(choose: random.Random, _fake: Faker) -> MakeValue:
    """The forms of VAT numbers, of one country or of several."""
    forms = choose.choice(
        (("DE999999999",), ("FR99999999999",), ("ATU99999999", "DE999999999", "IT99999999999", "NL999999999B01"))
    )
    return lambda: "".join(sign if sign in "ABDEFINRTUL" else fill(choose, sign) for sign in choose.choice(forms))


def icd10(choose: random.Random, _fake: Faker) -> MakeValue:
    """ICD-10 codes, of which a few are frequent."""
    common = [
        fill(choose, f"{choose.choice('ABCDEFGHIJKLMNOPRSTZ')}99.9"[: choose.choice((3, 5, 5, 5))]) for _ in range(40)
    ]
    return lambda: choose.choice(common) if choose.random() < 0.8 else choose.choice("EIJKMRSZ") + fill(choose, "99.99")


def subject(choose: random.Random, _fake: Faker) -> MakeValue:
    """Trial subject and chart numbers."""
    form = choose.choice(("01-999-9999", "CDISC01-99-9999", "9999-999", "S-99999", "999-99999", "HN-9999999"))
    return lambda: "".join(fill(choose, sign) if sign == "9" else sign for sign in form)


def api_key(choose: random.Random, _fake: Faker) -> MakeValue:
    """Keys with makers' prefixes."""
    prefix, size = choose.choice(
        (
            ("AKIA", 16),
            ("ghp_", 36),
            ("xoxb-", 40),
            ("AIza", 35),
            ("sk_live_", 24),
            ("glpat-", 20),
            ("hf_", 34),
            ("sk-", 48),
            ("SG.", 22),
        )
    )
    source = string.ascii_uppercase + string.digits if prefix == "AKIA" else _ALPHANUMERIC
    return lambda: prefix + "".join(choose.choice(source) for _ in range(size))


def token(choose: random.Random, _fake: Faker) -> MakeValue:
    """Random strings of one length."""
    size, source = (
        choose.choice((32, 40, 43, 64)),
        choose.choice((_ALPHANUMERIC, _ALPHANUMERIC + "+/", "0123456789abcdef")),
    )
    return lambda: "".join(choose.choice(source) for _ in range(size))


def jwt(choose: random.Random, fake: Faker) -> MakeValue:
    """JSON Web Tokens of invented users."""

    def encode(part: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

    return lambda: ".".join(
        (
            encode({"alg": "HS256", "typ": "JWT"}),
            encode({"sub": fake.user_name(), "iat": choose.randint(10**9, 2 * 10**9)}),
            fill(choose, "b" * 43),
        )
    )


def password_hash(choose: random.Random, _fake: Faker) -> MakeValue:
    """Hashes of password schemes."""
    form = choose.choice(
        (
            "$2b$12${53}",
            "$argon2id$v=19$m=65536,t=3,p=4${22}${43}",
            "$6${16}${86}",
            "pbkdf2_sha256$600000${22}${43}=",
            "{{SSHA}}{32}",
            "sha1${8}${40}",
            "$1${8}${22}",
        )
    )

    def make() -> str:
        text = form.replace("{{", "\x01").replace("}}", "\x02")
        while "{" in text:
            start, end = text.index("{"), text.index("}")
            text = text[:start] + fill(choose, "b" * int(text[start + 1 : end])) + text[end + 1 :]
        return text.replace("\x01", "{").replace("\x02", "}")

    return make


def vin(choose: random.Random, _fake: Faker) -> MakeValue:
    """Vehicle identification numbers; half of the columns carry the check digit."""
    values = {
        sign: int(digit) for sign, digit in zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True)
    }
    checked = choose.random() < 0.5

    def make() -> str:
        text = fill(choose, "?????????????9999")
        weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
        total = sum(
            weight * values.get(sign, int(sign) if sign.isdigit() else 0)
            for weight, sign in zip(weights, text, strict=True)
        )
        return text[:8] + "0123456789X"[total % 11] + text[9:] if checked else text

    return make

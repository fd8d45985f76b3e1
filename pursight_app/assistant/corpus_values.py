"""Generators of values for every data class, incl. the values that only look sensitive. Used by corpus.py alone."""

import random
from collections.abc import Callable

from faker import Faker

from pursight_app.assistant import corpus_dates as dates
from pursight_app.assistant import corpus_ids as ids
from pursight_app.assistant import corpus_vocabulary as vocabulary
from pursight_app.assistant import corpus_words as words

MakeValue = Callable[[], str]
MakeColumn = Callable[[random.Random, Faker], MakeValue]
"""Given the randomness of a column, chooses one way of writing and returns what makes one value after the other."""


def fixed(*choices: str) -> MakeColumn:
    """A closed set of which a column uses some."""

    def column(choose: random.Random, _fake: Faker) -> MakeValue:
        used = choose.sample(choices, k=max(2, min(len(choices), choose.randint(2, 24))))
        return lambda: choose.choice(used)

    return column


def faked(*methods: str) -> MakeColumn:
    """One of Faker's methods, chosen per column, in the column's language."""

    def column(choose: random.Random, fake: Faker) -> MakeValue:
        method = getattr(fake, choose.choice(methods))
        return lambda: str(method()).replace("\n", choose.choice((", ", " ", "\n")))

    return column


def shaped(*shapes: str) -> MakeColumn:
    """Random characters: 9 digit, A capital, a small letter, h hex digit, ? capital or digit; the rest stays."""

    def column(choose: random.Random, _fake: Faker) -> MakeValue:
        shape = choose.choice(shapes)
        return lambda: ids.fill(choose, shape)

    return column


def number(low: float, high: float, *, decimals: tuple[int, ...] = (0,), suffix: tuple[str, ...] = ("",)) -> MakeColumn:
    """Numbers of a range; a column has one number of decimals, one spread and one suffix."""

    def column(choose: random.Random, _fake: Faker) -> MakeValue:
        places, tail = choose.choice(decimals), choose.choice(suffix)
        ends = sorted(choose.uniform(low, high) for _ in range(2)) if choose.random() < 0.5 else [low, high]
        skewed = choose.random() < 0.4
        spread = ends[1] - ends[0]

        def make() -> str:
            share = choose.random() ** 3 if skewed else choose.random()
            return f"{ends[0] + spread * share:.{places}f}{tail}"

        return make

    return column


def counter(*forms: str) -> MakeColumn:
    """Rising numbers with small gaps in one of the forms, as keys have."""

    def column(choose: random.Random, _fake: Faker) -> MakeValue:
        form = choose.choice(forms)
        state = [choose.choice((0, 1, 99, 1000, 10_247, 100_000, 5_550_000))]
        gap = choose.choice((1, 1, 3, 40))

        def make() -> str:
            state[0] += choose.randint(1, gap)
            return form.format(state[0])

        return make

    return column


def name_like(method: str) -> MakeColumn:
    """Names of the language; in half of the columns some are ones that no list knows."""

    def column(choose: random.Random, fake: Faker) -> MakeValue:
        draw = getattr(fake, method)
        strange = choose.choice((0.0, 0.0, 0.2, 0.5))

        def make() -> str:
            name = str(draw())
            return words.blend(choose, name, str(draw())) if choose.random() < strange else name

        return make

    return column


GENERATORS: dict[str, tuple[MakeColumn, ...]] = {
    "person_name": (name_like("name"), name_like("name"), words.last_first, words.initialled, words.family_and_given),
    "first_name": (name_like("first_name"), name_like("first_name"), words.two_given),
    "last_name": (name_like("last_name"),),
    "username": (faked("user_name"), words.handle, words.handle),
    "gender": (fixed("M", "F"), fixed("male", "female"), fixed("Male", "Female", "Other"), words.gender),
    "date_of_birth": (dates.date_between(1930, 2008), dates.date_between(1945, 2003), dates.date_between(1960, 2000)),
    "age": (number(18, 80, decimals=(1, 8)), number(0, 90), number(0, 95), number(18, 70), number(18, 65, decimals=(0, 1)), fixed(*vocabulary.AGE_BRACKETS)),
    "job_title": (faked("job"), words.job, words.job),
    "race_ethnicity": (fixed(*vocabulary.RACES), fixed("W", "B", "H", "A", "O", "N"), fixed(*vocabulary.RACES_LONG)),
    "political_affiliation": (fixed(*vocabulary.PARTIES), fixed("D", "R", "I"), fixed("DEM", "REP", "IND", "LIB", "GRN"), fixed(*vocabulary.PARTIES_OTHER)),
    "marital_status": (fixed(*vocabulary.MARITAL), fixed("M", "S", "D", "W"), fixed(*vocabulary.MARITAL_OTHER)),
    "salary_income": (number(18_000, 240_000), number(1_200, 12_000, decimals=(0, 2)), number(9, 95, decimals=(2,)), fixed(*vocabulary.INCOME_BRACKETS), words.rounded(15_000, 350_000)),
    "email": (faked("email"), faked("company_email", "free_email", "safe_email")),
    "phone": (faked("phone_number"), faked("phone_number"), shaped("9999999999", "999-999-9999", "(999) 999-9999", "+1 999 999 9999", "099 999 9999", "999.999.9999")),
    "street_address": (faked("street_address"), faked("address"), faked("street_address", "street_name")),
    "city": (faked("city"), words.city, words.city, words.city_with_state),
    "state_region": (words.county, words.region, words.region, fixed(*vocabulary.US_STATE_CODES), fixed(*vocabulary.US_STATES)),
    "country": (faked("country"), fixed(*vocabulary.COUNTRIES), faked("country_code"), fixed(*vocabulary.COUNTRY_CODES_3)),
    "postal_code": (shaped("999-9999", "99999-999", "A9A 9A9", "AA9 9AA", "9999 AA"), faked("postcode"), faked("postcode"), shaped("99999", "99999-9999", "999999", "9999")),
    "latitude": (number(-60, 70, decimals=(4, 5, 6, 7, 13)), number(24, 49, decimals=(2, 4, 6)), words.cluster(-55, 65)),
    "longitude": (number(-179, 179, decimals=(4, 5, 6, 7, 13)), number(-124, -67, decimals=(2, 4, 6)), words.cluster(-170, 170)),
    "geo_point": (words.point, words.point),
    "credit_card": (faked("credit_card_number"), ids.card, ids.card),
    "iban": (faked("iban"), ids.iban),
    "bank_account": (shaped("99999999", "9999999999", "999999999", "99-99-99", "999999999999", "999999-999999"), ids.routing, faked("bban"), shaped("99999999999")),
    "swift_bic": (faked("swift"), faked("swift8", "swift11")),
    "currency_code": (faked("currency_code"), fixed("USD", "EUR", "GBP", "JPY", "CHF", "CAD"), faked("currency_name"), fixed(*vocabulary.CURRENCY_NAMES)),
    "money_amount": (number(0, 5_000, decimals=(0, 2)), number(0, 900_000, decimals=(0, 2)), words.money, words.money, number(-500, 500, decimals=(2,)), words.prices),
    "us_ssn": (ids.ssn, ids.ssn, shaped("999999999", "999-99-9999")),
    "uk_nino": (ids.nino,),
    "de_tax_id": (ids.valid("de_idnr"),),
    "fr_nir": (ids.nir,),
    "in_aadhaar": (ids.valid("in_aadhaar"),),
    "br_cpf": (ids.valid("br_cpf"),),
    "es_dni_nie": (ids.dni,),
    "it_codice_fiscale": (ids.codice_fiscale,),
    "passport_number": (shaped("A99999999", "AA9999999", "999999999", "99AA99999", "A9999999", "AA999999"), ids.german_passport),
    "drivers_license": (shaped("A9999999", "A999999999999", "AA999999", "99999999", "A999-9999-9999", "999999999", "A99-99-9999"), ids.dvla, shaped("99AAA9999A", "B999AAA99A9", "AA9999999A")),
    "national_id_other": (*(ids.valid(kind) for kind in ids.NATIONAL), shaped("A999999(9)", "S9999999A", "AAAAA9999A", "999999-9999", "999999-99-9999")),
    "tax_or_company_id": (*(ids.valid(kind) for kind in ids.COMPANY), shaped("99-9999999"), ids.vat),
    "icd_code": (ids.icd10, ids.icd10, shaped("999.99", "999.9", "A999", "A99")),
    "medical_record_number": (counter("MRN{:08d}", "P{:06d}", "PAT-{:05d}", "{:08d}"), shaped("99999999", "MRN-9999999", "MR999999", "99-99-99", "H9999999"), ids.subject, ids.subject),
    "medical_condition": (fixed(*vocabulary.CONDITIONS_OTHER), fixed(*vocabulary.CONDITIONS), words.condition, words.condition),
    "medication": (fixed(*vocabulary.DRUGS), words.drug),
    "ip_address": (faked("ipv4"), faked("ipv6"), faked("ipv4_private", "ipv4_public"), words.ip_port),
    "mac_address": (faked("mac_address"), shaped("hh-hh-hh-hh-hh-hh", "hhhh.hhhh.hhhh", "hhhhhhhhhhhh")),
    "url": (faked("url", "uri", "image_url"), faked("domain_name", "hostname"), words.url),
    "uuid": (faked("uuid4"), shaped("hhhhhhhh-hhhh-4hhh-hhhh-hhhhhhhhhhhh")),
    "api_key": (ids.api_key, ids.api_key, ids.token),
    "jwt": (ids.jwt,),
    "password_hash": (ids.password_hash, ids.password_hash, shaped("h" * 32, "h" * 40, "h" * 64)),
    "password": (faked("password"), words.weak_password, words.weak_password, shaped("aaaaa99", "Aaaaaa99!", "aaaaaaaa")),
    "vehicle_id": (ids.vin, faked("license_plate"), shaped("AAA-9999", "AA99 AAA", "9AAA999", "A-AA 9999"), shaped("?????????????9999")),
    "organization": (fixed(*vocabulary.BRANDS), fixed(*vocabulary.TEAMS), faked("company"), words.company, words.company, fixed(*vocabulary.ORGANISATIONS)),
    "thing_name": (words.product, words.work_title, words.place_name, words.product, fixed(*vocabulary.THINGS)),
    "free_text": (faked("sentence", "text", "paragraph"), words.sentence, words.sentence, words.sentence),
    "free_text_pii": (words.note, words.note, words.note, words.clinical),
    "boolean": (fixed("0", "1"), fixed("true", "false"), fixed("Y", "N"), fixed("yes", "no"), fixed("TRUE", "FALSE"), fixed("Yes", "No"), fixed("t", "f"), fixed("ja", "nein"), fixed("True", "False")),
    "category": (fixed("BA", "MA", "PhD", "MSc"), fixed("1", "2", "3", "4", "5", "6", "7", "8", "9", "10"), words.category, words.category, words.category, fixed("A", "B", "C"), fixed("1", "2", "3", "4"), fixed("S", "M", "L", "XL"), words.codes, fixed(*vocabulary.MONTHS), fixed(*vocabulary.COLOURS), shaped("#hhhhhh")),
    "identifier": (
        shaped("b" * 22, "h" * 32, "h" * 40, "h" * 64, "9999A999", "999A", "aaaaaaaa99", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "999999999999999"),
        number(1, 900), number(10, 99_999), shaped("9999999999", "999999999", "99999999"),
        counter("{}", "{:06d}", "ORD-{:05d}", "SCN-{}", "C{:05d}", "INV{}", "{}"), shaped("9999999999999999", "9999999999", "999999999", "AAA-999", "AA-9999-99", "9.9.9", "9.99.9", "9.9.9.99", "????????", "AAA", "AAAA999", "99999", "999999"),
        ids.valid("isbn"), ids.valid("ean"), words.version, words.version, words.academic_year_code, shaped("hhhhhhh", "hhhhhhhhhhhhhhhh", "AA9999"), counter("{}", "2024-{:05d}", "SCN-{:03d}"), shaped("A9999999", "AA99999", "999-9999999-9999999"),
    ),
    "quantity": (words.duration, words.grouped, number(0, 70, decimals=(12, 14)), number(20, 250, decimals=(2, 3)), number(0, 100), number(0, 10), number(0, 5_000), number(0, 1, decimals=(3, 5)), number(-50, 500, decimals=(1, 2, 4)), number(0, 10_000_000), number(1, 300, decimals=(0, 1), suffix=(" kg", " cm", "", "mm", " mg", " ml")), number(1000, 9999), number(0, 20)),
    "percentage": (number(0, 0.15, decimals=(2, 3)), number(0, 100, decimals=(0, 1, 2)), number(0, 1, decimals=(2, 3, 4)), number(0, 100, decimals=(0, 1), suffix=("%", " %")), number(0, 40, decimals=(1, 2), suffix=("%", "", " %")), number(-20, 20, decimals=(2,), suffix=("%", ""))),
    "timestamp": (dates.clock, dates.timestamp(2005, 2026), dates.timestamp(2018, 2026), dates.epoch, dates.clock),
    "date": (dates.date_between(2000, 2026), dates.date_between(2015, 2026), dates.date_between(2022, 2024), dates.date_between(1990, 2020)),
    "year": (number(1900, 2026), number(1980, 2025), number(2005, 2025), number(1940, 2005), number(2015, 2026, suffix=("", "", ".0"))),
}  # fmt: skip
"""At least one way to make a column of each data class."""

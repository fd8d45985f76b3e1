"""Makes labelled training tables: generated columns of every class, hard negatives, other headers. Reads no real data.

Real columns come from files that `train` is given; see training.py. Everything is drawn from one seeded generator, so that
the same call gives the same tables.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from faker import Faker

from pursight_app.assistant.corpus_values import GENERATORS, MakeValue
from pursight_app.assistant.header_words import HEADER_WORDS

LOCALES = (
    "en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pt_BR", "nl_NL", "pl_PL", "ja_JP",
    "en_IN", "sv_SE", "cs_CZ", "tr_TR", "en_CA", "en_AU",
)  # fmt: skip
PREFIXES = (
    "customer",
    "cust",
    "emp",
    "src",
    "tbl",
    "user",
    "patient",
    "order",
    "billing",
    "home",
    "primary",
    "old",
    "my",
    "x",
)
TABLE_WORDS = {
    "person": (
        "customers",
        "employees",
        "persons",
        "members",
        "contacts",
        "people",
        "staff",
        "mitarbeiter",
        "clientes",
    ),
    "health": ("patients", "visits", "admissions", "lab_results", "claims"),
    "financial": ("payments", "accounts", "transactions", "invoices", "kyc"),
    "technical": ("devices", "access_log", "sessions", "hosts", "credentials"),
    "generic": ("orders", "products", "events", "survey", "measurements", "export", "data", "sheet1"),
}
THEMES: dict[str, tuple[str, ...]] = {
    "person": (
        "first_name", "last_name", "person_name", "username", "gender", "date_of_birth", "age", "job_title", "race_ethnicity",
        "political_affiliation", "marital_status", "salary_income", "email", "phone", "street_address", "city", "state_region",
        "country", "postal_code", "us_ssn", "uk_nino", "de_tax_id", "fr_nir", "in_aadhaar", "br_cpf", "es_dni_nie",
        "it_codice_fiscale", "passport_number", "drivers_license", "national_id_other", "identifier", "date", "boolean",
        "category", "organization", "password", "free_text_pii", "vehicle_id", "timestamp",
    ),
    "health": (
        "person_name", "gender", "date_of_birth", "age", "medical_record_number", "medical_record_number", "icd_code", "icd_code",
        "medical_condition", "medical_condition", "medication", "medication", "free_text_pii", "race_ethnicity", "quantity",
        "category", "timestamp", "date", "identifier", "percentage", "boolean", "marital_status",
    ),
    "financial": (
        "credit_card", "iban", "bank_account", "bank_account", "swift_bic", "currency_code", "money_amount", "money_amount",
        "tax_or_company_id", "tax_or_company_id", "organization", "person_name", "date", "timestamp", "identifier", "percentage",
        "category", "salary_income", "boolean", "country",
    ),
    "technical": (
        "ip_address", "mac_address", "url", "uuid", "api_key", "api_key", "jwt", "password_hash", "password", "username", "email",
        "timestamp", "identifier", "boolean", "category", "quantity", "free_text", "geo_point", "latitude", "longitude",
    ),
    "generic": (
        "identifier", "identifier", "quantity", "quantity", "category", "category", "percentage", "money_amount", "thing_name",
        "thing_name", "organization", "free_text", "boolean", "timestamp", "date", "year", "city", "state_region", "country",
        "latitude", "longitude", "postal_code", "vehicle_id", "geo_point", "currency_code", "job_title", "political_affiliation",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelledColumn:
    """A column with its data class. `source` names where it came from: columns of one source are kept in one fold.

    `origin` is "real" or "synthetic"; `is_renamed` is True for a header that was replaced to say less. Both are only for
    reports by slice.
    """

    table: str
    column: str
    values: tuple[str | None, ...]
    table_columns: tuple[str, ...]
    label: str
    source: str
    origin: str = "synthetic"
    is_renamed: bool = False


def generate_columns(*, tables: int, seed: int) -> list[LabelledColumn]:
    """The columns of `tables` generated tables of 4 to 11 columns; the same seed gives the same columns."""
    choose = random.Random(seed)  # noqa: S311 -- training data, nothing secret
    fakers = {locale: _repeatable(Faker(locale)) for locale in LOCALES}
    columns: list[LabelledColumn] = []
    for number in range(tables):
        locale = choose.choice(LOCALES)
        fake = fakers[locale]
        fake.seed_instance(choose.randrange(2**32))
        columns.extend(_table(choose, fake, number))
    return columns


def _repeatable(fake: Faker) -> Faker:
    # Faker 40 keeps the Italian towns in a set: their order, hence what a seed draws, changes with every process.
    for provider in fake.get_providers():
        if hasattr(provider, "cities"):
            provider.cities = tuple(sorted(provider.cities))
    return fake


def _table(choose: random.Random, fake: Faker, number: int) -> list[LabelledColumn]:
    theme = choose.choice(("person", "person", "person", *THEMES))
    wanted = choose.sample(THEMES[theme], k=min(len(THEMES[theme]), choose.randint(4, 11)))
    rows = choose.choice((8, 20, 40, 60, 60, 120))
    labels: list[str] = []
    headers: list[str] = []
    style = choose.choice(_STYLES)
    for label in dict.fromkeys(wanted) if choose.random() < 0.7 else wanted:
        header = header_for(choose, label, style)
        if header not in headers:
            labels.append(label)
            headers.append(header)
    table = choose.choice(TABLE_WORDS[theme])
    return [
        LabelledColumn(
            table=table,
            column=header,
            values=make_values(choose, fake, label, rows),
            table_columns=tuple(headers),
            label=label,
            source=f"generated-{number}",
        )
        for label, header in zip(labels, headers, strict=True)
    ]


def make_values(choose: random.Random, fake: Faker, label: str, rows: int) -> tuple[str | None, ...]:
    """Values of one class: one way of writing per column, some nulls, some dirt, some repeats."""
    make: MakeValue = choose.choice(GENERATORS[label])(choose, fake)
    drawn = [make() for _ in range(rows)]
    null_share = choose.choice((0.0, 0.0, 0.0, 0.05, 0.3, 0.7))
    case = choose.choice(_CASES) if label in _CASE_FREE else str
    dirt = choose.random() < 0.15
    return tuple(
        None if choose.random() < null_share else (_soiled(choose, case(value)) if dirt else case(value))
        for value in drawn
    )


_CASE_FREE = frozenset(
    [
        "person_name",
        "first_name",
        "last_name",
        "city",
        "state_region",
        "country",
        "gender",
        "job_title",
        "organization",
        "thing_name",
        "category",
        "medical_condition",
        "medication",
        "street_address",
        "marital_status",
        "race_ethnicity",
        "political_affiliation",
    ]
)
_CASES: tuple[Callable[[str], str], ...] = (str, str, str, str, str.upper, str.lower)


def _soiled(choose: random.Random, value: str) -> str:
    roll = choose.random()
    if roll < 0.85:
        return value
    return choose.choice((value + " ", " " + value, "N/A", "-", "", "unknown"))


def _snake(words: list[str]) -> str:
    return "_".join(words)


def _camel(words: list[str]) -> str:
    return words[0] + "".join(word.capitalize() for word in words[1:])


def _pascal(words: list[str]) -> str:
    return "".join(word.capitalize() for word in words)


def _title(words: list[str]) -> str:
    return " ".join(word.capitalize() for word in words)


def _upper(words: list[str]) -> str:
    return "_".join(words).upper()


def _dotted(words: list[str]) -> str:
    return ".".join(words)


def _squeezed(words: list[str]) -> str:
    # The classic abbreviation: vowels inside words fall out.
    return "_".join(word[0] + "".join(letter for letter in word[1:] if letter not in "aeiou") for word in words)


_STYLES = (_snake, _snake, _camel, _pascal, _title, _upper, _dotted, _squeezed)


def header_for(choose: random.Random, label: str, style: Callable[[list[str]], str]) -> str:
    """A header for a class: mostly one of its words in the table's style, sometimes one that says nothing or misleads."""
    roll = choose.random()
    if roll < 0.27:
        number = choose.randint(1, 45)
        return choose.choice(
            (
                "c{}",
                "col{}",
                "field_{}",
                "V{}",
                "attr_{}",
                "column{}",
                "F{:03d}",
                "x{}",
                "Unnamed: {}",
                "Spalte{}",
                "value",
            )
        ).format(number)
    if roll < 0.33:
        # Words that real tables use for anything, so that the model does not trust them.
        word = choose.choice(
            ("name", "number", "code", "value", "id", "info", "data", "title", "type", "key", "ref", "no")
        )
        return style([word])
    words = choose.choice(HEADER_WORDS[label].split(",")).split()
    if choose.random() < 0.15:
        words = [choose.choice(PREFIXES), *words]
    return style(words)

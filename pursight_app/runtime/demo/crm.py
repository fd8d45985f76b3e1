"""Rows of schema `crm`: customers, their addresses, consents, an old backup and an imported spreadsheet."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from pursight_app.runtime.demo.catalogue import joined_at
from pursight_app.runtime.demo.dice import (
    ALPHANUMERIC,
    TODAY,
    UPPER,
    cents,
    colour,
    day,
    digits,
    happens,
    ip_address,
    letters,
    mixed_date,
    moment,
    not_later,
    number,
    pick,
    soiled,
    version,
)
from pursight_app.runtime.demo.numbers import ean13, iban_and_bic, us_bank_account
from pursight_app.runtime.demo.people import Person
from pursight_app.runtime.demo.world import CUSTOMER_COUNT, Row, TableData, World

_CONSENT_COUNT = 6_000
_BACKUP_COUNT = 2_500
_SPREADSHEET_COUNT = 600
_TIERS = {"basic": 0.6, "silver": 0.25, "gold": 0.12, "platinum": 0.03}
_NEWSLETTER = {"Y": 0.48, "N": 0.4, "yes": 0.04, "no": 0.03, "J": 0.02, "": 0.02, "?": 0.01}
_PURPOSES = {"newsletter": "consent", "profiling": "consent", "health data": "explicit consent", "loyalty": "contract"}
_SALUTATIONS = {"DE": "Herr Frau", "FR": "M. Mme", "US": "Mr. Ms.", "ES": "Sr. Sra.", "IT": "Sig. Sig.ra"}
_ETHNICITIES = ("White", "Hispanic or Latino", "Black or African American", "Asian", "Native American", "Two or more")


def tables(world: World) -> Iterator[TableData]:
    """All tables of the schema."""
    yield TableData("crm", "customers", _customers(world))
    yield TableData("crm", "addresses", _addresses(world))
    yield from _country_tables(world)
    yield TableData("crm", "consents", _consents(world))
    yield TableData("crm", "customers_bak_2023", _backup(world))
    yield TableData("crm", "Kundenliste 2024", _spreadsheet(world))


def _customers(world: World) -> Iterator[Row]:
    rng = world.dice("crm.customers")
    for customer_id, person in enumerate(world.customers, start=1):
        created_at = joined_at(customer_id, customers=CUSTOMER_COUNT) - timedelta(seconds=rng.randrange(30_000))
        yield (
            customer_id,
            f"K-{created_at.year}-{customer_id:06d}",
            _SALUTATIONS[person.country].split()[0 if person.gender == "m" else 1],
            _carelessly_typed(rng, person.given_name),
            _carelessly_typed(rng, person.family_name),
            soiled(rng, person.email, 0.04),
            happens(rng, 0.82),
            soiled(rng, person.phone, 0.06),
            None if happens(rng, 0.05) else person.birth_date,
            rng.choice((person.gender, person.gender, person.gender.upper(), "d"))
            if happens(rng, 0.1)
            else person.gender,
            person.country,
            person.locale,
            ean13(rng, "2990") if happens(rng, 0.7) else None,
            pick(rng, _TIERS),
            pick(rng, _NEWSLETTER),
            None if happens(rng, 0.4) else rng.randrange(0, 5_000, 50),
            colour(rng) if happens(rng, 0.3) else None,
            _store_note(rng, person),
            created_at,
            not_later(created_at + timedelta(days=rng.randrange(400))) if happens(rng, 0.7) else None,
        )


def _carelessly_typed(rng: Random, name: str) -> str:
    if not happens(rng, 0.025):
        return name
    return rng.choice((name + " ", name.upper(), name.lower(), " " + name))


def _store_note(rng: Random, person: Person) -> str | None:
    if happens(rng, 0.85):
        return None
    harmless = ("prefers click and collect", "asks for paper bags", "buys wholesale", "size 42", "-", "", "N/A")
    # Staff write down where to call although the column is not meant for it: the demo's first finding.
    return f"call back {person.phone}" if happens(rng, 0.35) else rng.choice(harmless)


def _addresses(world: World) -> Iterator[Row]:
    rng = world.dice("crm.addresses")
    for address_id, person in enumerate(world.customers, start=1):
        yield _address(rng, address_id, address_id, person, is_default=True)
    extra = rng.sample(range(1, len(world.customers) + 1), 1_000)
    for address_id, customer_id in enumerate(extra, start=len(world.customers) + 1):
        yield _address(rng, address_id, customer_id, world.customers[customer_id - 1], is_default=False)


def _address(rng: Random, address_id: int, customer_id: int, person: Person, *, is_default: bool) -> Row:
    is_located = happens(rng, 0.9)
    return (
        address_id,
        customer_id,
        "billing" if is_default else rng.choice(("delivery", "parcel locker", "work")),
        person.name if happens(rng, 0.95) else f"c/o {person.family_name}",
        soiled(rng, person.street, 0.02),
        soiled(rng, person.postal_code, 0.01),
        soiled(rng, person.place.city, 0.03),
        person.place.region if happens(rng, 0.9) else None,
        person.country,
        round(person.place.latitude + rng.gauss(0, 0.05), 6) if is_located else None,
        round(person.place.longitude + rng.gauss(0, 0.05), 6) if is_located else None,
        is_default,
        day(rng, date(2016, 3, 1)),
    )


def _country_tables(world: World) -> Iterator[TableData]:
    names = {"DE": "kunden_de", "FR": "clients_fr", "ES": "clientes_es", "IT": "clienti_it"}
    for country, name in names.items():
        yield TableData("crm", name, _verified_residents(world, country))
    yield TableData("crm", "customers_us", _verified_americans(world))


def _verified_residents(world: World, country: str) -> Iterator[Row]:
    rng = world.dice(f"crm.{country}")
    for customer_id, person in world.residents(country):
        if happens(rng, 0.4):
            continue
        national_id = person.national_id(rng)
        iban, _ = iban_and_bic(rng, country)
        fourth, fifth = _local_facts(world, rng, person)
        row = (customer_id, _as_printed(rng, country, national_id), soiled(rng, iban, 0.02), fourth, fifth)
        if country == "DE":
            row = (*row, f"PI{digits(rng, 9)}")
        yield (*row, moment(rng, date(2021, 1, 1)))


def _local_facts(world: World, rng: Random, person: Person) -> tuple[str, str]:
    if person.country == "ES":
        return person.place.region, rng.choice(world.texts["ES"]["marital"])
    birthplace = rng.choice(world.pools[person.country].places).city
    if person.country == "IT":
        return person.place.city, rng.choice(world.pools["IT"].jobs)
    return birthplace, rng.choice(world.texts[person.country]["marital"])


def _as_printed(rng: Random, country: str, national_id: str) -> str:
    # The NIR is printed in groups on the carte Vitale, and one in three people copies the spaces.
    if country != "FR" or happens(rng, 0.67):
        return national_id
    parts = (0, 1, 3, 5, 7, 10, 13, 15)
    return " ".join(national_id[start:end] for start, end in pairwise(parts))


def _verified_americans(world: World) -> Iterator[Row]:
    rng = world.dice("crm.US")
    for customer_id, person in world.residents("US"):
        routing_number, account_number = us_bank_account(rng)
        yield (
            customer_id,
            person.national_id(rng),
            rng.choice(UPPER) + number(rng, rng.choice((7, 8, 12))),
            person.place.region,
            soiled(rng, rng.choice(_ETHNICITIES), 0.1),
            routing_number,
            account_number,
            moment(rng, date(2021, 1, 1)),
        )


def _consents(world: World) -> Iterator[Row]:
    rng = world.dice("crm.consents")
    for consent_id in range(1, _CONSENT_COUNT + 1):
        purpose = rng.choice(tuple(_PURPOSES))
        granted_at = moment(rng, date(2018, 5, 25))
        yield (
            consent_id,
            rng.randint(1, len(world.customers)),
            purpose,
            _PURPOSES[purpose],
            happens(rng, 0.8),
            int(granted_at.timestamp()),
            ip_address(rng) if happens(rng, 0.93) else None,
            rng.choice(world.user_agents),
            version(rng),
        )


def _backup(world: World) -> Iterator[Row]:
    rng = world.dice("crm.customers_bak_2023")
    for person in world.customers[:_BACKUP_COUNT]:
        revenue = f"{cents(rng, 0, 9_000):,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
        country = person.country if person.country != "US" else "DE"
        yield (
            letters(rng, ALPHANUMERIC, 8),
            soiled(rng, f"{person.family_name}, {person.given_name}" if happens(rng, 0.7) else person.name),
            soiled(rng, person.email, 0.1),
            soiled(rng, person.phone, 0.15),
            mixed_date(rng, person.birth_date, odd_ratio=0.5),
            soiled(rng, person.address, 0.05),
            soiled(rng, iban_and_bic(rng, country)[0], 0.3),
            mixed_date(rng, day(rng, date(2019, 1, 1), date(2023, 9, 30))),
            revenue,
            rng.choice(("aktiv", "aktiv", "AKTIV", "gesperrt", "gelöscht", "")),
        )


def _spreadsheet(world: World) -> Iterator[Row]:
    rng = world.dice("crm.spreadsheet")
    germans = [person for _, person in world.residents("DE")]
    for row_number, person in enumerate(rng.sample(germans, _SPREADSHEET_COUNT), start=1):
        yield (
            row_number,
            soiled(rng, f"{person.family_name}, {person.given_name}"),
            soiled(rng, person.email, 0.12),
            mixed_date(rng, person.birth_date),
            soiled(rng, person.street, 0.05),
            f"{person.postal_code} {person.place.city}",
            soiled(rng, person.phone, 0.2),
            rng.choice(("S", "M", "L", "XL", "38", "40", "42", "")),
            rng.choice((None, None, "Stammkunde", f"Geburtstagsgutschein {TODAY.year}", "zahlt bar", "N/A")),
        )

"""People of five countries: pools of names and addresses per locale (Faker), and persons put together from them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from faker import Faker

from pursight_app.runtime.demo import numbers
from pursight_app.runtime.demo.dice import TODAY, day, digits, happens, pick
from pursight_app.runtime.demo.resources import read_rows

LOCALES = {"DE": "de_DE", "FR": "fr_FR", "US": "en_US", "ES": "es_ES", "IT": "it_IT"}

_COUNTRY_WEIGHTS = {"DE": 0.36, "FR": 0.2, "IT": 0.18, "ES": 0.16, "US": 0.1}
# The names below example.com, .org and .net are reserved (RFC 2606), so no address can reach a real mailbox.
_MAIL_DOMAINS = ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org", "web.example.net")
_ODD_BIRTHDAY_RATIO = 0.004


@dataclass(frozen=True, slots=True)
class Place:
    """A town with its region and coordinates (degrees); `cadastral_code` is what a codice fiscale names it."""

    country: str
    city: str
    region: str
    postal_prefix: str
    latitude: float
    longitude: float
    cadastral_code: str

    def postal_code(self, rng: Random) -> str:
        """A postal code of the town's district, five digits in all five countries."""
        return self.postal_prefix + digits(rng, 5 - len(self.postal_prefix))


@dataclass(frozen=True, slots=True)
class Pool:
    """What Faker gave for one country, to be combined; calling Faker for each row would take minutes."""

    country: str
    given_names: dict[str, tuple[str, ...]]
    family_names: tuple[str, ...]
    streets: tuple[str, ...]
    phones: tuple[str, ...]
    companies: tuple[str, ...]
    jobs: tuple[str, ...]
    plates: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A person who does not exist; `gender` is m or f, `email` is unique."""

    given_name: str
    family_name: str
    gender: str
    birth_date: date
    country: str
    email: str
    phone: str
    street: str
    postal_code: str
    place: Place

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def locale(self) -> str:
        """Language tag such as `de-DE`."""
        return LOCALES[self.country].replace("_", "-")

    @property
    def address(self) -> str:
        """The whole address on one line."""
        return f"{self.street}, {self.postal_code} {self.place.city}"

    def national_id(self, rng: Random) -> str:
        """The number that the person's country would give; its check digits are right."""
        if self.country == "FR":
            return numbers.fr_nir(rng, gender=self.gender, birth_date=self.birth_date)
        if self.country == "IT":
            return numbers.it_codice_fiscale(
                given_name=self.given_name,
                family_name=self.family_name,
                gender=self.gender,
                birth_date=self.birth_date,
                cadastral_code=self.place.cadastral_code,
            )
        drawn = {"DE": numbers.de_tax_id, "ES": numbers.es_dni_nie, "US": numbers.us_ssn}
        return drawn[self.country](rng)


def make_pools(seed: int) -> dict[str, Pool]:
    """One pool per country, the same for the same seed and the same release of Faker."""
    places = tuple(_read_places())
    pools: dict[str, Pool] = {}
    for country, locale in LOCALES.items():
        fake = Faker(locale)
        fake.seed_instance(seed)
        pools[country] = Pool(
            country=country,
            given_names={"m": _distinct(fake.first_name_male, 600), "f": _distinct(fake.first_name_female, 600)},
            family_names=_distinct(fake.last_name, 1_500),
            streets=_distinct(lambda fake=fake: fake.street_address().replace("\n", ", ").strip(), 1_200),
            phones=_distinct(fake.phone_number, 2_500),
            companies=_distinct(fake.company, 120),
            jobs=_distinct(fake.job, 400),
            plates=_distinct(fake.license_plate, 60),
            places=tuple(place for place in places if place.country == country),
        )
    return pools


def make_people(rng: Random, pools: dict[str, Pool], count: int, *, oldest: int = 88) -> tuple[Person, ...]:
    """`count` adults up to `oldest` years, spread over the countries as the company's customers are."""
    taken: set[str] = set()
    return tuple(_make_person(rng, pools[pick(rng, _COUNTRY_WEIGHTS)], taken, oldest) for _ in range(count))


def _make_person(rng: Random, pool: Pool, taken: set[str], oldest: int) -> Person:
    gender = rng.choice("mf")
    given_name, family_name = rng.choice(pool.given_names[gender]), rng.choice(pool.family_names)
    place = rng.choice(pool.places)
    birth_date = day(rng, date(TODAY.year - oldest, 1, 1), date(TODAY.year - 18, 1, 1))
    return Person(
        given_name=given_name,
        family_name=family_name,
        gender=gender,
        # Forms that start at 1 January 1900 leave it behind in every real customer table.
        birth_date=date(1900, 1, 1) if happens(rng, _ODD_BIRTHDAY_RATIO) else birth_date,
        country=pool.country,
        email=_make_email(rng, given_name, family_name, taken),
        phone=rng.choice(pool.phones),
        street=rng.choice(pool.streets),
        postal_code=place.postal_code(rng),
        place=place,
    )


def _make_email(rng: Random, given_name: str, family_name: str, taken: set[str]) -> str:
    given, family = (numbers.ascii_letters(name).lower() for name in (given_name, family_name))
    local_part = rng.choice((f"{given}.{family}", f"{given}.{family}", f"{given[:1]}{family}", f"{family}_{given}"))
    email = f"{local_part}@{rng.choice(_MAIL_DOMAINS)}"
    while email in taken:
        email = f"{local_part}{rng.randrange(1, 10_000)}@{rng.choice(_MAIL_DOMAINS)}"
    taken.add(email)
    return email


def _distinct(draw: Callable[[], str], count: int) -> tuple[str, ...]:
    # A dict keeps the order of the draws; the order of a set of strings differs from run to run.
    return tuple(dict.fromkeys(draw() for _ in range(count)))


def _read_places() -> Iterator[Place]:
    for row in read_rows("places.csv"):
        yield Place(
            country=row["country"],
            city=row["city"],
            region=row["region"],
            postal_prefix=row["postal_prefix"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            cadastral_code=row["cadastral_code"],
        )

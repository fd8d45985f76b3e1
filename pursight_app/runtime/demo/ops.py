"""Rows of schema `ops`: releases, vans, shipments, integrations, and a queue that is empty."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from faker import Faker

from pursight_app.runtime.demo.dice import (
    ALPHANUMERIC,
    HEX,
    day,
    digits,
    happens,
    letters,
    moment,
    not_later,
    soiled,
    version,
)
from pursight_app.runtime.demo.people import Person
from pursight_app.runtime.demo.world import Row, TableData, World

_RELEASE_COUNT = 140
_VEHICLE_COUNT = 110
_SHIPMENT_COUNT = 6_000
_SYSTEMS = (
    "DHL gateway",
    "DATEV export",
    "SAP S/4",
    "Adyen",
    "Klarna",
    "Mailing",
    "Weather",
    "Colissimo",
    "GS1",
    "SFTP",
)


def tables(world: World) -> Iterator[TableData]:
    """All tables of the schema but `import_queue`, which stays empty."""
    yield TableData("ops", "releases", _releases(world))
    yield TableData("ops", "vehicles", _vehicles(world))
    yield TableData("ops", "shipments", _shipments(world))
    yield TableData("ops", "integrations", _integrations(world))


def _releases(world: World) -> Iterator[Row]:
    rng = world.dice("ops.releases")
    for release_id in range(1, _RELEASE_COUNT + 1):
        yield (
            release_id,
            rng.choice(("shop", "app", "pricing", "warehouse", "pharmacy")),
            version(rng),
            letters(rng, HEX, 40),
            10_000 + release_id * 7,
            letters(rng, HEX, 32),
            happens(rng, 0.06),
            moment(rng, date(2023, 1, 1)),
        )


def _vehicles(world: World) -> Iterator[Row]:
    rng = world.dice("ops.vehicles")
    fake = Faker("en_US")
    fake.seed_instance(world.seed)
    plates = [plate for country in ("DE", "FR", "ES", "IT") for plate in world.pools[country].plates]
    for vehicle_id in range(1, _VEHICLE_COUNT + 1):
        yield (
            vehicle_id,
            fake.vin(),
            rng.choice(plates),
            rng.choice(("Sprinter 314", "eCrafter", "Master E-Tech", "Ducato", "Transit Custom")),
            rng.randrange(900, 320_000),
            rng.randint(1, len(world.employees)) if happens(rng, 0.85) else None,
            day(rng, date(2014, 1, 1)),
        )


def _shipments(world: World) -> Iterator[Row]:
    rng = world.dice("ops.shipments")
    shipped = [order for order in world.orders if order.status in {"delivered", "returned"}]
    for shipment_id, order in enumerate(
        sorted(rng.sample(shipped, _SHIPMENT_COUNT), key=lambda o: o.order_id), start=1
    ):
        person = world.customers[order.customer_id - 1]
        yield (
            shipment_id,
            order.order_id,
            rng.randint(1, _VEHICLE_COUNT) if happens(rng, 0.4) else None,
            "00340" + digits(rng, 15),
            "delivered" if happens(rng, 0.93) else rng.choice(("refused", "lost", "DELIVERED")),
            round(rng.lognormvariate(0.6, 0.8), 2),
            soiled(rng, person.family_name, 0.15),
            _delivery_note(rng, person),
            not_later(order.ordered_at + timedelta(hours=rng.randrange(20, 140))),
        )


def _delivery_note(rng: Random, person: Person) -> str | None:
    if happens(rng, 0.75):
        return None
    if happens(rng, 0.2):
        return f"{person.name} not at home, left with neighbour, {person.street}"
    return rng.choice(("left in the garage", "parcel shop", "second attempt", "gate code 4711", "", "-"))


def _integrations(world: World) -> Iterator[Row]:
    rng = world.dice("ops.integrations")
    for integration_id, system in enumerate(_SYSTEMS, start=1):
        owner = world.employees[rng.randrange(len(world.employees))]
        slug = "".join(letter for letter in system.lower() if letter.isalnum())
        yield (
            integration_id,
            system,
            f"https://{slug}.example.net/api/v{rng.randint(1, 4)}",
            f"svc_{slug}",
            rng.choice(("Sommer", "Nordlicht", "Passwort", "Winter")) + digits(rng, 4) + rng.choice("!?#")
            if happens(rng, 0.6)
            else letters(rng, ALPHANUMERIC, 16),
            owner.email,
            day(rng, date(2021, 1, 1)),
        )

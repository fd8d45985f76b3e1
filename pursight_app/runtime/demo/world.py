"""What several domains must agree on: who the customers and staff are, which products and orders exist."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import cast

from faker import Faker

from pursight_app.runtime.demo.catalogue import Category, Order, Product, make_categories, make_orders, make_products
from pursight_app.runtime.demo.dice import make_dice, number
from pursight_app.runtime.demo.numbers import iban_and_bic
from pursight_app.runtime.demo.people import Person, Pool, make_people, make_pools
from pursight_app.runtime.demo.resources import read_text

CUSTOMER_COUNT = 8_000
EMPLOYEE_COUNT = 850
ORDER_COUNT = 14_000
STORE_COUNT = 60
SUPPLIER_COUNT = 140
# Customers up to the first number hold a card (`card_id` = `customer_id`), those above the second a bank account.
LAST_CARD_HOLDER = 4_500
LAST_WITHOUT_ACCOUNT = 4_000

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class TableData:
    """Rows of one table, each in the order of the columns in its CREATE TABLE."""

    schema: str
    name: str
    rows: Iterable[Row]


@dataclass(frozen=True, slots=True)
class World:
    """All that the tables share. The customer with `customer_id` n is `customers[n - 1]`; staff and products alike."""

    seed: int
    pools: dict[str, Pool]
    customers: tuple[Person, ...]
    employees: tuple[Person, ...]
    categories: tuple[Category, ...]
    products: tuple[Product, ...]
    orders: tuple[Order, ...]
    user_agents: tuple[str, ...]
    texts: dict[str, dict[str, list[str]]]

    def dice(self, name: str) -> Random:
        """The stream of chance of one table."""
        return make_dice(self.seed, name)

    def residents(self, country: str) -> Iterator[tuple[int, Person]]:
        """Customers of one country with their `customer_id`."""
        return ((index, person) for index, person in enumerate(self.customers, start=1) if person.country == country)

    def write_text(self, rng: Random, kind: str, person: Person, *, order: Order | None = None) -> str:
        """A text of `kind` (tickets, replies) in the person's language, with that person's data in it."""
        # Americans have no IBAN, and no American text asks for one.
        iban = "" if person.country == "US" else iban_and_bic(rng, person.country)[0]
        return rng.choice(self.texts[person.country][kind]).format(
            name=person.name,
            email=person.email,
            phone=person.phone,
            address=person.address,
            birth=person.birth_date.strftime("%d.%m.%Y"),
            order=order.order_number if order else number(rng, 10),
            sku=rng.choice(self.products).sku,
            iban=iban,
        )


def make_world(seed: int) -> World:
    """The company of one seed."""
    pools = make_pools(seed)
    categories = make_categories()
    products = make_products(make_dice(seed, "products"), categories)
    orders = make_orders(make_dice(seed, "orders"), products, count=ORDER_COUNT, customers=CUSTOMER_COUNT)
    fake = Faker("en_US")
    fake.seed_instance(seed)
    return World(
        seed=seed,
        pools=pools,
        customers=make_people(make_dice(seed, "customers"), pools, CUSTOMER_COUNT),
        employees=make_people(make_dice(seed, "employees"), pools, EMPLOYEE_COUNT, oldest=64),
        categories=categories,
        products=products,
        orders=tuple(orders),
        user_agents=tuple(fake.user_agent() for _ in range(300)),
        texts=cast("dict[str, dict[str, list[str]]]", json.loads(read_text("data", "texts.json"))),
    )

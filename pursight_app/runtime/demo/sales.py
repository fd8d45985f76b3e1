"""Rows of schema `sales`: catalogue, stores, orders, reviews and prices."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from pursight_app.runtime.demo.catalogue import Product
from pursight_app.runtime.demo.dice import (
    DIGITS,
    TODAY,
    UPPER,
    colour,
    day,
    digits,
    happens,
    letters,
    not_later,
    pick,
    sentences,
    soiled,
    version,
)
from pursight_app.runtime.demo.numbers import CARD_BRANDS, ascii_letters, card_number, ean13, iban_and_bic, vat_number
from pursight_app.runtime.demo.people import Person
from pursight_app.runtime.demo.world import STORE_COUNT, SUPPLIER_COUNT, Row, TableData, World

_REVIEW_COUNT = 5_000
_CHANNELS = {"web": 0.52, "app": 0.24, "store": 0.18, "phone": 0.06}
_PASTED_CARD_RATIO = 0.015
_COUNTRY_NAMES = {"DE": "Deutschland", "FR": "France", "US": "United States", "ES": "España", "IT": "Italia"}
_EUROPEAN = ("DE", "FR", "ES", "IT")


def tables(world: World) -> Iterator[TableData]:
    """All tables of the schema."""
    yield TableData("sales", "categories", _categories(world))
    yield TableData("sales", "suppliers", _suppliers(world))
    yield TableData("sales", "products", _products(world))
    yield TableData("sales", "stores", _stores(world))
    yield TableData("sales", "orders", _orders(world))
    yield TableData("sales", "order_lines", _order_lines(world))
    yield TableData("sales", "reviews", _reviews(world))
    yield TableData("sales", "price_history", _price_history(world))


def _categories(world: World) -> Iterator[Row]:
    rng = world.dice("sales.categories")
    for category in world.categories:
        slug = category.name.lower().replace(" ", "-")
        yield category.category_id, category.parent_id, category.name, slug, colour(rng)


def _suppliers(world: World) -> Iterator[Row]:
    rng = world.dice("sales.suppliers")
    for supplier_id in range(1, SUPPLIER_COUNT + 1):
        country = rng.choice(_EUROPEAN)
        pool = world.pools[country]
        company = rng.choice(pool.companies)
        contact = f"{rng.choice(pool.given_names[rng.choice('mf')])} {rng.choice(pool.family_names)}"
        domain = ascii_letters(company).lower()[:18] + ".example.com"
        iban, bic = iban_and_bic(rng, country)
        yield (
            supplier_id,
            company,
            vat_number(rng, country),
            iban,
            bic,
            contact,
            f"{ascii_letters(contact.partition(' ')[0]).lower()}@{domain}",
            f"https://www.{domain}",
            rng.choice((None, 3.5, 4.0, 4.2, 4.7, 5.0)),
            _COUNTRY_NAMES[country],
        )


def _products(world: World) -> Iterator[Row]:
    rng = world.dice("sales.products")
    for product in world.products:
        group = product.category.name
        launched_on = day(rng, date(2015, 1, 1))
        first_year = rng.randrange(1999, 2027)
        yield (
            product.product_id,
            product.sku,
            ean13(rng, "40"),
            product.name,
            product.category.category_id,
            rng.randint(1, SUPPLIER_COUNT),
            version(rng) if group in {"Smart home", "Audio"} else None,
            f"{first_year}/{first_year + 1}" if group in {"Stationery", "School bags"} else None,
            launched_on.year,
            product.price,
            "EUR",
            rng.choice((19, 19, 7, 20, 21, 22)),
            rng.randrange(20, 25_000),
            colour(rng),
            group == "Pharmacy" and happens(rng, 0.3),
            rng.sample(("new", "eco", "sale", "bestseller", "regional"), rng.randrange(3)),
            launched_on,
            rng.choice(("active", "active", "active", "ACTIVE", "discontinued", "sold out")),
        )


def _stores(world: World) -> Iterator[Row]:
    rng = world.dice("sales.stores")
    for store_id in range(1, STORE_COUNT + 1):
        pool = world.pools[rng.choice(("DE", "DE", "FR", "ES", "IT"))]
        place = rng.choice(pool.places)
        yield (
            store_id,
            f"{place.country}-{store_id:03d}",
            f"Nordlicht {place.city}",
            rng.choice(pool.streets),
            place.postal_code(rng),
            place.city,
            _COUNTRY_NAMES[place.country],
            f"{place.latitude + rng.gauss(0, 0.02):.5f}, {place.longitude + rng.gauss(0, 0.02):.5f}",
            rng.choice(pool.phones),
            rng.choice(("Mo-Sa 09:00-20:00", "Mo-Fr 10:00-19:00", "Mo-Sa 08:30-21:00")),
            rng.randrange(180, 4_200, 10),
            store_id,
            day(rng, date(1987, 1, 1), date(2024, 12, 31)),
        )


def _orders(world: World) -> Iterator[Row]:
    rng = world.dice("sales.orders")
    for order in world.orders:
        person = world.customers[order.customer_id - 1]
        channel = pick(rng, _CHANNELS)
        shipped_at = not_later(order.ordered_at + timedelta(hours=rng.randrange(2, 90)))
        is_shipped = order.status in {"delivered", "returned", "disputed"}
        yield (
            order.order_id,
            order.order_number,
            "90" + digits(rng, 14),
            order.customer_id,
            rng.randint(1, STORE_COUNT) if channel == "store" else None,
            None if channel == "store" else order.customer_id,
            order.status,
            soiled(rng, channel, 0.01),
            "USD" if person.country == "US" else "EUR",
            order.total,
            f"{rng.choice(('SPRING', 'WELCOME', 'VIP'))}{rng.randrange(5, 30, 5)}" if happens(rng, 0.12) else None,
            _comment(rng, person),
            None if channel == "store" else _snapshot(person),
            order.ordered_at,
            int(shipped_at.timestamp()) if is_shipped else None,
        )


def _comment(rng: Random, person: Person) -> str | None:
    if happens(rng, _PASTED_CARD_RATIO):
        pan = card_number(rng, rng.choice(CARD_BRANDS))
        shown = pan if happens(rng, 0.4) else " ".join(pan[start : start + 4] for start in range(0, len(pan), 4))
        # The call centre types what callers read out: a breach of PCI DSS 3.3 which the scan should find.
        return rng.choice(("phone order, card {} exp {:02d}/28", "pay with {} valid {:02d}/27")).format(
            shown, rng.randint(1, 12)
        )
    if happens(rng, 0.78):
        return None
    if happens(rng, 0.06):
        return f"please call {person.phone} before delivery"
    remarks = ("leave at the door", "gift wrapping please", "ring twice", "Bitte klingeln", "-", "", "code 4711", "N/A")
    return rng.choice(remarks)


def _snapshot(person: Person) -> str:
    address = {"street": person.street, "postal_code": person.postal_code, "city": person.place.city}
    return json.dumps({"recipient": person.name, "address": address, "express": False}, ensure_ascii=False)


def _order_lines(world: World) -> Iterator[Row]:
    rng = world.dice("sales.order_lines")
    for order in world.orders:
        for line_number, line in enumerate(order.lines, start=1):
            yield (
                order.order_id,
                line_number,
                line.product.product_id,
                line.quantity,
                line.product.price,
                line.discount_percent,
                line.amount,
                letters(rng, UPPER, 2) + letters(rng, DIGITS, 4),
            )


def _reviews(world: World) -> Iterator[Row]:
    rng = world.dice("sales.reviews")
    for review_id in range(1, _REVIEW_COUNT + 1):
        order = rng.choice(world.orders)
        person = world.customers[order.customer_id - 1]
        lines = world.texts[person.country]["reviews"]
        yield (
            review_id,
            rng.choice(order.lines).product.product_id,
            order.customer_id if happens(rng, 0.9) else None,
            f"{ascii_letters(person.given_name).lower()}{rng.randrange(60, 2_010)}",
            rng.choices((1, 2, 3, 4, 5), (8, 6, 12, 28, 46))[0],
            soiled(rng, rng.choice(lines).partition(",")[0].rstrip("."), 0.02),
            sentences(rng, lines, 4),
            person.locale[:2],
            int(rng.expovariate(0.4)),
            min(order.ordered_at.date() + timedelta(days=rng.randrange(2, 60)), TODAY),
        )


def _price_history(world: World) -> Iterator[Row]:
    rng = world.dice("sales.price_history")
    for product in world.products:
        yield from _prices(world, rng, product)


def _prices(world: World, rng: Random, product: Product) -> Iterator[Row]:
    changed_on = day(rng, date(2019, 1, 1), date(2022, 12, 31))
    clerk = world.employees[rng.randrange(40)]
    clerk_name = (ascii_letters(clerk.given_name)[:1] + ascii_letters(clerk.family_name)).lower()
    first_day = "-infinity" if happens(rng, 0.9) else "1001-01-01"
    old_price = "NaN" if happens(rng, 0.01) else round(product.price * rng.uniform(0.8, 1.1), 2)
    yield product.product_id, first_day, changed_on, old_price, rng.uniform(0.05, 0.4), "migration"
    margin = float("nan") if happens(rng, 0.02) else rng.uniform(0.05, 0.4)
    yield product.product_id, changed_on, "infinity", product.price, margin, clerk_name

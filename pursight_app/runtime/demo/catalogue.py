"""What Nordlicht Handel sells and what was ordered, before it becomes rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random

from pursight_app.runtime.demo.dice import TODAY, cents, moment, number, pick
from pursight_app.runtime.demo.resources import read_rows

FIRST_ORDER_DAY = date(2023, 1, 2)
_FIRST_CUSTOMER_AT = datetime(2016, 3, 1, 8, tzinfo=UTC)
_LAST_DAY_AT = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
_ARTICLES_PER_NOUN = 16
_STATUS_WEIGHTS = {"delivered": 0.86, "returned": 0.07, "cancelled": 0.05, "disputed": 0.02}
_LINE_COUNT_WEIGHTS = ((1, 2, 3, 4, 5), (0.48, 0.28, 0.14, 0.07, 0.03))


@dataclass(frozen=True, slots=True)
class Category:
    """A product category; `parent_id` is None at the top, `code` begins the article codes."""

    category_id: int
    name: str
    parent_id: int | None
    code: str
    nouns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """An article; `sku` looks like `SCN-125`."""

    product_id: int
    sku: str
    name: str
    category: Category
    price: float


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order."""

    product: Product
    quantity: int
    discount_percent: int

    @property
    def amount(self) -> float:
        """What the line costs after the discount."""
        return round(self.product.price * self.quantity * (100 - self.discount_percent) / 100, 2)


@dataclass(frozen=True, slots=True)
class Order:
    """An order; `order_number` has ten digits, as many phone numbers have, which is on purpose."""

    order_id: int
    order_number: str
    customer_id: int
    ordered_at: datetime
    status: str
    lines: tuple[OrderLine, ...]

    @property
    def total(self) -> float:
        """The sum of the lines."""
        return round(sum(line.amount for line in self.lines), 2)


def joined_at(customer_id: int, *, customers: int) -> datetime:
    """When the customer opened the account: numbers were given in the order of time, at an even pace."""
    return _FIRST_CUSTOMER_AT + (_LAST_DAY_AT - _FIRST_CUSTOMER_AT) * ((customer_id - 1) / customers)


def make_categories() -> tuple[Category, ...]:
    """Groups first, then the categories in them."""
    rows = read_rows("catalogue.csv")
    ids = {row["category"]: index for index, row in enumerate(rows, start=1)}
    return tuple(
        Category(
            category_id=ids[row["category"]],
            name=row["category"],
            parent_id=ids.get(row["parent"]),
            code=row["code"],
            nouns=tuple(row["nouns"].split(";")) if row["nouns"] else (),
        )
        for row in rows
    )


def make_products(rng: Random, categories: tuple[Category, ...]) -> tuple[Product, ...]:
    """About 1,150 articles; names are of things, though some hold a given name (`Rose 'Victoria'`)."""
    series = ("Basic", "Plus", "Nordic", "Pro", "Mini", "Eco", "Classic", "Max")
    products: list[Product] = []
    for category in categories:
        codes = iter(rng.sample(range(100, 1_000), len(category.nouns) * _ARTICLES_PER_NOUN))
        for noun in category.nouns:
            for _ in range(_ARTICLES_PER_NOUN):
                name = f"{noun} {rng.choice(series)} {rng.randrange(10, 100)}"
                sku = f"{category.code}-{next(codes)}"
                products.append(Product(len(products) + 1, sku, name, category, cents(rng, 2.5, 180)))
    return tuple(products)


def make_orders(rng: Random, products: tuple[Product, ...], *, count: int, customers: int) -> Iterator[Order]:
    """`count` orders in the order of time; early customers have ordered most, as in any shop."""
    moments = sorted(moment(rng, FIRST_ORDER_DAY) for _ in range(count))
    taken: set[str] = set()
    for order_id, ordered_at in enumerate(moments, start=1):
        order_number = number(rng, 10)
        while order_number in taken:
            order_number = number(rng, 10)
        taken.add(order_number)
        is_recent = (TODAY - ordered_at.date()).days < 5
        yield Order(
            order_id=order_id,
            order_number=order_number,
            customer_id=1 + int(_customers_at(ordered_at, customers) * rng.random() ** 2),
            ordered_at=ordered_at,
            status=rng.choice(("open", "packed")) if is_recent else pick(rng, _STATUS_WEIGHTS),
            lines=tuple(_make_lines(rng, products)),
        )


def _customers_at(moment_of_order: datetime, customers: int) -> int:
    # Nobody orders before having an account, so only those who had joined by then can be drawn.
    elapsed = (moment_of_order - _FIRST_CUSTOMER_AT) / (_LAST_DAY_AT - _FIRST_CUSTOMER_AT)
    return int(customers * elapsed)


def _make_lines(rng: Random, products: tuple[Product, ...]) -> Iterator[OrderLine]:
    for _ in range(rng.choices(*_LINE_COUNT_WEIGHTS)[0]):
        discount = rng.choice((5, 10, 20)) if rng.random() < 0.15 else 0
        yield OrderLine(rng.choice(products), rng.choice((1, 1, 1, 2, 2, 3, 6)), discount)

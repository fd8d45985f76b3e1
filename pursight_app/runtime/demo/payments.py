"""Rows of schema `payments`: cards, bank accounts, transactions and chargebacks."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from uuid import UUID

from pursight_app.runtime.demo.catalogue import Order
from pursight_app.runtime.demo.dice import (
    ALPHANUMERIC,
    DIGITS,
    TODAY,
    UPPER,
    day,
    digits,
    happens,
    ip_address,
    letters,
    moment,
    not_later,
    soiled,
)
from pursight_app.runtime.demo.numbers import CARD_BRANDS, card_number, iban_and_bic, us_bank_account
from pursight_app.runtime.demo.world import LAST_CARD_HOLDER, LAST_WITHOUT_ACCOUNT, Row, TableData, World

_REASONS = ("10.4", "13.1", "4837", "4853", "13.3")


def tables(world: World) -> Iterator[TableData]:
    """All tables of the schema."""
    yield TableData("payments", "cards", _cards(world))
    yield TableData("payments", "bank_accounts", _bank_accounts(world))
    yield TableData("payments", "transactions", _transactions(world))
    yield TableData("payments", "chargebacks", _chargebacks(world))


def _cards(world: World) -> Iterator[Row]:
    rng = world.dice("payments.cards")
    for card_id, person in enumerate(world.customers[:LAST_CARD_HOLDER], start=1):
        brand = rng.choice(CARD_BRANDS)
        pan = card_number(rng, brand)
        yield (
            card_id,
            card_id,
            pan,
            pan[-4:],
            person.name.upper(),
            brand,
            f"{rng.randint(1, 12):02d}/{rng.randint(25, 31)}",
            happens(rng, 0.9),
            moment(rng, date(2021, 1, 1)),
        )


def _bank_accounts(world: World) -> Iterator[Row]:
    rng = world.dice("payments.bank_accounts")
    for account_id, person in enumerate(world.customers[LAST_WITHOUT_ACCOUNT:], start=1):
        iban, bic, domestic = None, None, None
        if person.country == "US":
            domestic = "/".join(us_bank_account(rng))
        else:
            iban, bic = iban_and_bic(rng, person.country)
        yield (
            account_id,
            LAST_WITHOUT_ACCOUNT + account_id,
            soiled(rng, person.name, 0.01),
            iban,
            bic,
            domestic,
            f"NLH-M-{account_id:06d}",
            day(rng, date(2018, 1, 1)),
        )


def _transaction_ids(world: World) -> list[UUID]:
    rng = world.dice("payments.transaction_ids")
    return [UUID(int=rng.getrandbits(128), version=4) for _ in world.orders]


def _transactions(world: World) -> Iterator[Row]:
    rng = world.dice("payments.transactions")
    for transaction_id, order in zip(_transaction_ids(world), world.orders, strict=True):
        card_id, account_id = _means_of(rng, order.customer_id)
        yield (
            transaction_id,
            order.order_id,
            card_id,
            account_id,
            order.total,
            "USD" if world.customers[order.customer_id - 1].country == "US" else "EUR",
            letters(rng, DIGITS + UPPER, 6) if card_id else None,
            "7" + digits(rng, 15),
            "void" if order.status == "cancelled" else rng.choice(("settled", "settled", "settled", "declined")),
            ip_address(rng) if happens(rng, 0.8) else None,
            round(rng.betavariate(1, 12), 3),
            not_later(order.ordered_at + timedelta(seconds=rng.randrange(5, 400))),
        )


def _means_of(rng: Random, customer_id: int) -> tuple[int | None, int | None]:
    has_both = LAST_WITHOUT_ACCOUNT < customer_id <= LAST_CARD_HOLDER
    if customer_id <= LAST_WITHOUT_ACCOUNT or (has_both and happens(rng, 0.5)):
        return customer_id, None
    return None, customer_id - LAST_WITHOUT_ACCOUNT


def _chargebacks(world: World) -> Iterator[Row]:
    rng = world.dice("payments.chargebacks")
    paid = zip(_transaction_ids(world), world.orders, strict=True)
    disputed = [(transaction_id, order) for transaction_id, order in paid if order.status == "disputed"]
    for chargeback_id, (transaction_id, order) in enumerate(disputed, start=1):
        yield (
            chargeback_id,
            transaction_id,
            rng.choice(_REASONS),
            order.total,
            min(order.ordered_at.date() + timedelta(days=rng.randrange(10, 90)), TODAY),
            _agent_comment(world, rng, order),
        )


def _agent_comment(world: World, rng: Random, order: Order) -> str:
    person = world.customers[order.customer_id - 1]
    if happens(rng, 0.12):
        return f"{person.name} disputes card {card_number(rng, rng.choice(CARD_BRANDS))}, called from {person.phone}"
    if happens(rng, 0.5):
        return f"Mail sent to {person.email}, waiting for an answer."
    return f"Evidence uploaded, case {letters(rng, ALPHANUMERIC, 10)}."

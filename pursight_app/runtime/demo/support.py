"""Rows of schema `support`: tickets in five languages, help centre, and a survey of 120 questions."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import TypedDict, cast

from pursight_app.runtime.demo.catalogue import Order
from pursight_app.runtime.demo.dice import (
    ALPHANUMERIC,
    day,
    digits,
    happens,
    letters,
    moment,
    not_later,
    pick,
    sentences,
    version,
)
from pursight_app.runtime.demo.people import Person
from pursight_app.runtime.demo.resources import read_text
from pursight_app.runtime.demo.world import EMPLOYEE_COUNT, Row, TableData, World

_TICKET_COUNT = 4_000
_MESSAGE_COUNT = 7_000
_RESPONSE_COUNT = 1_200
_STATUSES = {"closed": 0.8, "open": 0.1, "waiting": 0.07, "Closed": 0.03}
_RATED_QUESTIONS = 80
_YES_NO_QUESTIONS = 20
_CHOICES = ("price", "quality", "delivery", "advice", "range")
_INCOMES = ("under 20.000", "20.000-40.000", "40.000-60.000", "60.000-90.000", "over 90.000", "no answer")


class _Articles(TypedDict):
    topics: list[str]
    sentences: list[str]


def tables(world: World) -> Iterator[TableData]:
    """All tables of the schema."""
    yield TableData("support", "tickets", _tickets(world))
    yield TableData("support", "ticket_messages", _messages(world))
    yield TableData("support", "kb_articles", _articles(world))
    yield TableData("support", "survey_2025", _survey(world))


def _ticket_orders(world: World) -> list[Order]:
    return world.dice("support.orders").choices(world.orders, k=_TICKET_COUNT)


def _tickets(world: World) -> Iterator[Row]:
    rng = world.dice("support.tickets")
    for ticket_id, order in enumerate(_ticket_orders(world), start=1):
        person = world.customers[order.customer_id - 1]
        status = pick(rng, _STATUSES)
        opened_at = not_later(order.ordered_at + timedelta(hours=rng.randrange(1, 900)))
        is_closed = status.lower() == "closed"
        yield (
            ticket_id,
            order.customer_id if happens(rng, 0.95) else None,
            order.order_id if happens(rng, 0.7) else None,
            rng.randint(1, EMPLOYEE_COUNT),
            rng.choice(world.texts[person.country]["subjects"]),
            world.write_text(rng, "tickets", person, order=order),
            rng.choice(("e-mail", "chat", "phone", "form", "E-Mail")),
            rng.choice(("low", "normal", "normal", "high", "P1")),
            status,
            person.locale[:2],
            rng.choice((None, 1, 2, 3, 4, 5)) if is_closed else None,
            opened_at,
            not_later(opened_at + timedelta(minutes=rng.randrange(10, 9_000))) if is_closed else None,
        )


def _messages(world: World) -> Iterator[Row]:
    rng = world.dice("support.ticket_messages")
    orders = _ticket_orders(world)
    for message_id in range(1, _MESSAGE_COUNT + 1):
        ticket_id = 1 + message_id % _TICKET_COUNT
        order = orders[ticket_id - 1]
        author = rng.choice(("agent", "agent", "customer"))
        sent_at = not_later(order.ordered_at + timedelta(hours=rng.randrange(1, 1_200)))
        yield (
            message_id,
            ticket_id,
            author,
            _message_body(world, rng, author, order),
            f"https://files.nordlicht-handel.example.com/{letters(rng, ALPHANUMERIC, 12)}.pdf"
            if happens(rng, 0.1)
            else None,
            sent_at,
        )


def _message_body(world: World, rng: Random, author: str, order: Order) -> str:
    person: Person = world.customers[order.customer_id - 1]
    return world.write_text(rng, "replies" if author == "agent" else "tickets", person, order=order)


def _articles(world: World) -> Iterator[Row]:
    rng = world.dice("support.kb_articles")
    articles = cast("_Articles", json.loads(read_text("data", "articles.json")))
    audiences = ("", " for business customers", " in stores", " in the app", " abroad", " at holidays", " for gifts")
    titles = [topic + audience for topic in articles["topics"] for audience in audiences]
    for article_id, topic in enumerate(titles, start=1):
        yield (
            article_id,
            topic.replace(" ", "-"),
            topic.capitalize(),
            sentences(rng, articles["sentences"], 5).format(topic=topic),
            version(rng),
            int(rng.expovariate(0.002)),
            day(rng, date(2019, 1, 1)),
        )


def _survey(world: World) -> Iterator[Row]:
    rng = world.dice("support.survey_2025")
    for response_id, person in enumerate(rng.sample(world.customers, _RESPONSE_COUNT), start=1):
        age = 2025 - person.birth_date.year
        yield (
            response_id,
            letters(rng, ALPHANUMERIC, 10),
            moment(rng, date(2025, 4, 1), date(2025, 6, 1)),
            *_answers(rng),
            rng.choice((None, None, None, rng.choice(world.texts[person.country]["reviews"]))),
            f"{age // 10 * 10}-{age // 10 * 10 + 9}",
            rng.choice(_INCOMES),
            person.postal_code[:3] + digits(rng, 2) if happens(rng, 0.8) else None,
            person.email if happens(rng, 0.35) else None,
        )


def _answers(rng: Random) -> Iterator[object]:
    yield from rng.choices((None, 1, 2, 3, 4, 5), (6, 5, 10, 24, 35, 20), k=_RATED_QUESTIONS)
    yield from rng.choices(("yes", "no", "Yes", None), (50, 40, 3, 7), k=_YES_NO_QUESTIONS)
    yield from rng.choices((*_CHOICES, None), k=35 - _YES_NO_QUESTIONS)

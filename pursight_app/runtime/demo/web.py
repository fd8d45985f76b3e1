"""Rows of schema `web`: shop accounts, sessions, page views, devices and the keys of partners."""

import base64
import json
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from uuid import UUID

from pursight_app.runtime.demo.catalogue import joined_at
from pursight_app.runtime.demo.dice import (
    ALPHANUMERIC,
    HEX,
    UPPER,
    colour,
    digits,
    happens,
    ip_address,
    letters,
    mac_address,
    moment,
    soiled,
    version,
)
from pursight_app.runtime.demo.numbers import ascii_letters, bcrypt_hash
from pursight_app.runtime.demo.people import Person
from pursight_app.runtime.demo.world import CUSTOMER_COUNT, Row, TableData, World

_ACCOUNT_COUNT = 6_000
_SESSION_COUNT = 7_000
_VIEW_COUNT = 10_000
_DEVICE_COUNT = 2_500
_PARTNER_COUNT = 60
_SITE = "https://www.nordlicht-handel.example.com"
_VIEWPORTS = ("1920x1080", "1366x768", "390x844", "412x915", "2560x1440", "768x1024")
_REFERRERS = (None, None, "https://search.example.com/", "https://news.example.org/shopping", _SITE)


def tables(world: World) -> Iterator[TableData]:
    """All tables of the schema."""
    yield TableData("web", "accounts", _accounts(world))
    yield TableData("web", "sessions", _sessions(world))
    yield TableData("web", "page_views", _page_views(world))
    yield TableData("web", "devices", _devices(world))
    yield TableData("web", "api_clients", _api_clients(world))


def _accounts(world: World) -> Iterator[Row]:
    rng = world.dice("web.accounts")
    for account_id, person in enumerate(world.customers[:_ACCOUNT_COUNT], start=1):
        preferences = {"theme": rng.choice(("dark", "light")), "accent": colour(rng), "page_size": 24}
        yield (
            account_id,
            account_id,
            _username(rng, person, account_id),
            person.email,
            bcrypt_hash(rng) if happens(rng, 0.92) else None,
            happens(rng, 0.82),
            happens(rng, 0.17),
            soiled(rng, ip_address(rng), 0.05),
            int(moment(rng, date(2024, 1, 1)).timestamp()),
            json.dumps(preferences),
            joined_at(account_id, customers=CUSTOMER_COUNT),
        )


def _username(rng: Random, person: Person, account_id: int) -> str:
    given, family = ascii_letters(person.given_name).lower(), ascii_letters(person.family_name).lower()
    # The account number at the end keeps the names unique, as shops do that propose one.
    return rng.choice((f"{given}{account_id}", f"{given[:1]}.{family}{account_id}", f"{family}_{account_id}"))


def _session_ids(world: World) -> list[UUID]:
    rng = world.dice("web.session_ids")
    return [UUID(int=rng.getrandbits(128), version=4) for _ in range(_SESSION_COUNT)]


def _sessions(world: World) -> Iterator[Row]:
    rng = world.dice("web.sessions")
    for session_id in _session_ids(world):
        account_id = rng.randint(1, _ACCOUNT_COUNT) if happens(rng, 0.7) else None
        started_at = moment(rng, date(2026, 5, 1))
        yield (
            session_id,
            account_id,
            ip_address(rng),
            rng.choice(world.user_agents),
            _token(rng, account_id, int(started_at.timestamp())) if account_id else None,
            rng.choice(_REFERRERS),
            int(rng.expovariate(1 / 300)),
            started_at,
        )


def _token(rng: Random, account_id: int, issued: int) -> str:
    header: dict[str, object] = {"alg": "HS256", "typ": "JWT"}
    payload: dict[str, object] = {"sub": str(account_id), "iat": issued, "exp": issued + 3_600, "scope": "shop"}
    parts = [_encode(part) for part in (header, payload)]
    # The signature is noise: the token has the shape of a log-in but opens nothing.
    return ".".join([*parts, letters(rng, ALPHANUMERIC + "-_", 43)])


def _encode(part: dict[str, object]) -> str:
    text = json.dumps(part, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _page_views(world: World) -> Iterator[Row]:
    rng = world.dice("web.page_views")
    session_ids = _session_ids(world)
    for view_id in range(1, _VIEW_COUNT + 1):
        product = rng.choice(world.products)
        path = rng.choice((f"/p/{product.sku}", f"/c/{product.category.category_id}", "/cart", "/", "/account"))
        yield (
            view_id,
            rng.choice(session_ids),
            f"{_SITE}{path}",
            rng.choice(_VIEWPORTS),
            rng.choice(("#0b3d91", "#ffffff", "#1a1a1a", colour(rng))),
            version(rng),
            rng.choice("AB"),
            int(rng.lognormvariate(6.3, 0.6)),
            int(moment(rng, date(2026, 5, 1)).timestamp()) * 1_000 + rng.randrange(1_000),
        )


def _devices(world: World) -> Iterator[Row]:
    rng = world.dice("web.devices")
    for _ in range(_DEVICE_COUNT):
        account_id = rng.randint(1, _ACCOUNT_COUNT)
        person = world.customers[account_id - 1]
        model = rng.choice(("iPhone", "Galaxy S24", "Pixel 9", "iPad", "Xperia"))
        yield (
            UUID(int=rng.getrandbits(128), version=4),
            account_id,
            f"{person.given_name}s {model}" if happens(rng, 0.6) else model,
            mac_address(rng),
            mac_address(rng).upper().replace(":", "-") if happens(rng, 0.5) else None,
            letters(rng, UPPER + "0123456789", 12),
            f"{rng.randint(12, 19)}.{rng.randrange(7)}.{rng.randrange(4)}",
            letters(rng, HEX, 64),
            moment(rng, date(2025, 1, 1)),
        )


def _api_clients(world: World) -> Iterator[Row]:
    rng = world.dice("web.api_clients")
    companies = world.pools["DE"].companies + world.pools["FR"].companies
    for client_id, partner in enumerate(rng.sample(companies, _PARTNER_COUNT), start=1):
        prefix, length = rng.choice((("nlh_live_", 32), ("nlh_test_", 32), ("AKIA", 16)))
        alphabet = UPPER + "234567" if prefix == "AKIA" else ALPHANUMERIC
        yield (
            client_id,
            partner,
            prefix + letters(rng, alphabet, length),
            f"https://hooks.{ascii_letters(partner).lower()[:20]}.example.net/nordlicht/{digits(rng, 5)}",
            f"{ip_address(rng, v6_ratio=0)}/32",
            rng.choice((60, 120, 600)),
            happens(rng, 0.8),
            moment(rng, date(2020, 1, 1)) - timedelta(days=1),
        )

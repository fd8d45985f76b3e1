"""How many tries pass, from one process and from several."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from uuid import uuid4

import pytest

from pursight_app.core.errors import RateLimitedError
from pursight_app.core.redis import redis
from pursight_app.services import auth

pytestmark = pytest.mark.usefixtures("services")
# Its package gives the function of this name instead.
throttle = import_module("pursight_app.services.auth.throttle")


@pytest.fixture
def key() -> Iterator[str]:
    yield uuid4().hex
    throttle._taken.clear()


def passed(key: str, tries: int, *, limit: int, window_s: int = 60, at_once: int = 20, threads: int = 8) -> int:
    """How many of the tries were let through."""

    def attempt(_: int) -> int:
        try:
            auth.throttle("test", key, limit=limit, window_s=window_s, at_once=at_once)
        except RateLimitedError:
            return 0
        return 1

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(attempt, range(tries)))


@pytest.mark.parametrize(("limit", "at_once"), [(5, 1), (5, 20), (499, 20), (1_000, 20)])
def test_one_process_lets_through_what_is_allowed_and_not_one_more(key: str, limit: int, at_once: int) -> None:
    assert passed(key, limit + 100, limit=limit, at_once=at_once) == limit
    with pytest.raises(RateLimitedError) as refused:
        auth.throttle("test", key, limit=limit, window_s=60)
    assert 55 <= (refused.value.retry_after_s or 0) <= 60


def test_tries_that_are_taken_at_once_ask_redis_seldom_and_others_each_time(key: str) -> None:
    before = redis().info("commandstats")["cmdstat_eval"]["calls"]
    passed(key, 400, limit=1_000)
    asked = redis().info("commandstats")["cmdstat_eval"]["calls"] - before
    passed(key + "one", 40, limit=1_000, at_once=1)

    # Threads that begin at one time take 20 each.
    assert 20 <= asked <= 40
    assert redis().info("commandstats")["cmdstat_eval"]["calls"] - before - asked == 40


def test_several_processes_together_never_let_through_more(key: str) -> None:
    count = 0
    for _ in range(30):
        count += passed(key, 50, limit=1_000, threads=1)
        # Another process has not taken what this one has left.
        throttle._taken.clear()

    assert 1_000 - 30 * 20 <= count <= 1_000


def test_what_was_taken_ends_with_its_window(key: str) -> None:
    assert passed(key, 1, limit=500, window_s=1) == 1
    time.sleep(1.1)

    assert passed(key, 600, limit=500, window_s=60) == 500


@pytest.mark.parametrize("limit", [500, 505])
def test_the_first_refusal_is_known_from_later_ones(key: str, limit: int) -> None:
    for _ in range(limit):
        auth.throttle("test", key, limit=limit, window_s=60, at_once=10)
    first = []
    for _ in range(3):
        with pytest.raises(RateLimitedError) as refused:
            auth.throttle("test", key, limit=limit, window_s=60, at_once=10)
        first.append(refused.value.is_first)

    assert first == [True, False, False]
